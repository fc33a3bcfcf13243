"""Averages and spreads: avg, med, var, dev, svar, sdev, cov, scov, cor, wavg, wsum, avgs; matrices: mmu, inv, lsq."""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from qsubset.errors import QError
from qsubset.values import (
    CHAR,
    FLOAT,
    INTEGERS,
    MIXED,
    NAN,
    SYMBOL,
    Atom,
    Dict,
    List,
    Value,
    assemble,
    count,
    floating,
    is_atom,
    is_list,
    is_null_datum,
    items,
    long,
    vector,
)
from qsubset.verbs.aggregates import aggregate, running, total
from qsubset.verbs.arithmetic import add, divide, multiply, to_kind
from qsubset.verbs.lists import flip
from qsubset.verbs.registry import dyad, monad


def floats(x: Value) -> list[float]:
    """The data as floats, nulls as nan. Raises: QError 'type."""
    if isinstance(x, List) and x.kind == MIXED:
        if any(not isinstance(each, Atom) for each in x.data):
            raise QError("type")
        return [floats(each)[0] for each in x.data]
    if not isinstance(x, Atom | List) or abs(x.kind) in (SYMBOL, CHAR):
        raise QError("type")
    convert = to_kind(abs(x.kind), FLOAT)
    data = x.data if isinstance(x, List) else [x.data]
    return list(data) if convert is None else [convert(datum) for datum in data]


def known_floats(x: Value) -> list[float]:
    return [number for number in floats(x) if number == number]


def mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else NAN


def variance(numbers: Sequence[float], less: int = 0) -> float:
    """Over so many fewer than there are numbers."""
    if len(numbers) <= less:
        return NAN
    middle = mean(numbers)
    return sum((number - middle) ** 2 for number in numbers) / (len(numbers) - less)


def median(numbers: Sequence[float]) -> float:
    if not numbers:
        return NAN
    ranked = sorted(numbers)
    return (ranked[len(ranked) // 2] + ranked[(len(ranked) - 1) // 2]) / 2


@aggregate("avg")
def average(x: List) -> Any:
    if x.kind != MIXED:
        return floating(mean(known_floats(x)))
    if any(each.kind >= 0 for each in x.data):
        return divide(reduce(add, x.data), long(count(x)))
    return floating(sum(known_floats(x)) / len(x.data) if x.data else NAN)


def statistic(name: str, f: Callable[[Sequence[float]], float]) -> None:
    def go(x: List) -> Any:
        if x.kind == MIXED and any(is_list(each) for each in x.data):
            return assemble([go(column) for column in flip(x).data])
        return floating(f(known_floats(x)))

    aggregate(name)(go)


statistic("med", median)
statistic("var", variance)
statistic("dev", lambda numbers: math.sqrt(variance(numbers)))
statistic("svar", lambda numbers: variance(numbers, 1))
statistic("sdev", lambda numbers: math.sqrt(variance(numbers, 1)))


def covariance(a: Sequence[float], b: Sequence[float], less: int = 0) -> float:
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x == x and y == y]
    if len(pairs) <= less:
        return NAN
    middle_a, middle_b = mean([x for x, _ in pairs]), mean([y for _, y in pairs])
    return sum((x - middle_a) * (y - middle_b) for x, y in pairs) / (len(pairs) - less)


def correlation(a: Sequence[float], b: Sequence[float]) -> float:
    spread = math.sqrt(covariance(a, a) * covariance(b, b))
    return covariance(a, b) / spread if spread else NAN


def of_two(name: str, f: Callable[[Sequence[float], Sequence[float]], float]) -> None:
    def go(x: Value, y: Value) -> Any:
        a, b = floats(x), floats(y)
        if len(a) != len(b):
            raise QError("length")
        return floating(f(a, b))

    dyad(name)(go)


of_two("cov", covariance)
of_two("scov", lambda a, b: covariance(a, b, 1))
of_two("cor", correlation)


@dyad("wsum")
def weighted_sum(x: Value, y: Value) -> Any:
    found = total(multiply(x, y))
    return floating(float(found.data)) if isinstance(found, Atom) and -found.kind in INTEGERS else found


@dyad("wavg")
def weighted_average(x: Value, y: Value) -> Any:
    if isinstance(y, Dict):
        return weighted_average(x, y.values)
    if y.kind == MIXED and any(is_list(each) for each in items(y)):
        if count(x) != count(y) and not is_atom(x):
            raise QError("length")
        columns = flip(y).data
        weights_of = flip(x).data if x.kind == MIXED else [x] * len(columns)
        if len(weights_of) != len(columns):
            raise QError("length")
        return assemble([weighted_average(w, column) for w, column in zip(weights_of, columns, strict=True)])
    numbers = floats(y)
    weights = floats(x) * len(numbers) if is_atom(x) else floats(x)
    if len(weights) != len(numbers):
        raise QError("length")
    pairs = [(w, n) for w, n in zip(weights, numbers, strict=True) if w == w and n == n]
    whole = sum(w for w, _ in pairs)
    return floating(sum(w * n for w, n in pairs) / whole if whole else NAN)


@running("avgs")
def averages(x: List) -> Any:
    if x.kind == MIXED:
        return assemble([average(List(MIXED, x.data[: i + 1])) for i in range(len(x.data))])
    found, amount, many = [], 0.0, 0
    for number, datum in zip(floats(x), x.data, strict=True):
        if not is_null_datum(x.kind, datum):
            amount, many = amount + number, many + 1
        found.append(amount / many if many else NAN)
    return vector(FLOAT, found)


def rows_of(x: Value) -> list[list[float]]:
    """Of a matrix. Raises: QError 'length for one that is none."""
    rows = [floats(each) for each in items(x)]
    if not rows or len({len(row) for row in rows}) > 1:
        raise QError("length")
    return rows


def matrix(rows: Sequence[Sequence[float]]) -> List:
    return List(MIXED, [vector(FLOAT, row) for row in rows])


@dyad("mmu")
def matrix_product(x: Value, y: Value) -> Any:
    if x.kind != MIXED and y.kind != MIXED:
        return total(multiply(x, y))
    columns = list(zip(*rows_of(y), strict=True)) if y.kind == MIXED else [tuple(floats(y))]
    rows = rows_of(x) if x.kind == MIXED else [floats(x)]
    if not columns or any(len(row) != len(columns[0]) for row in rows):
        raise QError("length")
    found = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in rows]
    if y.kind != MIXED:
        return vector(FLOAT, [row[0] for row in found])
    return matrix(found) if x.kind == MIXED else vector(FLOAT, found[0])


def solve(left: list[list[float]], right: list[list[float]]) -> list[list[float]]:
    """The matrix that `left` times it is `right`, by elimination with pivots. Nulls if `left` is singular."""
    size = len(left)
    rows = [[*a, *b] for a, b in zip(left, right, strict=True)]
    for i in range(size):
        best = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        if rows[i][i] == 0:
            return [[NAN] * len(right[0]) for _ in range(size)]
        rows[i] = [number / rows[i][i] for number in rows[i]]
        for r in range(size):
            if r != i and rows[r][i]:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[size:] for row in rows]


def inverse(x: Value) -> List:
    rows = rows_of(x)
    if any(len(row) != len(rows) for row in rows):
        raise QError("length")
    return matrix(solve(rows, [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]))


@dyad("lsq")
def least_squares(x: Value, y: Value) -> Any:
    rows, basis = rows_of(x), rows_of(y)
    if len(rows[0]) != len(basis[0]):
        raise QError("length")
    gram = [[sum(a * b for a, b in zip(p, q, strict=True)) for q in basis] for p in basis]
    right = [[sum(a * b for a, b in zip(p, q, strict=True)) for q in rows] for p in basis]
    return matrix([list(row) for row in zip(*solve(gram, right), strict=True)])


monad("inv")(inverse)
