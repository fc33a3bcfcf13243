import ast
import dataclasses
import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hone.core.config import ProblemsParams
from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Problem
from hone.problems import human_eval, load, read_problems
from hone.runners import Sandbox, Tests

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture(scope="module")
def problems() -> dict[str, Problem]:
    return {problem.id: problem for problem in load(ProblemsParams())}


@pytest.fixture(scope="module")
def runner() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as runner:
        yield runner


def row(**changes: str) -> dict[str, Any]:
    plain = {
        "task_id": "HumanEval/x",
        "prompt": 'def f(xs):\n    """ Sum. """\n',
        "canonical_solution": "    return sum(xs)\n",
        "entry_point": "f",
        "test": "def check(candidate):\n    assert candidate([1, 2]) == 3\n",
    }
    return plain | changes


def test_there_are_164_and_they_differ(problems: dict[str, Problem]) -> None:
    assert len(problems) == 164
    assert len({problem.statement for problem in problems.values()}) == 164


def test_every_solution_passes_its_own_cases(problems: dict[str, Problem], runner: Sandbox) -> None:
    pairs = [(problem.solution, Tests.parse(problem.tests)) for problem in problems.values()]
    failed = [p.id for p, v in zip(problems.values(), runner.verdicts(pairs), strict=True) if not v.passed]
    assert failed == []
    assert all(1 <= len(tests.cases) <= human_eval.MAX_CASES for _, tests in pairs)


def test_a_wrong_body_fails_every_problem(problems: dict[str, Problem], runner: Sandbox) -> None:
    pairs = [
        (problem.starter_code + "    return 'no such answer'\n", Tests.parse(problem.tests))
        for problem in problems.values()
    ]
    passed = [p.id for p, v in zip(problems.values(), runner.verdicts(pairs), strict=True) if v.passed]
    assert passed == []


def test_solutions_are_whole_programs_without_docstrings_or_comments(problems: dict[str, Problem]) -> None:
    for problem in problems.values():
        tree = ast.parse(problem.solution)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert problem.entry_point in [function.name for function in functions]
        assert not any(ast.get_docstring(function) for function in functions)
        assert ast.unparse(tree).split() == problem.solution.split()  # so no comment either


def test_statements_are_prose_and_examples_without_code_around_them(problems: dict[str, Problem]) -> None:
    for problem in problems.values():
        assert '"""' not in problem.statement
        assert f"def {problem.entry_point}(" not in problem.statement
        assert problem.statement == problem.statement.strip() != ""
    assert problems["HumanEval/115"].statement.startswith("You are given a rectangular grid")
    assert problems["HumanEval/38"].statement.startswith("takes as input string encoded with encode_cyclic")


def test_starter_code_has_imports_helpers_and_signature_but_no_answer(problems: dict[str, Problem]) -> None:
    zero = problems["HumanEval/0"].starter_code
    assert zero == (
        "from typing import List\n\n\ndef has_close_elements(numbers: List[float], threshold: float) -> bool:\n"
    )
    helped = problems["HumanEval/38"].starter_code
    assert "def encode_cyclic(s: str):\n    groups" in helped
    assert helped.endswith("def decode_cyclic(s: str):\n")
    for problem in problems.values():
        ast.parse(problem.starter_code + "    pass\n")


def test_an_escape_in_an_example_stays_an_escape(problems: dict[str, Problem]) -> None:
    assert '>>> remove_vowels("abcdef\\nghijklm")' in problems["HumanEval/51"].statement.splitlines()


def test_tolerance_is_given_only_where_answers_are_inexact(problems: dict[str, Problem]) -> None:
    tolerances = {id: Tests.parse(problem.tests).tolerance for id, problem in problems.items()}
    assert tolerances["HumanEval/2"] == tolerances["HumanEval/32"] == 1e-6
    assert tolerances["HumanEval/1"] is None
    assert Counter(tolerances.values())[None] > 140


def test_difficulties_are_thirds_by_size_of_the_solution(problems: dict[str, Problem]) -> None:
    sizes: dict[str, list[int]] = {"easy": [], "medium": [], "hard": []}
    for problem in problems.values():
        sizes[problem.difficulty].append(sum(1 for _ in ast.walk(ast.parse(problem.solution))))
    assert [len(third) for third in sizes.values()] == [55, 55, 54]
    assert max(sizes["easy"]) <= min(sizes["medium"]) <= max(sizes["medium"]) <= min(sizes["hard"])


def test_arguments_are_recorded_as_they_were_before_the_call(runner: Sandbox) -> None:
    emptied = row(canonical_solution="    total = sum(xs)\n    xs.clear()\n    return total\n")
    (case,) = Tests.parse(human_eval.problem_of(emptied, runner).tests).cases
    assert (list(case.args), case.expected) == ([[1, 2]], 3)


def test_many_calls_become_few_cases_spread_from_first_to_last(runner: Sandbox) -> None:
    looped = row(test="def check(candidate):\n    for n in [*range(101)] * 2:\n        assert candidate([n]) == n\n")
    cases = Tests.parse(human_eval.problem_of(looped, runner).tests).cases
    assert [case.expected for case in cases] == [0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 100]


def test_a_check_that_draws_gives_the_same_cases_each_time(runner: Sandbox) -> None:
    drawn = row(
        test="import random\ndef check(candidate):\n"
        "    for _ in range(50):\n        candidate([random.random(), random.randint(0, 9)])\n"
    )
    first, second = (human_eval.problem_of(drawn, runner).tests for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"canonical_solution": "    return 0\n"}, "HumanEval/x: its check fails on its own solution"),
        ({"test": "def check(candidate):\n    assert True\n"}, "HumanEval/x: expected a check that calls"),
        (
            {
                "canonical_solution": "    return (x for x in xs)\n",
                "test": "def check(candidate):\n    candidate([1])\n",
            },
            "HumanEval/x: its check calls with, or its solution gives, no plain value",
        ),
    ],
)
def test_a_problem_whose_data_is_of_no_use_is_named(changes: dict[str, str], message: str, runner: Sandbox) -> None:
    with pytest.raises(UserError, match=message):
        human_eval.problem_of(row(**changes), runner)


def test_a_solution_that_fails_its_recorded_tests_is_named(runner: Sandbox) -> None:
    problem = human_eval.problem_of(row(), runner)
    with pytest.raises(UserError, match="HumanEval/x: its solution fails its own recorded tests"):
        human_eval.prove([dataclasses.replace(problem, solution="def f(xs):\n    return 0\n")], runner)


def test_a_truncated_data_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "HumanEval.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(row()).encode() * 50)[:-20])
    with pytest.raises(UserError, match=r"HumanEval\.jsonl\.gz: expected gzipped JSONL"):
        list(human_eval.rows(path))


def script(name: str, *flags: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPTS / name, *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_scripts_make_problems_and_then_samples(tmp_path: Path, problems: dict[str, Problem]) -> None:
    problems_file, samples = tmp_path / "problems.parquet", tmp_path / "samples.parquet"
    params = '{"problems": {"source": "human_eval"}, "samples": {"n": 30, "seed": 3, "max_chars": 900}}'
    out = ("--out", problems_file, "--account", tmp_path / "problems.json")
    made = script("problems.py", "--recipe", "special_tokens", "--params", params, *out)
    assert (made.returncode, made.stdout) == (0, "")
    assert read_problems(problems_file) == list(problems.values())
    assert read_json(tmp_path / "problems.json") == {"schema": 1, "problems": 164, "dropped": {}}
    drawn = script("samples.py", "--params", params, "--problems", problems_file, "--out", samples)
    assert drawn.returncode == 0, drawn.stderr
    picked = read_problems(samples)
    assert [p.id for p in picked] == sorted(p.id for p in picked)
    assert len(picked) == 30
    assert set(picked) <= set(problems.values())
    assert max(len(p.statement) + len(p.solution) for p in picked) <= 900


def test_a_script_that_gets_no_parquet_says_so_in_one_line_and_keeps_the_earlier_file(tmp_path: Path) -> None:
    samples = tmp_path / "samples.parquet"
    samples.write_text("earlier")
    (tmp_path / "problems.parquet").write_bytes(b"PAR1 no parquet")
    failed = script("samples.py", "--problems", tmp_path / "problems.parquet", "--out", samples)
    assert failed.returncode == 2
    assert failed.stderr.startswith("hone: ")
    assert failed.stderr.count("\n") == 1
    assert samples.read_text() == "earlier"
