"""What running a program showed, and its grading: pure, in the parent, where alone the expected answers are."""

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hone.runners.tests import Tests
from hone.runners.values import same

Outcome = Literal["passed", "wrong", "raised", "timeout", "memory", "crashed", "missing", "output"]


@dataclass(frozen=True)
class Execution:
    """A whole script's run. `error` is the traceback of what it raised, or what ended it; `passed` is no
    verdict, it says only that the script ran to its end."""

    outcome: Outcome
    stdout: str
    error: str


@dataclass(frozen=True)
class Answer:
    """What came of one input: a value, or an error. `outcome` is "passed" for a value still to be compared."""

    outcome: Outcome
    value: Any = None
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class CaseVerdict:
    """One test: what came (`got`), or why nothing did."""

    outcome: Outcome
    got: Any = None
    error: str = ""  # such as "IndexError: list index out of range"
    traceback: str = ""


@dataclass(frozen=True)
class Verdict:
    """A program against its tests. `reason` is "passed", or the outcome of the first case that did not; a case
    that was not reached is "missing". What it took is no part of what it is: equal verdicts may differ there."""

    passed: bool
    reason: str
    cases: tuple[CaseVerdict, ...]
    engine: str
    isolation: tuple[str, ...]
    cpu_s: float = field(default=0.0, compare=False)
    wall_s: float = field(default=0.0, compare=False)


def grade(answers: Sequence[Answer], tests: Tests, engine: str, isolation: tuple[str, ...]) -> Verdict:
    """Compare answers with what the tests expect; a test without an answer has failed."""
    cases = tuple(
        _compare(answer, case.expected if tests.entry else case.stdout, tests)
        for answer, case in itertools.zip_longest(answers, tests.cases, fillvalue=Answer("missing"))
        if not isinstance(case, Answer)
    )
    failed = next((case for case in cases if case.outcome != "passed"), None)
    reason = failed.outcome if failed else "passed" if cases else "missing"
    return Verdict(reason == "passed", reason, cases, engine, isolation)


def is_right(answer: Answer, tests: Tests, i: int) -> bool:
    """Whether an answer is what test `i` expects."""
    return grade([answer], dataclasses.replace(tests, cases=tests.cases[i : i + 1]), "", ()).passed


def _compare(answer: Answer, expected: Any, tests: Tests) -> CaseVerdict:
    if answer.outcome != "passed":
        return CaseVerdict(answer.outcome, None, answer.error, answer.traceback)
    call = bool(tests.entry)
    equal = same(answer.value, expected, tests.tolerance) if call else lines(answer.value) == lines(expected)
    return CaseVerdict("passed" if equal else "wrong", answer.value)


def lines(text: str) -> list[str]:
    """Output as it is compared: spaces at the ends of lines and empty lines at the end do not count."""
    return [line.rstrip() for line in text.rstrip().split("\n")]
