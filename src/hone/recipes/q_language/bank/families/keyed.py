"""Tasks with keys: dictionaries, groups, counts of what is there how often, and sets."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import CONDITIONS, NUMBERS, TOTALS, Args, Family, Inputs, Part, Task, function

_NAMES = ("ann", "bob", "cat", "dan", "eve", "fay", "gus")


def _scores(chance: random.Random) -> Args:
    names = chance.sample(_NAMES, chance.randint(1, len(_NAMES)))
    return ({name: chance.randint(-9, 15) for name in names},)


SCORES = Inputs((({"ann": 5},), ({"bob": -2, "ann": 4},), ({"cat": 2, "dan": 2, "eve": 2},)), _scores)

OF_SCORES = (
    Part("names", "the names, in order, of those whose score is", "[k for k, v in scores.items() if X]", "where X"),
    Part("count", "how many have a score that is", "sum(X for v in scores.values())", "sum X"),
    Part("sum", "the sum of those scores that are", "sum(v for v in scores.values() if X)", "sum s where X"),
    Part("part", "the part of the dictionary whose scores are", "{k: v for k, v in scores.items() if X}",
         "(where X)#s"),
    Part("flags", "a dictionary that says for each name whether the score is",
         "{k: X for k, v in scores.items()}", "X"),
)  # fmt: skip


def scores() -> Iterator[Task]:
    """A dictionary of numbers by name, and those that meet a condition."""
    for what, condition in product(OF_SCORES, CONDITIONS[:8]):
        yield Task(
            f"scores/{what.name}-{condition.name}",
            f"scores: {what.name}",
            f"Given a dictionary of names and scores, which are integers, return {what.words} {condition.words}.",
            f"def solve(scores):\n    return {what.in_python(condition.in_python('v'))}\n",
            function(what.in_q(condition.in_q("s")), ["s"]),
            SCORES,
        )


ON_SCORES = (
    Part("best", "the name of the highest score, the first if there are several", "max(X, key=X.get)", "X?max X"),
    Part("worst", "the name of the lowest score, the first if there are several", "min(X, key=X.get)", "X?min X"),
    Part("spread", "the highest score less the lowest", "max(X.values()) - min(X.values())", "(max X)-min X"),
    Part("ranked", "the names from the highest score to the lowest, those with equal scores as they stand",
         "sorted(X, key=lambda k: -X[k])", "key desc X"),
    Part("named", "the scores in the alphabetical order of the names", "[X[k] for k in sorted(X)]",
         "X asc key X"),
    Part("doubled", "the dictionary with each score doubled", "{k: 2 * v for k, v in X.items()}", "2*X"),
    Part("longest", "the text of all names, joined as they stand", "''.join(X)", "raze string key X"),
    Part("turned", "a dictionary of the scores, each with the list of the names that have it",
         "{s: [k for k, v in X.items() if v == s] for s in X.values()}", "group X"),
    Part("above", "the names, in order, whose score is greater than the mean",
         "[k for k, v in X.items() if v > sum(X.values()) / len(X)]", "where X>avg X"),
    Part("pairs", "the scores less the lowest score, by name", "{k: v - min(X.values()) for k, v in X.items()}",
         "X-min X"),
)  # fmt: skip


def score_board() -> Iterator[Task]:
    """A dictionary of numbers by name: its best, its order, what it says turned round."""
    for what in ON_SCORES:
        yield Task(
            f"score_board/{what.name}",
            f"score board: {what.name}",
            f"Given a dictionary of names and scores, which are integers, return {what.words}.",
            f"def solve(scores):\n    return {what.in_python('scores')}\n",
            function(what.in_q("x")),
            SCORES,
        )


GROUP_KEYS = (
    Part("parity", "remainder when divided by 2", "X % 2", "X mod 2"),
    Part("mod3", "remainder when divided by 3", "X % 3", "X mod 3"),
    Part("abs", "absolute value", "abs(X)", "abs X"),
    Part("sign", "sign (-1, 0 or 1)", "(X > 0) - (X < 0)", "signum X"),
    Part("tens", "tenth part, rounded down", "X // 10", "X div 10"),
)

PER_GROUP = (
    Part("list", "the list of the numbers in it, in order", "X", "numbers X"),
    Part("count", "how many numbers are in it", "len(X)", "count each X"),
    Part("sum", "the sum of the numbers in it", "sum(X)", "sum each numbers X"),
    Part("max", "the greatest number in it", "max(X)", "max each numbers X"),
    Part("first", "the number that comes first in it", "X[0]", "first each numbers X"),
    Part("distinct", "how many different numbers are in it", "len(set(X))", "{count distinct x} each numbers X"),
)


def grouped() -> Iterator[Task]:
    """Numbers in groups by a key, and a value of each group."""
    for key, value in product(GROUP_KEYS, PER_GROUP):
        yield Task(
            f"grouped/{key.name}-{value.name}",
            f"group by {key.name}",
            f"Put the numbers of a list of integers into groups by their {key.words}. Return a dictionary of the "
            f"groups' keys with {value.words}.",
            f"def solve(numbers):\n    groups = {{}}\n    for n in numbers:\n"
            f"        groups.setdefault({key.in_python('n')}, []).append(n)\n"
            f"    return {{k: {value.in_python('g')} for k, g in groups.items()}}\n",
            function(value.in_q(f"group {key.in_q('numbers')}"), ["numbers"]),
            NUMBERS,
        )


def _common(chance: random.Random) -> Args:
    return ([chance.randint(0, 6) for _ in range(chance.randint(1, 12))],)


COMMON = Inputs((([],), ([3],), ([1, 1],), ([2, 1, 1, 2],), ([5, 4, 4, 5, 5],)), _common)

OFTEN = (
    Part("counts", "a dictionary of the numbers, each with how often it comes", "X", "X"),
    Part("once", "the numbers that come once only, in order", "[n for n, c in X.items() if c == 1]", "where 1=X"),
    Part("often", "the different numbers that come more than once, in the order in which they come first",
         "[n for n, c in X.items() if c > 1]", "where 1<X"),
    Part("most", "how often the number comes that comes most often (0 if there is none)",
         "max(X.values(), default=0)", "max 0,value X"),
    Part("mode", "the numbers that come most often, from the least to the greatest",
         "sorted(n for n, c in X.items() if c == max(X.values()))", "asc where X=max X"),
    Part("ordered", "the different numbers, those that come more often first, then those that come first",
         "sorted(X, key=lambda n: -X[n])", "key desc X"),
    Part("own", "the sum of those numbers that come as often as they say (3 comes three times)",
         "sum(n for n, c in X.items() if n == c)", "sum where X=key X"),
    Part("pairs", "how many pairs of equal numbers can be taken out of the list",
         "sum(c // 2 for c in X.values())", "sum X div 2"),
    Part("odd", "the different numbers that come an odd number of times, from the least to the greatest",
         "sorted(n for n, c in X.items() if c % 2)", "asc where 1=X mod 2"),
)  # fmt: skip


def how_often() -> Iterator[Task]:
    """How often numbers come."""
    for what in OFTEN:
        yield Task(
            f"how_often/{what.name}",
            f"how often: {what.name}",
            f"Given a list of integers, return {what.words}.",
            f"def solve(numbers):\n    counts = {{n: numbers.count(n) for n in numbers}}\n"
            f"    return {what.in_python('counts')}\n",
            function(what.of("count each group x", "c")),
            COMMON,
        )


def _two(chance: random.Random) -> Args:
    return tuple([chance.randint(-5, 9) for _ in range(chance.randint(0, 7))] for _ in range(2))


TWO = Inputs((([], []), ([1], []), ([2, 2], [2]), ([3, 1, 2], [2, 3, 1]), ([5, 4], [6, 7])), _two)

SETS = (
    Part("both", "in both of two lists", "set(a) & set(b)", "a inter b"),
    Part("either", "in one of two lists or in both", "set(a) | set(b)", "a union b"),
    Part("first", "in the first of two lists and not in the second", "set(a) - set(b)", "a except b"),
    Part("second", "in the second of two lists and not in the first", "set(b) - set(a)", "b except a"),
    Part("one", "in one of two lists and not in the other", "set(a) ^ set(b)", "(a except b),b except a"),
)


def sets() -> Iterator[Task]:
    """The different numbers of two lists: in both, in one of them, in either."""
    totals = (Part("list", "the list, from the least to the greatest, of", "sorted(X)", "asc X"),
              Part("count", "the number of", "len(X)", "count X"), TOTALS[0], TOTALS[1])  # fmt: skip
    for total, kind in product(totals, SETS):
        yield Task(
            f"sets/{total.name}-{kind.name}",
            f"two lists: {kind.name}",
            f"Return {total.words} {'' if total.name in ('list', 'count') else 'of '}the different integers that are "
            f"{kind.words}.",
            f"def solve(a, b):\n    found = {kind.python}\n    return {total.in_python('found')}\n",
            function(total.of(f"distinct {kind.q}", "r"), ["a", "b"]),
            TWO,
        )


FAMILIES: tuple[Family, ...] = (scores, score_board, grouped, how_often, sets)
