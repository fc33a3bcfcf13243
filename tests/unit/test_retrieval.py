"""Examples in a prompt: the solved rows most like it, never one that gives it away."""

from hone.core.records import Message, Row
from hone.retrieval import shown


def row(name, asked, problem=""):
    messages = (Message("system", "Write q."), Message("user", asked), Message("assistant", f"reply {name}"))
    return Row(name, problem or name, "train", "", messages)


SOLVED = [row("far", "join two texts"), row("near", "sum of a list"), row("nearest", "sum of the whole list")]


def test_the_rows_most_like_it_are_shown_with_their_replies_the_nearest_last():
    texts = [message.content for message in shown(row("it", "sum of the list"), SOLVED, 2)]
    assert texts == [
        "Write q.", "sum of a list", "reply near", "sum of the whole list", "reply nearest", "sum of the list",
    ]  # fmt: skip


def test_rows_of_its_own_problem_are_not_shown():
    its_own = row("other kind", "sum of the list, told otherwise", problem="it")
    texts = [message.content for message in shown(row("it", "sum of the list"), [its_own, *SOLVED], 1)]
    assert texts == ["Write q.", "sum of the whole list", "reply nearest", "sum of the list"]


def test_with_none_it_is_the_plain_prompt():
    it = row("it", "sum of the list")
    assert shown(it, SOLVED, 0) == list(it.messages[:-1])
