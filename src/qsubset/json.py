"""Values to JSON and back (.j.j, .j.k).

Not covered: what JSON has no form for is written as its text; numbers come back as floats, objects as dictionaries.
"""

import json
from typing import Any

from qsubset import console
from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    CHAR,
    DATE,
    FLOATS,
    INF,
    INTEGERS,
    NIL,
    NULL,
    SYMBOL,
    TEMPORALS,
    Atom,
    Dict,
    List,
    Table,
    Value,
    assemble,
    boolean,
    floating,
    items,
    string,
    symbols,
)
from qsubset.verbs.strings import atom_string


def to_json(x: Value) -> str:
    if isinstance(x, Atom):
        return atom_json(-x.kind, x.data)
    if isinstance(x, Dict) and not x.is_keyed_table:
        pairs = zip(items(x.keys), items(x.values), strict=True)
        return "{" + ",".join(f"{key_json(key)}:{to_json(value)}" for key, value in pairs) + "}"
    if isinstance(x, Dict):
        both = Table(x.keys.names + x.values.names, x.keys.columns + x.values.columns)  # type: ignore[attr-defined]
        return to_json(both)
    if isinstance(x, List) and x.kind == CHAR:
        return text_json(x.data)
    if isinstance(x, List | Table):
        return "[" + ",".join(map(to_json, items(x))) + "]"
    return "null" if x is NIL else text_json(console.one_line(x))


def key_json(key: Value) -> str:
    return text_json(atom_string(key) if isinstance(key, Atom) else console.one_line(key))


def text_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def atom_json(kind: int, datum: Any) -> str:
    if kind in (CHAR, SYMBOL):
        return text_json(datum)
    if kind == BOOLEAN:
        return "true" if datum else "false"
    if datum == NULL or datum != datum:
        return "null"
    if kind in TEMPORALS:
        text = console.datum_text(kind, datum)
        return text_json(text.replace(".", "-", 2) if kind == DATE else text)
    if kind in FLOATS:
        return "null" if abs(datum) == INF else console.float_text(datum)
    return str(datum) if kind in INTEGERS else text_json(console.datum_text(kind, datum))


def from_json(text: str) -> Any:
    """Raises: QError with what was wrong."""
    try:
        return value_of(json.loads(text, parse_int=float))
    except (ValueError, RecursionError):
        raise QError("json") from None


def value_of(found: Any) -> Any:
    if found is None:
        return floating(float("nan"))
    if isinstance(found, bool):
        return boolean(found)
    if isinstance(found, float):
        return floating(found)
    if isinstance(found, str):
        return string(found)
    if isinstance(found, dict):
        values = [value_of(value) for value in found.values()]
        return Dict(symbols(found), assemble(values))
    return assemble([value_of(value) for value in found])
