"""The problems: those of a source with a Python reference, and the families of the bank, all of one form.

Each asks for a function `solve`, and has its source's tests and more, whose answers are the reference's; what these
tests cannot decide is dropped with a reason.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from zlib import crc32

from hone.core.records import Problem
from hone.core.syntax import parse
from hone.problems.human_eval import with_difficulty
from hone.problems.inputs import answered, weakness, widened
from hone.recipes.q_language.bank.families import FAMILIES, tasks
from hone.recipes.q_language.bank.human_eval import ENTRY, UNFIT
from hone.recipes.q_language.bank.tasks import Task
from hone.runners import Limits, Runner, Sandbox, Tests
from hone.runners.q import crosses

SEED = 0  # of the inputs that are drawn for problems of a source
LIMITS = Limits(cpu_s=4)  # far more than any reference takes that comes to an end
FAMILY = "families"
_MEASURED = ("human_eval", FAMILY)  # sources whose difficulty is the length of the reference


def problems(loaded: Iterable[Problem], families: bool) -> Iterator[tuple[Problem, str]]:
    """Each problem with "", or the reason why it is dropped, with its tests widened."""
    made = [*loaded, *(map(of_task, tasks()) if families else ())]
    difficulty = {p.id: p.difficulty for p in with_difficulty([p for p in made if p.source in _MEASURED])}
    with Sandbox(limits=LIMITS) as python:
        for problem, reason in python.each(partial(_widened, problem, python) for problem in made):
            yield replace(problem, difficulty=difficulty.get(problem.id, problem.difficulty)), reason


def of_task(task: Task) -> Problem:
    """A task of a family, with inputs of its own, still without answers."""
    return Problem(
        id=task.id, title=task.title, statement=task.statement, entry_point=ENTRY, starter_code="",
        solution=task.reference, tests=task.tests(crc32(task.id.encode())).dump(), difficulty="", source=FAMILY,
        date="",
    )  # fmt: skip


def _widened(problem: Problem, python: Runner) -> tuple[Problem, str]:
    reason = _unfit(problem)
    if reason:
        return problem, reason
    problem = renamed(problem)
    tests = Tests.parse(problem.tests)
    if problem.source == FAMILY:
        tests = replace(tests, cases=tuple(answered(problem.solution, tests, python, crosses)))
    else:
        tests = widened(problem.solution, tests, SEED, python, crosses)
    return replace(problem, tests=tests.dump()), weakness(tests)


def _unfit(problem: Problem) -> str:
    """Why a problem is none for q, whatever its tests are; or ""."""
    if problem.id in UNFIT:
        return UNFIT[problem.id]
    if not problem.solution:
        return "no_solution"
    if not problem.entry_point.isidentifier() or problem.entry_point not in _functions(problem.solution):
        return "no_function"
    return ""


@cache
def _functions(solution: str) -> frozenset[str]:
    try:
        return frozenset(node.name for node in parse(solution).body if isinstance(node, ast.FunctionDef))
    except SyntaxError:
        return frozenset()


def renamed(problem: Problem) -> Problem:
    """The same with the function called `solve` in its program, its tests and the calls in its statement."""
    name = problem.entry_point
    if name == ENTRY:
        return problem
    tree = parse(problem.solution)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            node.id = ENTRY
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.name = ENTRY
    call: Callable[[str], str] = lambda text: re.sub(rf"\b{name}(?=\s*\()", ENTRY, text)  # noqa: E731
    tests = replace(Tests.parse(problem.tests), entry=ENTRY)
    return replace(
        problem, entry_point=ENTRY, solution=ast.unparse(tree) + "\n", tests=tests.dump(),
        statement=call(problem.statement), starter_code=call(problem.starter_code),
    )  # fmt: skip


def parameters(problem: Problem) -> list[str]:
    """The names of the arguments of the reference."""
    functions = [node for node in parse(problem.solution).body if isinstance(node, ast.FunctionDef)]
    return [a.arg for a in next(f for f in functions if f.name == problem.entry_point).args.args]


def tags(problem: Problem) -> list[str]:
    """What a problem is about: its source, the room of its family, and the kinds of its arguments and answers."""
    family = FAMILIES.get(problem.id.split("/")[0]) if problem.source == FAMILY else None
    room = [family.__module__.rsplit(".", 1)[-1]] if family else []
    values = [value for case in Tests.parse(problem.tests).cases for value in (*case.args, case.expected)]
    return [problem.source, *room, *sorted({kind for value in values for kind in _kinds(value)})]


def _kinds(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield "text"
    if isinstance(value, float):
        yield "fraction"
    if isinstance(value, dict):
        yield "dictionary"
        yield from (kind for item in (*value, *value.values()) for kind in _kinds(item))
    if isinstance(value, list | tuple | set | frozenset):
        yield "list"
        yield from (kind for item in value for kind in _kinds(item))
