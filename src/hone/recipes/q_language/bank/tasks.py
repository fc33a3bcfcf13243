"""A small task with its Python reference and its q solution, and the parts that families of tasks are put together of.

A part says one thing three times: in words, in Python and in q. `X` stands for what it is said of: in Python an item,
in q a whole list where q works on lists.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hone.runners import Case, Tests

Args = tuple[Any, ...]

INPUTS = 24  # drawn for a task, edge cases among them
TOLERANCE = 1e-6

_PLACE = re.compile(r"(?<![A-Za-z0-9])X\b")  # `1_X` drops an item of it


@dataclass(frozen=True)
class Inputs:
    """Edge cases, and how one more input is drawn. Each is the tuple of a call's arguments."""

    edges: tuple[Args, ...]
    draw: Callable[[random.Random], Args]

    def drawn(self, seed: int) -> list[Args]:
        """`INPUTS` of them; equal for equal seeds."""
        chance = random.Random(seed)
        return [*self.edges, *(self.draw(chance) for _ in range(INPUTS - len(self.edges)))]


@dataclass(frozen=True)
class Task:
    """`reference` defines `solve` in Python, `solution` defines it in q."""

    id: str  # family/instance
    title: str
    statement: str
    reference: str
    solution: str
    inputs: Inputs

    def tests(self, seed: int) -> Tests:
        """Inputs that are still to be answered."""
        return Tests("solve", tuple(map(Case, self.inputs.drawn(seed))), TOLERANCE)


@dataclass(frozen=True)
class Part:
    """One thing in words, Python and q. `name` is its own among the parts of its kind."""

    name: str
    words: str
    python: str
    q: str

    def in_python(self, x: str) -> str:
        """The Python text with `x` in place of `X`."""
        return _put(self.python, x)

    def in_q(self, x: str) -> str:
        """The q text with `x` in place of `X`."""
        return _put(self.q, x)

    def of(self, expression: str, name: str = "r") -> str:
        """The body of a q function that applies this to an expression: in its place at the end, or by a name."""
        if len(_PLACE.findall(self.q)) == 1 and self.q.endswith("X"):
            return self.in_q(expression)
        return f"\n  {name}:{expression};\n  {self.in_q(name)}"


def _put(text: str, x: str) -> str:
    return _PLACE.sub(lambda _: x, text)


Family = Callable[[], Iterator[Task]]


def function(body: str, parameters: Sequence[str] = ()) -> str:
    """A q program that defines `solve`."""
    head = f"[{';'.join(parameters)}]" if parameters else ""
    gap = " " if parameters and not body.startswith("\n") else ""
    return f"solve:{{{head}{gap}{body}}}\n"


def with_imports(source: str) -> str:
    """A Python program with the modules that it names."""
    wanted = [name for name in ("math", "statistics") if f"{name}." in source]
    return "".join(f"import {name}\n" for name in wanted) + ("\n\n" if wanted else "") + source


def _numbers(chance: random.Random) -> Args:
    """Of either sign or of one, small or great, odd and even or alike, some of them repeated."""
    numbers = [chance.randint(-20, 20) for _ in range(chance.randint(1, 8))]
    numbers += chance.choices(numbers, k=chance.choice((0, 0, 2)))
    flavour = chance.choice(_FLAVOURS)
    return ([flavour(n) for n in numbers],)


_FLAVOURS: tuple[Callable[[int], int], ...] = (
    lambda n: n,
    lambda n: 2 * n,
    lambda n: 2 * n + 1,
    lambda n: abs(n),
    lambda n: -abs(n),
    lambda n: n % 6,
    lambda n: 11 + abs(n),
    lambda n: (0, 0, 0, n)[n % 4],
)


NUMBERS = Inputs(
    (([],), ([7],), ([-6],), ([3, 3, 3, 3],), ([1, 2, 4, 8],), ([0, 0, 5, -5, 10],), ([12, -12, 11, 2, 7],)), _numbers
)

CONDITIONS = (
    Part("even", "even", "X % 2 == 0", "0=X mod 2"),
    Part("odd", "odd", "X % 2 == 1", "1=X mod 2"),
    Part("positive", "positive", "X > 0", "X>0"),
    Part("negative", "negative", "X < 0", "X<0"),
    Part("by3", "divisible by 3", "X % 3 == 0", "0=X mod 3"),
    Part("over10", "greater than 10", "X > 10", "X>10"),
    Part("upto4", "at most 4", "X <= 4", "X<=4"),
    Part("near0", "between -5 and 5, both included", "-5 <= X <= 5", "X within -5 5"),
    Part("digit", "a single digit without its sign", "abs(X) < 10", "10>abs X"),
    Part("rest2", "2 more than a multiple of 5", "X % 5 == 2", "2=X mod 5"),
    Part("power", "1, 2, 4 or 8", "X in (1, 2, 4, 8)", "X in 1 2 4 8"),
    Part("nonzero", "not zero", "X != 0", "X<>0"),
)

CHANGES = (
    Part("square", "its square", "X * X", "X*X"),
    Part("double", "its double", "2 * X", "2*X"),
    Part("abs", "its absolute value", "abs(X)", "abs X"),
    Part("neg", "its negative", "-X", "neg X"),
    Part("plus3", "itself plus 3", "X + 3", "X+3"),
    Part("mod7", "its remainder when divided by 7", "X % 7", "X mod 7"),
    Part("half", "its half, rounded down", "X // 2", "X div 2"),
    Part("cube", "its cube", "X ** 3", "X*X*X"),
    Part("cap5", "itself, or 5 if it is greater", "min(X, 5)", "5&X"),
    Part("floor0", "itself, or 0 if it is less", "max(X, 0)", "0|X"),
    Part("from10", "its distance from 10", "abs(X - 10)", "abs X-10"),
    Part("sign", "its sign (-1, 0 or 1)", "(X > 0) - (X < 0)", "signum X"),
)

TOTALS = (
    Part("sum", "the sum", "sum(X)", "sum X"),
    Part("max", "the greatest (0 if there is none)", "max(X, default=0)", "$[count X;max X;0]"),
    Part("min", "the least (0 if there is none)", "min(X, default=0)", "$[count X;min X;0]"),
    Part("distinct", "the number of different values", "len(set(X))", "count distinct X"),
    Part("range", "the greatest less the least (0 if there is none)", "max(X) - min(X) if X else 0",
         "$[count X;(max X)-min X;0]"),
    Part("mean", "the mean (0.0 if there is none)", "sum(X) / len(X) if X else 0.0", "$[count X;avg X;0f]"),
)  # fmt: skip
