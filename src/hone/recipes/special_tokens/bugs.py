"""From a correct program to bugs that are known to be real: mutants that were run and failed, with what they showed."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hone.core.records import Problem
from hone.core.syntax import parse
from hone.runners import CaseVerdict, Runner, Tests, Verdict
from hone.teachers.mutate import Mutant, mutants

_WIDEST = 70  # characters of a call or value that a person would still type into a request
_BATCH = 8  # mutants run at once
_TELLING = {"passed", "wrong", "raised"}  # a mutant that hangs or eats memory shows a person nothing


@dataclass(frozen=True)
class Case:
    """One call of the program and what came of it, as Python expressions."""

    call: str
    args: str  # of a tuple
    got: str
    want: str


@dataclass(frozen=True)
class Bug:
    """A program that fails, with the evidence: calls with wrong values, or (`trace` is not empty) what it raised."""

    kind: str
    code: str
    solution: str
    tests: Tests
    passed: int
    failing: tuple[Case, ...]
    passing: tuple[Case, ...]
    trace: str = ""  # the real traceback
    line: str = ""  # the source line that it names
    fault: str = ""  # its message in prose, without the exception's name

    @property
    def raises(self) -> bool:
        return bool(self.trace)


def bugs(problem: Problem, seed: int, runner: Runner, enough: int) -> Iterator[Bug]:
    """About `enough` bugs that raise and as many that return wrong values, the kinds of bug taking turns."""
    tests = Tests.parse(problem.tests)
    if not problem.solution or not tests.entry:
        return
    solution = ast.unparse(parse(problem.solution))
    found = {True: 0, False: 0}
    proposed = list(mutants(solution, seed))
    for start in range(0, len(proposed), _BATCH):
        batch = proposed[start : start + _BATCH]
        for mutant, verdict in zip(batch, runner.verdicts([(m.source, tests) for m in batch]), strict=True):
            bug = _bug(mutant, verdict, solution, tests)
            if bug is not None and found[bug.raises] < enough:
                found[bug.raises] += 1
                yield bug
        if min(found.values()) >= enough:
            return


def observed(code: str, problem: Problem, runner: Runner) -> Bug | None:
    """The bug of a program that somebody wrote: it was run and fails, in a way that shows a person something."""
    tests = Tests.parse(problem.tests)
    solution = ast.unparse(parse(problem.solution))
    return _bug(Mutant("taught", code), runner.verdict(code, tests), solution, tests)


def with_failed_assertion(bug: Bug, case: Case, runner: Runner) -> Bug:
    """The bug with the traceback of an assertion on `case`, which is run and really fails."""
    shown = runner.run(f"{bug.code}\n\nassert {case.call} == {case.want}, {case.call}\n")
    return replace(bug, trace=shown.error.strip())


def _bug(mutant: Mutant, verdict: Verdict, solution: str, tests: Tests) -> Bug | None:
    outcomes = {case.outcome for case in verdict.cases}
    if verdict.passed or not outcomes <= _TELLING:
        return None
    cases: dict[str, list[Case]] = {"passed": [], "wrong": []}
    for given, case in zip(tests.cases, verdict.cases, strict=True):
        if case.outcome in cases:
            args = ", ".join(map(repr, given.args))
            shown = Case(f"{tests.entry}({args})", f"({args},)", repr(case.got), repr(given.expected))
            if max(map(len, (shown.call, shown.got, shown.want))) <= _WIDEST:
                cases[case.outcome].append(shown)
    shortest = {outcome: tuple(sorted(found, key=lambda c: (len(c.call), c.call))) for outcome, found in cases.items()}
    passed = sum(case.outcome == "passed" for case in verdict.cases)
    bug = Bug(mutant.kind, mutant.source, solution, tests, passed, shortest["wrong"], shortest["passed"])
    raised = next((case for case in verdict.cases if case.outcome == "raised"), None)
    return _with_trace(bug, raised) if raised is not None else bug


def _with_trace(bug: Bug, case: CaseVerdict) -> Bug | None:
    places = re.findall(r'File "solution\.py", line (\d+)', case.traceback)
    lines = bug.code.split("\n")
    if not places or int(places[-1]) > len(lines):
        return None
    name, _, message = case.error.partition(": ")
    line = lines[int(places[-1]) - 1].strip()
    return replace(bug, trace=case.traceback.strip(), line=line, fault=in_prose(name, message))


def in_prose(name: str, message: str) -> str:
    """An exception as a person would tell it, with neither its class name nor the word error."""
    quoted = re.findall(r"'([^']*)'", message)
    if name in ("NameError", "UnboundLocalError") and quoted:
        return f"`{quoted[0]}` has no value" if name == "UnboundLocalError" else f"nothing is called `{quoted[0]}`"
    if name == "IndexError":
        return "the index lies beyond the end"
    if name == "AttributeError" and len(quoted) == 2:
        return f"a {quoted[0]} has no `{quoted[1]}`"
    if name == "ZeroDivisionError":
        return "it divides by zero"
    if name == "RecursionError":
        return "it calls itself without end"
    if name == "KeyError":
        return f"the key {message} is not there"
    told = re.sub(r"\s*\(solution\.py.*\)$", "", message) or "it gives up"
    return re.sub(r"(?i)\berrors?\b|exception|traceback", "fault", told[:1].lower() + told[1:])
