"""GRPO on a tiny model, by the real TRL: rewards rise, and a stop changes nothing."""

import os
import signal
from dataclasses import replace

import pytest

from hone import reasoning, tokens
from hone.core.config import RLParams
from hone.core.errors import Interrupted, UserError
from hone.core.files import read_json
from hone.core.records import Row, read_jsonl
from hone.training import grpo, run

from .conftest import conversation, params


def worth(answered):
    """The share of an answer that is letters of the words blue and green: something that a tiny model can learn."""
    return [sum(letter in "bluegrn" for letter in text) / max(1, len(text)) for _, text in answered]


@pytest.fixture(scope="module")
def start(inputs, tmp_path_factory):
    place = tmp_path_factory.mktemp("start")
    tokens.build(inputs.base, (), [conversation(1)], place / "tokenizer")
    plain = replace(inputs, tokenizer=place / "tokenizer")
    run.train(params(epochs=8), plain, place / "sft", place / "work")
    return grpo.Inputs(inputs.base, plain.tokenizer, place / "sft", inputs.train, inputs.val)


def settings(**changed):
    sizes = {"steps": 6, "prompts_per_step": 2, "generations": 4, "batch_size": 8, "max_new_tokens": 8}
    return RLParams(**{**sizes, "learning_rate": 2e-2, "validate_every": 3, "kl": 0.01, **changed})


def test_answers_become_worth_more_and_the_best_are_published(start, tmp_path):
    sizes = {"steps": 15, "generations": 8, "batch_size": 16, "learning_rate": 5e-3, "kl": 0.001}
    grpo.train(settings(**sizes), start, worth, tmp_path / "rl", tmp_path / "work")
    told = read_json(tmp_path / "rl/training.json")
    rewards = [each["reward"] for each in told["validation_reward"]]
    assert max(rewards) > rewards[0] + 0.2
    assert told["best_step"] == told["validation_reward"][rewards.index(max(rewards))]["step"]
    assert (told["steps"][0]["kl"], told["steps"][-1]["kl"] > 0) == (0, True)
    assert {"skipped_groups", "loss", "grad_norm", "reward_std"} <= told["steps"][0].keys()


def test_a_stopped_run_goes_on_to_the_same_bytes(start, tmp_path):
    grpo.train(settings(), start, worth, tmp_path / "whole", tmp_path / "work-1")
    calls = []

    def stopping(answered):
        calls.append(len(answered))
        if len(calls) == 5:  # in the fourth step, after the first validation
            os.kill(os.getpid(), signal.SIGTERM)
        return worth(answered)

    with pytest.raises(Interrupted):
        grpo.train(settings(), start, stopping, tmp_path / "parts", tmp_path / "work-2")
    assert not (tmp_path / "parts").exists()
    grpo.train(settings(), start, worth, tmp_path / "parts", tmp_path / "work-2")
    for file in ("adapter_model.safetensors", "training.json"):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_a_group_whose_answers_are_all_worth_the_same_teaches_nothing(start, tmp_path):
    grpo.train(settings(kl=0.0), start, lambda answered: [1.0] * len(answered), tmp_path / "rl", tmp_path / "work")
    told = read_json(tmp_path / "rl/training.json")
    assert all(step["skipped_groups"] == 2 for step in told["steps"])
    assert all(step["grad_norm"] == 0 for step in told["steps"])


def test_thoughts_are_asked_for_in_every_prompt_of_a_run_that_wants_them(start, tmp_path):
    run = grpo.Run(settings(format="reasoning", examples=2), start, worth, tmp_path, None)
    prompts = [run.prompt(0, 0), run.prompt(0, 5), *run.prompts["train"], *run.prompts["val"]]
    assert all(run.chat.decode(prompt).count(reasoning.ASKED) == 1 for prompt in prompts)


def test_examples_stand_before_a_prompt_at_first_and_no_more_at_last(start, tmp_path):
    run = grpo.Run(settings(examples=2, steps=8), start, worth, tmp_path, None)
    lengths = [len(run.prompt(0, step)) for step in range(8)]
    plain = len(run.prompts["train"][0])
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[3] > plain
    assert lengths[-2:] == [plain, plain]


def test_a_run_with_examples_goes_on_to_the_same_bytes(start, tmp_path):
    grpo.train(settings(examples=2, steps=4), start, worth, tmp_path / "whole", tmp_path / "work-1")
    calls = []

    def stopping(answered):
        calls.append(len(answered))
        if len(calls) == 3:  # after the validation of the start: in the second step
            os.kill(os.getpid(), signal.SIGTERM)
        return worth(answered)

    with pytest.raises(Interrupted):
        grpo.train(settings(examples=2, steps=4), start, stopping, tmp_path / "parts", tmp_path / "work-2")
    grpo.train(settings(examples=2, steps=4), start, worth, tmp_path / "parts", tmp_path / "work-2")
    for file in ("adapter_model.safetensors", "training.json"):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_some_rows_drawn_by_seed_can_be_all_that_it_is_about(start, tmp_path):
    seen = set()

    def noting(answered):
        seen.update(row.id for row, _ in answered if row.id in trained)
        return worth(answered)

    trained = {row.id for row in read_jsonl(start.train, Row)}
    grpo.train(settings(rows=3), start, noting, tmp_path / "rl", tmp_path / "work")
    assert len(seen) == 3
    assert read_json(tmp_path / "rl/training.json")["rows"] == 3


def test_what_cannot_be_gone_on_from_is_one_message(start, inputs, tmp_path):
    with pytest.raises(UserError, match="expected a LoRA adapter to go on from"):
        grpo.train(settings(), replace(start, start=start.base), worth, tmp_path / "rl", tmp_path / "work")
    with pytest.raises(UserError, match=r"expected no new tokens, found <\|AGENT\|>"):
        grpo.train(settings(), replace(start, tokenizer=inputs.tokenizer), worth, tmp_path / "rl", tmp_path / "work")
