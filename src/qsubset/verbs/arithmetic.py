"""Arithmetic, item by item: + - * % & |, div, mod, xbar, powers, roots, roundings.

Kinds are promoted as q does it; whole numbers wrap at their width, nulls stay null.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from qsubset import host
from qsubset.errors import QError
from qsubset.temporal import DAY, NANOSECONDS, first_day
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    DATE,
    DATETIME,
    FLOAT,
    FLOATS,
    INF,
    INFINITE,
    INT,
    LONG,
    MINUTE,
    MIXED,
    MONTH,
    NAN,
    NULL,
    REAL,
    SECOND,
    SHORT,
    SYMBOL,
    TABLE,
    TEMPORALS,
    TIME,
    TIMESPAN,
    TIMESTAMP,
    Atom,
    Dict,
    List,
    Table,
    Value,
    assemble,
    count,
    hashable,
    is_function,
    is_null,
    is_null_datum,
    items,
    null_datum,
    vector,
)
from qsubset.verbs.registry import dyad, monad

Pair = Callable[[Any, Any], Any]
Plan = tuple[int, Pair]  # the kind of the result, and what makes its datum of two data
ORDER = (MINUTE, SECOND, TIME, TIMESPAN)  # from coarse to fine


def itemwise(plan: Callable[[int, int], Plan]) -> Callable[[Value, Value], Any]:
    """A dyad that goes into lists, dictionaries and tables down to atoms. `plan` is asked once for two kinds."""
    plans = cache(plan)

    def go(x: Value, y: Value) -> Any:
        kx, ky = x.kind, y.kind
        if kx < 0 and ky < 0:
            kind, f = plans(-kx, -ky)
            return Atom(-kind, f(x.data, y.data))
        if -20 < kx < 20 and -20 < ky < 20 and kx and ky:
            return flat(plans, x, y)
        if kx >= TABLE or ky >= TABLE:
            return keyed(go, x, y)
        if kx < 0:
            return assemble([go(x, each) for each in items(y)])
        if ky < 0:
            return assemble([go(each, y) for each in items(x)])
        if count(x) != count(y):
            raise QError("length")
        return assemble([go(a, b) for a, b in zip(items(x), items(y), strict=True)])

    return go


def flat(plans: Callable[[int, int], Plan], x: Any, y: Any) -> List:
    """Of two lists of data, or one and an atom."""
    kind, f = plans(abs(x.kind), abs(y.kind))
    if x.kind < 0:
        a = x.data
        host.step(len(y.data) / host.ITEMS_PER_STEP)
        return vector(kind, [f(a, b) for b in y.data])
    host.step(len(x.data) / host.ITEMS_PER_STEP)
    if y.kind < 0:
        b = y.data
        return vector(kind, [f(a, b) for a in x.data])
    if len(x.data) != len(y.data):
        raise QError("length")
    return vector(kind, [f(a, b) for a, b in zip(x.data, y.data, strict=True)])


def keyed(go: Callable[[Value, Value], Any], x: Value, y: Value) -> Any:
    """Of dictionaries and tables: by their keys and columns."""
    if is_function(x) or is_function(y):
        raise QError("type")
    if isinstance(x, Dict) and isinstance(y, Dict):
        return merged(go, x, y)
    if isinstance(x, Dict):
        return Dict(x.keys, go(x.values, y))
    if isinstance(y, Dict):
        return Dict(y.keys, go(x, y.values))
    if isinstance(x, Table) and isinstance(y, Table):
        return Table(x.names, [go(column, y.column(name)) for name, column in zip(x.names, x.columns, strict=True)])
    if isinstance(x, Table):
        if y.kind >= 0:
            if count(x) != count(y):
                raise QError("length")
            return assemble([go(a, b) for a, b in zip(items(x), items(y), strict=True)])
        return Table(x.names, [go(column, y) for column in x.columns])
    assert isinstance(y, Table)
    return Table(y.names, [go(x, column) for column in y.columns])


def merged(go: Callable[[Value, Value], Any], x: Dict, y: Dict) -> Dict:
    """Two dictionaries: `go` where both have a key, what there is elsewhere."""
    found = {hashable(key): (key, value) for key, value in zip(items(x.keys), items(x.values), strict=True)}
    for key, value in zip(items(y.keys), items(y.values), strict=True):
        name = hashable(key)
        found[name] = (key, go(found[name][1], value)) if name in found else (key, value)
    return Dict(assemble([key for key, _ in found.values()]), assemble([value for _, value in found.values()]))


def leafwise(f: Callable[[Atom], Value]) -> Callable[[Value], Any]:
    """A monad that goes into lists, dictionaries and tables down to atoms."""

    def go(x: Value) -> Any:
        if isinstance(x, Atom):
            return f(x)
        if isinstance(x, List):
            if x.kind == MIXED:
                return assemble([go(each) for each in x.data])
            if not x.data:
                return List(-f(Atom(-x.kind, null_datum(x.kind))).kind, [])
            host.step(len(x.data) / host.ITEMS_PER_STEP)
            return assemble([f(each) for each in items(x)])  # type: ignore[arg-type]
        if isinstance(x, Dict):
            return Dict(x.keys, go(x.values))
        if isinstance(x, Table):
            return Table(x.names, [go(column) for column in x.columns])
        raise QError("type")

    return go


# Kinds of results


def sum_kind(a: int, b: int) -> int:
    """Of adding. Raises: QError 'type."""
    if a == SYMBOL or b == SYMBOL:
        raise QError("type")
    if a in TEMPORALS or b in TEMPORALS:
        return temporal_kind(a, b)
    return max(INT if a in (BOOLEAN, BYTE, SHORT, CHAR) else a, INT if b in (BOOLEAN, BYTE, SHORT, CHAR) else b)


def temporal_kind(a: int, b: int) -> int:
    if a in TEMPORALS and b in TEMPORALS:
        if a in ORDER and b in ORDER:
            return max(a, b, key=ORDER.index)
        if DATETIME in (a, b):
            return DATETIME
        if MONTH in (a, b):
            return MONTH if a == b else DATE
        return DATE if a == b == DATE else TIMESTAMP
    temporal, other = (a, b) if a in TEMPORALS else (b, a)
    return DATETIME if temporal == DATE and other == FLOAT else temporal


def difference_kind(a: int, b: int) -> int:
    if a in TEMPORALS and b in TEMPORALS:
        if a == b:
            return {DATE: INT, MONTH: INT, TIMESTAMP: TIMESPAN, DATETIME: FLOAT}.get(a, a)
        if {a, b} <= {DATE, TIMESTAMP}:
            return TIMESPAN
    return sum_kind(a, b)


def product_kind(a: int, b: int) -> int:
    return max(a, b) if {a, b} <= TEMPORALS else sum_kind(a, b)


def to_kind(source: int, target: int) -> Callable[[Any], Any] | None:
    """What turns a datum of one kind into one that can be reckoned with in another; None if nothing need be done."""
    if source == CHAR:
        return float_of_char if target in FLOATS else ord
    if target == DATETIME and source in NANOSECONDS:
        unit = NANOSECONDS[source] / DAY
        return lambda datum: NAN if datum == NULL else datum * unit
    if target in FLOATS:
        return None if source in FLOATS else to_float
    if source in FLOATS:
        return floor_or_null
    if source != target and source in NANOSECONDS and target in NANOSECONDS and target != DATE:
        factor = NANOSECONDS[source] // NANOSECONDS[target]
        return lambda datum: datum if datum in (NULL, INFINITE, -INFINITE) else datum * factor
    if source == MONTH and target in (DATE, TIMESTAMP):
        factor = 1 if target == DATE else DAY
        return lambda datum: datum if datum == NULL else first_day(datum) * factor
    return None


def to_float(datum: int) -> float:
    if datum == NULL:
        return NAN
    return float(datum) if -INFINITE < datum < INFINITE else math.copysign(INF, datum)


def float_of_char(datum: str) -> float:
    return float(ord(datum))


def floor_or_null(datum: float) -> int:
    if datum != datum:
        return NULL
    return math.floor(datum) if abs(datum) < INFINITE else int(math.copysign(INFINITE, datum))


def between(f: Pair, a: int, b: int, target: int) -> Pair:
    """`f` with its arguments first made those of the target's kind."""
    left, right = to_kind(a, target), to_kind(b, target)
    if left is None and right is None:
        return f
    if left is None:
        return lambda x, y: f(x, right(y))  # type: ignore[misc]
    if right is None:
        return lambda x, y: f(left(x), y)
    return lambda x, y: f(left(x), right(y))


def whole_numbers(kind: int, f: Callable[[int, int], int]) -> Pair:
    """`f` on whole numbers, null with null, wrapped at the kind's width."""
    width = 32 if kind == INT else 64
    half, mask = 1 << width - 1, (1 << width) - 1

    def go(a: int, b: int) -> int:
        if a == NULL or b == NULL:
            return NULL
        number = f(a, b)
        if -half < number < half:
            return number
        if kind == INT and INFINITE in (a, b, -a, -b):
            return number if -INFINITE <= number <= INFINITE else NULL
        number &= mask
        number = number - (1 << width) if number >= half else number
        return NULL if number == -half else number

    return go


def reckoned(kind_of: Callable[[int, int], int], whole: Callable[[int, int], int], real: Pair) -> Callable[..., Any]:
    def plan(a: int, b: int) -> Plan:
        kind = kind_of(a, b)
        target = FLOAT if kind not in FLOATS and (a in FLOATS or b in FLOATS) else kind
        if kind in FLOATS:
            return kind, between(real, a, b, kind if kind == DATETIME else FLOAT)
        if target == FLOAT:
            inner = between(real, a, b, FLOAT)
            return kind, lambda x, y: floor_or_null(inner(x, y))
        if kind == INT and {a, b} <= TEMPORALS:
            return kind, whole_numbers(LONG, whole)
        return kind, between(whole_numbers(kind, whole), a, b, kind)

    return itemwise(plan)


add = dyad("+")(reckoned(sum_kind, lambda a, b: a + b, lambda a, b: a + b))
subtract = dyad("-")(reckoned(difference_kind, lambda a, b: a - b, lambda a, b: a - b))


def real_product(a: float, b: float) -> float:
    return a * b


multiply = dyad("*")(reckoned(product_kind, lambda a, b: a * b, real_product))


def quotient(a: float, b: float) -> float:
    if b == 0:
        return NAN if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1, b)
    return a / b


def float_plan(f: Pair) -> Callable[[int, int], Plan]:
    def plan(a: int, b: int) -> Plan:
        if SYMBOL in (a, b):
            raise QError("type")
        if a in ORDER and b in ORDER:
            common = max(a, b, key=ORDER.index)
            finer = between(lambda x, y: f(to_float(x), to_float(y)), a, b, common)
            return FLOAT, finer
        return FLOAT, between(f, a, b, FLOAT)

    return plan


divide = dyad("%")(itemwise(float_plan(quotient)))


def power(a: float, b: float) -> float:
    try:
        found = a**b
    except OverflowError:
        return INF
    except ZeroDivisionError:
        return INF
    return NAN if isinstance(found, complex) else found


def logarithm(base: float, number: float) -> float:
    if base != base or number != number or base < 0 or number < 0 or base in (0, 1):
        return NAN
    if number == 0:
        return -INF if base > 1 else INF
    return math.log(number) / math.log(base) if number != INF else INF


dyad("xexp")(itemwise(float_plan(power)))
dyad("xlog")(itemwise(float_plan(logarithm)))


def whole_division(a: int, b: int) -> int:
    return NULL if b == 0 else a // b


def div_plan(a: int, b: int) -> Plan:
    if SYMBOL in (a, b):
        raise QError("type")
    if a in FLOATS or b in FLOATS:
        return LONG, between(lambda x, y: NULL if y == 0 else floor_or_null(quotient(x, y)), a, b, FLOAT)
    narrow = {INT if kind in (BOOLEAN, BYTE, SHORT, CHAR) else kind for kind in (a, b)}
    kind = a if a in TEMPORALS else LONG if LONG in (a, b) or b in TEMPORALS else max(narrow)
    common = max(a, b, key=ORDER.index) if a in ORDER and b in ORDER else kind
    return LONG if a in TEMPORALS and b in TEMPORALS else kind, between(
        whole_numbers(LONG, whole_division), a, b, common
    )


dyad("div")(itemwise(div_plan))


def real_modulo(a: float, b: float) -> float:
    if b == 0:
        return a
    steps = a / b
    return a - b * math.floor(steps) if abs(steps) < INF else NAN


def remainder_kind(a: int, b: int) -> int:
    """Of dates and times it is a number."""
    kind = sum_kind(a, b)
    if a in TEMPORALS:
        return LONG if a in (TIMESTAMP, TIMESPAN) else FLOAT if a == DATETIME else INT
    return kind


dyad("mod")(reckoned(remainder_kind, lambda a, b: a if b == 0 else a % b, real_modulo))


def whole_bar(a: int, b: int) -> int:
    return b if a == 0 else b // a * a


def real_bar(a: float, b: float) -> float:
    if a == 0 or b != b or abs(b) == INF:
        return b
    steps = b / a
    return a * math.floor(steps) if abs(steps) < INF else NAN


def bar_plan(a: int, b: int) -> Plan:
    if SYMBOL in (a, b):
        raise QError("type")
    if b in TEMPORALS and a in TEMPORALS and a != b:
        kind = temporal_kind(a, b) if a in ORDER and b in ORDER else b
        return (b if b in (TIMESTAMP, TIMESPAN) else kind), between(whole_numbers(LONG, whole_bar), a, b, kind)
    kind = sum_kind(a, b) if b not in TEMPORALS else b
    if kind in FLOATS:
        return kind, between(real_bar, a, b, FLOAT)
    if a in FLOATS:
        return kind, lambda x, y: floor_or_null(real_bar(x, to_float(y)))
    return kind, between(whole_numbers(LONG, whole_bar), a, b, kind)


dyad("xbar")(itemwise(bar_plan))


# The greater and the lesser


def extreme(name: str, greater: bool) -> Callable[[Value, Value], Any]:
    choose: Callable[..., Any] = max if greater else min

    def real(a: float, b: float) -> float:
        if a != a:
            return b if greater else a
        if b != b:
            return a if greater else b
        return choose(a, b)

    def plan(a: int, b: int) -> Plan:
        if SYMBOL in (a, b):
            raise QError("type")
        if a == b:
            return a, real if a in FLOATS else choose
        kind = temporal_kind(a, b) if a in TEMPORALS or b in TEMPORALS else max(a, b)
        if kind == CHAR:
            code = between(choose, a, b, LONG)
            return CHAR, lambda x, y: chr(int(code(x, y)) & 255)
        return kind, between(real if kind in FLOATS else choose, a, b, kind)

    return dyad(name, "or" if greater else "and")(itemwise(plan))


maximum = extreme("|", greater=True)
minimum = extreme("&", greater=False)


# One argument


def number_kind(x: Atom) -> int:
    if x.kind in (-CHAR, -SYMBOL):
        raise QError("type")
    return -x.kind


@monad("neg")
@leafwise
def negate(x: Atom) -> Atom:
    kind = number_kind(x)
    if kind == CHAR:
        raise QError("type")
    return Atom(-(INT if kind in (BOOLEAN, BYTE) else kind), x.data if x.data == NULL else -x.data)


@monad("abs")
@leafwise
def absolute(x: Atom) -> Atom:
    kind = number_kind(x)
    return Atom(-(INT if kind == BOOLEAN else kind), x.data if x.data == NULL else abs(x.data))


@monad("signum")
@leafwise
def signum(x: Atom) -> Atom:
    kind = number_kind(x)
    return Atom(-INT, -1 if is_null_datum(kind, x.data) else (x.data > 0) - (x.data < 0))


def rounding(name: str, f: Callable[[float], int]) -> None:
    def go(x: Atom) -> Atom:
        kind = number_kind(x)
        if kind not in FLOATS:
            return Atom(-INT, x.data) if kind == BOOLEAN else x
        if x.data != x.data or abs(x.data) == INF:
            return Atom(-LONG, floor_or_null(x.data))
        nearest = round(x.data)
        close = abs(nearest - x.data) <= 2.0**-43 * abs(nearest)  # as `=` compares
        return Atom(-LONG, nearest if close else f(x.data))

    monad(name)(leafwise(go))


rounding("floor", math.floor)
rounding("ceiling", math.ceil)


def float_function(name: str, f: Callable[[float], float]) -> None:
    def go(x: Atom) -> Atom:
        convert = to_kind(number_kind(x), FLOAT)
        number = x.data if convert is None else convert(x.data)
        try:
            return Atom(-REAL if x.kind == -REAL else -FLOAT, f(number) if number == number else NAN)
        except OverflowError:
            return Atom(-FLOAT, INF)
        except ValueError:
            return Atom(-FLOAT, NAN)

    monad(name)(leafwise(go))


for _name in ("exp", "sin", "cos", "tan", "asin", "acos", "atan", "sqrt"):
    float_function(_name, getattr(math, _name))
float_function("log", lambda number: math.log(number) if number else -INF)
float_function("reciprocal", lambda number: quotient(1.0, number))


@monad("null")
@leafwise
def null(x: Atom) -> Atom:
    return Atom(-BOOLEAN, int(is_null(x)))
