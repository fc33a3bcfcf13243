"""Python values as JSON that keeps exact types: tuples, sets, bytes, dicts with any keys, odd floats are tagged.

Standard library only: the fork server loads this file by path. Subclasses are refused, so that a value with a
`__eq__` of its own never crosses.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

_PLAIN = (type(None), bool, str)
_LONG = 10**4000  # Python refuses to write numbers of more than 4,300 digits in decimal


def encode(value: Any) -> Any:
    """`value` as JSON data. Raises: TypeError for a type that does not cross."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_LONG < value < _LONG else {"$int": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if kind is list:
        return [encode(item) for item in value]
    if kind is tuple:
        return {"$tuple": [encode(item) for item in value]}
    if kind in (set, frozenset):
        items = sorted((encode(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return {"$set" if kind is set else "$frozenset": items}
    if kind is bytes:
        return {"$bytes": value.hex()}
    if kind is complex:
        return {"$complex": [encode(value.real), encode(value.imag)]}
    if kind is dict:
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: encode(item) for key, item in value.items()}
        return {"$dict": [[encode(key), encode(item)] for key, item in value.items()]}
    raise TypeError(f"a {kind.__name__} is not plain data")


def decode(data: Any) -> Any:
    """The value that `encode` made `data` of. Raises: ValueError, TypeError or OverflowError for what it cannot
    have made."""
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = next(iter(data), "")
    if not tag.startswith("$"):
        return {key: decode(item) for key, item in data.items()}
    if tag not in _TAGS or len(data) != 1:
        raise ValueError(f"{tag!r} is not a tag of a value")
    return _TAGS[tag](data[tag])


_TAGS: Mapping[str, Callable[[Any], Any]] = {
    # One object for every nan: as a key of a set or a dict it is found by identity alone.
    "$int": lambda text: int(text, 16),
    "$float": lambda text: math.nan if text == "nan" else float(text),
    "$tuple": lambda items: tuple(map(decode, items)),
    "$set": lambda items: set(map(decode, items)),
    "$frozenset": lambda items: frozenset(map(decode, items)),
    "$bytes": bytes.fromhex,
    "$complex": lambda parts: complex(*map(decode, parts)),
    "$dict": lambda pairs: {decode(key): decode(item) for key, item in pairs},
}


def same(got: Any, expected: Any, tolerance: float | None = None) -> bool:
    """Equal in type and value, all the way down; finite floats within `tolerance` (absolute or relative), if
    given, save in sets and as keys."""
    if type(got) is not type(expected):
        return False
    if isinstance(got, float):
        if math.isnan(got) or math.isnan(expected):
            return math.isnan(got) and math.isnan(expected)
        return got == expected or (
            tolerance is not None and math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance)
        )
    if isinstance(got, list | tuple):
        return len(got) == len(expected) and all(same(a, b, tolerance) for a, b in zip(got, expected, strict=True))
    if isinstance(got, dict):
        return same_keys(got, expected) and all(same(item, expected[key], tolerance) for key, item in got.items())
    if isinstance(got, set | frozenset):
        return same_keys(got, expected)
    return bool(got == expected)


def same_keys(got: Any, expected: Any) -> bool:
    """Do two sets (or the keys of two dicts) hold the same? 1, 1.0 and True, or tuples of them, are one key to
    Python; not here."""
    theirs = {key: key for key in expected}
    return len(got) == len(theirs) and all(key in theirs and same(key, theirs[key]) for key in got)
