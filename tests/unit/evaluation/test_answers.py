import pytest

from hone.evaluation.answers import right


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("17", "17"), ("17.0", "17"), ("$1,234.50", "1234.5"), ("12 %", "12"), ("St. Peter", "st peter"),
        ("Monday, 25", "monday,25"), ("a; b", "A, B"), ("1, 2.0", "1,2"),
    ],
)  # fmt: skip
def test_spelling_does_not_matter(answer, expected):
    assert right(answer, expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", "17"), ("", ""), (" ", "x"), ("17", ""), ("18", "17"), ("seventeen", "17"), ("a", "a, b"), ("b, a", "a, b"),
        ("a, b, c", "a, b"), ("...", "!!!, ???"), ("Peter", "Pete"),
    ],
)  # fmt: skip
def test_another_answer_or_none_is_not_right(answer, expected):
    assert not right(answer, expected)
