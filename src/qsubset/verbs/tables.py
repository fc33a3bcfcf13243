"""Dictionaries and tables: !, key, keys, cols, xkey, xcol, xcols, xasc, xdesc, xgroup, ungroup, meta, fby."""

from collections.abc import Sequence
from typing import Any

from qsubset.apply import apply, at_places, find
from qsubset.errors import QError
from qsubset.values import (
    CHAR,
    INTEGERS,
    LETTERS,
    MIXED,
    NAMES,
    Dict,
    List,
    Table,
    Value,
    as_list,
    assemble,
    count,
    integer,
    is_atom,
    is_list,
    items,
    mixed,
    names_in,
    null_like,
    pick,
    repeat,
    symbol,
    symbols,
)
from qsubset.verbs.lists import join, raze, til, upsert_dict
from qsubset.verbs.registry import dyad, monad
from qsubset.verbs.search import grade, group


@dyad("!")
def bang(x: Value, y: Value) -> Any:
    """A dictionary; or so many columns of a table as its key."""
    if is_atom(x) and -x.kind in INTEGERS and isinstance(y, Table | Dict):
        return with_keys(integer(x), unkeyed(y))
    if is_atom(x) and is_atom(y):
        return Dict(as_list(x), as_list(y))
    if is_atom(x):
        raise QError("type")
    if is_atom(y) or (isinstance(y, Dict) and not isinstance(y.keys, Table) and isinstance(x, List)):
        y = repeat(y, count(x))
    if count(x) != count(y):
        raise QError("length")
    return Dict(x, y)


def unkeyed(x: Value) -> Table:
    """Raises: QError 'type for what is no table."""
    if isinstance(x, Dict) and x.is_keyed_table:
        return Table(x.keys.names + x.values.names, x.keys.columns + x.values.columns)  # type: ignore[attr-defined]
    if not isinstance(x, Table):
        raise QError("type")
    return x


def with_keys(number: int, x: Table) -> Any:
    if number == 0:
        return x
    if not 0 < number < len(x.names):
        raise QError("length")
    return Dict(Table(x.names[:number], x.columns[:number]), Table(x.names[number:], x.columns[number:]))


def rekeyed(like: Value, x: Table) -> Any:
    """With as many keys as `like` has."""
    return with_keys(len(like.keys.names), x) if isinstance(like, Dict) and isinstance(like.keys, Table) else x


@monad("key")
def key(x: Value) -> Any:
    if isinstance(x, Dict):
        return x.keys
    if is_atom(x) and -x.kind in INTEGERS:
        return til(x)
    if isinstance(x, List):
        return symbol(NAMES[x.kind]) if x.kind != MIXED else x
    raise QError("type")


@monad("keys")
def key_names(x: Value) -> List:
    return symbols(x.keys.names if isinstance(x, Dict) and isinstance(x.keys, Table) else [])


@monad("cols")
def column_names(x: Value) -> List:
    return symbols(unkeyed(x).names)


def ordered(names: Sequence[str], x: Table) -> Table:
    """With those columns first."""
    rest = [name for name in x.names if name not in names]
    return Table([*names, *rest], [x.column(name) for name in [*names, *rest]])


@dyad("xkey")
def set_keys(x: Value, y: Value) -> Any:
    names = names_in(x)
    return with_keys(len(names), ordered(names, unkeyed(y)))


@dyad("xcols")
def put_first(x: Value, y: Value) -> Table:
    if not isinstance(y, Table):
        raise QError("type")
    return ordered(names_in(x), y)


@dyad("xcol")
def rename(x: Value, y: Value) -> Any:
    table = unkeyed(y)
    if isinstance(x, Dict):
        new = dict(zip(names_in(x.keys), names_in(x.values), strict=True))
        if not new.keys() <= set(table.names):
            raise QError("length")
        names = [new.get(name, name) for name in table.names]
    else:
        given = names_in(x)
        if len(given) > len(table.names):
            raise QError("length")
        names = [*given, *table.names[len(given) :]]
    return rekeyed(y, Table(names, table.columns))


def sorted_by(names: Sequence[str], y: Value, down: bool) -> Any:
    table = unkeyed(y)
    for name in reversed(names):
        table = pick(table, grade(table.column(name), down))
    return rekeyed(y, table)


dyad("xasc")(lambda x, y: sorted_by(names_in(x), y, down=False))
dyad("xdesc")(lambda x, y: sorted_by(names_in(x), y, down=True))


@dyad("xgroup")
def grouped(x: Value, y: Value) -> Any:
    table = unkeyed(y)
    names = names_in(x)
    rest = [name for name in table.names if name not in names]
    places = group(Table(names, [table.column(name) for name in names]))
    columns = [mixed(pick(table.column(name), where.data) for where in items(places.values)) for name in rest]
    return Dict(places.keys, Table(rest, columns))


@monad("ungroup")
def ungrouped(x: Value) -> Any:
    table = unkeyed(x)
    if not count(table):
        return table
    nested = next((c for c in table.columns if c.kind == MIXED and any(is_list(each) for each in c.data)), None)
    if nested is None:
        return table
    lengths = [count(each) for each in nested.data]
    columns = []
    for column in table.columns:
        if column.kind == MIXED and all(is_list(each) for each in column.data):
            if [count(each) for each in column.data] != lengths:
                raise QError("length")
            columns.append(raze(column))
        else:
            columns.append(raze(mixed(repeat(each, n) for each, n in zip(items(column), lengths, strict=True))))
    return Table(table.names, columns)


@monad("meta")
def meta(x: Value) -> Dict:
    """The kind of each column, in capitals for lists of lists."""
    table = unkeyed(x)

    def letter(column: List) -> str:
        if column.kind != MIXED:
            return LETTERS[column.kind]
        kinds = {each.kind for each in column.data}
        return LETTERS[kinds.pop()].upper() if len(kinds) == 1 and 0 < min(kinds) < 20 else " "

    blanks = symbols([""] * len(table.names))
    letters = List(CHAR, "".join(map(letter, table.columns)))
    return Dict(Table(["c"], [symbols(table.names)]), Table(["t", "f", "a"], [letters, blanks, blanks]))


@dyad("fby")
def for_each_by(x: Value, y: Value) -> Any:
    """An aggregate of the data in each group, in the place of each of the group."""
    if isinstance(x, Dict) or isinstance(y, Dict) or is_atom(y):
        raise QError("type")
    if count(x) != 2 or count(items(x)[1]) != count(y):
        raise QError("length")
    function, data = items(x)
    found: list[Value | None] = [None] * count(data)
    for places in items(group(y).values):
        value = apply(function, [pick(data, places.data)])
        spread = items(value) if is_list(value) and count(value) == count(places) else [value] * count(places)
        for place, each in zip(places.data, spread, strict=True):
            found[place] = each
    return assemble(found)  # type: ignore[arg-type]


def row_of(x: Value, names: Sequence[str]) -> Table:
    """A row, or rows, that are to go into a table of those columns. Raises: QError."""
    if isinstance(x, Dict) and x.is_keyed_table:
        x = unkeyed(x)
    if isinstance(x, Table):
        return x
    if isinstance(x, Dict):
        return Table(names_in(x.keys), [as_list(each) if not is_list(each) else assemble([each]) for each in items(x)])
    if not isinstance(x, List) or count(x) != len(names):
        raise QError("length" if isinstance(x, List) else "type")
    columns = items(x)
    if all(is_atom(each) or each.kind == CHAR for each in columns):
        return Table(names, [as_list(each) if is_atom(each) else assemble([each]) for each in columns])
    length = max(count(each) for each in columns if not is_atom(each))
    return Table(names, [table_column(each, length) for each in columns])


def table_column(x: Value, length: int) -> Any:
    """An atom repeated, a list of that length. Raises: QError 'length."""
    if is_atom(x):
        return repeat(x, length)
    if count(x) != length:
        raise QError("length")
    return as_list(x)


def upsert(x: Value, y: Value) -> Any:
    """Rows into a table; into a keyed one over those with the same key. What a row lacks is null, or stays."""
    if isinstance(x, Dict) and isinstance(x.keys, Table):
        rows = row_of(y, unkeyed(x).names)
        keys = Table(x.keys.names, [rows.column(name) for name in x.keys.names])
        before = at_places(x.values, find(x.keys, keys).data)
        new = filled_up(before, rows)
        return upsert_dict(x, Dict(keys, new))
    if isinstance(x, Table):
        rows = row_of(y, x.names)
        gaps = Table(x.names, [repeat(null_like(column), count(rows)) for column in x.columns])
        return join(x, filled_up(gaps, rows))
    return join(x, y)


def filled_up(like: Any, rows: Table) -> Table:
    """The rows, with the columns of `like` and its data where they have none. Raises: QError."""
    return Table(like.names, [conformed(column, rows.column(name)) if name in rows.names else column
                              for name, column in zip(like.names, like.columns, strict=True)])  # fmt: skip


def conformed(column: List, new: List) -> List:
    """Raises: QError 'type if the new data are not of the column's kind."""
    if column.kind not in (MIXED, new.kind) and column.data:
        raise QError("type")
    return new
