"""Tasks on one or two whole numbers: digits, divisors, primes, sequences, bases, counting up."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import CONDITIONS, Args, Family, Inputs, Part, Task, function, with_imports

NATURAL = Inputs(tuple((n,) for n in (1, 2, 3, 4, 10, 12, 36, 97, 100)), lambda chance: (chance.randint(1, 300),))

DIGITS = Inputs(
    tuple((n,) for n in (0, 5, 10, 11, 99, 100, 4040, 12321, 98765)), lambda chance: (chance.randint(0, 10**6),)
)

ON_DIGITS = (
    Part("sum", "the sum of its digits", "sum(X)", "sum X"),
    Part("product", "the product of its digits", "math.prod(X)", "prd X"),
    Part("max", "its greatest digit", "max(X)", "max X"),
    Part("range", "its greatest digit less its least", "max(X) - min(X)", "(max X)-min X"),
    Part("odd", "how many of its digits are odd", "sum(d % 2 for d in X)", "sum X mod 2"),
    Part("different", "how many different digits it has", "len(set(X))", "count distinct X"),
    Part("squares", "the sum of the squares of its digits", "sum(d * d for d in X)", "sum X*X"),
    Part("sorted", "its digits as a list, from the least to the greatest", "sorted(X)", "asc X"),
    Part("reverse", "the number that its digits give from right to left", "int(''.join(map(str, X[::-1])))",
         "10 sv reverse X"),
    Part("mirror", "whether its digits are the same from left and from right", "X == X[::-1]", "X~reverse X"),
    Part("alternate", "its digits added and taken away in turn, the first one added",
         "sum(X[::2]) - sum(X[1::2])", "sum X*(count X)#1 -1"),
)  # fmt: skip


def digits() -> Iterator[Task]:
    """What the decimal digits of a number tell."""
    for part in ON_DIGITS:
        yield Task(
            f"digits/{part.name}",
            f"digits: {part.name}",
            f"Given a whole number that is not negative, return {part.words}.",
            with_imports(
                f"def solve(n):\n    digits = [int(c) for c in str(n)]\n    return {part.in_python('digits')}\n"
            ),
            function(part.of('"J"$\'string x', "d")),
            DIGITS,
        )


ON_DIVISORS = (
    Part("list", "its divisors, from the least to the greatest", "X", "X"),
    Part("count", "how many divisors it has", "len(X)", "count X"),
    Part("sum", "the sum of its divisors", "sum(X)", "sum X"),
    Part("proper", "the sum of its divisors but itself", "sum(X[:-1])", "sum -1_X"),
    Part("odd", "its odd divisors", "[d for d in X if d % 2]", "X where 1=X mod 2"),
    Part("middle", "its greatest divisor that is at most its square root", "max(d for d in X if d * d <= n)",
         "max X where n>=X*X"),
    Part("kind", "1 if the sum of its divisors but itself is greater than it, -1 if it is less, and 0 if it is equal",
         "(sum(X[:-1]) > n) - (sum(X[:-1]) < n)", "signum (sum -1_X)-n"),
    Part("squares", "its divisors that are squares of whole numbers", "[d for d in X if int(d**0.5 + 0.5) ** 2 == d]",
         "X where X in s*s:1+til n"),
    Part("pairs", "its divisors, each times the number", "[d * n for d in X]", "n*X"),
    Part("gaps", "the distances of its divisors, each from the next", "[b - a for a, b in zip(X, X[1:])]",
         "1_deltas X"),
)  # fmt: skip


def divisors() -> Iterator[Task]:
    """What the divisors of a number tell."""
    for part in ON_DIVISORS:
        yield Task(
            f"divisors/{part.name}",
            f"divisors: {part.name}",
            f"Given a positive whole number, return {part.words}.",
            f"def solve(n):\n    divisors = [d for d in range(1, n + 1) if n % d == 0]\n"
            f"    return {part.in_python('divisors')}\n",
            function(f"\n  d:1+where 0=n mod 1+til n;\n  {part.in_q('d')}", ["n"]),
            NATURAL,
        )


ON_PRIMES = (
    Part("list", "all primes up to it", "X", "X"),
    Part("count", "how many primes there are up to it", "len(X)", "count X"),
    Part("sum", "the sum of the primes up to it", "sum(X)", "sum X"),
    Part("last", "the greatest prime up to it (0 if there is none)", "X[-1] if X else 0", "last 0,X"),
    Part("gap", "the longest distance between two primes up to it that follow each other (0 if there are none)",
         "max([b - a for a, b in zip(X, X[1:])], default=0)", "max 0,1_deltas X"),
    Part("twins", "how many primes p up to it have the prime p + 2, also up to it",
         "sum(p + 2 in X for p in X)", "sum (2+X) in X"),
    Part("factors", "the primes that divide it", "[p for p in X if n % p == 0]", "X where 0=n mod X"),
    Part("digit3", "the primes up to it whose last digit is 3", "[p for p in X if p % 10 == 3]", "X where 3=X mod 10"),
)  # fmt: skip


def primes() -> Iterator[Task]:
    """Primes up to a number."""
    for part in ON_PRIMES:
        yield Task(
            f"primes/{part.name}",
            f"primes: {part.name}",
            f"Given a positive whole number, return {part.words}.",
            "def solve(n):\n    primes = [p for p in range(2, n + 1) if all(p % d for d in range(2, p))]\n"
            f"    return {part.in_python('primes')}\n",
            function(f"\n  p:2_til 1+n;\n  p:p where {{all 0<x mod 2_til x}} each p;\n  {part.in_q('p')}", ["n"]),
            NATURAL,
        )


SEQUENCES = (
    Part("fib", "0, 1, and then each number is the sum of the two before it", "[0, 1]|a + b", "0 1|x+y"),
    Part("lucas", "2, 1, and then each number is the sum of the two before it", "[2, 1]|a + b", "2 1|x+y"),
    Part("pell", "0, 1, and then each number is twice the one before it and the one before that", "[0, 1]|a + 2 * b",
         "0 1|x+2*y"),
    Part("jacobsthal", "0, 1, and then each number is the one before it and twice the one before that",
         "[0, 1]|2 * a + b", "0 1|y+2*x"),
    Part("mersenne", "0, 1, and then each number is three times the one before it less twice the one before that",
         "[0, 1]|3 * b - 2 * a", "0 1|(3*y)-2*x"),
    Part("away", "1, 2, and then each number is the one before it less the one before that", "[1, 2]|b - a",
         "1 2|y-x"),
    Part("ten", "3, 7, and then each number is the last digit of the product of the two before it",
         "[3, 7]|a * b % 10", "3 7|(x*y) mod 10"),
    Part("greater", "1, 3, and then each number is 1 more than the greater of the two before it",
         "[1, 3]|max(a, b) + 1", "1 3|1+x|y"),
)  # fmt: skip

INDEX = Inputs(tuple((n,) for n in range(24)), lambda chance: (chance.randint(0, 30),))


def sequences() -> Iterator[Task]:
    """The terms of a sequence in which two numbers give the next: one of them, all, or their sum."""
    answers = (
        Part("term", "its number n, the first being number 0", "X[n]", "first n STEP/START"),
        Part("terms", "its first n numbers", "X[:n]", "n#first each n STEP\\START"),
        Part("total", "the sum of its first n numbers", "sum(X[:n])", "sum n#first each n STEP\\START"),
    )
    for rule, answer in product(SEQUENCES, answers):
        (start, then), (q_start, q_then) = rule.python.split("|", 1), rule.q.split("|", 1)
        step = f"{{(x 1;{{{q_then}}} . x)}}"
        yield Task(
            f"sequences/{rule.name}-{answer.name}",
            f"a sequence: {rule.name}",
            f"A sequence begins with {rule.words}. Given n, return {answer.words}.",
            f"def solve(n):\n    terms = {start}\n    while len(terms) <= n:\n        a, b = terms[-2:]\n"
            f"        terms.append({then})\n    return {answer.in_python('terms')}\n",
            function(answer.q.replace("STEP", step).replace("START", q_start), ["n"]),
            INDEX,
        )


def _based(chance: random.Random) -> Args:
    return (chance.randint(0, 2000), chance.randint(2, 9))


BASED = Inputs(((0, 2), (1, 2), (9, 9), (8, 2), (80, 3), (255, 4)), _based)

IN_BASE = (
    Part("text", "as a text", "''.join(map(str, X))", "raze string X"),
    Part("count", "and return how many digits it has", "len(X)", "count X"),
    Part("sum", "and return the sum of the digits", "sum(X)", "sum X"),
    Part("list", "as a list of digits", "X", "X"),
    Part("backwards", "as a text, the digits in reverse", "''.join(map(str, X[::-1]))", "raze string reverse X"),
    Part("zeros", "and return how many of the digits are 0", "X.count(0)", "sum 0=X"),
    Part("decimal", "and read its digits as a decimal number", "int(''.join(map(str, X)))", "10 sv X"),
)  # fmt: skip


def bases() -> Iterator[Task]:
    """A number in another base."""
    for part in IN_BASE:
        yield Task(
            f"bases/{part.name}",
            f"another base: {part.name}",
            f"Write a whole number n that is not negative in a base from 2 to 9, {part.words}. 0 has one digit.",
            "def solve(n, base):\n    digits = [n % base]\n    while n >= base:\n        n //= base\n"
            f"        digits.insert(0, n % base)\n    return {part.in_python('digits')}\n",
            function(part.of("$[n;base vs n;enlist 0]", "d"), ["n", "base"]),
            BASED,
        )


UPTO = Inputs(tuple((n,) for n in (0, 1, 2, 3, 5, 10, 11)), lambda chance: (chance.randint(0, 60),))


def counting() -> Iterator[Task]:
    """The numbers from 1 to n that meet a condition: how many there are, their sum, all of them."""
    answers = (
        Part("count", "how many", "len(X)", "count X"),
        Part("sum", "the sum of those that", "sum(X)", "sum X"),
        Part("down", "a list, from the greatest to the least, of those that", "X[::-1]", "reverse X"),
    )
    conditions = (*CONDITIONS[:2], *CONDITIONS[4:7], *CONDITIONS[9:11])
    for answer, condition in product(answers, conditions):
        yield Task(
            f"counting/{answer.name}-{condition.name}",
            f"count up: {answer.name}",
            f"Of the whole numbers from 1 to n return {answer.words} are {condition.words}.",
            f"def solve(n):\n    found = [i for i in range(1, n + 1) if {condition.in_python('i')}]\n"
            f"    return {answer.in_python('found')}\n",
            function(f"\n  n:1+til x;\n  {answer.in_q('n where ' + condition.in_q('n'))}"),
            UPTO,
        )


FAMILIES: tuple[Family, ...] = (digits, divisors, primes, sequences, bases, counting)
