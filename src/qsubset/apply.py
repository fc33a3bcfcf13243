"""Application: functions to arguments, lists, dictionaries and tables to indexes (q does not tell the two apart).

An argument that is None is left out: a function becomes a projection, an index stands for all.
"""

from collections.abc import Callable, Sequence
from typing import Any

from qsubset.errors import QError
from qsubset.values import (
    DYAD,
    INTEGERS,
    LONG,
    MIXED,
    NIL,
    SYMBOL,
    Atom,
    Composition,
    Derived,
    Dict,
    Lambda,
    List,
    Projection,
    Table,
    Value,
    Verb,
    assemble,
    count,
    hashable,
    is_function,
    is_list,
    item,
    items,
    keys_of,
    names_in,
    null_datum,
    null_like,
    vector,
)

Arguments = Sequence[Value | None]
DERIVED: dict[str, Callable[[Derived, Sequence[Value]], Value]] = {}  # by iterator; qsubset.iterators fills it


def apply(f: Value, arguments: Arguments) -> Any:
    """`f` of the arguments, or `f` at the indexes. Raises: QError."""
    if isinstance(f, Lambda):
        given = len(arguments)
        if given == f.rank and None not in arguments:
            return f.call(arguments)  # type: ignore[arg-type]
        if given > f.rank and not (f.rank == 0 and given == 1):
            raise QError("rank")
        if f.rank == 0:
            return f.call(())
        return Projection(f, arguments)
    if isinstance(f, Verb):
        return apply_verb(f, arguments)
    if isinstance(f, Derived):
        if None in arguments:
            return Projection(f, arguments)
        return DERIVED[f.iterator](f, arguments)  # type: ignore[arg-type]
    if isinstance(f, Projection):
        return apply_projection(f, arguments)
    if isinstance(f, Composition):
        inner = apply(f.inner, arguments)
        missing = isinstance(inner, Projection) and isinstance(f.inner, Lambda)
        return Composition(f.outer, inner) if missing else apply(f.outer, [inner])
    if isinstance(f, Atom):
        raise QError("type")
    return index(f, arguments)


def apply_verb(f: Verb, arguments: Arguments) -> Any:
    given = len(arguments)
    if f is NIL and given == 1:
        return arguments[0] if arguments[0] is not None else NIL
    if None in arguments:
        return Projection(f, arguments)
    form = f.forms.get(given) or f.forms.get(-1)
    if form is not None:
        return form(*arguments)
    if given < max(f.forms):
        return Projection(f, arguments)
    raise QError("rank")


def apply_projection(f: Projection, arguments: Arguments) -> Any:
    rest = list(arguments)
    if len(rest) == 1 and rest[0] is None:
        rest = [NIL]
    filled: list[Value | None] = []
    for argument in f.arguments:
        filled.append(rest.pop(0) if argument is None and rest else argument)
    filled += rest
    if None in filled:
        return Projection(f.function, filled)
    return apply(f.function, filled)


def rank(f: Value) -> int:
    """How many arguments a function takes, as iterators count them."""
    if isinstance(f, Lambda):
        return f.rank
    if isinstance(f, Verb):
        return 2 if f.kind == DYAD else min((n for n in f.forms if n > 0), default=1)
    if isinstance(f, Projection):
        open_ = sum(argument is None for argument in f.arguments)
        return open_ + max(0, rank(f.function) - len(f.arguments))
    if isinstance(f, Composition):
        return rank(f.inner)
    if isinstance(f, Derived):
        return 2 if f.iterator in ("/:", "\\:") else rank(f.function) if f.iterator == "'" else 1
    return 1


# Indexing


def index(x: Value, indexes: Arguments) -> Any:
    """`x` at the indexes, one a level; a list of them takes each, None takes all."""
    if not indexes:
        return x
    first, rest = indexes[0], indexes[1:]
    if first is NIL:
        first = None
    if not rest:
        return x if first is None else at(x, first)
    if isinstance(x, Table):
        return index_table(x, first, rest)
    if isinstance(x, Dict) and first is None:
        return Dict(x.keys, assemble([index(value, rest) for value in items(x.values)]))
    found = x if first is None else at(x, first)
    if first is not None and (first.kind < 0 or (isinstance(x, Dict) and x.is_keyed_table)):
        return apply(found, rest)
    return assemble([apply(each, rest) for each in items(found)])


def index_table(x: Table, first: Value | None, rest: Arguments) -> Any:
    if first is not None and abs(first.kind) == SYMBOL:
        return index(at(x, first), rest)
    rows = x if first is None else at(x, first)
    column = rest[0]
    if isinstance(rows, Table) and column is not None and column.kind == SYMBOL:
        return assemble([assemble(list(values)) for values in zip(*map(items, at(rows, column).data), strict=True)])
    return index(rows, rest)


def at(x: Value, i: Value) -> Any:
    """`x` at one index, or at each of a list of them."""
    if isinstance(x, Dict):
        return at_keys(x, i)
    if isinstance(x, Table) and abs(i.kind) == SYMBOL:
        if i.kind < 0:
            return x.column(names_in(i)[0])
        return List(MIXED, [x.column(name) for name in names_in(i)])
    if isinstance(i, Atom):
        if -i.kind not in INTEGERS:
            raise QError("type")
        return item(x, i.data)
    if isinstance(i, List):
        if i.kind in INTEGERS:
            return at_places(x, i.data)
        if i.kind == MIXED:
            return assemble([at(x, each) for each in i.data])
    if isinstance(i, Dict):
        return Dict(i.keys, at(x, i.values))
    raise QError("type")


def at_places(x: Value, places: Sequence[int]) -> Any:
    """The items at places that may lie outside, where nulls are found."""
    if isinstance(x, Table):
        return Table(x.names, [at_places(column, places) for column in x.columns])
    if not isinstance(x, List):
        raise QError("type")
    data, length = x.data, len(x.data)
    if x.kind == MIXED:
        outside = null_like(x)
        return assemble([data[i] if 0 <= i < length else outside for i in places])
    null = null_datum(x.kind)
    return vector(x.kind, [data[i] if 0 <= i < length else null for i in places])


def at_keys(x: Dict, i: Value) -> Any:
    if isinstance(x.keys, Table):
        return at(x.values, find_rows(x.keys, i))
    return at(x.values, find(x.keys, i))


def find_rows(keys: Table, i: Value) -> Value:
    """Where the key of a keyed table is: a row, rows, or the values of its columns."""
    if isinstance(i, Table):
        return find(keys, Table(keys.names, [i.column(name) for name in keys.names]))
    if isinstance(i, Dict):
        return find(keys, Dict(List(SYMBOL, keys.names), at(i, List(SYMBOL, keys.names))))
    if len(keys.names) == 1:
        if i.kind >= 0 and items(i) and items(i)[0].kind >= 0:
            if not all(count(each) for each in items(i)):
                raise QError("length")
            i = assemble([items(each)[0] for each in items(i)])
        return find(keys.columns[0], i)
    if isinstance(i, List) and i.data and items(i)[0].kind >= 0:
        return assemble([find_rows(keys, each) for each in items(i)])
    if count(i) != len(keys.names) or i.kind < 0:
        raise QError("length")
    return find(keys, Dict(List(SYMBOL, keys.names), assemble(items(i))))


def find(x: Value, y: Value) -> Any:
    """q's `?`: where in `x` each of `y` first is, the count of `x` where it is not."""
    if isinstance(x, Dict):
        return at(x.keys, find(x.values, y))
    if x.kind < 0:
        raise QError("type")
    places: dict[Any, int] = {}
    for i, key in enumerate(keys_of(x)):
        places.setdefault(key, i)
    missing = count(x)
    level = depth(x.data[0]) if x.kind == MIXED and count(x) else 0

    def one(value: Value) -> Atom:
        if x.kind == MIXED and depth(value) < level:
            return Atom(-LONG, missing)
        return Atom(-LONG, places.get(hashable(value), missing))

    if isinstance(x, Table):
        return one(y) if isinstance(y, Dict) else List(LONG, [one(each).data for each in items(y)])
    if x.kind != MIXED:
        return leaves(one, y)
    return deep(one, y, level)


def depth(x: Value) -> int:
    """How many lists an item is in, by the first ones."""
    if not is_list(x):
        return 0
    return 1 + (depth(x.data[0]) if x.kind == MIXED and x.data else 0)


def deep(f: Callable[[Value], Atom], y: Value, level: int) -> Any:
    """`f` of what is in `y` as deep as the items that it is looked for among."""
    if depth(y) <= level or not isinstance(y, List):
        return f(y)
    return assemble([deep(f, each, level) for each in items(y)])


def leaves(f: Callable[[Atom], Atom], y: Value) -> Any:
    """`f` of every atom in `y`."""
    if isinstance(y, Atom):
        return f(y)
    if isinstance(y, Dict):
        return Dict(y.keys, leaves(f, y.values))
    if isinstance(y, List) and y.kind != MIXED:
        return assemble([f(each) for each in items(y)]) if y.data else List(LONG, [])  # type: ignore[arg-type]
    if is_function(y):
        raise QError("type")
    return assemble([leaves(f, each) for each in items(y)])
