import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hone.calls import Call
from hone.evaluation.tool_match import CallMatch, by_schema, edit_distance, match, sequence_f1

SCHEMA = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "x": {"type": "number"},
        "text": {"type": "string"},
        "how": {"type": "string", "enum": ["Sum", "Mean"]},
        "deep": {"type": "object", "properties": {"n": {"type": "integer"}}},
        "limit": {"type": "integer", "default": 10},
    },
    "required": ["n"],
}
NAMES = st.lists(st.sampled_from("abcd"), max_size=6)


def found(predicted, gold):
    return match(Call("f", predicted), Call("f", gold), SCHEMA)


EXACT, MEANING, NAME = CallMatch(True, True, True), CallMatch(True, True, False), CallMatch(True, False, False)


def test_nothing_predicted_is_no_match():
    assert match(None, Call("f", {}), SCHEMA) == CallMatch()


def test_another_tool_is_no_match_whatever_its_arguments():
    assert match(Call("g", {"n": 1}), Call("f", {"n": 1}), SCHEMA) == CallMatch()


def test_both_empty_arguments_are_a_match():
    assert found({}, {}) == EXACT


def test_the_order_of_keys_does_not_matter():
    assert found({"x": 1.5, "n": 1}, {"n": 1, "x": 1.5}) == EXACT


def test_an_argument_too_many_is_no_match():
    assert found({"n": 1, "other": 1}, {"n": 1}) == NAME


def test_a_renamed_argument_is_no_match():
    assert found({"m": 1}, {"n": 1}) == NAME


def test_a_missing_argument_is_no_match():
    assert found({}, {"n": 1}) == NAME


@pytest.mark.parametrize("other", [3.0, "3", " 3 ", "3.0"])
def test_an_integer_is_the_same_in_every_spelling(other):
    assert found({"n": other}, {"n": 3}) == MEANING


def test_true_is_not_one():
    assert found({"n": True}, {"n": 1}) == NAME


def test_a_number_that_differs_is_no_match():
    assert found({"n": 1, "x": 1.5}, {"n": 1, "x": 1.25}) == NAME


def test_an_enums_case_does_not_matter_and_another_choice_does():
    assert found({"n": 1, "how": "sum"}, {"n": 1, "how": "Sum"}) == MEANING
    assert found({"n": 1, "how": "mean"}, {"n": 1, "how": "Sum"}) == NAME


def test_space_around_a_text_does_not_matter_and_case_does():
    assert found({"n": 1, "text": " a b "}, {"n": 1, "text": "a b"}) == MEANING
    assert found({"n": 1, "text": "A b"}, {"n": 1, "text": "a b"}) == NAME


def test_an_optional_argument_that_is_null_or_its_default_is_as_good_as_left_out():
    assert found({"n": 1, "text": None, "limit": 10}, {"n": 1}) == MEANING
    assert found({"n": 1, "limit": 11}, {"n": 1}) == NAME


def test_objects_are_compared_in_depth():
    assert found({"n": 1, "deep": {"n": "2"}}, {"n": 1, "deep": {"n": 2}}) == MEANING
    assert found({"n": 1, "deep": {"n": 3}}, {"n": 1, "deep": {"n": 2}}) == NAME


@example({"x": "nan"})
@example({"n": "1e999"})
@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "z"]), st.none() | st.integers() | st.text()))
def test_normalising_twice_is_normalising_once(arguments):
    once = by_schema(arguments, SCHEMA)
    assert by_schema(once, SCHEMA) == once


def test_two_empty_sequences_agree_and_one_empty_does_not():
    assert sequence_f1([], []) == 1.0
    assert sequence_f1([], ["a"]) == sequence_f1(["a"], []) == 0.0


def test_the_order_of_names_matters():
    assert sequence_f1(["b", "a"], ["a", "b"]) == 0.5
    assert edit_distance(["b", "a"], ["a", "b"]) == 2


@given(NAMES, NAMES)
def test_f1_and_distance_agree_on_what_is_equal(one, other):
    assert (sequence_f1(one, other) == 1.0) == (one == other) == (edit_distance(one, other) == 0)
    assert sequence_f1(one, other) == sequence_f1(other, one)
    assert edit_distance(one, other) == edit_distance(other, one) <= max(len(one), len(other))


@given(NAMES, NAMES, NAMES)
def test_distance_obeys_the_triangle(a, b, c):
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
