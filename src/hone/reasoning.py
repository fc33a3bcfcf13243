"""Prompts that ask for thoughts before the answer, and which part of a reply is then the answer."""

from collections.abc import Sequence
from dataclasses import replace

from hone.core.config import Format
from hone.core.records import Message

OPEN, CLOSE = "<think>", "</think>"
ASKED = f"First think, between {OPEN} and {CLOSE}. After that answer, in the form that is asked for."


def asked(prompt: Sequence[Message], form: Format) -> list[Message]:
    """A prompt in a format; for "reasoning" the wish to think first ends its system message."""
    if form == "plain":
        return list(prompt)
    if prompt[0].role != "system":
        return [Message("system", ASKED), *prompt]
    return [replace(prompt[0], content=f"{prompt[0].content}\n\n{ASKED}"), *prompt[1:]]


def thought(text: str) -> bool:
    """Whether a reply has thoughts that come to an end."""
    return CLOSE in text


def answer(text: str) -> str:
    """What follows a reply's thoughts: all of one without any, nothing of one that never ends them."""
    before, ended, after = text.partition(CLOSE)
    if ended:
        return after
    return "" if OPEN in before else text
