"""Curricula: in which order rows are trained, and that a run with one resumes like any other."""

from dataclasses import replace
from pathlib import Path

import pytest

from hone.core.errors import Interrupted, UserError
from hone.core.files import read_json
from hone.core.records import write_jsonl
from hone.training import run
from hone.training.checkpoints import Stop
from hone.training.curriculum import stages

from .conftest import StopAfter, conversation, params

SETTINGS = {"tokens_per_step": 512, "tokens_per_batch": 256, "max_tokens": 256, "dropout": 0.1}
FILE = Path("train.jsonl")


def told(number, difficulty, label="EDIT"):
    meta = {} if difficulty is None else {"difficulty": difficulty}
    return replace(conversation(number), meta=meta, label=label)


def test_difficulty_goes_from_easy_to_hard_and_ends_with_rows_that_tell_none():
    rows = [told(n, of) for n, of in enumerate((None, "hard", "easy", "", "medium", "easy"))]
    assert stages(rows, params(curriculum="difficulty"), FILE) == [3, 2, 0, 3, 1, 0]


def test_labels_follow_each_other_in_sorted_order():
    rows = [told(n, None, label) for n, label in enumerate(("c", "a", "b", "a"))]
    assert stages(rows, params(curriculum="label"), FILE) == [2, 0, 1, 0]


def test_mixed_is_one_stage_whatever_rows_tell():
    assert stages([told(1, "hard", "a"), told(2, "odd", "b")], params(), FILE) == [0, 0]


def test_a_difficulty_of_another_name_and_none_at_all_are_one_message():
    chosen = params(curriculum="difficulty")
    with pytest.raises(UserError, match=r"train\.jsonl: row row-2: difficulty: expected easy.*found 'Hard'"):
        stages([told(1, "easy"), told(2, "Hard")], chosen, FILE)
    with pytest.raises(UserError, match=r"train\.jsonl: expected rows that tell their difficulty, found none"):
        stages([told(1, None), told(2, "")], chosen, FILE)


def test_without_a_curriculum_nothing_published_speaks_of_one():
    assert "curriculum" not in params().model_dump()
    assert params(curriculum="label").model_dump()["curriculum"] == "label"


@pytest.mark.parametrize("curriculum", ["difficulty", "label"])
def test_training_shows_rows_in_that_order_and_resumes_to_the_same_bytes(inputs, tmp_path, monkeypatch, curriculum):
    rows = [told(n, ("hard", "easy", "medium")[n % 3], "ba"[n % 2]) for n in range(24)]
    write_jsonl(tmp_path / "train.jsonl", rows)
    write_jsonl(tmp_path / "val.jsonl", rows[:4])
    given = replace(inputs, train=tmp_path / "train.jsonl", val=tmp_path / "val.jsonl")
    seen = []

    class Noting(run.Loop):
        def _step(self, stop):
            seen.append({self.rows[row].stage for group in self.steps[self.state.step] for row in group})
            return super()._step(stop)

    monkeypatch.setattr(run, "Loop", Noting)
    settings = params(curriculum=curriculum, **SETTINGS)
    run.train(settings, given, tmp_path / "whole", tmp_path / "work-1")
    order = sorted(set(stages(rows, settings, FILE)))
    walked = [stage for n, (stage,) in enumerate(seen) if n == 0 or seen[n - 1] != {stage}]
    assert walked == 2 * order  # of two epochs
    assert read_json(tmp_path / "whole/training.json")["settings"]["curriculum"] == curriculum
    monkeypatch.setattr(run, "Stop", lambda: StopAfter(19))
    with pytest.raises(Interrupted):
        run.train(settings, given, tmp_path / "parts", tmp_path / "work-2")
    monkeypatch.setattr(run, "Stop", Stop)
    run.train(settings, given, tmp_path / "parts", tmp_path / "work-2")
    for file in ("adapter_model.safetensors", "training.json"):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
