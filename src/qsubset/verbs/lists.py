"""Making, taking apart and rearranging lists: til, #, _, `,`, cut, flip, raze, where, reverse, rotate, next, ?[;;]."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

from qsubset import host
from qsubset.apply import apply, at, at_places
from qsubset.errors import QError
from qsubset.values import (
    FLOATS,
    INTEGERS,
    LONG,
    MIXED,
    NULL,
    NUMBERS,
    SYMBOL,
    Atom,
    Dict,
    List,
    Table,
    Value,
    as_column,
    as_list,
    assemble,
    count,
    enlist,
    integer,
    is_atom,
    is_function,
    is_list,
    is_null,
    item,
    items,
    keys_of,
    long,
    longs,
    match,
    names_in,
    null_like,
    null_of,
    pick,
    repeat,
    symbols,
    truth,
    vector,
)
from qsubset.verbs.registry import dyad, form, monad


@monad("til")
def til(x: Value) -> List:
    if integer(x) < 0:
        raise QError("domain")
    host.room(integer(x))
    return longs(range(integer(x)))


@monad("count")
def counted(x: Value) -> Atom:
    return long(count(x))


@monad("first")
def first(x: Value) -> Value:
    if isinstance(x, Dict):
        return first(x.values)
    return item(x, 0) if is_list(x) or isinstance(x, Table) else x


@monad("last")
def last(x: Value) -> Value:
    if isinstance(x, Dict):
        return last(x.values)
    return item(x, count(x) - 1) if is_list(x) or isinstance(x, Table) else x


@monad("reverse")
def reverse(x: Value) -> Any:
    if isinstance(x, List):
        return List(x.kind, x.data[::-1])
    return x if is_atom(x) else pick(x, range(count(x) - 1, -1, -1))


form(1, "enlist")(enlist)
form(-1, "enlist")(lambda *values: assemble(values))


# Joining


@dyad(",")
def join(x: Value, y: Value) -> Any:
    if isinstance(x, List) and isinstance(y, List) and x.kind == y.kind:
        host.room(len(x.data) + len(y.data))
        return List(x.kind, x.data + y.data)
    if isinstance(x, Dict) and isinstance(y, Dict):
        return upsert_dict(x, y)
    if isinstance(x, Table) and isinstance(y, Table):
        return join_tables(x, y)
    if isinstance(x, Table) and isinstance(y, Dict):
        return join_tables(x, row_table(y))
    if isinstance(x, Dict) and isinstance(y, Table):
        return join_tables(row_table(x), y)
    if isinstance(x, Dict) or isinstance(y, Dict):
        raise QError("type")
    a, b = parts(x), parts(y)
    host.room(len(a) + len(b))
    if (is_atom(x) and is_atom(y)) or (is_list(x) and x.kind == -y.kind) or (is_list(y) and y.kind == -x.kind):
        return assemble(a + b)
    if not a and is_list(y) and x.kind == MIXED:
        return y
    if not b and is_list(x) and y.kind == MIXED:
        return x
    if MIXED in (x.kind, y.kind) and not (is_atom(x) or is_atom(y)):
        return assemble(a + b)
    return assemble(a + b) if not a or not b or MIXED in (x.kind, y.kind) else List(MIXED, a + b)


def parts(x: Value) -> list[Value]:
    """The items of a list or table; anything else is one item."""
    return items(x) if is_list(x) or isinstance(x, Table) else [x]


def row_table(x: Dict) -> Table:
    """A row as a table. Raises: QError 'type."""
    found = assemble([x])
    if not isinstance(found, Table):
        raise QError("type")
    return found


def upsert_dict(x: Dict, y: Dict) -> Dict:
    """The entries of `x`, those of `y` over and after them."""
    keys, values = list(items(x.keys)), list(items(x.values))
    places = {key: i for i, key in enumerate(keys_of(x.keys))}
    for name, key, value in zip(keys_of(y.keys), items(y.keys), items(y.values), strict=True):
        if name in places:
            values[places[name]] = value
        else:
            places[name] = len(keys)
            keys.append(key)
            values.append(value)
    return Dict(assemble(keys) if keys else x.keys, assemble(values) if values else x.values)


def join_tables(x: Table, y: Table) -> Table:
    if set(x.names) != set(y.names):
        raise QError("mismatch")
    return Table(x.names, [join(column, y.column(name)) for name, column in zip(x.names, x.columns, strict=True)])


# Taking and dropping


@dyad("#")
def take(x: Value, y: Value) -> Any:
    if is_function(x):
        return at_places(y, places_of(apply(x, [y])))
    if isinstance(x, Table) and isinstance(y, Dict):
        known = [i for i, key in enumerate(keys_of(y.keys)) if key in set(keys_of(x))]
        return pick(y, known)
    if abs(x.kind) == SYMBOL and isinstance(y, Table):
        return Table(names_in(x), [y.column(name) for name in names_in(x)])
    if isinstance(y, Dict) and ((is_list(x) and x.kind not in (LONG,)) or (is_list(x) and y.keys.kind == x.kind)):
        found = at(y, x) if count(x) else take_count(0, y.values)
        if count(found) != count(x) or not (is_list(found) or isinstance(found, Table)):
            raise QError("length")  # `x` was looked up as one key
        return Dict(x, found)
    if is_list(x):
        return reshape([integer(each) for each in items(x)], as_list(y))
    return take_count(integer(x), y)


def take_count(number: int, y: Value) -> Any:
    """So many items from the front, or if negative from the back, round and round."""
    if number == NULL:
        raise QError("type")
    host.room(abs(number))
    if is_atom(y):
        return repeat(y, abs(number))
    if is_function(y):
        return List(MIXED, [y] * abs(number))
    if isinstance(y, Dict):
        return Dict(take_count(number, y.keys), take_count(number, y.values))
    length = count(y)
    if not length:
        if isinstance(y, Table):
            return Table(y.names, [take_count(number, column) for column in y.columns])
        assert isinstance(y, List)
        return (
            repeat(null_like(y), abs(number))
            if number and y.kind != MIXED
            else List(MIXED, [y] * abs(number))
            if number
            else y
        )
    if isinstance(y, List) and abs(number) <= length:
        data = y.data[:number] if number >= 0 else y.data[number:]
        return List(y.kind, data) if y.kind != MIXED else assemble(data)
    return pick(y, [i % length for i in (range(number) if number >= 0 else range(number, 0))])


def reshape(shape: Sequence[int], y: Any) -> Any:
    """A list of lists, of a shape whose null, if there is one, is found by dividing."""
    length = count(y)
    if len(shape) == 2 and NULL in shape and max(shape) > 0:
        rows, columns = shape
        if rows == NULL:
            return List(MIXED, [pick(y, range(i, min(i + columns, length))) for i in range(0, length, columns)])
        cuts = [i * length // rows for i in range(rows + 1)]
        return List(MIXED, [pick(y, range(a, b)) for a, b in itertools.pairwise(cuts)])
    if len(shape) == 1:
        return take_count(shape[0], y)
    if not shape:
        raise QError("length")
    if NULL in shape or min(shape) < 0:
        raise QError("domain")
    size = math.prod(shape)
    host.room(size)
    return shaped(shape, take_count(size, y))


def shaped(shape: Sequence[int], flat: Any) -> Any:
    """Items cut into a list of lists of lists, as deep as the shape is long."""
    if len(shape) == 1:
        return flat
    first, *rest = shape
    size = math.prod(rest)
    empty = List(flat.kind, flat.data[:0]) if isinstance(flat, List) else pick(flat, [])
    return List(
        MIXED, [shaped(rest, pick(flat, range(i * size, (i + 1) * size)) if size else empty) for i in range(first)]
    )


@dyad("_")
def drop(x: Value, y: Value) -> Any:
    if isinstance(y, Table) and abs(x.kind) == SYMBOL:
        if x.kind < 0:
            raise QError("type")
        return without_columns(y, names_in(x))
    if isinstance(x, Dict) and not isinstance(y, Dict):
        if isinstance(x.keys, Table) or is_list(y):
            raise QError("type")
        return without_keys(x, y)
    if isinstance(y, Dict) and not (is_atom(x) and -x.kind in INTEGERS and y.keys.kind != LONG):
        return without_keys(y, x)
    if is_list(x) and is_atom(y):
        place = integer(y)
        if not 0 <= place < count(x):
            return x
        return pick(x, [i for i in range(count(x)) if i != place])
    if is_list(x):
        return cut_at([integer(each) for each in items(x)], y)
    number, length = integer(x), count(y)
    if is_atom(y):
        raise QError("type")
    if isinstance(y, List):
        data = y.data[number:] if number >= 0 else y.data[: max(0, length + number)]
        return List(y.kind, data) if y.kind != MIXED else assemble(data)
    return pick(y, range(min(number, length), length) if number >= 0 else range(max(0, length + number)))


def without_columns(x: Table, names: Sequence[str]) -> Table:
    kept = [name for name in x.names if name not in names]
    return Table(kept, [x.column(name) for name in kept])


def without_keys(x: Dict, keys: Value) -> Any:
    gone = set(keys_of(as_list(keys)))
    return pick(x, [i for i, key in enumerate(keys_of(x.keys)) if key not in gone])


def cut_at(starts: list[int], y: Value) -> List:
    """Pieces of `y` that begin at those places."""
    length = count(y)
    if not starts:
        return List(MIXED, [])
    if any(a > b for a, b in itertools.pairwise(starts)) or (starts and starts[0] < 0):
        raise QError("domain")
    ends = [*starts[1:], length]
    return List(MIXED, [pick(y, range(min(a, length), min(b, length))) for a, b in zip(starts, ends, strict=True)])


@dyad("cut")
def cut(x: Value, y: Value) -> Any:
    if not is_atom(x):
        return drop(x, y)
    size, length = integer(x), count(y)
    if size <= 0:
        raise QError("domain")
    return List(MIXED, [pick(y, range(i, min(i + size, length))) for i in range(0, length, size)])


@dyad("sublist")
def sublist(x: Value, y: Value) -> Any:
    """At most so many items, or those from a place on: never more than there are."""
    length = count(y)
    if is_atom(x):
        number = integer(x)
        return pick(y, range(min(number, length)) if number >= 0 else range(max(0, length + number), length))
    if count(x) != 2:
        raise QError("length")
    start, size = (integer(each) for each in items(x))
    return pick(y, range(min(start, length), min(start + size, length)))


@dyad("rotate")
def rotate(x: Value, y: Value) -> Any:
    length = count(y)
    return pick(y, [(i + integer(x)) % length for i in range(length)]) if length and not is_atom(y) else y


# Turning and flattening


@monad("raze")
def raze(x: Value) -> Any:
    if isinstance(x, Dict):
        return raze(x.values)
    if not isinstance(x, List):
        return x if isinstance(x, Table) else enlist(x)
    if x.kind != MIXED or not x.data:
        return x
    kind = x.data[0].kind
    if kind > 0 and is_list(x.data[0]) and all(each.kind == kind for each in x.data):
        host.room(sum(len(each.data) for each in x.data))
        return vector(kind, [datum for each in x.data for datum in each.data])
    found = x.data[0]
    for each in x.data[1:]:
        found = join(found, each)
    return found if len(x.data) > 1 else as_list(found) if not isinstance(found, Dict) else found


@monad("flip")
def flip(x: Value) -> Any:
    if isinstance(x, Table):
        return Dict(symbols(x.names), List(MIXED, list(x.columns)))
    if isinstance(x, Dict):
        return table_of(x)
    if not isinstance(x, List) or x.kind != MIXED:
        raise QError("rank")
    lengths = {count(each) for each in x.data if not is_atom(each)}
    if not lengths:
        raise QError("rank")
    if len(lengths) > 1:
        raise QError("length")
    (length,) = lengths
    columns = [items(each) if not is_atom(each) else [each] * length for each in x.data]
    return List(MIXED, [assemble(list(row)) for row in zip(*columns, strict=True)])


def table_of(x: Dict) -> Any:
    """A dictionary of columns as a table."""
    if x.keys.kind != SYMBOL or isinstance(x.values, Table):
        raise QError("type")
    columns = items(x.values)
    lengths = {count(each) for each in columns if is_list(each)}
    if not lengths:
        raise QError("rank")
    if len(lengths) > 1:
        raise QError("length")
    (length,) = lengths
    return Table(names_in(x.keys), [each if isinstance(each, List) else as_column([each] * length) for each in columns])


def places_of(x: Value) -> list[int]:
    """Each place, as often as the number there says."""
    if not isinstance(x, List) or (x.kind not in INTEGERS and x.kind != MIXED):
        raise QError("type")
    numbers = x.data if x.kind != MIXED else [integer(each) for each in x.data]
    if numbers and (min(numbers) < 0 or max(numbers) > 1):
        host.room(sum(number for number in numbers if number > 0))
        return [i for i, number in enumerate(numbers) for _ in range(number)]
    return [i for i, number in enumerate(numbers) if number]


@monad("where")
def where(x: Value) -> Any:
    if isinstance(x, Dict):
        return pick(x.keys, places_of(x.values))
    return longs(places_of(x))


def shifted(x: Value, by: int) -> Any:
    """What stands so many places further on, nulls past the end."""
    if is_atom(x):
        raise QError("type")
    if isinstance(x, Dict):
        return Dict(x.keys, shifted(x.values, by))
    if isinstance(x, List) and x.kind == MIXED and x.data:
        gap = null_of(x.data[0])
        return assemble([x.data[i + by] if 0 <= i + by < len(x.data) else gap for i in range(len(x.data))])
    return at_places(x, [i + by for i in range(count(x))])


monad("next")(lambda x: shifted(x, 1))
monad("prev")(lambda x: shifted(x, -1))
dyad("xprev")(lambda x, y: shifted(y, -integer(x)))


@monad("fills")
def fills(x: Value) -> Any:
    """Nulls as what stood before them."""
    if isinstance(x, Table):
        return Table(x.names, [fills(column) for column in x.columns])
    if isinstance(x, Dict):
        return Dict(x.keys, fills(x.values))
    found: list[Value] = []
    for each in items(x):
        found.append(found[-1] if found and is_null(each) else each)
    return assemble(found) if found else x


@dyad("^")
def fill(x: Value, y: Value) -> Any:
    """`y`, with `x` where it is null."""
    if isinstance(y, Dict):
        if isinstance(x, Dict):
            return filled_dict(x, y)
        return Dict(y.keys, fill(x, y.values))
    if isinstance(y, Table):
        if isinstance(x, Table):
            return Table(y.names, [fill(x.column(n), c) for n, c in zip(y.names, y.columns, strict=True)])
        return Table(y.names, [fill(x, column) for column in y.columns])
    if is_atom(x) and is_atom(y):
        return x if is_null(y) else y
    if is_atom(y):
        return assemble([fill(each, y) for each in items(x)])
    if is_atom(x) and {-x.kind, y.kind} <= NUMBERS:
        kind = max(-x.kind, y.kind)
        return promoted([fill(x, each) for each in items(y)], kind)
    columns = items(x) if not is_atom(x) else [x] * count(y)
    if len(columns) != count(y):
        raise QError("length")
    return assemble([fill(a, b) for a, b in zip(columns, items(y), strict=True)]) if count(y) else y


def promoted(values: Sequence[Any], kind: int) -> List:
    """Numbers as a list of a kind that is wide enough for all."""
    return vector(kind, [float(value.data) if kind in FLOATS else value.data for value in values])


def filled_dict(x: Dict, y: Dict) -> Dict:
    gaps = dict(zip(keys_of(x.keys), items(x.values), strict=True))
    both = upsert_dict(x, y)
    values = [fill(gaps[key], value) if key in gaps else value
              for key, value in zip(keys_of(both.keys), items(both.values), strict=True)]  # fmt: skip
    return Dict(both.keys, assemble(values))


@form(3, "?")
def choose(x: Value, y: Value, z: Value) -> Any:
    """Item by item of the second or the third."""
    if is_atom(x):
        return y if truth(x) else z
    length = count(x)
    left, right = (items(v) if not is_atom(v) else [v] * length for v in (y, z))
    if len(left) != length or len(right) != length:
        raise QError("length")
    return assemble([a if truth(test) else b for test, a, b in zip(items(x), left, right, strict=True)])


@dyad("cross")
def cross(x: Value, y: Value) -> Any:
    host.room(count(x) * count(y))
    if isinstance(x, Table) and isinstance(y, Table):
        pairs = [(i, j) for i in range(count(x)) for j in range(count(y))]
        left, right = pick(x, [i for i, _ in pairs]), pick(y, [j for _, j in pairs])
        return Table(left.names + right.names, left.columns + right.columns)
    if isinstance(x, Dict) and isinstance(y, Dict):
        return Dict(cross(x.keys, y.keys), cross(x.values, y.values))
    return assemble([join(a, b) for a in items(x) for b in items(y)])


@monad("differ")
def differ(x: Value) -> Any:
    """Whether each is unlike the one before it."""
    values = items(x)
    return List(1, [int(i == 0 or not match(values[i - 1], each)) for i, each in enumerate(values)])
