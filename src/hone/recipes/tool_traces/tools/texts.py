"""Counting in texts, and changing them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hone.recipes.tool_traces.tools.base import LocalTool, World, cut, described

_COUNTS: Mapping[str, Callable[[str], int]] = {
    "characters": len,
    "letters": lambda text: sum(c.isalpha() for c in text),
    "vowels": lambda text: sum(c in "aeiou" for c in text.lower()),
    "words": lambda text: len(text.split()),
    "lines": lambda text: len(text.splitlines()),
}
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "reverse": lambda text: text[::-1],
    "sort_words": lambda text: " ".join(sorted(text.split(), key=str.lower)),
    "initials": lambda text: "".join(word[0].upper() for word in text.split()),
}


def count(text: str, what: str) -> int:
    """How many of `what` there are in `text`."""
    return _COUNTS[what](text)


def change(text: str, how: str) -> str:
    """`text`, changed as `how` says."""
    return _CHANGES[how](text)


def _count(arguments: Mapping[str, Any], world: World) -> str:
    return str(count(arguments["text"], arguments["what"]))


def _change(arguments: Mapping[str, Any], world: World) -> str:
    return cut(change(arguments["text"], arguments["how"]))


def _find(arguments: Mapping[str, Any], world: World) -> str:
    return str(len(re.findall(re.escape(arguments["part"]), arguments["text"])))


TOOLS = (
    LocalTool(
        described(
            "count_text", "how much of a kind is in a text", "text what",
            text="string", what={"type": "string", "enum": list(_COUNTS)},
        ),
        _count, ("word_count", "count_words", "text_counter"),
    ),
    LocalTool(
        described(
            "change_text", "a text, changed", "text how", text="string", how={"type": "string", "enum": list(_CHANGES)}
        ),
        _change, ("text_transform", "string_tool", "string_manipulation"), {"operation": "how"},
    ),
    LocalTool(
        described("count_part", "how often a part occurs in a text", "text part", text="string", part="string"),
        _find, ("count_substring", "count_occurrences"), {"substring": "part"},
    ),
)  # fmt: skip
