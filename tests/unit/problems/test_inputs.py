from collections.abc import Iterator
from typing import Any

import pytest

from hone.problems.inputs import ALIKE, FEWEST, WANTED, answered, drawn, weakness, widened
from hone.runners import Case, Limits, Sandbox, Tests
from hone.runners.q import crosses

SUM = "def f(xs, k):\n    return sum(xs) * k\n"


@pytest.fixture(scope="module")
def runner() -> Iterator[Sandbox]:
    with Sandbox(workers=1, limits=Limits(cpu_s=1)) as runner:
        yield runner


def cases_of(*cases: tuple[tuple[Any, ...], Any]) -> Tests:
    return Tests("f", tuple(Case(args, expected) for args, expected in cases))


def test_new_inputs_are_of_the_kinds_and_within_the_ranges_that_are_seen() -> None:
    seen = [([3, 9, 4], "ab c", 0.5, True), ([7], "b", 2.25, False)]
    inputs = drawn(seen, 0, 60)
    assert len(inputs) == 60
    for numbers, text, fraction, flag in inputs:
        assert len(numbers) <= 5
        assert all(type(n) is int and 3 <= n <= 9 for n in numbers)
        assert set(text) <= set("ab c")
        assert 0.5 <= fraction <= 2.25
        assert type(flag) is bool


def test_emptiness_and_one_item_and_repeats_come_first() -> None:
    inputs = [args[0] for args in drawn([([5, -2, 8],), ([4, 4],)], 0, 30)]
    assert inputs[:2] == [[], [5]]
    assert [5, 5, 5] in inputs[:5]


def test_negatives_come_where_they_are_seen_and_only_there() -> None:
    def negatives(seen: list[tuple[list[int]]]) -> bool:
        return any(n < 0 for (numbers,) in drawn(seen, 0, 40) for n in numbers)

    assert negatives([([5, -2, 8],)])
    assert not negatives([([5, 2, 8],)])


def test_small_numbers_that_are_all_seen_are_gone_beyond() -> None:
    inputs = drawn([(n,) for n in range(1, 11)], 0, 20)
    assert len(inputs) >= FEWEST - 10
    assert min(inputs) > (10,)


def test_equal_seeds_draw_equal_inputs_and_no_input_twice_or_again() -> None:
    seen = [("one two", {"a": 1, "b": 5}), ("two", {"c": 3})]
    first = drawn(seen, 3, 40)
    assert first == drawn(seen, 3, 40) != drawn(seen, 4, 40)
    assert not [args for i, args in enumerate(first) if args in seen or args in first[:i]]


def test_lists_in_lists_stay_rectangles_where_all_that_are_seen_are() -> None:
    seen = [([[1, 2, 3], [4, 5, 6]],), ([[7, 8], [9, 1], [2, 3]],)]
    assert all(len({len(row) for row in grid}) <= 1 for (grid,) in drawn(seen, 0, 40))
    ragged = drawn([([[1], [4, 5]],), ([[7, 8], [9]],)], 0, 40)
    assert any(len({len(row) for row in grid}) > 1 for (grid,) in ragged)


def test_lists_that_are_always_of_one_length_stay_so() -> None:
    seen = [([1, 2, 3], [4, 5, 6], [1]), ([7, 8], [9, 1], [2, 3, 4])]
    inputs = drawn(seen, 0, 40)
    assert all(len(a) == len(b) for a, b, _ in inputs)
    assert any(len(a) != len(c) for a, _, c in inputs)


def test_texts_get_no_double_spaces_unless_some_are_seen() -> None:
    assert not any("  " in text for (text,) in drawn([("ab cd ef",), ("gh i",)], 0, 60))
    assert any("  " in text for (text,) in drawn([("ab  cd ef",), ("gh i",)], 0, 60))


def test_the_reference_answers_and_inputs_on_which_it_fails_are_left_out(runner: Sandbox) -> None:
    source = "def f(n):\n    if n == 2:\n        while True:\n            pass\n    return 10 // n\n"
    inputs = cases_of(*(((n,), None) for n in (5, 0, 2, 1)))
    assert answered(source, inputs, runner, crosses) == [Case((5,), 2), Case((1,), 10)]


def test_a_reference_that_hangs_again_and_again_is_left(runner: Sandbox) -> None:
    source = "def f(n):\n    while n < 9:\n        pass\n    return n\n"
    inputs = cases_of(*(((n,), None) for n in (1, 2, 3, 4, 9)))
    assert answered(source, inputs, runner, crosses) == []


def test_answers_without_a_form_in_the_language_are_left_out(runner: Sandbox) -> None:
    source = "def f(n):\n    return [2 ** n, 2j, float('inf'), n][n % 4] if n % 4 else 2 ** n\n"
    inputs = cases_of(*(((n,), None) for n in (1, 2, 3, 4, 64)))
    assert answered(source, inputs, runner, crosses) == [Case((3,), 3), Case((4,), 16)]


def test_a_problem_gets_more_cases_and_keeps_its_own(runner: Sandbox) -> None:
    own = cases_of((([1, 2], 3), 9), (([4, -6], 2), -4))
    wide = widened(SUM, own, 0, runner, crosses)
    assert wide.cases[:2] == own.cases
    assert len(wide.cases) == WANTED + 2
    assert all(case.expected == sum(case.args[0]) * case.args[1] for case in wide.cases)
    assert weakness(wide) == ""


def test_rare_answers_come_before_the_second_of_any(runner: Sandbox) -> None:
    own = cases_of(((40,), False), ((0,), True))
    wide = widened("def f(n):\n    return n % 13 == 0\n", own, 0, runner, crosses)
    assert {case.expected for case in wide.cases[2:4]} == {True, False}


def test_what_makes_tests_weak_has_a_name() -> None:
    def named(answer: Any, count: int = 30) -> str:
        return weakness(cases_of(*(((n, n + 1), answer(n)) for n in range(count))))

    assert named(lambda n: n * n, FEWEST - 1) == "few_inputs"
    assert named(lambda n: n >= 30 * ALIKE + 1) == "answers_alike"
    assert named(lambda n: n >= 30 * ALIKE) == ""
    assert named(lambda n: n + 1) == "echo"
    assert named(lambda n: True if n % 2 else 1) == ""
