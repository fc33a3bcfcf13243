"""Tasks on a list of whole numbers whose order matters: sorting, windows, neighbours, runs, what holds so far."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import CHANGES, NUMBERS, Args, Family, Inputs, Part, Task, function

KEYS = (
    Part("value", "value", "X", "X"),
    Part("abs", "absolute value", "abs(X)", "abs X"),
    Part("digit", "last digit, its sign left out", "abs(X) % 10", "(abs X) mod 10"),
    Part("mod3", "remainder when divided by 3", "X % 3", "X mod 3"),
    Part("from4", "distance from 4", "abs(X - 4)", "abs X-4"),
    Part("parity", "parity, even numbers before odd ones", "X % 2", "X mod 2"),
)

TAKES = (
    Part("all", "all numbers", "X", "X"),
    Part("three", "the first three of them, or all if there are fewer", "X[:3]", "3 sublist X"),
    Part("last", "the last two of them, or all if there are fewer", "X[-2:]", "-2 sublist X"),
    Part("second", "every second one of them, from the first", "X[::2]", "X 2*til (1+count X) div 2"),
)


def sort_by() -> Iterator[Task]:
    """A list in the order of a key, or a part of it."""
    for key, take, down in product(KEYS, TAKES, (False, True)):
        way = "from the greatest to the least" if down else "from the least to the greatest"
        ordered = "x idesc" if down else "x iasc"
        yield Task(
            f"sort_by/{key.name}-{take.name}-{'down' if down else 'up'}",
            f"sort by {key.name}",
            f"Sort a list of integers by {key.words}, {way}; numbers that are equal in this stay in the order they "
            f"have. Return {take.words}.",
            f"def solve(numbers):\n    ordered = sorted(numbers, key=lambda n: {key.in_python('n')}"
            f"{', reverse=True' if down else ''})\n    return {take.in_python('ordered')}\n",
            function(take.of(f"{ordered} {key.in_q('x')}", "s")),
            NUMBERS,
        )


def _windowed(chance: random.Random) -> Args:
    return ([chance.randint(-20, 20) for _ in range(chance.randint(1, 9))], chance.randint(1, 4))


WINDOWED = Inputs((([], 2), ([5], 1), ([5], 2), ([1, 2, 3, 4], 4), ([2, 2, 2, 2], 3), ([9, -9, 9, -9], 2)), _windowed)

SPANS = (
    Part("sums", "the sum", "sum(X)", "sum each X"),
    Part("maxs", "the greatest number", "max(X)", "max each X"),
    Part("mins", "the least number", "min(X)", "min each X"),
    Part("ranges", "the greatest number less the least", "max(X) - min(X)", "{(max x)-min x} each X"),
    Part("means", "the mean", "sum(X) / len(X)", "avg each X"),
    Part("ends", "the sum of the first and the last number", "X[0] + X[-1]", "{(first x)+last x} each X"),
    Part("rising", "whether no number is less than the one before it", "X == sorted(X)", "{x~asc x} each X"),
    Part("different", "how many different numbers there are", "len(set(X))", "{count distinct x} each X"),
)


def windows() -> Iterator[Task]:
    """A value of each window of a list."""
    for span, chunks in product(SPANS, (False, True)):
        what = (
            "each piece of a list of integers that is cut into pieces of k, the last of which may be shorter"
            if chunks
            else "each k neighbouring numbers of a list of integers, from left to right"
        )
        starts = "range(0, len(numbers), k)" if chunks else "range(len(numbers) - k + 1)"
        cut = "k cut numbers" if chunks else "numbers (til 0|1+(count numbers)-k)+\\:til k"
        yield Task(
            f"windows/{span.name}-{'pieces' if chunks else 'sliding'}",
            f"{span.name} of {'pieces' if chunks else 'windows'}",
            f"Return, as a list, {span.words} of {what}.",
            f"def solve(numbers, k):\n    windows = [numbers[i : i + k] for i in {starts}]\n"
            f"    return [{span.in_python('w')} for w in windows]\n",
            function(span.in_q(cut), ["numbers", "k"]),
            WINDOWED,
        )


PAIRS = (
    Part("rise", "how much each number is greater than the one before it", "[b - a for a, b in X]", "1_deltas x"),
    Part("gap", "the distance of each number from the one before it", "[abs(b - a) for a, b in X]", "abs 1_deltas x"),
    Part("sum", "the sums of each two neighbours", "[a + b for a, b in X]", "(1_x)+-1_x"),
    Part("product", "the products of each two neighbours", "[a * b for a, b in X]", "(1_x)*-1_x"),
    Part("greater", "the greater of each two neighbours", "[max(a, b) for a, b in X]", "(1_x)|-1_x"),
    Part("up", "how often a number is greater than the one before it", "sum(b > a for a, b in X)", "sum 0<1_deltas x"),
    Part("same", "how often a number equals the one before it", "sum(b == a for a, b in X)", "sum 0=1_deltas x"),
    Part("turn", "how often two neighbours differ in parity", "sum(a % 2 != b % 2 for a, b in X)",
         "sum 1_differ x mod 2"),
    Part("step", "the longest distance between two neighbours (0 if there are none)",
         "max([abs(b - a) for a, b in X], default=0)", "max 0,abs 1_deltas x"),
    Part("drops", "the positions, counted from 0, of the numbers that are less than the one before them",
         "[i + 1 for i, (a, b) in enumerate(X) if b < a]", "1+where 0>1_deltas x"),
)  # fmt: skip


def neighbours() -> Iterator[Task]:
    """What two neighbours in a list have to do with each other."""
    for pair in PAIRS:
        yield Task(
            f"neighbours/{pair.name}",
            f"neighbours: {pair.name}",
            f"Given a list of integers, return {pair.words}.",
            f"def solve(numbers):\n    pairs = list(zip(numbers, numbers[1:]))\n    return {pair.in_python('pairs')}\n",
            function(pair.q),
            NUMBERS,
        )


RUNNING = (
    Part("sum", "the sum", "sum(X)", "sums X"),
    Part("max", "the greatest", "max(X)", "maxs X"),
    Part("min", "the least", "min(X)", "mins X"),
)


def running() -> Iterator[Task]:
    """What holds of a list so far, at each place."""
    for total, change in product(RUNNING, CHANGES):
        yield Task(
            f"running/{total.name}-{change.name}",
            f"running {total.name}",
            f"Replace each number of a list of integers by {change.words}. Return for each place {total.words} of what "
            "stands up to there, itself included.",
            f"def solve(numbers):\n    changed = [{change.in_python('n')} for n in numbers]\n"
            f"    return [{total.in_python('changed[: i + 1]')} for i in range(len(changed))]\n",
            function(total.in_q(change.in_q("x"))),
            NUMBERS,
        )


def _repeating(chance: random.Random) -> Args:
    numbers = []
    for _ in range(chance.randint(1, 5)):
        numbers += [chance.randint(-2, 3)] * chance.randint(1, 4)
    return (numbers,)


REPEATING = Inputs((([],), ([4],), ([1, 1, 1],), ([1, 2, 1, 2],), ([0, 0, 5, 5, 5, 0],)), _repeating)

RUNS = (
    Part("lengths", "their lengths", "[len(r) for r in X]", "count each X"),
    Part("items", "the number of which each consists", "[r[0] for r in X]", "first each X"),
    Part("count", "how many there are", "len(X)", "count X"),
    Part("longest", "the length of the longest (0 if there is none)", "max([len(r) for r in X], default=0)",
         "max 0,count each X"),
    Part("pairs", "each as a pair of its number and its length", "[[r[0], len(r)] for r in X]",
         "{(first x),count x} each X"),
    Part("alone", "the numbers of those that have one item only", "[r[0] for r in X if len(r) == 1]",
         "first each r where 1=count each r:X"),
    Part("sums", "their sums", "[sum(r) for r in X]", "sum each X"),
    Part("reversed", "one list in which they come in reverse", "[n for r in X[::-1] for n in r]", "raze reverse X"),
)  # fmt: skip


def runs() -> Iterator[Task]:
    """Runs of equal numbers."""
    for run in RUNS:
        yield Task(
            f"runs/{run.name}",
            f"runs: {run.name}",
            "A run is a stretch of equal numbers in a list of integers, as long as it can be. For the runs of a list, "
            f"from left to right, return {run.words}.",
            "from itertools import groupby\n\n\n"
            "def solve(numbers):\n    runs = [list(g) for _, g in groupby(numbers)]\n"
            f"    return {run.in_python('runs')}\n",
            function(run.in_q("(where differ x) cut x")),
            REPEATING,
        )


FAMILIES: tuple[Family, ...] = (sort_by, windows, neighbours, running, runs)
