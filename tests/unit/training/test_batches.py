import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.training.batches import by_length, collate, padded, steps_of_epoch

from .conftest import row

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=40)


@given(LENGTHS, st.integers(1, 200), st.integers(1, 400), st.integers(0, 3))
def test_every_row_is_trained_exactly_once_an_epoch(lengths, per_batch, per_step, epoch):
    steps = steps_of_epoch(lengths, per_batch, per_step, 0, epoch)
    assert sorted(row for step in steps for batch in step for row in batch) == list(range(len(lengths)))


@given(LENGTHS, st.integers(60, 200), st.integers(60, 400))
def test_no_batch_and_no_step_holds_more_padded_tokens_than_allowed(lengths, per_batch, per_step):
    for step in steps_of_epoch(lengths, per_batch, per_step, 0, 0):
        assert all(padded(lengths, batch) <= min(per_batch, per_step) for batch in step)
        assert sum(padded(lengths, batch) for batch in step) <= per_step


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 3)), min_size=1, max_size=40), st.integers(0, 3))
def test_a_curriculum_trains_every_row_once_an_epoch_and_its_steps_never_go_back_or_mix_stages(rows, epoch):
    lengths, stages = zip(*rows, strict=True)
    steps = steps_of_epoch(lengths, 100, 200, 0, epoch, stages)
    assert sorted(row for step in steps for batch in step for row in batch) == list(range(len(rows)))
    of_steps = [{stages[row] for batch in step for row in batch} for step in steps]
    assert all(len(found) == 1 for found in of_steps)
    assert [min(found) for found in of_steps] == sorted(min(found) for found in of_steps)


def test_without_a_curriculum_the_order_is_what_it_was_before_there_were_any():
    lengths = [number % 7 + 3 for number in range(12)]
    expected = [((10, 11), (6,), (4, 5)), ((7, 0, 8, 1), (9, 2, 3))]
    assert steps_of_epoch(lengths, 20, 40, 5, 2) == steps_of_epoch(lengths, 20, 40, 5, 2, [0] * 12) == expected


def test_each_epoch_of_a_curriculum_has_its_own_order_within_the_stages():
    lengths, stages = [length % 7 + 3 for length in range(40)], [row % 2 for row in range(40)]
    orders = {tuple(steps_of_epoch(lengths, 20, 40, 5, epoch, stages)) for epoch in (0, 1, 2)}
    assert len(orders) == 3


def test_a_row_longer_than_the_budget_stands_alone():
    assert by_length([3, 50, 4], range(3), tokens=10) == [(0, 2), (1,)]


def test_order_is_a_pure_function_of_seed_and_epoch():
    lengths = [length % 7 + 3 for length in range(40)]
    assert steps_of_epoch(lengths, 20, 40, 5, 2) == steps_of_epoch(lengths, 20, 40, 5, 2)


def test_each_epoch_and_each_seed_has_its_own_order():
    lengths = [length % 7 + 3 for length in range(40)]
    orders = [tuple(steps_of_epoch(lengths, 20, 40, seed, epoch)) for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len(set(orders)) == len(orders)


def test_a_pad_is_known_by_the_mask_and_the_end_token_with_the_same_id_is_learned():
    batch = collate([row(5, 3), row(9, 3)])
    assert batch.mask.tolist() == [[1] * 5 + [0] * 4, [1] * 9]
    assert batch.ids[0, 4] == 0 == batch.ids[0, 5]  # the end token has the pads' id
    assert batch.supervised[0].tolist() == [False, False, True, True, True] + [False] * 4


def test_the_first_token_is_never_supervised():
    assert collate([row(4, 4)]).supervised.tolist() == [[False, True, True, True]]


@pytest.mark.parametrize("tokens", [64, 256])
def test_length_sorted_batches_hold_little_padding(tokens):
    lengths = [10 + number * 37 % 50 for number in range(200)]
    batches = by_length(lengths, range(200), tokens)
    assert sum(padded(lengths, batch) for batch in batches) < 1.1 * sum(lengths)
