"""Solved rows as examples in the prompt of another: those whose questions share the most words with its own."""

import re
from collections.abc import Iterable

from hone.core.records import Message, Row


def shown(row: Row, solved: Iterable[Row], n: int) -> list[Message]:
    """The prompt of a row after those of the `n` rows most like it, the nearest last, with their replies.

    Rows of its own problem are left out: they would give it away.
    """
    own = _words(row)
    others = (other for other in solved if other.problem_id != row.problem_id)
    alike = sorted(others, key=lambda other: (-_likeness(own, _words(other)), other.id))[:n]
    *system, asked = row.messages[:-1]
    return [*system, *(message for other in reversed(alike) for message in other.messages[-2:]), asked]


def _words(row: Row) -> set[str]:
    return set(re.findall(r"\w+", row.messages[-2].content.lower()))


def _likeness(one: set[str], other: set[str]) -> float:
    """Jaccard's index."""
    return len(one & other) / max(1, len(one | other))
