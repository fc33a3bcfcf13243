"""The six iterators: each ', over /, scan \\, each-prior ':, each-right /:, each-left \\:.

Over and scan of a function of one argument are converge, do and while.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from qsubset import host
from qsubset.apply import DERIVED, apply, at, rank
from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    FLOAT,
    FLOATS,
    INTEGERS,
    LONG,
    MIXED,
    NAMES,
    NIL,
    Atom,
    Derived,
    Dict,
    List,
    Table,
    Value,
    Verb,
    assemble,
    boolean,
    count,
    enlist,
    is_function,
    items,
    match,
    null_datum,
    null_of,
    truth,
    vector,
)

IDENTITIES = {"+": 0, "*": 1}  # of an empty list's sum and product
NEUTRAL_PRIOR = frozenset("+-*%")  # each-prior leaves their first item as it is


def spreads(x: Value) -> bool:
    """Whether each goes into it."""
    return x.kind >= 0 and not is_function(x)


def each(f: Derived, arguments: Sequence[Value]) -> Any:
    g = f.function
    if len(arguments) == 1:
        return each_one(g, arguments[0])
    if not is_function(g) and not spreads(g):
        raise QError("type")
    lists = [x for x in arguments if spreads(x)]
    if not lists:
        return apply(g, arguments)
    if len({count(x) for x in lists}) > 1:
        raise QError("length")
    length = count(lists[0])
    host.step(length)
    columns = [items(x) if spreads(x) else [x] * length for x in arguments]
    found = assemble([apply(g, row) for row in zip(*columns, strict=True)])
    keyed = next((x for x in lists if isinstance(x, Dict)), None)
    return Dict(keyed.keys, found) if keyed is not None else found


def each_one(g: Value, x: Value) -> Any:
    if not spreads(x):
        return apply(g, [x])
    host.step(count(x))
    if isinstance(x, Dict):
        return Dict(x.keys, each_one(g, x.values))
    if isinstance(g, List) and g.kind in INTEGERS:  # case
        raise QError("rank")
    if isinstance(x, List) and not x.data:
        return x if x.kind != MIXED or not isinstance(g, Verb) else List(MIXED, [])
    return assemble([apply(g, [value]) for value in items(x)])


def each_right(f: Derived, arguments: Sequence[Value]) -> Any:
    if len(arguments) != 2:
        raise QError("rank")
    x, y = arguments
    if not spreads(y):
        return apply(f.function, [x, y])
    host.step(count(y))
    found = assemble([apply(f.function, [x, value]) for value in items(y)])
    return Dict(y.keys, found) if isinstance(y, Dict) else found


def each_left(f: Derived, arguments: Sequence[Value]) -> Any:
    if len(arguments) != 2:
        raise QError("rank")
    x, y = arguments
    if not spreads(x):
        return apply(f.function, [x, y])
    host.step(count(x))
    found = assemble([apply(f.function, [value, y]) for value in items(x)])
    return Dict(x.keys, found) if isinstance(x, Dict) else found


def each_prior(f: Derived, arguments: Sequence[Value]) -> Any:
    g = f.function
    x = arguments[-1]
    if not spreads(x):
        return x
    if isinstance(x, Dict):
        return Dict(x.keys, each_prior(f, [*arguments[:-1], x.values]))
    values = items(x)
    if not values:
        return x
    host.step(len(values))
    rest = [apply(g, [now, before]) for before, now in itertools.pairwise(values)]
    if len(arguments) == 2:
        first = apply(g, [values[0], arguments[0]])
    elif isinstance(g, Verb) and g.name in NEUTRAL_PRIOR:
        first = values[0]
    elif isinstance(g, Verb) and g.name == "~":
        first = boolean(False)
    elif isinstance(g, Verb) and g.name == ",":
        first = values[0]
    else:
        first = apply(g, [values[0], null_of(values[0])])
    return assemble([first, *rest])


def over(f: Derived, arguments: Sequence[Value]) -> Any:
    return accumulate(f, arguments, keep=False)


def scan(f: Derived, arguments: Sequence[Value]) -> Any:
    return accumulate(f, arguments, keep=True)


def accumulate(f: Derived, arguments: Sequence[Value], keep: bool) -> Any:
    g = f.function
    if not is_function(g):
        return states(g, arguments, keep)
    many = rank(g)
    if many == 1:
        if len(arguments) == 1:
            return converge(g, arguments[0], keep)
        if len(arguments) == 2:
            return repeat(g, arguments[0], arguments[1], keep)
        raise QError("rank")
    if len(arguments) == 1:
        return fold(g, arguments[0], keep)
    if len(arguments) != many and not isinstance(g, Verb):
        raise QError("rank")
    return fold_from(g, arguments[0], arguments[1:], keep)


def converge(g: Value, x: Value, keep: bool) -> Any:
    """Until the result stays, or comes back to the start."""
    seen, now = [x], x
    while True:
        host.step()
        after = apply(g, [now])
        if match(after, now) or match(after, x):
            return assemble(seen) if keep else now
        now = after
        if keep:
            seen.append(now)
            host.room(0 if len(seen) < 1000 else len(seen) // 1000)


def repeat(g: Value, how: Value, x: Value, keep: bool) -> Any:
    """A number of times, or while a condition holds."""
    seen = [x]
    if isinstance(how, Atom) and -how.kind in INTEGERS:
        if how.data < 0:
            raise QError("domain")
        for _ in range(how.data):
            host.step()
            x = apply(g, [x])
            if keep:
                seen.append(x)
    else:
        while truth(apply(how, [x])):
            host.step()
            x = apply(g, [x])
            if keep:
                seen.append(x)
    return assemble(seen) if keep else x


def states(x: Value, arguments: Sequence[Value], keep: bool) -> Any:
    """A list or dictionary as a machine that goes from state to state."""
    if len(arguments) == 1:
        return converge(x, arguments[0], keep)
    if len(arguments) != 2:
        raise QError("rank")
    start, steps = arguments
    if isinstance(x, List) and x.kind == FLOAT and isinstance(steps, List) and steps.kind in INTEGERS | FLOATS:
        return linear(x, start, steps, keep)
    if is_matrix(x) and spreads(steps):
        return fold_from(x, start, [steps], keep)
    return repeat(x, start, steps, keep)


def is_matrix(x: Value) -> bool:
    return isinstance(x, List) and x.kind == MIXED and bool(x.data) and spreads(x.data[0])


def linear(x: List, start: Value, steps: List, keep: bool) -> Any:
    """A linear recurrence: each result is the one before times an item of `x`, plus one of `steps`."""
    if len(x.data) != len(steps.data) or not isinstance(start, Atom):
        raise QError("length")
    now, seen = float(start.data), []
    for factor, term in zip(x.data, steps.data, strict=True):
        now = now * factor + term
        seen.append(now)
    return vector(FLOAT, seen) if keep else Atom(-FLOAT, now)


def fold(g: Value, x: Value, keep: bool) -> Any:
    if not spreads(x):
        return x
    if isinstance(x, Dict):
        found = fold(g, x.values, keep)
        return Dict(x.keys, found) if keep else found
    values = items(x)
    if not values:
        return (x if isinstance(g, Verb) else List(MIXED, [])) if keep else empty_fold(g, x)
    host.step(len(values))
    if isinstance(x, Table) and isinstance(g, Verb) and g.name == ",":
        return x
    now = enlist(values[0]) if isinstance(g, Verb) and g.name == "," and keep else values[0]
    seen = [now]
    for value in values[1:]:
        now = apply(g, [now, value])
        if keep:
            seen.append(now)
    return assemble(seen) if keep else now


def empty_fold(g: Value, x: Value) -> Any:
    if isinstance(g, Verb) and g.name in IDENTITIES:
        kind = x.kind if x.kind in FLOATS else LONG
        return Atom(-kind, IDENTITIES[g.name] * (1.0 if kind == FLOAT else 1))
    if isinstance(g, Verb) and g.name in ("&", "|") and x.kind == BOOLEAN:
        return boolean(g.name == "&")
    if x.kind not in NAMES or not isinstance(g, Verb):
        return List(MIXED, [])
    return x if g.name == "," else Atom(-x.kind, null_datum(x.kind))


def fold_from(g: Value, start: Value, rest: Sequence[Value], keep: bool) -> Any:
    lists = [x for x in rest if spreads(x)]
    if len({count(x) for x in lists}) > 1:
        raise QError("length")
    length = count(lists[0]) if lists else 1
    host.step(length)
    columns = [items(x) if spreads(x) else [x] * length for x in rest]
    now, seen = start, []
    for values in zip(*columns, strict=True):
        now = apply(g, [now, *values])
        if keep:
            seen.append(now)
    if not keep:
        return now
    if not lists:
        return now
    found = assemble(seen) if seen else List(MIXED, [])
    return Dict(lists[0].keys, found) if isinstance(lists[0], Dict) else found


def case(f: Derived, arguments: Sequence[Value]) -> Any:
    """An integer list as iterator: item by item, which of the arguments."""
    which = f.function
    assert isinstance(which, List)
    length = len(which.data)
    columns = [items(x) if spreads(x) else [x] * length for x in arguments]
    if any(len(column) != length for column in columns):
        raise QError("length")
    return assemble([columns[k][i] if 0 <= k < len(columns) else NIL for i, k in enumerate(which.data)])


def each_or_case(f: Derived, arguments: Sequence[Value]) -> Any:
    if isinstance(f.function, List) and f.function.kind in INTEGERS:
        return at(f.function, arguments[0]) if len(arguments) == 1 else case(f, arguments)
    return each(f, arguments)


DERIVED.update({"'": each_or_case, "/": over, "\\": scan, "':": each_prior, "/:": each_right, "\\:": each_left})
