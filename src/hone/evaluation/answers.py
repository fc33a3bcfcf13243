"""Whether a final answer is right, as GAIA counts it: numbers by value, lists part by part, texts by their letters.

Source of the rule: Mialon et al. 2023 (GAIA), section 3. An empty answer is never right.
"""

import math
import re

_LIST = re.compile(r"[,;]")


def right(answer: str, expected: str) -> bool:
    """Whether `answer` is `expected`, but for spelling that does not matter."""
    if _number(expected) is None and _LIST.search(expected):
        ours, theirs = _LIST.split(answer), _LIST.split(expected)
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return _same(answer, expected)


def _same(part: str, expected: str) -> bool:
    wanted = _number(expected)
    if wanted is not None:
        return _number(part) == wanted
    return _letters(part) == _letters(expected) != ""


def _number(text: str) -> float | None:
    try:
        found = float(re.sub(r"[$%,\s]", "", text))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
