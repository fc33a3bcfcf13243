import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.calls import Call, Tool, called, declaration, declared, spelt_out, written
from hone.core.errors import UserError
from hone.core.records import Message

ADD = Tool(
    "add",
    "the sum",
    {"type": "object", "properties": {"a": {"type": "integer"}, "how": {"enum": ["up", "down"]}}, "required": ["a"]},
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(min_size=1), st.dictionaries(st.text(), JSON, max_size=3))
def test_a_call_comes_back_from_its_message(name, arguments):
    call = Call(name, arguments)
    assert Call.of(call.message()) == call


@given(st.text(min_size=1), st.dictionaries(st.text(), JSON, max_size=3))
def test_a_call_that_is_spelt_out_is_read_as_itself(name, arguments):
    call = Call(name, arguments)
    (turn,) = spelt_out([call.message()])
    assert turn.role == "assistant"
    if "</tool_call>" not in turn.content.removesuffix("</tool_call>"):
        assert written(turn.content).call == call


def test_tools_come_back_from_their_message():
    assert declared(declaration([ADD])) == [ADD]


def test_tools_are_told_in_the_systems_message():
    asked = [declaration([ADD]), Message("system", "Be brief."), Message("user", "1 + 1?")]
    system, user = spelt_out(asked)
    assert system.content.startswith("Be brief.")
    assert "add(a: integer, how?: up|down): the sum" in system.content
    assert user == asked[2]


def test_a_conversation_without_tools_is_left_alone():
    asked = [Message("user", "?"), Message("assistant", "!")]
    assert spelt_out(asked) == asked


@pytest.mark.parametrize(
    "content", ["", "[]x", '{"name": 3}', '{"name": ""}', '{"name": "a", "arguments": [1]}', "[1]"]
)
def test_a_message_that_holds_no_call_is_refused(content):
    with pytest.raises(UserError, match="role call"):
        Call.of(Message("call", content))


@pytest.mark.parametrize("content", ["", "{}x", '[{"function": {}}]', "[1]", '{"a": 1}'])
def test_a_message_that_holds_no_tools_is_refused(content):
    with pytest.raises(UserError, match="role tools"):
        declared(Message("tools", content))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ('<tool_call>\n{"name": "add", "arguments": {"a": 1}}\n</tool_call>', Call("add", {"a": 1})),
        ('<think>Hm {"name"</think>\n<tool_call>{"name": "add", "arguments": {}}</tool_call>', Call("add", {})),
        ('I add.\n<tool_call>{"name": "add", "arguments": "{\\"a\\": 1}"}</tool_call>', Call("add", {"a": 1})),
        ('{"name": "add", "parameters": {"a": 1}}', Call("add", {"a": 1})),
        ('<tool_call>{"name": "add"}', Call("add", {})),
    ],
)
def test_calls_are_read_in_the_ways_in_which_models_write_them(text, call):
    assert written(text).call == call


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("", "empty"), (" \n", "empty"), ("<think>Hm</think>", "empty"),
        ("<tool_call>add(1)</tool_call>", "not JSON"), ('<tool_call>{"arguments": {}}</tool_call>', "no name"),
        ('<tool_call>{"name": "add", "arguments": null}</tool_call>', "arguments are no object"),
        ('<tool_call>{"name": "add", "arguments": "a"}</tool_call>', "arguments are not JSON"),
    ],
)  # fmt: skip
def test_what_is_neither_a_call_nor_an_answer_says_why(text, broken):
    turn = written(text)
    assert (turn.call, turn.broken) == (None, broken)


def test_any_other_text_is_an_answer():
    assert written(" 42 ").answer == "42"
    assert called("[" * 100_000) == "not JSON"
