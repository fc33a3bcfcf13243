"""The bootstrap loop's rounds: what is proven joins the pool, what is no better is not accepted, and the loop stops."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hone.core.files import atomic_folder, read_json, write_text
from hone.core.records import Message, Row, read_jsonl, write_jsonl
from hone.recipes.base import Check

spec = importlib.util.spec_from_file_location("script_round", Path(__file__).parents[2] / "scripts" / "round.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)

SYSTEM = Message("system", "Double it.")
PARAMS = {
    "bootstrap": {"known": 0.25, "samples": 2, "per_problem": 1, "examples": 2},
    "sft": {"rank": 4},
    "generate": {"max_new_tokens": 8},
}


def row(n, split="train"):
    messages = (SYSTEM, Message("user", f"what is twice {n}"), Message("assistant", str(2 * n)))
    return Row(f"{split}-{n}", f"problem-{n}", split, "", messages)


class Skill:
    """Right is what is twice the number asked for; the verifier refuses answers that begin with a space."""

    right, language = ("passed",), "python"

    def scores(self, answered, runner):
        return [
            (None, {"passed": c.text.strip() == str(2 * int(r.messages[-2].content.split()[-1]))}) for r, c in answered
        ]

    def verify(self, row, runner):
        return Check("untidy") if row.reply.startswith(" ") else Check()


@pytest.fixture
def place(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "train.jsonl", [row(n) for n in range(8)])
    write_jsonl(tmp_path / "val.jsonl", [row(n, "val") for n in range(100, 104)])
    for name in ("base", "tokenizer"):
        with atomic_folder(tmp_path / name) as folder:
            write_text(folder / "config.json", name)
    monkeypatch.setattr(script.recipes, "get", lambda name: Skill())
    return SimpleNamespace(
        path=tmp_path, say=lambda prompt, sample, model: "?", learned=[], seeds=[], monkeypatch=monkeypatch
    )


def run(place, number):
    """A round, with replies by `place.say` in place of a model, and training that notes what it was given."""

    def replies(self, prompts, names, params, model, what):
        if what == "tries":
            place.seeds.append(params.seed)
        return [place.say(prompt, sample, model) for prompt in prompts for sample in range(params.samples)]

    def learn(self, pool):
        place.learned.append(list(pool))
        with atomic_folder(self.work / "model") as made:
            write_text(made / "model.txt", str(len(pool)))
        return self.work / "model"

    place.monkeypatch.setattr(script.Round, "replies", replies)
    place.monkeypatch.setattr(script.Round, "learn", learn)
    at, before = place.path / str(number), place.path / str(number - 1)
    first = number == 1
    script.main(
        "toy", number, json.dumps(PARAMS), place.path / "base", place.path / "tokenizer", place.path / "train.jsonl",
        place.path / "val.jsonl", at / "pool.jsonl", at / "metadata.json", at / "model",
        None if first else before / "pool.jsonl", None if first else before / "model", place.path / "work", None,
    )  # fmt: skip
    return read_json(at / "metadata.json")


def right(prompt, sample, model):
    return str(2 * int(prompt[-1].content.split()[-1]))


def test_what_is_right_and_proven_joins_the_pool_and_the_rest_does_not(place):
    tried = []

    def say(prompt, sample, model):
        n = int(prompt[-1].content.split()[-1])
        if n < 100:
            tried.append(n)
        return {0: "wrong", 1: f" {2 * n}"}.get(n % 3, str(2 * n))

    place.say = say
    told = run(place, 1)
    pool = read_jsonl(place.path / "1/pool.jsonl", Row)
    assert (told["solved"], told["tried"]) == (len(pool), 6)
    given = {row.id for row in pool} & {f"train-{n}" for n in range(8)}
    assert len(given) == 2
    found = [row for row in pool if row.id not in given]
    assert found
    assert all(int(row.messages[-2].content.split()[-1]) % 3 == 2 for row in found)
    assert place.learned == [pool]
    assert all(row.reply == right(row.messages[:-1], 0, None) for row in pool)


def test_a_try_is_shown_the_solved_rows_that_are_most_like_it_with_their_replies(place):
    seen = []
    place.say = lambda prompt, sample, model: seen.append(prompt) or "?"
    run(place, 1)
    tries = [prompt for prompt in seen if len(prompt) > 2]
    assert {len(prompt) for prompt in tries} == {1 + 2 * 2 + 1}
    assert all(
        [m.role for m in prompt] == ["system", "user", "assistant", "user", "assistant", "user"] for prompt in tries
    )
    assert (
        len([prompt for prompt in seen if len(prompt) == 2]) == 8
    )  # validation is shown none: base and new, four each


def test_a_model_that_answers_worse_is_not_accepted(place):
    def say(prompt, sample, model):
        return right(prompt, sample, model) if model is None and prompt[-1].content[-1] in "0123" else "?"

    place.say = say
    first = run(place, 1)
    assert (first["accuracy_before"], first["accuracy_new"], first["accepted"]) == (1.0, 0.0, False)
    place.say = right
    second = run(place, 2)
    assert second["accepted"]


def test_the_loop_stops_at_its_target_and_hands_on_what_there_is(place):
    place.say = right
    assert run(place, 1)["stopped"] == "target"
    place.say = None  # nobody is asked any more
    again = run(place, 2)
    assert (again["stopped"], again["round"], len(place.learned)) == ("target", 2, 1)
    for file in ("pool.jsonl", "model/model.txt"):
        assert (place.path / "1" / file).read_bytes() == (place.path / "2" / file).read_bytes()


def test_a_round_that_finds_nothing_stops_the_loop_once_a_model_has_learned_what_is_known(place):
    assert run(place, 1)["stopped"] == ""
    assert run(place, 2)["stopped"] == "no gain"


def test_each_round_draws_its_own_tries(place):
    run(place, 1)
    run(place, 2)
    first, second = place.seeds
    assert first != second


def test_rows_of_other_labels_have_no_part_in_it(place):
    place.monkeypatch.setitem(PARAMS, "bootstrap", {**PARAMS["bootstrap"], "labels": ["double"]})
    mine = [replace(row(n), label="double" if n < 6 else "other") for n in range(8)]
    write_jsonl(place.path / "train.jsonl", mine)
    write_jsonl(place.path / "val.jsonl", [replace(row(9, "val"), label="double")])
    place.say = right
    assert run(place, 1)["problems"] == 6
    assert {row.label for row in place.learned[0]} == {"double"}


def test_labels_that_no_row_has_are_told_with_the_file(place, capsys):
    place.monkeypatch.setitem(PARAMS, "bootstrap", {**PARAMS["bootstrap"], "labels": ["treble"]})
    with pytest.raises(SystemExit):
        run(place, 1)
    assert "train.jsonl: expected rows labelled treble, found none" in capsys.readouterr().err
