"""Queries of tables: select, exec, update and delete, with by and where.

While an expression of a query runs, the frame has the columns in its first place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qsubset.errors import QError
from qsubset.values import (
    Dict,
    List,
    Table,
    Value,
    as_column,
    as_list,
    assemble,
    count,
    integer,
    is_atom,
    is_list,
    items,
    longs,
    null_like,
    pick,
    pick_column,
    repeat,
    symbols,
)
from qsubset.verbs.lists import without_columns
from qsubset.verbs.search import distinct, grade, group
from qsubset.verbs.tables import rekeyed, unkeyed

Code = Callable[[list[Any]], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, compiled."""

    word: str
    columns: Sequence[tuple[str, Code]]
    named: bool
    by: Sequence[tuple[str, Code]] | None
    where: Sequence[Code]
    distinct: bool
    limit: Code | None
    order: tuple[str, str] | None


def run(plan: Plan, source: Value, frame: list[Any]) -> Any:
    """Raises: QError 'type if the source is no table."""
    table = unkeyed(source)
    outside = frame[0]
    try:
        if plan.word == "delete" and plan.columns:
            return rekeyed(source, without_columns(table, [name for name, _ in plan.columns]))
        places = matching(plan, table, frame)
        if plan.word == "delete":
            gone = set(places)
            return rekeyed(source, pick(table, [i for i in range(count(table)) if i not in gone]))
        if plan.word == "update":
            return rekeyed(source, updated(plan, table, places, frame))
        found = selected(plan, table, places, frame)
        if not plan.columns and plan.by is None and plan.word == "select":
            found = rekeyed(source, found)
        return limited(plan, found, frame)
    finally:
        frame[0] = outside


def sight(table: Table, places: Sequence[int] | None, outside: Any) -> dict[str, Value]:
    """The columns that expressions see, at those places; `i` is the places."""
    seen = dict(outside or {})
    for name, column in zip(table.names, table.columns, strict=True):
        seen[name] = column if places is None else pick_kept(column, places)
    seen.setdefault("i", longs(range(count(table)) if places is None else places))
    return seen


def pick_kept(column: List, places: Sequence[int]) -> Any:
    return pick_column(column, places) if places else List(column.kind, column.data[:0])


def matching(plan: Plan, table: Table, frame: list[Any]) -> list[int]:
    """The rows for which all conditions hold, each asked only of those that held before."""
    places = list(range(count(table)))
    outside = frame[0]
    for condition in plan.where:
        frame[0] = sight(table, places, outside)
        found = condition(frame)
        if is_atom(found):
            found = repeat(found, len(places))
        if not isinstance(found, List) or found.kind not in (1, 4, 5, 6, 7, 0):
            raise QError("type")
        if len(found.data) != len(places):
            raise QError("length")
        truths = found.data if found.kind else [integer(each) for each in found.data]
        places = [place for place, truth in zip(places, truths, strict=True) if truth]
    frame[0] = outside
    return places


def selected(plan: Plan, table: Table, places: list[int], frame: list[Any]) -> Any:
    frame[0] = sight(table, places, frame[0])
    if plan.by is not None:
        return by_groups(plan, table, places, frame)
    if not plan.columns:
        found = Table(table.names, [pick_kept(column, places) for column in table.columns])
        if plan.word == "exec":
            return Dict(symbols(found.names), List(0, list(found.columns)))
        return distinct(found) if plan.distinct else found
    values = [code(frame) for _, code in reversed(plan.columns)][::-1]
    if plan.word == "exec":
        if len(values) == 1 and not plan.named:
            return distinct(values[0]) if plan.distinct else values[0]
        return Dict(symbols(unique([name for name, _ in plan.columns])), assemble(values))
    found = table_from(unique([name for name, _ in plan.columns]), values)
    return distinct(found) if plan.distinct else found


def unique(names: Sequence[str]) -> list[str]:
    """A name that was taken before gets a number."""
    found: list[str] = []
    for name in names:
        free, i = name, 0
        while free in found:
            i += 1
            free = f"{name}{i}"
        found.append(free)
    return found


def table_from(names: Sequence[str], values: Sequence[Value]) -> Table:
    """Raises: QError 'length for columns of different lengths, 'rank if no column is a list."""
    lengths = [count(value) for value in values if is_list(value)]
    length = max(lengths, default=1)
    columns: list[Any] = []
    for value in values:
        column = value if is_list(value) else as_column([value] * length)
        if count(column) != length:
            raise QError("length")
        columns.append(column)
    return Table(names, columns)


def by_groups(plan: Plan, table: Table, places: list[int], frame: list[Any]) -> Any:
    """A row for each group, in the order of the groups' keys."""
    assert plan.by is not None
    names = unique([name for name, _ in plan.by])
    keys = Table(names, [spread(code(frame), len(places)) for _, code in reversed(plan.by)][::-1])
    groups = group(keys)
    order = grade(groups.keys, down=False)
    rows = [groups.values.data[i].data for i in order]
    found_keys = pick_table(groups.keys, order)
    columns: list[tuple[str, Code | None]] = list(plan.columns) or [(n, None) for n in table.names if n not in names]
    outside = frame[0]
    found: list[list[Value]] = [[] for _ in columns]
    for each in rows:
        inner = [places[i] for i in each]
        frame[0] = sight(table, inner, outside | {"i": longs(inner)})
        for values, (name, code) in zip(found, columns, strict=True):
            values.append(last_of(frame[0][name]) if code is None else code(frame))
    columns_found = [as_column(values) for values in found]
    found_names = unique([name for name, _ in columns])
    if plan.word == "exec":
        left = found_keys.columns[0] if len(names) == 1 else found_keys
        if len(columns) == 1 and not plan.named:
            return Dict(left, columns_found[0])
        return Dict(left, Table(found_names, columns_found))
    return Dict(found_keys, Table(found_names, columns_found))


def last_of(column: List) -> Value:
    return items(column)[-1] if column.data else null_like(column)


def pick_table(table: Any, places: Sequence[int]) -> Table:
    return Table(table.names, [pick_kept(column, places) for column in table.columns])


def spread(x: Value, length: int) -> Any:
    if is_list(x) and count(x) != length:
        raise QError("length")
    return x if is_list(x) else repeat(x, length)


def updated(plan: Plan, table: Table, places: list[int], frame: list[Any]) -> Table:
    outside = frame[0]
    groups = [places]
    if plan.by is not None:
        frame[0] = sight(table, places, outside)
        keys = Table([name for name, _ in plan.by], [spread(code(frame), len(places)) for _, code in plan.by])
        groups = [[places[i] for i in each.data] for each in items(group(keys).values)]
    columns = dict(zip(table.names, table.columns, strict=True))
    for name, code in plan.columns:
        new: dict[int, Value] = {}
        whole: Any = None
        for each in groups:
            frame[0] = sight(table, each, outside)
            value = code(frame)
            whole = spread(value, len(each)) if len(each) else as_list(value)
            new.update(zip(each, items(whole), strict=False))
        columns[name] = replaced(columns.get(name), new, whole, count(table))
    return Table(list(columns), list(columns.values()))


def replaced(old: List | None, new: dict[int, Value], sample: List, length: int) -> List:
    """A column with new data in some places; a new column has nulls in the others."""
    if old is None:
        gap = null_like(sample) if sample is not None else List(0, [])
        return assemble([new.get(i, gap) for i in range(length)])
    if len(new) < length and old.kind > 0 and any(value.kind != -old.kind for value in new.values()):
        raise QError("type")
    return assemble([new.get(i, value) for i, value in enumerate(items(old))]) if length else old


def limited(plan: Plan, found: Any, frame: list[Any]) -> Any:
    """So many rows of the result, in an order."""
    if plan.order is not None:
        sign, name = plan.order
        rows = unkeyed(found)
        found = rekeyed(found, pick(rows, grade(rows.column(name), down=sign == ">")))
    if plan.limit is None:
        return found
    many = plan.limit(frame)
    if is_atom(many):
        size = integer(many)
        length = count(found)
        return pick(found, range(min(size, length)) if size >= 0 else range(max(0, length + size), length))
    if count(many) != 2:
        raise QError("length")
    start, size = (integer(each) for each in items(many))
    return pick(found, range(min(start, count(found)), min(start + size, count(found))))
