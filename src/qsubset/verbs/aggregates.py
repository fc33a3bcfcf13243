"""Of a list, one value or a running one: sum, prd, max, min, all, any, sums, prds, maxs, mins."""

import math
from collections.abc import Callable
from functools import reduce
from itertools import accumulate
from typing import Any

from qsubset import host
from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    FLOATS,
    INF,
    INFINITE,
    INT,
    INTEGERS,
    LONG,
    MIXED,
    NULL,
    SHORT,
    SYMBOL,
    Atom,
    Dict,
    List,
    Table,
    Value,
    assemble,
    boolean,
    enlist,
    is_atom,
    is_null,
    is_null_datum,
    items,
    symbols,
)
from qsubset.verbs.arithmetic import add, maximum, minimum, multiply
from qsubset.verbs.registry import monad

Binary = Callable[[Value, Value], Any]


def aggregate(name: str) -> Callable[[Callable[[List], Any]], Callable[[Value], Any]]:
    """Enter an aggregate of lists: of a dictionary it is that of the values, of a table that of each column."""

    def enter(f: Callable[[List], Any]) -> Callable[[Value], Any]:
        def go(x: Value) -> Any:
            if isinstance(x, Dict):
                return go(x.values)
            if isinstance(x, Table):
                return Dict(symbols(x.names), assemble([go(column) for column in x.columns]))
            if not isinstance(x, Atom | List):
                raise QError("type")
            data = x if isinstance(x, List) else enlist(x)
            host.step(len(data.data) / host.ITEMS_PER_STEP)
            return f(data)

        return monad(name)(go)

    return enter


def running(name: str) -> Callable[[Callable[[List], Any]], Callable[[Value], Any]]:
    """Enter an aggregate that gives as many items as the list has."""

    def enter(f: Callable[[List], Any]) -> Callable[[Value], Any]:
        def go(x: Value) -> Any:
            if isinstance(x, Dict):
                return Dict(x.keys, go(x.values))
            if isinstance(x, Table):
                return Table(x.names, [go(column) for column in x.columns])
            if is_atom(x):
                return x
            if not isinstance(x, List):
                raise QError("type")
            host.step(len(x.data) / host.ITEMS_PER_STEP)
            return f(x) if x.data else x

        return monad(name)(go)

    return enter


def widened(kind: int) -> int:
    """The kind of a sum."""
    if kind in (SYMBOL, CHAR):
        raise QError("type")
    return INT if kind in (BOOLEAN, BYTE, SHORT) else kind


def known(x: List) -> list[Any]:
    """The data that are not null."""
    if x.kind in FLOATS:
        return [datum for datum in x.data if datum == datum]
    if x.kind in (BOOLEAN, BYTE, CHAR, SYMBOL) or NULL not in x.data:
        return list(x.data)
    return [datum for datum in x.data if datum != NULL]


def wrapped(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def without_nulls(f: Binary) -> Binary:
    """Nulls give way to what is not null, in mixed lists item by item."""

    def go(a: Value, b: Value) -> Any:
        if is_atom(a) and is_null(a):
            return b
        return a if is_atom(b) and is_null(b) else f(a, b)

    return go


def zero_filled(x: Value) -> Any:
    """Nulls as nothing, for sums of lists of lists."""
    if isinstance(x, Atom):
        return Atom(x.kind, 0) if is_null(x) and -x.kind in INTEGERS | FLOATS else x
    if isinstance(x, List) and x.kind != MIXED:
        return assemble([zero_filled(each) for each in items(x)]) if x.data else x
    if isinstance(x, Dict):
        return Dict(x.keys, zero_filled(x.values))
    return x


@aggregate("sum")
def total(x: List) -> Any:
    if x.kind == MIXED:
        return reduce(add, map(zero_filled, x.data)) if x.data else Atom(-LONG, 0)
    kind = widened(x.kind)
    data = known(x)
    return Atom(-kind, float(sum(data)) if kind in FLOATS else wrapped(sum(data)))


@aggregate("prd")
def product(x: List) -> Any:
    if x.kind == MIXED:
        return reduce(without_nulls(multiply), x.data) if x.data else Atom(-LONG, 1)
    kind = widened(x.kind)
    found = math.prod(known(x))
    return Atom(-kind, float(found) if kind in FLOATS else wrapped(found))


def extreme(name: str, f: Binary, choose: Callable[..., Any], sign: int) -> None:
    @aggregate(name)
    def go(x: List) -> Any:
        if x.kind == MIXED:
            return reduce(without_nulls(f), x.data) if x.data else List(MIXED, [])
        if x.kind == SYMBOL:
            raise QError("type")
        data = known(x)
        if data:
            return Atom(-x.kind, choose(data))
        if x.kind in (BOOLEAN, BYTE, CHAR):
            return Atom(-x.kind, {BOOLEAN: int(sign < 0), BYTE: 0, CHAR: " "}[x.kind])
        return Atom(-x.kind, -sign * (INF if x.kind in FLOATS else INFINITE))


extreme("max", maximum, max, 1)
extreme("min", minimum, min, -1)


def quantifier(name: str, f: Binary, choose: Callable[..., bool]) -> None:
    @aggregate(name)
    def go(x: List) -> Any:
        if x.kind == SYMBOL:
            raise QError("type")
        if x.kind == MIXED and any(each.kind >= 0 for each in x.data):
            return reduce(f, map(truths, x.data))
        return boolean(choose(each.data not in (0, "\0") for each in items(x)))


def truths(x: Value) -> Any:
    if isinstance(x, Atom):
        return boolean(x.data)
    if isinstance(x, Dict):
        return Dict(x.keys, truths(x.values))
    return assemble([truths(each) for each in items(x)])


quantifier("all", minimum, all)
quantifier("any", maximum, any)


def run(f: Binary, x: List) -> Any:
    return assemble(list(accumulate(items(x), f)))


@running("sums")
def sums(x: List) -> Any:
    if x.kind in (MIXED, BOOLEAN, BYTE, SHORT, INT, SYMBOL, CHAR):
        start = x if x.kind == MIXED else List(widened(x.kind), x.data)
        return run(add, List(MIXED, [zero_filled(each) for each in items(start)]))
    data = [0 if is_null_datum(x.kind, datum) else datum for datum in x.data]
    found = list(accumulate(data))
    return List(x.kind, found if x.kind in FLOATS else list(map(wrapped, found)))


@running("prds")
def products(x: List) -> Any:
    return run(without_nulls(multiply), x if x.kind == MIXED else List(widened(x.kind), x.data))


def running_extreme(name: str, f: Binary, sign: int) -> None:
    """Nulls give way to what came before, at the front to an infinity."""

    @running(name)
    def go(x: List) -> Any:
        if x.kind == SYMBOL:
            raise QError("type")
        if x.kind in (MIXED, CHAR, BOOLEAN, BYTE):
            return run(f, x)
        least = -sign * (INF if x.kind in FLOATS else INFINITE)
        filled = [least if is_null_datum(x.kind, datum) else datum for datum in x.data]
        return List(x.kind, list(accumulate(filled, max if sign > 0 else min)))


running_extreme("maxs", maximum, 1)
running_extreme("mins", minimum, -1)
