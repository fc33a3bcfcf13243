"""What a reply is worth, by running it: one way for the proof of a row and for scores."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hone.core.records import Row
from hone.recipes.q_language.kinds import LANGUAGE, TEST, program
from hone.runners import Case, CaseVerdict, Runner, Tests
from hone.runners.q_values import canonical
from hone.runners.values import same

_OF_Q = ("type", "length", "rank", "domain", "limit", "stack")
_OF_PYTHON = {
    "SyntaxError": "parse", "IndentationError": "parse", "NameError": "name", "TypeError": "type",
    "ValueError": "domain", "IndexError": "length", "KeyError": "domain", "RecursionError": "stack",
}  # fmt: skip
_TRUE = (Case((), True),)


@dataclass(frozen=True)
class Judged:
    """`share`: of the tests that passed; of a test, of the wrong programs that it refuses. `valid`: it parses, and
    answers some call. `outcome`: "passed", or what went wrong first: an error of the language (parse, name, type,
    length, rank, domain, limit, stack, other), "wrong", "no_data" for a function, or what ended it (timeout, memory,
    output, crashed, missing)."""

    passed: bool
    share: float
    valid: bool
    outcome: str


def judged(row: Row, text: str, runner: Runner) -> Judged:
    """The reply `text` to a row's prompt. `runner` runs q."""
    code = program(text)
    if row.label == "pytest_to_qtest":
        return _test(code, row, runner)
    tests = Tests.parse(row.meta["tests"])
    if LANGUAGE.get(row.label) == "python":
        return _python(code, tests, runner)
    return _found(runner.verdict(code, tests).cases)


def refuses(test: str, source: str, runner: Runner) -> bool:
    """Whether a q test fails with a program."""
    return _ran(test, source, runner).outcome != "passed"


def _ran(test: str, source: str, runner: Runner) -> CaseVerdict:
    return runner.verdict(f"{source}\n{test}", Tests(TEST, _TRUE)).cases[0]


def _test(code: str, row: Row, runner: Runner) -> Judged:
    """A test has to pass with the right program, and to fail with each of the wrong ones: their share is its own, so
    that one which always passes is worth nothing, as is one which never does."""
    right = _ran(code, row.meta["program"], runner)
    if right.outcome != "passed":
        return Judged(False, 0.0, _valid(right), outcome_of(right))
    caught = [refuses(code, wrong, runner) for wrong in row.meta["wrong"]]
    share = sum(caught) / len(caught) if caught else 0.0
    return Judged(share == 1, share, True, "passed" if share == 1 else "wrong")


def _python(code: str, tests: Tests, runner: Runner) -> Judged:
    """Python's answers, in the form that q can tell apart: what is asked for says no more."""
    found = runner.beside("python").verdict(code, tests).cases
    cases = [
        replace(case, outcome="passed" if _same(case.got, expected.expected, tests) else "wrong")
        if _valid(case)
        else case
        for case, expected in zip(found, tests.cases, strict=True)
    ]
    return _found(cases)


def _same(got: object, expected: object, tests: Tests) -> bool:
    try:
        return same(canonical(got), canonical(expected), tests.tolerance)
    except TypeError:
        return False


def _found(cases: Sequence[CaseVerdict]) -> Judged:
    passed = [case.outcome == "passed" for case in cases]
    first = next((case for case in cases if case.outcome != "passed"), None)
    outcome = outcome_of(first) if first else "passed"
    return Judged(all(passed), sum(passed) / len(passed), any(map(_valid, cases)), outcome)


def _valid(case: CaseVerdict) -> bool:
    return case.outcome in ("passed", "wrong") and not case.error


def outcome_of(case: CaseVerdict) -> str:
    """A case's outcome; of an error its class."""
    if case.outcome != "raised":
        return "no_data" if case.outcome == "wrong" and case.error else case.outcome
    if not case.error.startswith("'"):
        return _OF_PYTHON.get(case.error.partition(":")[0], "other")
    name = case.error[1:].partition(":")[0].strip()
    if name in _OF_Q:
        return name
    if re.fullmatch(r"[A-Za-z.][\w.]*", name):
        return "name"
    return "other" if " " in name else "parse"
