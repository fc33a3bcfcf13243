"""Of each item and those before it: msum, mavg, mmax, mmin, mcount, mdev, ema, deltas, ratios."""

import math
from collections.abc import Callable
from typing import Any

from qsubset import host
from qsubset.errors import QError
from qsubset.iterators import each_prior
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    FLOAT,
    FLOATS,
    INF,
    INFINITE,
    INT,
    INTEGERS,
    LONG,
    MIXED,
    NAN,
    SYMBOL,
    Derived,
    Dict,
    List,
    Table,
    Value,
    assemble,
    count,
    integer,
    is_atom,
    is_null_datum,
    items,
    null_datum,
    sortable,
    vector,
)
from qsubset.verbs.arithmetic import add, multiply, subtract
from qsubset.verbs.registry import VERBS, dyad, form, monad
from qsubset.verbs.statistics import floats, mean, variance


def moving(
    name: str, f: Callable[[int, list[Any]], Any], kind_of: Callable[[int], int], whole: Callable[[Value], Any]
) -> None:
    """Enter a window function: `f` of the kind and the data in the window, `whole` of a window of lists."""

    def go(x: Value, y: Value) -> Any:
        if isinstance(y, Dict):
            return Dict(y.keys, go(x, y.values))
        if isinstance(y, Table):
            return Table(y.names, [go(x, column) for column in y.columns])
        if not isinstance(y, List):
            raise QError("type")
        width = integer(x)
        host.step(len(y.data) * max(width, 1) / host.ITEMS_PER_STEP)
        if y.kind == MIXED:
            rows = [List(MIXED, y.data[max(0, i + 1 - width) : i + 1]) for i in range(len(y.data))]
            return assemble([whole(row) for row in rows])
        windows = (y.data[max(0, i + 1 - width) : i + 1] for i in range(len(y.data)))
        kind = kind_of(y.kind)
        return vector(kind, [f(y.kind, window) for window in windows])

    dyad(name)(go)


def known(kind: int, window: list[Any]) -> list[Any]:
    return [datum for datum in window if not is_null_datum(kind, datum)]


def same(kind: int) -> int:
    return kind


def sum_kind(kind: int) -> int:
    if kind in (CHAR, SYMBOL):
        raise QError("type")
    return kind if kind in FLOATS or kind > FLOAT else max(kind, INT)


def greatest(kind: int, window: list[Any]) -> Any:
    if known(kind, window):
        return max(known(kind, window))
    return null_datum(kind) if kind in (BOOLEAN, BYTE, CHAR) else -INF if kind in FLOATS else -INFINITE


def least(kind: int, window: list[Any]) -> Any:
    return min(window, key=lambda datum: sortable(kind, datum), default=null_datum(kind))


def as_floats(kind: int, window: list[Any]) -> list[float]:
    return floats(List(kind, known(kind, window)))


def spread(kind: int, window: list[Any]) -> float:
    return math.sqrt(variance(as_floats(kind, window))) if known(kind, window) else NAN


def counted(x: Value) -> Any:
    return VERBS["sum"].forms[1](VERBS["not"].forms[1](VERBS["null"].forms[1](x)))


moving("msum", lambda kind, window: sum(known(kind, window)), sum_kind, VERBS["sum"].forms[1])
moving("mcount", lambda kind, window: len(known(kind, window)), lambda _: LONG, counted)
moving("mmax", greatest, same, VERBS["max"].forms[1])
moving("mmin", least, same, VERBS["min"].forms[1])
moving("mavg", lambda kind, window: mean(as_floats(kind, window)), lambda _: FLOAT, VERBS["avg"].forms[1])
moving("mdev", spread, lambda _: FLOAT, VERBS["dev"].forms[1])


@dyad("ema")
def moving_exponential(x: Value, y: Value) -> Any:
    """Each the last result moved by the share `x` towards the item."""
    if y.kind in INTEGERS:
        y = vector(FLOAT, floats(y))
    rates = items(x) if not is_atom(x) else [x] * count(y)
    if len(rates) != count(y):
        raise QError("length")
    found: list[Value] = []
    for rate, value in zip(rates, items(y), strict=True):
        found.append(add(found[-1], multiply(rate, subtract(value, found[-1]))) if found else value)
    return assemble(found)


def prior(name: str, operator: str) -> None:
    derived = Derived("':", VERBS[operator])

    def go(x: Value) -> Any:
        if isinstance(x, Table):
            return Table(x.names, [go(column) for column in x.columns])
        if isinstance(x, Dict):
            return Dict(x.keys, go(x.values))
        return each_prior(derived, [vector(FLOAT, floats(x)) if operator == "%" and x.kind in INTEGERS else x])

    monad(name)(go)
    form(2, name)(lambda x, y: each_prior(derived, [x, y]))


prior("deltas", "-")
prior("ratios", "%")
