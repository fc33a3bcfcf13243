"""Comparing item by item: = <> < > <= >=, not; and whole values: ~."""

from collections.abc import Callable
from typing import Any

from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    CHAR,
    DATE,
    FLOAT,
    FLOATS,
    LONG,
    SYMBOL,
    TEMPORALS,
    TIMESPAN,
    TIMESTAMP,
    Atom,
    Value,
    boolean,
    match,
    near,
)
from qsubset.verbs.arithmetic import between, itemwise, leafwise
from qsubset.verbs.registry import dyad, monad

Test = Callable[[Any, Any], bool]


def comparison(whole: Test, real: Test) -> Callable[[Value, Value], Any]:
    def plan(a: int, b: int) -> tuple[int, Callable[[Any, Any], int]]:
        if (a == SYMBOL) != (b == SYMBOL):
            raise QError("type")
        if a == b and a not in FLOATS:
            return BOOLEAN, lambda x, y: int(whole(x, y))
        if a in FLOATS or b in FLOATS:
            return BOOLEAN, between(lambda x, y: int(real(x, y)), a, b, FLOAT)
        common = max(a, b)
        if a in TEMPORALS and b in TEMPORALS:
            common = TIMESTAMP if {a, b} & {DATE, TIMESTAMP} else TIMESPAN
        return BOOLEAN, between(lambda x, y: int(whole(x, y)), a, b, LONG if CHAR in (a, b) else common)

    return itemwise(plan)


def less(a: float, b: float) -> bool:
    """Nulls are equal, and less than anything else."""
    if a != a or b != b:
        return a != a and b == b
    return a < b and not near(a, b)


equal = dyad("=")(comparison(lambda a, b: a == b, near))
dyad("<>")(comparison(lambda a, b: a != b, lambda a, b: not near(a, b)))
dyad("<")(comparison(lambda a, b: a < b, less))
dyad(">")(comparison(lambda a, b: a > b, lambda a, b: less(b, a)))
at_most = dyad("<=")(comparison(lambda a, b: a <= b, lambda a, b: not less(b, a)))
at_least = dyad(">=")(comparison(lambda a, b: a >= b, lambda a, b: not less(a, b)))


@dyad("~")
def matches(x: Value, y: Value) -> Atom:
    return boolean(match(x, y))


@monad("not")
@leafwise
def negation(x: Atom) -> Atom:
    if x.kind == -SYMBOL:
        raise QError("type")
    return boolean(x.data in (0, "\0"))
