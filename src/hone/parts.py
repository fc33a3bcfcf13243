"""A part of a stage's work, for stages whose work is kept row by row as it is done (generation, verdicts, answers).

A job that is given a part does that part and writes no output; the stage's own job then finds the work done, so that
its output is the same for any number of parts, and for none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from hone.core.errors import UserError

T = TypeVar("T")

PartOption = Annotated[
    str, typer.Option("--part", help="2/4: do the second of four parts of the work into --work, and no more")
]
"""The flag of the steps whose work can be shared."""
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="programs that are run at a time")]
"""The flag of the steps that run many programs."""


@dataclass(frozen=True)
class Part:
    """The `number`-th of `of` parts."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Part":
        """`2/4`, the second of four parts; nothing is the whole. Raises: UserError."""
        found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text or "1/1")
        if not found or int(found[1]) > int(found[2]):
            raise UserError(f"--part: expected a number of how many, for instance 2/4, found {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def whole(self) -> bool:
        return self.of == 1

    def share(self, items: Sequence[T]) -> list[T]:
        """This part of `items`: every `of`-th, so that long ones, where they stand together, are spread."""
        return list(items[self.number - 1 :: self.of])
