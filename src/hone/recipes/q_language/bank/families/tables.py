"""Tasks on several lists at once: two lists item by item, lists in lists, and fractions."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import TOTALS, Args, Family, Inputs, Part, Task, function, with_imports


def _aligned(chance: random.Random) -> Args:
    first = [chance.randint(-9, 9) for _ in range(chance.randint(1, 7))]
    likeness = chance.choice((0.0, 0.5, 1.0))
    sign = chance.choice((1, 1, -1))
    return first, [sign * n if chance.random() < likeness else chance.randint(-9, 9) for n in first]


ALIGNED = Inputs((([], []), ([4], [4]), ([1, 2], [2, 1]), ([0, 0, 3], [0, -5, 3]), ([7, 7], [-7, 7])), _aligned)

ITEMWISE = (
    Part("sum", "the sums", "a + b", "a+b"),
    Part("less", "the items of the first less those of the second", "a - b", "a-b"),
    Part("product", "the products", "a * b", "a*b"),
    Part("greater", "the greater ones", "max(a, b)", "a|b"),
    Part("least", "the lesser ones", "min(a, b)", "a&b"),
    Part("distance", "the distances", "abs(a - b)", "abs a-b"),
    Part("squares", "the sums of the squares", "a * a + b * b", "(a*a)+b*b"),
)

FROM_ITEMS = (Part("list", "the list", "X", "X"), *TOTALS[:4])


def item_by_item() -> Iterator[Task]:
    """Two lists of equal length, item by item."""
    for total, way in product(FROM_ITEMS, ITEMWISE):
        yield Task(
            f"item_by_item/{total.name}-{way.name}",
            f"item by item: {way.name}",
            f"Two lists of integers have the same length. Form {way.words} of the items that stand at the same place, "
            f"and return {total.words} of what comes out.",
            f"def solve(first, second):\n    found = [{way.python} for a, b in zip(first, second)]\n"
            f"    return {total.in_python('found')}\n",
            function(total.of(way.q, "r"), ["a", "b"]),
            ALIGNED,
        )


AGREE = (
    Part("equal", "are equal", "a == b", "a=b"),
    Part("unequal", "differ", "a != b", "a<>b"),
    Part("rising", "are greater in the second list", "b > a", "b>a"),
    Part("opposite", "sum to 0", "a + b == 0", "0=a+b"),
    Part("parity", "are both even or both odd", "(a - b) % 2 == 0", "0=(a-b) mod 2"),
)

AGREED = (
    Part("count", "how often two items at the same place", "sum(X)", "sum X"),
    Part("most", "whether at more than half of the places the two items", "2 * sum(X) > len(X)",
         "(sum X)>0.5*count a"),
    Part("places", "the places, counted from 0, at which the two items", "[i for i, f in enumerate(X) if f]",
         "where X"),
    Part("kept", "those items of the first list that with the item at their place in the second",
         "[a for a, f in zip(first, X) if f]", "a where X"),
)  # fmt: skip


def agreement() -> Iterator[Task]:
    """Where two lists of equal length agree."""
    for what, way in product(AGREED, AGREE):
        yield Task(
            f"agreement/{what.name}-{way.name}",
            f"agreement: {way.name}",
            f"Two lists of integers have the same length. Return {what.words} {way.words}.",
            f"def solve(first, second):\n    flags = [{way.python} for a, b in zip(first, second)]\n"
            f"    return {what.in_python('flags')}\n",
            function(what.in_q(way.q), ["a", "b"]),
            ALIGNED,
        )


def _grid(chance: random.Random) -> Args:
    width = chance.randint(1, 4)
    return ([[chance.randint(-9, 9) for _ in range(width)] for _ in range(chance.randint(1, 4))],)


GRIDS = Inputs((([[3]],), ([[1, 2, 3]],), ([[1], [2]],), ([[1, 2], [3, 4]],), ([[0, 0], [0, 0], [5, -5]],)), _grid)

LINES = (
    Part("sums", "the sums", "[sum(r) for r in X]", "sum each X"),
    Part("maxs", "the greatest numbers", "[max(r) for r in X]", "max each X"),
    Part("mins", "the least numbers", "[min(r) for r in X]", "min each X"),
    Part("means", "the means", "[sum(r) / len(r) for r in X]", "avg each X"),
    Part("sorted", "the numbers, from the least to the greatest, each in a list of its own,", "[sorted(r) for r in X]",
         "asc each X"),
    Part("reversed", "the numbers, from the last to the first, each in a list of its own,", "[r[::-1] for r in X]",
         "reverse each X"),
    Part("running", "the running sums, each in a list of its own,",
         "[[sum(r[: i + 1]) for i in range(len(r))] for r in X]", "sums each X"),
    Part("best", "the place, counted from 0, of the greatest sum, the first if there are several,",
         "max(range(len(X)), key=lambda i: sum(X[i]))", "s?max s:sum each X"),
)  # fmt: skip


def lines() -> Iterator[Task]:
    """The rows or the columns of a matrix."""
    for what, columns in product(LINES, (False, True)):
        yield Task(
            f"lines/{what.name}-{'columns' if columns else 'rows'}",
            f"{what.name} of {'columns' if columns else 'rows'}",
            f"A matrix is a list of rows of equal length. Return {what.words} of its "
            f"{'columns' if columns else 'rows'}.",
            f"def solve(rows):\n    lines = [list(r) for r in {'zip(*rows)' if columns else 'rows'}]\n"
            f"    return {what.in_python('lines')}\n",
            function(what.in_q("flip rows" if columns else "rows"), ["rows"]),
            GRIDS,
        )


SHAPES = (
    Part("flat", "all numbers, row after row", "[n for r in X for n in r]", "raze X"),
    Part("turned", "its columns as rows", "[list(c) for c in zip(*X)]", "flip X"),
    Part("upside", "its rows from the last to the first", "X[::-1]", "reverse X"),
    Part("quarter", "it turned by a quarter, clockwise", "[list(c) for c in zip(*X[::-1])]", "flip reverse X"),
    Part("doubled", "it with each number doubled", "[[2 * n for n in r] for r in X]", "2*X"),
    Part("diagonal", "the numbers whose row and column are the same, from the top",
         "[X[i][i] for i in range(min(len(X), len(X[0])))]", "{x@'til count x} (min (count X;count first X))#X"),
    Part("total", "the sum of all numbers", "sum(map(sum, X))", "sum raze X"),
    Part("extreme", "the numbers of greatest absolute value in each row, without their signs",
         "[max(map(abs, r)) for r in X]", "max each abs X"),
    Part("order", "its rows ordered by their sums, from the least, equal ones as they stand", "sorted(X, key=sum)",
         "X iasc sum each X"),
    Part("negatives", "how many negative numbers are in each row", "[sum(n < 0 for n in r) for r in X]",
         "sum each X<0"),
    Part("chess", "the numbers for which row and column, both counted from 0, sum to an even number, row after row",
         "[n for i, r in enumerate(X) for j, n in enumerate(r) if (i + j) % 2 == 0]",
         "(raze X) where 0=(raze (til count X)+/:\\:til count first X) mod 2"),
)  # fmt: skip


def shapes() -> Iterator[Task]:
    """A matrix as a whole."""
    for what in SHAPES:
        yield Task(
            f"shapes/{what.name}",
            f"matrix: {what.name}",
            f"A matrix is a list of rows of equal length. Return {what.words}.",
            f"def solve(rows):\n    return {what.in_python('rows')}\n",
            function(what.in_q("rows"), ["rows"]),
            GRIDS,
        )


def _fractions(chance: random.Random) -> Args:
    return ([round(chance.uniform(-10, 10), 2) for _ in range(chance.randint(1, 7))],)


FRACTIONS = Inputs((([1.5],), ([0.0, 0.0],), ([2.25, -2.25],), ([1.0, 2.0, 4.0],)), _fractions)

ON_FRACTIONS = (
    Part("centred", "each less the mean of all", "[v - sum(X) / len(X) for v in X]", "X-avg X"),
    Part("above", "those that are greater than the mean", "[v for v in X if v > sum(X) / len(X)]", "X where X>avg X"),
    Part("floors", "each rounded down to an integer", "[math.floor(v) for v in X]", "floor X"),
    Part("ceilings", "each rounded up to an integer", "[math.ceil(v) for v in X]", "ceiling X"),
    Part("median", "their median, the mean of the two in the middle if there are two", "statistics.median(X)", "med X"),
    Part("variance", "the mean of the squares of their distances from the mean", "statistics.pvariance(X)", "var X"),
    Part("norm", "the square root of the sum of their squares", "math.sqrt(sum(v * v for v in X))", "sqrt sum X*X"),
    Part("middle", "half the sum of the greatest and the least", "(max(X) + min(X)) / 2", "0.5*(max X)+min X"),
    Part("roots", "the square roots of their absolute values", "[math.sqrt(abs(v)) for v in X]", "sqrt abs X"),
    Part("running", "for each place the mean of what stands up to there",
         "[sum(X[: i + 1]) / (i + 1) for i in range(len(X))]", "avgs X"),
    Part("compound", "what 100.0 becomes if each says by how many per cent it grows, one after the other",
         "100 * math.prod(1 + v / 100 for v in X)", "100*prd 1+X%100"),
    Part("crossing", "how often two neighbours have different signs, 0 counted as positive",
         "sum((a < 0) != (b < 0) for a, b in zip(X, X[1:]))", "sum 1_differ X<0"),
)  # fmt: skip


def fractions() -> Iterator[Task]:
    """Lists of floating-point numbers."""
    for what in ON_FRACTIONS:
        yield Task(
            f"fractions/{what.name}",
            f"fractions: {what.name}",
            f"Given a list of floats that is not empty, return {what.words}.",
            with_imports(f"def solve(numbers):\n    return {what.in_python('numbers')}\n"),
            function(what.in_q("numbers"), ["numbers"]),
            FRACTIONS,
        )


FAMILIES: tuple[Family, ...] = (item_by_item, agreement, lines, shapes, fractions)
