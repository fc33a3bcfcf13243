"""Joins of tables: lj, ij, uj, ej, pj, aj, aj0, asof."""

import bisect
from collections.abc import Sequence
from typing import Any

from qsubset.apply import at_places, find
from qsubset.errors import QError
from qsubset.values import (
    SYMBOL,
    Dict,
    List,
    Table,
    Value,
    assemble,
    count,
    items,
    keys_of,
    names_in,
    null_like,
    order,
    pick,
    repeat,
)
from qsubset.verbs.aggregates import zero_filled
from qsubset.verbs.arithmetic import add
from qsubset.verbs.lists import fill, join
from qsubset.verbs.registry import dyad, form
from qsubset.verbs.tables import rekeyed, unkeyed


def matched(x: Table, y: Value) -> tuple[Table, list[int]]:
    """The values of a keyed table, and which of them belong to each row of `x`: past the end where none does."""
    if not isinstance(y, Dict) or not isinstance(y.keys, Table) or not isinstance(y.values, Table):
        raise QError("type")
    keys = Table(y.keys.names, [x.column(name) for name in y.keys.names])
    return y.values, find(y.keys, keys).data


def combined(x: Table, values: Table, places: Sequence[int], f: Any, alone: Any = None) -> Table:
    """The columns of `x`, changed by `f` where `values` has one of the name too, and after them the others,
    changed by `alone`."""
    columns = dict(zip(x.names, x.columns, strict=True))
    for name, column in zip(values.names, values.columns, strict=True):
        new = at_places(column, places)
        if name in columns:
            columns[name] = f(columns[name], new, places, count(column))
        else:
            columns[name] = new if alone is None else alone(new)
    return Table(list(columns), list(columns.values()))


def replaced(old: List, new: List, places: Sequence[int], length: int) -> Any:
    return assemble([b if i < length else a for i, a, b in zip(places, items(old), items(new), strict=True)])


def of_left(name: str, f: Any, alone: Any = None) -> None:
    def go(x: Value, y: Value) -> Any:
        table = unkeyed(x)
        values, places = matched(table, y)
        return rekeyed(x, combined(table, values, places, f, alone))

    dyad(name)(go)


of_left("lj", replaced)
of_left("ljf", lambda old, new, places, length: fill(old, new))
of_left("pj", lambda old, new, places, length: add(old, zero_filled(new)), zero_filled)


@dyad("ij")
def inner(x: Value, y: Value) -> Any:
    table = unkeyed(x)
    values, places = matched(table, y)
    kept = [i for i, place in enumerate(places) if place < count(values)]
    return combined(pick(table, kept), values, [places[i] for i in kept], replaced)


@dyad("uj")
def union(x: Value, y: Value) -> Any:
    """All rows and columns of both; rows of a keyed table go over those of the same key."""
    if isinstance(x, Dict) and isinstance(y, Dict):
        left, right = unkeyed(x), unkeyed(y)
        keys = [tuple(row) for row in zip(*(keys_of(c) for c in x.keys.columns), strict=True)]  # type: ignore[attr-defined]
        places = {key: i for i, key in enumerate(keys)}
        names = left.names + [name for name in right.names if name not in left.names]
        rows = [dict(zip(left.names, row, strict=True)) for row in zip(*map(items, left.columns), strict=True)]
        new_keys = zip(*(keys_of(c) for c in y.keys.columns), strict=True)  # type: ignore[attr-defined]
        for key, row in zip(new_keys, zip(*map(items, right.columns), strict=True), strict=True):
            entry = dict(zip(right.names, row, strict=True))
            if key in places:
                rows[places[key]].update(entry)
            else:
                places[key] = len(rows)
                rows.append(entry)
        gaps = {n: null_like(t.column(n)) for t in (right, left) for n in t.names}
        return rekeyed(x, Table(names, [assemble([row.get(n, gaps[n]) for row in rows]) for n in names]))
    left, right = unkeyed(x), unkeyed(y)
    names = left.names + [name for name in right.names if name not in left.names]
    return Table(names, [join(part(left, right, name), part(right, left, name)) for name in names])


def part(x: Table, other: Table, name: str) -> Any:
    """A column; nulls of the other table's if there is none of that name."""
    return x.column(name) if name in x.names else repeat(null_like(other.column(name)), count(x))


@form(3, "ej")
def equi(x: Value, y: Value, z: Value) -> Table:
    """Each row of `y` with each of `z` that is equal in the columns `x`."""
    names, left, right = names_in(x), unkeyed(y), unkeyed(z)
    if not names:
        raise QError("length")
    where: dict[Any, list[int]] = {}
    for i, key in enumerate(zip(*(keys_of(right.column(name)) for name in names), strict=True)):
        where.setdefault(key, []).append(i)
    pairs = [(i, j) for i, key in enumerate(zip(*(keys_of(left.column(n)) for n in names), strict=True))
             for j in where.get(key, [])]  # fmt: skip
    rest = [name for name in right.names if name not in names]
    columns = {n: pick(left.column(n), [i for i, _ in pairs]) for n in left.names}
    columns |= {n: pick(right.column(n), [j for _, j in pairs]) for n in rest}
    return Table(list(columns), list(columns.values()))


def as_of(x: Value, y: Value, z: Value, own_time: bool) -> Any:
    """Each row of `y` with the last of `z` that is equal in all but the last column, and not later in that."""
    if not names_in(x):
        raise QError("length")
    *equal, last = names_in(x)
    left, right = unkeyed(y), unkeyed(z)
    times: dict[Any, list[tuple[Any, int]]] = {}

    def key(table: Table, i: int) -> Any:
        return tuple(keys_of(pick(table.column(name), [i]))[0] for name in equal)

    for i, value in enumerate(items(right.column(last))):
        times.setdefault(key(right, i), []).append((order(value), i))
    places = []
    for i, value in enumerate(items(left.column(last))):
        known = times.get(key(left, i), [])
        found = bisect.bisect_right(known, (order(value), count(right)))
        places.append(known[found - 1][1] if found else count(right))
    skipped = equal if own_time else [*equal, last]
    names = [name for name in right.names if name not in skipped]
    values = Table(names, [right.column(name) for name in names])
    return rekeyed(y, combined(left, values, places, replaced))


form(3, "aj")(lambda x, y, z: as_of(x, y, z, own_time=False))
form(3, "aj0")(lambda x, y, z: as_of(x, y, z, own_time=True))


@dyad("asof")
def last_as_of(x: Value, y: Value) -> Any:
    if isinstance(y, Dict) and not y.is_keyed_table:
        one = assemble([y])
        return items(last_as_of(x, one))[0]
    keys = unkeyed(y)
    found = as_of(List(SYMBOL, keys.names), keys, x, own_time=False)
    rest = [name for name in found.names if name not in keys.names]
    if not rest:
        raise QError("length")
    return Table(rest, [found.column(name) for name in rest])
