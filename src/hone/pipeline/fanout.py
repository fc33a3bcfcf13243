"""The jobs of a stage whose work can be shared: its own, and one a part where a profile says `config: [parts=4]`.

A part's output is an empty mark that Snakemake deletes when the stage is made: neither tool versions it, and how
many parts there were is not remembered. Not covered: another number of parts for each stage.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from snakemake.io import temp, touch

from hone.core.errors import UserError
from hone.pipeline.spec import Stage


@dataclass(frozen=True)
class Job:
    """What differs between the two rules of a stage: the one of its parts (`ahead`), and its own."""

    stage: Stage
    ahead: bool
    parts: int

    @property
    def rule(self) -> str:
        return self.stage.part_rule if self.ahead else self.stage.rule

    @property
    def inputs(self) -> list[str]:
        split = not self.ahead and self.parts > 1
        marks = [f"{self.stage.work}/parts/{part}-of-{self.parts}" for part in range(1, self.parts + 1)]
        return [*self.stage.inputs, *(marks if split else [])]

    @property
    def outputs(self) -> list[Any]:
        return [temp(touch(f"{self.stage.work}/parts/{{part}}-of-{{parts}}"))] if self.ahead else [*self.stage.outputs]

    @property
    def log(self) -> str:
        return self.stage.log.replace(".log", "-{part}-of-{parts}.log") if self.ahead else self.stage.log

    @property
    def flag(self) -> Callable[[Any], str]:
        """What the step is told, by wildcards."""
        return lambda wildcards: f"--part {wildcards.part}/{wildcards.parts}" if self.ahead else ""

    @property
    def works(self) -> bool:
        """Whether this job does the work itself, and needs what that takes; else its parts have done it."""
        return self.ahead or self.parts == 1


def jobs(stage: Stage, parts: int) -> Iterator[Job]:
    """The rule of a stage's parts, which nobody asks for unless there are several, and the stage's own."""
    yield Job(stage, True, parts)
    yield Job(stage, False, parts)


def count(config: dict[str, Any]) -> int:
    """How many parts a profile wants. Raises: UserError."""
    given = config.get("parts", 1)
    if not (isinstance(given, int) and given >= 1):
        raise UserError(f"profile: config: parts: expected a whole number of at least 1, found {given!r}")
    return given
