"""Tasks on a list of whole numbers: choosing, changing, summing, finding."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import (
    CHANGES,
    CONDITIONS,
    NUMBERS,
    TOTALS,
    Args,
    Family,
    Inputs,
    Part,
    Task,
    function,
)


def total_where() -> Iterator[Task]:
    """A total of the numbers that meet a condition."""
    for total, condition in product(TOTALS, CONDITIONS):
        yield Task(
            f"total_where/{total.name}-{condition.name}",
            f"{total.name} of the chosen",
            f"Given a list of integers, return {total.words} of those that are {condition.words}.",
            f"def solve(numbers):\n    chosen = [n for n in numbers if {condition.in_python('n')}]\n"
            f"    return {total.in_python('chosen')}\n",
            function(total.of(f"x where {condition.in_q('x')}")),
            NUMBERS,
        )


def total_changed() -> Iterator[Task]:
    """A total of all numbers, each changed."""
    for total, change in product(TOTALS, CHANGES):
        yield Task(
            f"total_changed/{total.name}-{change.name}",
            f"{total.name} after a change",
            f"Replace each number of a list of integers by {change.words}; return {total.words} of what comes out.",
            f"def solve(numbers):\n    changed = [{change.in_python('n')} for n in numbers]\n"
            f"    return {total.in_python('changed')}\n",
            function(total.of(change.in_q("numbers"), "changed"), ["numbers"]),
            NUMBERS,
        )


def change_where() -> Iterator[Task]:
    """Numbers that meet a condition are chosen, then changed."""
    for condition, change in product(CONDITIONS[::2], CHANGES):
        yield Task(
            f"change_where/{condition.name}-{change.name}",
            "choose and change",
            f"From a list of integers keep those that are {condition.words}, in order, and replace each by "
            f"{change.words}.",
            f"def solve(numbers):\n    return [{change.in_python('n')} for n in numbers if "
            f"{condition.in_python('n')}]\n",
            function(change.of(f"x where {condition.in_q('x')}", "kept")),
            NUMBERS,
        )


def replace_where() -> Iterator[Task]:
    """Numbers that meet a condition are changed in place."""
    for condition, change in product(CONDITIONS[1::2], (*CHANGES[:2], *CHANGES[3:7])):
        yield Task(
            f"replace_where/{condition.name}-{change.name}",
            "change some",
            f"In a list of integers replace each number that is {condition.words} by {change.words}; leave the others "
            "as they are.",
            f"def solve(numbers):\n    return [{change.in_python('n')} if {condition.in_python('n')} else n "
            "for n in numbers]\n",
            function(f"@[x;where {condition.in_q('x')};{{{change.in_q('x')}}}]"),
            NUMBERS,
        )


VERDICTS = (
    Part("all", "all numbers of a list of integers are", "all(X)", "all X"),
    Part("any", "any number of a list of integers is", "any(X)", "any X"),
    Part("none", "no number of a list of integers is", "not any(X)", "not any X"),
    Part("one", "exactly one number of a list of integers is", "sum(X) == 1", "1=sum X"),
    Part("most", "more than half of the numbers of a list of integers are", "2 * sum(X) > len(X)",
         "(2*sum X)>count X"),
)  # fmt: skip


def _few(chance: random.Random) -> Args:
    return ([chance.randint(-12, 15) for _ in range(chance.randint(1, 3))],)


FEW = Inputs((([],), ([0],), ([8],), ([-3, 5],), ([14, 12],)), _few)


def verdict() -> Iterator[Task]:
    """Whether all, any, none, one or most of the numbers meet a condition."""
    for kind, condition in product(VERDICTS, (*CONDITIONS[:3], *CONDITIONS[6:9])):
        yield Task(
            f"verdict/{kind.name}-{condition.name}",
            f"{kind.name} of them",
            f"Return whether {kind.words} {condition.words}.",
            f"def solve(numbers):\n    flags = [{condition.in_python('n')} for n in numbers]\n"
            f"    return {kind.in_python('flags')}\n",
            function(kind.of(condition.in_q("x"), "flags")),
            FEW,
        )


PLACES = (
    Part("all", "the positions, counted from 0, of all numbers in a list of integers that are", "X", "X"),
    Part("first", "the position, counted from 0, of the first number in a list of integers (-1 if there is none) "
         "that is", "X[0] if X else -1", "$[count X;first X;-1]"),
    Part("last", "the position, counted from 0, of the last number in a list of integers (-1 if there is none) "
         "that is", "X[-1] if X else -1", "last -1,X"),
    Part("sum", "the sum of the positions, counted from 0, of those numbers in a list of integers that are", "sum(X)",
         "sum X"),
)  # fmt: skip


def places() -> Iterator[Task]:
    """Where the numbers that meet a condition stand."""
    for place, condition in product(PLACES, CONDITIONS[:10]):
        yield Task(
            f"places/{place.name}-{condition.name}",
            "where they stand",
            f"Return {place.words} {condition.words}.",
            f"def solve(numbers):\n    places = [i for i, n in enumerate(numbers) if {condition.in_python('n')}]\n"
            f"    return {place.in_python('places')}\n",
            function(place.of(f"where {condition.in_q('numbers')}", "places"), ["numbers"]),
            NUMBERS,
        )


CUTS = (
    Part("before", "those before the first one", "numbers[:X]", "X#x"),
    Part("from", "the first one and all after it", "numbers[X:]", "X _ x"),
    Part("count", "how many there are before the first one", "X", "X"),
    Part("sum", "the sum of those before the first one", "sum(numbers[:X])", "sum X#x"),
)


def cut_at() -> Iterator[Task]:
    """A list is cut at the first number that meets a condition."""
    for cut, condition in product(CUTS, CONDITIONS[:10]):
        yield Task(
            f"cut_at/{cut.name}-{condition.name}",
            f"{cut.name} the first",
            f"Look for the first number that is {condition.words} in a list of integers; all count as before it if "
            f"there is none. Return {cut.words}.",
            f"def solve(numbers):\n    i = 0\n    while i < len(numbers) and not ({condition.in_python('numbers[i]')}):"
            f"\n        i += 1\n    return {cut.in_python('i')}\n",
            function(f"\n  i:({condition.in_q('x')})?1b;\n  {cut.in_q('i')}"),
            NUMBERS,
        )


FAMILIES: tuple[Family, ...] = (total_where, total_changed, change_where, replace_where, verdict, places, cut_at)
