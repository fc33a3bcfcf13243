import math
import os
import signal

import pytest
import torch

from hone.core.errors import Interrupted, UserError
from hone.training import checkpoints
from hone.training.batches import collate
from hone.training.checkpoints import Stop
from hone.training.loop import learning_rate, plan

from .conftest import StopAfter, learned, params, row, rows, same


def test_training_lowers_the_loss(loop):
    run = loop(train=rows(4), epochs=20)
    state = run.run(Stop())
    assert state.losses[-1] < 0.6 * state.losses[0]
    assert state.step == len(run.steps) == len(state.losses)


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("looks", [0, 1, 5, 7, 8, 9, 13, 19, 20])
def test_a_stopped_and_resumed_run_ends_in_the_same_bits(loop, method, looks):
    whole = loop("whole", method=method, dropout=0.1)
    expected = whole.run(Stop())
    with pytest.raises(Interrupted):
        loop("parts", method=method, dropout=0.1).run(StopAfter(looks))
    resumed = loop("parts", method=method, dropout=0.1)
    state = resumed.run(Stop())
    assert same(learned(resumed), learned(whole))
    assert (state.losses, state.validation) == (expected.losses, expected.validation)


def test_a_run_stopped_many_times_ends_in_the_same_bits(loop):
    whole = loop("whole")
    whole.run(Stop())
    for _ in range(60):
        run = loop("parts")
        try:
            run.run(StopAfter(5))
            break
        except Interrupted:
            continue
    assert same(learned(run), learned(whole))


def test_a_resume_goes_on_inside_the_second_epoch_with_that_epochs_order(loop):
    whole = loop("whole")
    per_epoch = len(whole.steps) // 2
    assert whole.steps[:per_epoch] != whole.steps[per_epoch:]
    expected = whole.run(Stop()).losses
    with pytest.raises(Interrupted) as stopped:
        loop("parts").run(StopAfter(sum(map(len, whole.steps[: per_epoch + 2])) + 20))
    resumed = loop("parts")
    resumed._resume()
    assert per_epoch < resumed.state.step < len(whole.steps), stopped.value
    assert resumed.run(Stop()).losses == expected


def test_a_signal_is_seen_between_two_micro_batches_of_one_step(loop, monkeypatch):
    run = loop(tokens_per_step=4096)  # an epoch is one step of many micro-batches
    assert len(run.steps) == 2
    taken = []
    plain = run._summed

    def summed(batch):
        taken.append(batch)
        if len(taken) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return plain(batch)

    monkeypatch.setattr(run, "_summed", summed)
    with Stop() as stop, pytest.raises(Interrupted, match="after step 0 of 2"):
        run.run(stop)
    assert len(taken) == 2 < len(run.steps[0])
    assert (run.copy.folder / checkpoints.STATE).exists()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("tokens_per_batch", [16, 40, 64, 4096])
def test_the_step_does_not_depend_on_how_it_is_split_into_micro_batches(loop, tokens_per_batch):
    def first_gradients(per_batch):
        run = loop(tokens_per_step=4096, tokens_per_batch=per_batch, learning_rate=1e-3)
        taken = {}
        run._update = lambda rate: taken.update({n: p.grad.clone() for n, p in run.trainable.items()}) or 0.0
        return run._step(Stop0())["loss"], taken

    loss, expected = first_gradients(30)
    other, found = first_gradients(tokens_per_batch)
    assert math.isclose(loss, other, rel_tol=1e-5)
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-6, msg=name)


class Stop0(Stop):
    """Never asked to stop, and catches no signal."""


def test_the_loss_of_a_step_weighs_tokens_not_rows_or_batches(loop):
    run = loop(train=[row(30, 25), row(10, 3)], tokens_per_batch=30)
    (step, *_) = run.steps
    assert len(step) == 2
    run.model.train()
    sums = [float(run._summed(batch)) for batch in batches(run, step)]
    counts = [int(batch.supervised.sum()) for batch in batches(run, step)]
    assert math.isclose(run._step(Stop())["loss"], sum(sums) / sum(counts), rel_tol=1e-5)


def test_the_validation_loss_weighs_tokens_not_rows_or_batches(loop):
    run = loop()
    run.val = [collate([row(30, 25)]), collate([row(10, 3)])]
    with torch.no_grad():
        sums = [float(run._summed(batch)) for batch in run.val]
    assert math.isclose(run._validate(Stop()), sum(sums) / 28, rel_tol=1e-5)


def batches(run, step):
    return [collate([run.rows[index] for index in group]) for group in step]


def test_validation_runs_without_dropout_and_training_with_it(loop):
    run = loop(dropout=0.5)
    for parameter in run.trainable.values():
        parameter.data += 0.1
    assert run._validate(Stop()) == run._validate(Stop())
    assert not run.model.training
    run._step(Stop())
    assert run.model.training


def test_the_best_weights_by_validation_are_the_ones_that_are_left(loop, monkeypatch):
    run = loop(validate_every=2)
    losses = iter([3.0, 1.0, 2.0, 1.0] + [5.0] * 50)
    seen = []

    def validate(stop):
        seen.append(learned(run))
        return next(losses)

    monkeypatch.setattr(run, "_validate", validate)
    state = run.run(Stop())
    assert state.best_step == 4  # the first of two equals
    assert same(learned(run), seen[1])
    assert not same(seen[1], seen[-1])


@pytest.mark.parametrize(("patience", "ends"), [(0, 11), (1, 6), (2, 11)])
def test_training_ends_after_as_many_validations_as_it_has_patience_for(loop, monkeypatch, patience, ends):
    run = loop(validate_every=2, patience=patience)
    losses = iter([3.0, 1.0, 2.0, 0.5, 0.4, 0.6])
    monkeypatch.setattr(run, "_validate", lambda stop: next(losses))
    state = run.run(Stop())
    assert state.step == ends
    assert state.best_step == (4 if patience == 1 else 10)


def test_use_cache_of_the_model_is_left_alone(loop):
    run = loop()
    before = run.model.config.use_cache
    run.run(Stop())
    assert run.model.config.use_cache is before is True


def test_a_loss_that_is_not_finite_is_an_error_that_says_what_to_do(loop):
    run = loop()
    next(iter(run.trainable.values())).data.fill_(math.nan)
    with pytest.raises(UserError, match=r"step 1.*learning_rate"):
        run.run(Stop())


def test_a_gradient_that_is_not_finite_is_an_error_although_the_loss_is(loop):
    run = loop()
    first = next(iter(run.trainable.values()))
    first.register_hook(lambda gradient: gradient * math.nan)
    with pytest.raises(UserError, match=r"finite loss, found \d+\.\d+ with a gradient norm of nan"):
        run.run(Stop())


def test_only_the_adapter_and_the_new_rows_are_trained_in_float32(loop):
    run = loop()
    assert all("lora_" in name or "trainable_tokens" in name for name in run.trainable)
    assert all(p.dtype == torch.float32 for p in run.trainable.values())
    assert not any("lm_head" in name for name in run.trainable)


def test_the_learning_rate_rises_in_a_line_and_falls_by_a_cosine():
    rates = [learning_rate(step, 100, params(learning_rate=1.0, warmup=0.1)) for step in range(100)]
    assert rates[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.5)
    assert 0 < rates[99] < 0.001


def test_one_step_without_warmup_is_taken_at_the_full_rate():
    assert learning_rate(0, 1, params(learning_rate=0.5, warmup=0.0)) == 0.5


def test_validation_comes_every_so_many_steps_or_parts_of_an_epoch(loop):
    by_steps = loop(validate_every=3).run(Stop()).validation
    by_epochs = loop(validate_every=0.5, epochs=2)
    half = math.ceil(len(by_epochs.steps) / 4)
    found = by_epochs.run(Stop()).validation
    assert sorted(by_steps) == [*range(3, max(by_steps), 3), max(by_steps)]
    assert sorted(found)[:2] == [half, 2 * half]


def test_half_an_epoch_of_an_odd_number_of_steps_is_validated_twice(loop):
    five = [row(20, 4, seed) for seed in range(5)]
    run = loop(train=five, validate_every=0.5, epochs=1, tokens_per_step=20, tokens_per_batch=20)
    assert sorted(run.run(Stop()).validation) == [3, 5]


def test_a_part_of_an_epoch_is_that_part_of_its_steps():
    lengths = [len(row.ids) for row in rows(12)]
    one, more, all_ = (plan(lengths, params(epochs=epochs)) for epochs in (1, 1.5, 2))
    assert more == all_[: len(more)]
    assert len(more) == len(one) + round(len(all_[len(one) :]) / 2)
    assert len(plan(lengths, params(epochs=0.01))) == 1


def test_training_ends_after_max_steps_with_a_validation_there(loop):
    whole, short = loop(validate_every=0.5, epochs=2), loop("short", validate_every=0.5, epochs=2, max_steps=3)
    assert len(whole.steps) > 3
    assert short.steps == whole.steps[:3]
    assert short.validate_every == whole.validate_every
    state = short.run(Stop())
    assert (state.step, len(state.losses), max(state.validation)) == (3, 3, 3)
    assert loop("long", epochs=2, max_steps=1_000).steps == whole.steps


def test_the_plan_holds_all_epochs():
    lengths = [len(one.ids) for one in rows(10)]
    steps = plan(lengths, params(epochs=3))
    trained = [index for step in steps for group in step for index in group]
    assert sorted(trained) == sorted(list(range(10)) * 3)
