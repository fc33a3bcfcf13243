"""Thoughts before the answer: how they are asked for, and that they are no part of it."""

from hypothesis import given
from hypothesis import strategies as st

from hone import reasoning
from hone.core.records import Message
from hone.reasoning import CLOSE, OPEN

ASK, RULES = Message("user", "Reverse a list."), Message("system", "You write q.")
PROSE = st.text().filter(lambda text: OPEN not in text and CLOSE not in text)


def test_a_plain_prompt_is_as_it_was():
    assert reasoning.asked([RULES, ASK], "plain") == [RULES, ASK]


def test_thoughts_are_asked_for_in_the_one_system_message():
    assert reasoning.asked([ASK], "reasoning") == [Message("system", reasoning.ASKED), ASK]
    with_rules = reasoning.asked([RULES, ASK], "reasoning")
    assert [message.role for message in with_rules] == ["system", "user"]
    assert with_rules[0].content == f"You write q.\n\n{reasoning.ASKED}"


@given(PROSE, PROSE)
def test_the_answer_is_what_follows_the_thoughts(thoughts, answer):
    text = f"{OPEN}{thoughts}{CLOSE}{answer}"
    assert reasoning.thought(text)
    assert reasoning.answer(text) == answer
    assert reasoning.answer(f"{thoughts}{CLOSE}{answer}") == answer  # a template may open them in the prompt


@given(PROSE)
def test_without_thoughts_all_is_answer_and_in_endless_ones_nothing(text):
    assert reasoning.answer(text) == text
    assert reasoning.answer(OPEN + text) == ""
    assert not reasoning.thought(text)
    assert not reasoning.thought(OPEN + text)
