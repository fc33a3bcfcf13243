"""Generation: batching, padding, modes and kills change nothing about a completion."""

import json
import random

import pytest
import torch

from hone.core.config import GenerateParams
from hone.core.errors import UserError
from hone.generation import batches, complete
from hone.generation.batches import recall
from hone.parts import Part


def params(**changes):
    return GenerateParams(**{"max_new_tokens": 24, "batch_size": 4, **changes})


def reference(model, prompt, stops, n):
    """Greedy without cache, batch or padding: the whole text is read again for every token."""
    ids, made = list(prompt), []
    for _ in range(n):
        with torch.no_grad():
            token = int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax())
        ids.append(token)
        made.append(token)
        if token in stops:
            return tuple(made), "stop"
    return tuple(made), "length"


def some_stop(model, prompts):
    """A token that ends some of the greedy completions early, and not others."""
    free = [reference(model, prompt, (), 24)[0] for prompt in prompts]
    return next(t for t in free[0][2:] if 0 < sum(t not in ids for ids in free) < len(free))


@pytest.fixture
def ending(model, prompts):
    return type("End", (), {"end_id": some_stop(model, prompts)})()


@pytest.mark.parametrize("batch_size", [1, 4, 9, 64])
def test_batched_greedy_equals_greedy_alone_in_float32(model, prompts, ending, tmp_path, batch_size):
    found = complete(model, ending, prompts, params(batch_size=batch_size), tmp_path / "cache.jsonl")
    assert found == [reference(model, prompt, {ending.end_id}, 24) for prompt in prompts]
    assert {finish for _, finish in found} == {"stop", "length"}


def test_a_cache_that_has_to_grow_many_times_loses_nothing(model, prompts, ending, tmp_path, monkeypatch):
    monkeypatch.setattr("hone.generation.growing.ROOM", 3)
    found = complete(model, ending, prompts, params(), tmp_path / "cache.jsonl")
    assert found == [reference(model, prompt, {ending.end_id}, 24) for prompt in prompts]


@pytest.mark.parametrize("batch_size", [2, 5, 27])
def test_greedy_in_float32_depends_on_neither_the_order_nor_the_neighbours(
    model, prompts, ending, tmp_path, batch_size
):
    """All that is promised: what a row gets alone it gets in any batch, and only where sums are exact enough."""
    made = complete(model, ending, prompts, params(batch_size=1), tmp_path / "alone.jsonl")
    alone = {tuple(prompt): completed for prompt, completed in zip(prompts, made, strict=True)}
    for seed in range(3):
        some = random.Random(seed).choices(prompts, k=27)  # in another order, some several times and some never
        found = complete(model, ending, some, params(batch_size=batch_size), tmp_path / f"{seed}.jsonl")
        assert found == [alone[tuple(prompt)] for prompt in some]


def test_what_was_kept_is_the_result_although_the_model_would_say_otherwise_now(model, prompts, end, tmp_path):
    """Elsewhere sums are rounded otherwise: a text is kept and read again, not made again and hoped to be equal."""
    kept = complete(model, end, prompts, params(), tmp_path / "kept.jsonl")
    with torch.no_grad():
        model.get_output_embeddings().weight.neg_()
    assert complete(model, end, prompts, params(), tmp_path / "kept.jsonl") == kept
    assert complete(model, end, prompts, params(), tmp_path / "anew.jsonl") != kept


def test_a_completion_that_stopped_ends_with_its_end_token_and_a_cut_one_holds_none(model, prompts, ending, tmp_path):
    for ids, finish in complete(model, ending, prompts, params(), tmp_path / "c.jsonl"):
        assert ids.count(ending.end_id) == (finish == "stop")
        assert ids[-1] == ending.end_id if finish == "stop" else len(ids) == 24


def test_a_greedy_row_that_goes_in_circles_is_ended_and_one_that_is_sampled_is_not(model, prompts, end, tmp_path):
    for parameter in model.parameters():  # all is nearly as likely: the likeliest token is the same for ever
        parameter.data *= 0.01
    greedy, drawn = (
        complete(model, end, prompts, params(max_new_tokens=150, temperature=t), tmp_path / f"{t}.jsonl")
        for t in (0.0, 1.0)
    )
    for ids, finish in greedy:
        assert finish != "length" or len(ids) == 150
        assert finish != "loop" or (len(ids) < 150 and any(ids[-96:] == ids[-96 - n : -n] for n in range(1, 65)))
    assert "loop" in {finish for _, finish in greedy}
    assert all(len(ids) == 150 or finish == "stop" for ids, finish in drawn)


def test_the_models_own_end_tokens_stop_a_row_too(model, prompts, ending, end, tmp_path):
    model.generation_config.eos_token_id = [ending.end_id, 5]
    found = complete(model, end, prompts, params(), tmp_path / "c.jsonl")
    assert found == [reference(model, p, {ending.end_id, 5, end.end_id}, 24) for p in prompts]


def test_dropout_is_off_and_the_cache_is_used_although_the_model_was_left_in_training_mode(
    model, prompts, end, tmp_path
):
    want = complete(model, end, prompts, params(), tmp_path / "eval.jsonl")
    model.train()
    model.config.use_cache = False
    model.activation_checkpointing_enable()
    widths = []
    model.get_input_embeddings().register_forward_hook(lambda _, __, out: widths.append(out.shape[1]))
    assert complete(model, end, prompts, params(), tmp_path / "train.jsonl") == want
    assert model.training
    assert len([width for width in widths if width > 1]) == 2  # each batch is read once; the last is one token


def test_a_row_that_ended_leaves_the_batch(model, prompts, ending, tmp_path):
    rows = []
    model.get_input_embeddings().register_forward_hook(lambda _, __, out: rows.append(out.shape[0]))
    found = complete(model, ending, prompts, params(batch_size=9), tmp_path / "c.jsonl")
    assert sum(rows) == sum(len(ids) for ids, _ in found)


def test_samples_depend_on_seed_row_and_sample_and_on_nothing_else(model, prompts, ending, tmp_path):
    drawn = params(temperature=0.8, samples=3, seed=7)
    together = complete(model, ending, prompts, drawn, tmp_path / "a.jsonl")
    alone = complete(model, ending, prompts, drawn.model_copy(update={"batch_size": 1}), tmp_path / "b.jsonl")
    other = complete(model, ending, prompts, drawn.model_copy(update={"seed": 8}), tmp_path / "c.jsonl")
    assert together == alone
    assert together != other
    assert len(together) == 3 * len(prompts)
    assert len(set(together[:3])) == 3


def test_a_low_temperature_is_nearly_greedy_and_a_sample_follows_the_distribution(model, end, tmp_path):
    prompt = [[10, 20, 30]]
    cold = complete(model, end, prompt, params(temperature=1e-4), tmp_path / "cold.jsonl")
    assert cold == [reference(model, prompt[0], {end.end_id}, 24)]
    many = params(temperature=1.0, samples=2000, max_new_tokens=1, batch_size=500)
    found = complete(model, end, prompt, many, tmp_path / "many.jsonl")
    counts = torch.bincount(torch.tensor([ids[0] for ids, _ in found]), minlength=97)
    with torch.no_grad():
        want = model(input_ids=torch.tensor(prompt)).logits[0, -1].softmax(-1)
    assert (counts / 2000 - want).abs().max() < 0.04


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_a_kill_loses_no_finished_batch_and_the_rerun_gives_the_same(
    model, prompts, end, tmp_path, monkeypatch, temperature
):
    drawn = params(temperature=temperature)
    want = complete(model, end, prompts, drawn, tmp_path / "whole.jsonl")
    runs = []

    def count(*args, **kwargs):
        runs.append(len(kwargs["prompts"]))
        if len(runs) == 2:
            raise KeyboardInterrupt
        return decode(*args, **kwargs)

    decode = batches.decode
    monkeypatch.setattr(batches, "decode", count)
    cache = tmp_path / "killed.jsonl"
    with pytest.raises(KeyboardInterrupt):
        complete(model, end, prompts, drawn, cache)
    with cache.open("a") as stream:
        stream.write('{"batch": "torn')
    assert complete(model, end, prompts, drawn, cache) == want
    assert runs == [4, 4, 4, 1]


@pytest.mark.parametrize("parts", [2, 3, 5])  # there are three batches
def test_parts_make_together_what_one_run_makes_and_it_is_recalled_without_a_model(
    model, prompts, end, tmp_path, parts
):
    want = complete(model, end, prompts, params(), tmp_path / "whole.jsonl")
    cache = tmp_path / "parts.jsonl"
    assert recall(prompts, params(), cache) is None
    made = [complete(model, end, prompts, params(), cache, part=Part(number, parts)) for number in range(1, parts + 1)]
    assert sorted(map(len, made)) == sorted({2: [5, 4], 3: [4, 4, 1], 5: [4, 4, 1, 0, 0]}[parts])
    assert recall(prompts, params(), cache) == want


def test_finished_batches_of_other_params_or_prompts_are_not_taken(model, prompts, end, tmp_path):
    cache = tmp_path / "cache.jsonl"
    complete(model, end, prompts, params(), cache)
    shorter = complete(model, end, prompts, params(max_new_tokens=3), cache)
    assert shorter == [reference(model, prompt, {end.end_id}, 3) for prompt in prompts]
    turned = complete(model, end, prompts[::-1], params(), cache)
    assert turned == [reference(model, prompt, {end.end_id}, 24) for prompt in prompts[::-1]]
    edited = [[*prompt[:-1], 4 + prompt[-1] // 2] for prompt in prompts]  # as long as before, in the same places
    assert complete(model, end, edited, params(), cache) == [reference(model, p, {end.end_id}, 24) for p in edited]


def test_a_cache_with_a_damaged_line_costs_that_batch_only(model, prompts, end, tmp_path):
    cache = tmp_path / "cache.jsonl"
    want = complete(model, end, prompts, params(), cache)
    lines = cache.read_text().splitlines()
    cache.write_text("\n".join([lines[0], lines[1][:40], '{"batch": 1}', lines[2]]) + "\n")
    assert complete(model, end, prompts, params(), cache) == want
    assert json.loads(cache.read_text().splitlines()[-1]) == json.loads(lines[1])


def test_a_prompt_without_room_for_its_completion_is_named(model, prompts, end, tmp_path):
    with pytest.raises(UserError, match=r"prompt 1: 40 tokens .* context of 256"):
        complete(model, end, prompts, params(max_new_tokens=217), tmp_path / "c.jsonl")


def test_an_empty_prompt_is_refused(model, end, tmp_path):
    with pytest.raises(UserError, match="prompt 1: expected at least one token"):
        complete(model, end, [[1], []], params(), tmp_path / "c.jsonl")
