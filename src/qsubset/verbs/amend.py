"""Change at indexes, and apply with a trap: @ and . of two, three and four arguments."""

from collections.abc import Sequence
from typing import Any

from qsubset.apply import apply, at, find_rows
from qsubset.errors import QError
from qsubset.values import (
    DYAD,
    INTEGERS,
    LONG,
    MIXED,
    NIL,
    SYMBOL,
    Atom,
    Dict,
    List,
    Table,
    Value,
    Verb,
    as_list,
    assemble,
    count,
    hashable,
    is_function,
    items,
    keys_of,
    longs,
    null_like,
    null_of,
    repeat,
    string,
    symbols,
)
from qsubset.verbs.registry import dyad, form
from qsubset.verbs.tables import upsert

ASSIGN = Verb(":", DYAD)
ASSIGN.forms[2] = lambda x, y: y


@dyad("@")
def apply_at(x: Value, y: Value) -> Any:
    return apply(x, [y])


@dyad(".")
def apply_all(x: Value, y: Value) -> Any:
    """`x` of the items of `y` as its arguments, or at them as indexes in depth."""
    if isinstance(y, Dict | Table) or y.kind < 0:
        if y.kind < 0 and is_function(x):
            raise QError("type")
        return apply(x, [y])
    arguments = items(y)
    if not arguments:
        return apply(x, [NIL]) if is_function(x) else x
    return apply(x, arguments)


def trapped(run: Any, handler: Value) -> Any:
    """What `run` makes, or the handler of the name of the error that it signalled."""
    try:
        return run()
    except QError as error:
        return apply(handler, [string(error.name)]) if is_function(handler) else handler
    except (RecursionError, MemoryError) as error:
        name = "stack" if isinstance(error, RecursionError) else "wsfull"
        return apply(handler, [string(name)]) if is_function(handler) else handler


@form(3, "@")
def at_three(x: Value, y: Value, z: Value) -> Any:
    if is_function(x):
        return trapped(lambda: apply(x, [y]), z)
    return amend(x, [y], z)


@form(4, "@")
def at_four(x: Value, y: Value, z: Value, w: Value) -> Any:
    return amend(x, [y], z, w)


@form(3, ".")
def dot_three(x: Value, y: Value, z: Value) -> Any:
    if is_function(x):
        return trapped(lambda: apply_all(x, y), z)
    return amend(x, path_of(y), z)


@form(4, ".")
def dot_four(x: Value, y: Value, z: Value, w: Value) -> Any:
    return amend(x, path_of(y), z, w)


def path_of(y: Value) -> list[Value]:
    return items(y) if y.kind >= 0 and not is_function(y) and not isinstance(y, Dict | Table) else [y]


def amend(x: Any, path: Sequence[Value], f: Value, *right: Value) -> Any:
    """`x` with what is at the path replaced by `f` of it, and of what is given to the right."""
    if not path:
        return apply(f, [x, *right])
    first, rest = path[0], path[1:]
    if is_function(first) and first is not NIL:
        raise QError("type")
    if isinstance(x, Table):
        return amend_table(x, first, rest, f, right)
    if isinstance(x, Dict) and isinstance(x.keys, Table):
        return amend_keyed(x, first, rest, f, right)
    if first is NIL:
        first = longs(range(count(x))) if not isinstance(x, Dict) else x.keys
    if first.kind >= 0 and not (isinstance(x, Dict) and first.kind == MIXED and not spreads(x, first)):
        return amend_each(x, first, rest, f, right)
    return amend_dict(x, first, rest, f, right) if isinstance(x, Dict) else amend_item(x, first, rest, f, right)


def spreads(x: Dict, keys: Value) -> bool:
    """Whether the items of a mixed list are keys of `x` rather than it itself."""
    return hashable(keys) not in keys_of(x.keys)


def amend_each(x: Any, places: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> Any:
    """At each of several places in turn."""
    many = items(places) if not isinstance(places, Dict) else items(places.values)
    sides: list[list[Value]] = []
    for side in right:
        spread = side.kind >= 0 and not is_function(side) and not isinstance(side, Dict)
        if spread and count(side) != len(many):
            raise QError("length")
        sides.append(items(side) if spread else [side] * len(many))
    if plain(x, places, rest, f, right):
        return amend_plain(x, places.data, right[0])
    for i, place in enumerate(many):
        x = amend(x, [place, *rest], f, *(side[i] for side in sides))
    return x


def plain(x: Any, places: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> bool:
    """Whether it is only data put into a list of their kind."""
    return (isinstance(x, List) and f is ASSIGN and not rest and x.kind not in (MIXED, 10)
            and isinstance(places, List) and places.kind == LONG and abs(right[0].kind) == x.kind)  # fmt: skip


def amend_plain(x: List, places: Sequence[int], new: Any) -> List:
    data = list(x.data)
    values = new.data if isinstance(new, List) else [new.data] * len(places)
    for place, value in zip(places, values, strict=True):
        if not 0 <= place < len(data):
            raise QError("length")
        data[place] = value
    return List(x.kind, data)


def amend_item(x: Value, place: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> Any:
    if not isinstance(x, List) or not isinstance(place, Atom) or -place.kind not in INTEGERS:
        raise QError("type")
    i, data = place.data, x.data
    if not 0 <= i < len(data):
        raise QError("length")
    if x.kind == MIXED:
        changed = list(data)
        changed[i] = amend(data[i], rest, f, *right)
        return assemble(changed)
    new = amend(Atom(-x.kind, data[i]), rest, f, *right)
    if new.kind != -x.kind:
        raise QError("type")
    if x.kind == 10:
        return List(10, data[:i] + new.data + data[i + 1 :])
    changed = list(data)
    changed[i] = new.data
    return List(x.kind, changed)


def amend_dict(x: Dict, key: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> Dict:
    keys = keys_of(x.keys)
    values = list(items(x.values))
    name = hashable(key)
    if name in keys:
        i = keys.index(name)
        values[i] = amend(values[i], rest, f, *right)
        if isinstance(x.values, List) and x.values.kind not in (MIXED, -values[i].kind):
            raise QError("type")
        return Dict(x.keys, assemble(values))
    if isinstance(x.values, List) and x.values.kind != MIXED:
        missing: Value = null_like(x.values)
    else:
        missing = null_of(values[0]) if values else List(MIXED, [])
    new = amend(missing, rest, f, *right)
    if isinstance(x.values, List) and x.values.data and x.values.kind not in (MIXED, -new.kind):
        raise QError("type")
    return Dict(assemble([*items(x.keys), key]), assemble([*values, new]))


def amend_table(x: Table, first: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> Any:
    if abs(first.kind) == SYMBOL:
        found = amend(Dict(symbols(x.names), List(MIXED, list(x.columns))), [first, *rest], f, *right)
        length = count(x)
        columns = [column if isinstance(column, List) else repeat(column, length) for column in items(found.values)]
        return Table(found.keys.data, columns)
    if rest:
        rows = longs(range(count(x))) if first is NIL else first
        return amend_table(x, rest[0], [rows, *rest[1:]], f, right)
    return amend(List(MIXED, items(x)), [first], f, *right)


def amend_keyed(x: Dict, key: Value, rest: Sequence[Value], f: Value, right: Sequence[Value]) -> Any:
    if not isinstance(x.keys, Table) or not isinstance(x.values, Table):
        raise QError("type")
    row = find_rows(x.keys, key)
    if isinstance(row, Atom) and row.data < count(x.keys):
        return Dict(x.keys, amend_table(x.values, row, rest, f, right))
    new = amend(at(x.values, row), rest, f, *right)
    keys = key if isinstance(key, Dict) else Dict(symbols(x.keys.names), assemble(items(as_list(key))))
    return upsert(x, assemble([*items(keys.values), *items(new)]))
