"""What a recipe asks of a teacher who can be told what was wrong, and what comes of it, whoever the teacher is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from hone.core.records import Message

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Taught(Generic[M]):
    """What a teacher wrote: `rounds` says how often it was asked, `refused` why the last answer was still not good."""

    value: M
    rounds: int
    refused: str


class Lost(Exception):
    """A row that there will not be: its reason is a short fixed text that can be counted."""


class NoMoney(Lost):
    """A row that was not asked for: the budget was used up."""


class Teacher(Protocol):
    """Writes JSON of a given form."""

    async def teach(
        self, messages: Sequence[Message], kind: type[M], check: Callable[[M], str], sample: int
    ) -> Taught[M]:
        """An answer of `kind` that passes `check` ("" for a good one, else what is wrong, for the teacher to read), or
        the last of a few that did not. Another `sample` is another answer. Raises: Lost."""
