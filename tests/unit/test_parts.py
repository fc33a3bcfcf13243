import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.core.errors import UserError
from hone.parts import Part


@given(st.lists(st.integers()), st.integers(1, 9))
def test_the_parts_are_all_of_the_work_and_share_none_of_it(items, of):
    parts = [Part(number, of).share(items) for number in range(1, of + 1)]
    assert sorted(item for part in parts for item in part) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_no_part_is_the_whole():
    assert Part.parse("") == Part() == Part.parse("1/1")
    assert Part.parse("").whole
    assert not Part.parse("1/2").whole


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "2/", "a/b", "-1/2"])
def test_a_wrong_part_is_one_message(text):
    with pytest.raises(UserError, match="--part: expected a number of how many"):
        Part.parse(text)
