"""Python values and q values: a typed, total mapping, so that tests in Python can be asked of programs in q.

    Python                      q                                   and back
    None                        ::                                  None, as are the nulls of integers and dates
    bool, int, float            boolean, long, float                int of any integer kind, float of any float kind
    str                         a list of characters                str, also of a character or a symbol
    bytes                       a list of bytes                     a list of int
    list, tuple, set (sorted)   a list, of one kind where it can    a list
    dict                        a dictionary, str keys as symbols   a dict
    -                           a table, a date or time             a list of dicts, the text that q prints

q cannot tell some of Python's values apart, so both sides are compared in one form, `canonical`: tuples and sets are
lists, a list of characters is a string, and all that is empty is the empty list (q's `()` has no sure kind).
Integers must fit q's long; keys lose blanks at their ends where q itself makes them. Loaded by the fork server too:
standard library and qsubset only.
"""

import math
from collections.abc import Iterable
from typing import Any

from qsubset import console, values
from qsubset.verbs import tables

LARGEST = (1 << 63) - 2  # beyond it are q's infinities and its null


def canonical(value: Any) -> Any:
    """`value` as q would tell it from others. Idempotent. Raises: TypeError for what q has no form for."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return value or []
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, set | frozenset):
        return canonical(ordered(value))
    if isinstance(value, list | tuple):
        items = [canonical(item) for item in value]
        return "".join(items) if items and all(isinstance(i, str) and len(i) == 1 for i in items) else items
    if isinstance(value, dict):
        return {as_key(canonical(key)): canonical(item) for key, item in value.items()}
    raise TypeError(f"a {type(value).__name__} has no form in q")


def ordered(items: set[Any] | frozenset[Any]) -> list[Any]:
    """A set as a list, the same for equal sets."""
    return sorted(items) if len({type(item) for item in items}) <= 1 else sorted(items, key=repr)


def dictionary(keys: Iterable[Any], items: Iterable[Any]) -> dict[Any, Any]:
    """A dictionary of q's. Raises: TypeError if it has a key twice, which none of Python's has."""
    pairs = [(as_key(key), item) for key, item in zip(keys, items, strict=True)]
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TypeError("a dictionary that has a key twice has no form in Python")
    return found


def as_key(key: Any) -> Any:
    """Lists are no keys in Python."""
    return tuple(as_key(item) for item in key) if isinstance(key, list) else key


def to_q(value: Any) -> Any:
    """A q value. Raises: TypeError for what q has no form for, or a number that no long can hold."""
    if value is None:
        return values.NIL
    if isinstance(value, bool):
        return values.boolean(value)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise TypeError(f"{value} does not fit q's long")
        return values.long(value)
    if isinstance(value, float):
        return values.floating(value)
    if isinstance(value, str):
        return values.string(_bytes(value))
    if isinstance(value, bytes):
        return values.List(values.BYTE, list(value))
    if isinstance(value, set | frozenset):
        return to_q(ordered(value))
    if isinstance(value, list | tuple):
        return values.assemble([to_q(item) for item in value])
    if isinstance(value, dict):
        names = bool(value) and all(isinstance(key, str) for key in value)
        keys = [values.symbol(_bytes(key)) if names else to_q(key) for key in value]
        return values.Dict(values.assemble(keys), values.assemble([to_q(item) for item in value.values()]))
    raise TypeError(f"a {type(value).__name__} has no form in q")


def from_q(x: Any) -> Any:
    """A Python value, canonical. Raises: TypeError for a function."""
    if isinstance(x, values.Atom):
        return _datum(-x.kind, x.data)
    if isinstance(x, values.List):
        if x.kind == values.CHAR:
            return _text(x.data) or []
        return canonical([from_q(item) for item in values.items(x)])
    if (isinstance(x, values.Dict) and x.is_keyed_table) or isinstance(x, values.Table):
        table = x if isinstance(x, values.Table) else tables.unkeyed(x)
        return [from_q(row) for row in values.items(table)]
    if isinstance(x, values.Dict):
        return dictionary(map(from_q, values.items(x.keys)), map(from_q, values.items(x.values)))
    if x is values.NIL:
        return None
    raise TypeError(f"{console.one_line(x)} is a function, no plain data")


def _datum(kind: int, datum: Any) -> Any:
    if kind == values.BOOLEAN:
        return bool(datum)
    if kind in (values.CHAR, values.SYMBOL):
        return _text(datum) or []
    if kind in (values.REAL, values.FLOAT):
        return float(datum)
    if datum == values.NULL or (isinstance(datum, float) and math.isnan(datum)):
        return None
    return console.datum_text(kind, datum) if kind in values.TEMPORALS else datum


def _bytes(text: str) -> str:
    """A character for each byte, as q counts them."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def _text(data: str) -> str:
    return data.encode("latin-1").decode("utf-8", "surrogatepass") if not data.isascii() else data
