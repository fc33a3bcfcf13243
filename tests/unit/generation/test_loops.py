"""A row that says the same for ever is known for it, and no other is."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hone.generation.loops import Loops

NEEDED, LONGEST = 96, 64


def repeats(ids):
    """By its definition: for some length, the last tokens are as those that many before them, 96 and two phrases."""
    for length in range(1, LONGEST + 1):
        tail = max(NEEDED, 2 * length)
        if len(ids) >= tail + length and ids[-tail:] == ids[-tail - length : -length]:
            return True
    return False


# A start, a phrase that is said over and over, sometimes one more token that breaks it, and the phrase again.
phrase = st.lists(st.integers(0, 2), min_size=1, max_size=9) | st.integers(40, 66).map(lambda n: list(range(n)))
said = st.tuples(
    st.lists(st.integers(0, 2), max_size=20), phrase, st.integers(90, 210), st.lists(st.integers(0, 3), max_size=1)
).map(lambda t: [*t[0], *(t[1] * t[2])[: t[2]], *t[3], *t[1]])


@settings(max_examples=40)
@given(st.lists(said, min_size=1, max_size=3))
@example([[*range(64)] * 3])
@example([[*range(65)] * 3])
def test_rows_are_told_to_repeat_themselves_just_when_they_do(rows):
    rows = [row[: min(map(len, rows))] for row in rows]
    loops = Loops(len(rows))
    for end in range(1, len(rows[0]) + 1):
        assert loops.add([row[end - 1] for row in rows]) == [repeats(row[:end]) for row in rows]


@settings(max_examples=20)
@given(said, said)
def test_a_row_that_left_takes_nothing_with_it(one, other):
    both, alone = Loops(2), Loops(1)
    half = min(len(one), len(other)) // 2
    for first, second in zip(one[:half], other[:half], strict=True):
        assert both.add([first, second])[1] == alone.add([second])[0]
    both.keep([1])
    for token in other[half:]:
        assert both.add([token]) == alone.add([token])
