import asyncio
import dataclasses
import json
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.core.config import ProblemsParams
from hone.core.errors import UserError
from hone.core.records import Completion, Message, Problem, Row, write_jsonl, write_lines
from hone.problems.inputs import FEWEST, weakness
from hone.recipes import get
from hone.recipes.base import Place, row_id
from hone.recipes.q_language import problems as made
from hone.recipes.q_language.bank.families import tasks
from hone.recipes.q_language.formats import exported, imported
from hone.recipes.q_language.kinds import KINDS, fenced, program
from hone.recipes.q_language.tested import chosen, q_test, written
from hone.runners import Case, Limits, Sandbox, Tests, language
from hone.teachers.lessons import Taught

RECIPE = get("q_language")
SUM_TO = """def sum_to(n):
    return n + sum_to(n - 1) if n > 0 else 0
"""


@pytest.fixture(scope="module")
def runner():
    with Sandbox(workers=1, language=language("q"), limits=Limits(cpu_s=1)) as runner:
        yield runner


@pytest.fixture(scope="module")
def problems():
    """A few tasks of the bank, answered, as the problems stage gives them."""
    few = [made.of_task(task) for task in tasks()[::60]]
    with Sandbox(workers=1) as python:
        found = [made._widened(problem, python) for problem in few]
    return [dataclasses.replace(problem, difficulty="easy") for problem, reason in found if not reason]


@pytest.fixture(scope="module")
def drafts(problems, runner):
    return [row for problem in problems for row in RECIPE.draft(problem, "train", 2, 1, {}, runner)]


@pytest.fixture(scope="module")
def proven(drafts, runner):
    """A proven row of each kind."""
    good = {row.label: row for row in reversed(drafts) if RECIPE.verify(row, runner).ok}
    assert set(good) == set(KINDS)
    return good


def problem_of(solution, entry, cases, statement="Do it."):
    tests = Tests(entry, tuple(Case(args, expected) for args, expected in cases))
    return Problem("t/1", "t", statement, entry, "", solution, tests.dump(), "easy", "table", "")


def score(row, text, runner):
    ((outcome, metrics),) = RECIPE.scores([(row, Completion(row.id, "base", 0, text, (1,), (), "stop"))], runner)
    return outcome, metrics


def test_a_problem_asks_for_solve_and_gets_many_tests_that_its_reference_answers():
    asked = "Sum to n: sum_to(3) is 6, and sum_to is a good name."
    ((problem, reason),) = made.problems(
        [problem_of(SUM_TO, "sum_to", [((n,), n * (n + 1) // 2) for n in range(9)], asked)], False
    )
    tests = Tests.parse(problem.tests)
    assert reason == ""
    assert tests.entry == problem.entry_point == "solve"
    assert problem.statement == "Sum to n: solve(3) is 6, and sum_to is a good name."
    assert "return n + solve(n - 1)" in problem.solution
    assert len(tests.cases) >= FEWEST
    assert all(case.expected == sum(range(case.args[0] + 1)) for case in tests.cases)


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("answers_alike", problem_of("def f(n):\n    return n > 900\n", "f", [((n,), n > 900) for n in range(30)])),
        ("echo", problem_of("def f(n):\n    return n\n", "f", [((n,), n) for n in range(30)])),
        ("few_inputs", problem_of("def f(b):\n    return not b\n", "f", [((True,), False), ((False,), True)])),
        ("no_solution", problem_of("", "f", [((1,), 2)])),
        ("no_function", problem_of("class S:\n    pass\n", "S.f", [((1,), 2)])),
    ],
)
def test_a_problem_that_decides_too_little_is_dropped_with_its_reason(reason, problem):
    assert [found for _, found in made.problems([problem], False)] == [reason]


def test_problems_of_the_bank_are_strong_and_say_what_they_are_about(problems):
    assert len(problems) >= 12
    assert {weakness(Tests.parse(problem.tests)) for problem in problems} == {""}
    told = {tag for problem in problems for tag in made.tags(problem)}
    assert {"families", "numbers", "list", "text"} <= told


def test_drafts_are_of_all_kinds_and_equal_for_equal_seeds(problems, drafts, runner):
    assert set(Counter(row.label for row in drafts)) == set(KINDS)
    again = list(RECIPE.draft(problems[0], "train", 2, 1, {}, runner))
    assert again == [row for row in drafts if row.problem_id == problems[0].id]


def test_the_verifier_decides_which_drafts_are_right(drafts, runner):
    checks = [RECIPE.verify(row, runner) for row in drafts]
    refused = Counter(check.reason for check in checks if not check.ok)
    assert sum(check.ok for check in checks) >= 0.6 * len(drafts)
    assert refused["wrong"] >= 5


def test_hidden_answers_stay_out_of_what_the_model_is_shown(drafts):
    for row in drafts:
        assert "expected" not in row.prompt[-1].content
        assert row.label == "q_to_python" or row.reply not in row.prompt[-1].content


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_of_the_row_passes_and_the_rule_does_not(kind, proven, runner):
    row = proven[kind]
    assert score(row, row.reply, runner) == ("passed", {"passed": True, "tests_passed": 1.0, "valid_rate": True})
    assert not score(row, RECIPE.rule(row), runner)[1]["passed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_was_edited_after_it_was_proven_is_refused(kind, proven, runner):
    row = proven[kind]
    touched = (Message("user", row.prompt[0].content + " Please."), row.messages[1])
    assert RECIPE.verify(dataclasses.replace(row, messages=touched), runner).reason == "changed"
    chatty = (row.messages[0], Message("assistant", f"Here it is.\n{row.reply}"))
    edited = dataclasses.replace(row, messages=chatty, id=row_id(row.split, row.label, chatty))
    assert RECIPE.verify(edited, runner).reason == "form"


def test_a_row_that_shows_a_wrong_q_program_is_refused(proven, runner):
    row = proven["q_to_python"]
    wrong = dataclasses.replace(row, meta=row.meta | {"program": "solve:{`no}\n"})
    assert RECIPE.verify(wrong, runner).reason == "program_fails"


def test_a_test_must_fail_with_wrong_programs_and_these_must_be_wrong(proven, runner):
    row = proven["pytest_to_qtest"]
    lax = score(row, fenced("test:{1b}", "q"), runner)
    assert (lax[0], lax[1]["passed"], lax[1]["valid_rate"]) == ("wrong", False, True)
    assert score(row, fenced("test:{0b}", "q"), runner)[1]["passed"] is False
    for wrong in ([], [row.meta["program"]]):
        other = dataclasses.replace(row, meta=row.meta | {"wrong": wrong})
        assert RECIPE.verify(other, runner).reason == "no_wrong"


def test_a_test_that_leaves_a_case_out_is_refused(drafts, runner):
    for row in [row for row in drafts if row.label == "pytest_to_qtest" and RECIPE.verify(row, runner).ok][:4]:
        head, *cases, last = program(row.reply).splitlines()
        _, found = score(row, "\n".join([head, *cases[1:], last]), runner)
        assert not found["passed"]
        assert 0 < found["tests_passed"] < 1


def test_a_row_of_ours_that_lost_what_proves_it_is_refused(proven, runner):
    row = proven["pytest_to_qtest"]
    bare = dataclasses.replace(row, meta={"tests": row.meta["tests"]})
    assert RECIPE.verify(bare, runner).reason == "meta"


def test_the_program_of_a_reply_is_its_first_block_or_all_of_it():
    assert program("So:\n```q\nsolve:{x}\n```\nand ```q\nother\n```") == "solve:{x}\n"
    assert program("```\nsolve:{x}") == "solve:{x}\n"
    assert program(" solve:{x} ") == "solve:{x}\n"
    assert program("<think>```q\nsolve:{y}\n```</think>```q\nsolve:{x}\n```") == "solve:{x}\n"
    assert program("<think>```q\nsolve:{x}\n```") == "\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, -2, 3], "1 -2 3"), ([True, False], "10b"), ([5], "(enlist 5)"), ("a", '(enlist "a")'), ([], "()"),
        (["ab", "c"], '("ab";(enlist "c"))'), ({"a": 1, "b": 2}, "(`a`b!1 2)"), ([1.5, 2.0], "1.5 2.0"),
        ((1, "ab"), '(1;"ab")'), ([[1, 2], [3]], "(1 2;(enlist 3))"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_write_q_and_read_back_the_same(value, text, runner):
    assert written(value) == text
    assert runner.verdict(f"solve:{{{text}}}", Tests("solve", (Case((), value),))).passed


def test_a_q_test_has_different_answers_and_holds_for_the_right_program_alone(runner):
    tests = Tests("solve", tuple(Case(([n, n],), 2 * n) for n in range(9)))
    test = q_test(chosen(tests, random.Random(0)))
    assert len(set(test.splitlines())) == len(test.splitlines()) == 5
    for source, right in (("solve:{sum x}", True), ("solve:{max x}", False)):
        assert runner.verdict(f"{source}\n{test}", Tests("test", (Case((), True),))).passed == right


def test_rows_come_back_from_the_published_layout_with_difficulty_and_tags(proven, tmp_path, runner):
    rows = list(proven.values())
    (tmp_path / "all.json").write_text(json.dumps(exported(rows)))
    write_lines(tmp_path / "all.jsonl", exported(rows))
    for path in (tmp_path / "all.json", tmp_path / "all.jsonl"):
        found = list(imported(path))
        assert [(r.messages, r.label, r.problem_id) for r in found] == [
            (r.messages, r.label, r.problem_id) for r in rows
        ]
        assert [r.meta for r in found] == [{key: r.meta[key] for key in ("difficulty", "tags")} for r in rows]
        assert exported(found) == exported(rows)
        assert [r.label for r in found if not RECIPE.verify(r, runner).ok] == []
    write_jsonl(tmp_path / "ours.jsonl", rows)
    assert list(imported(tmp_path / "ours.jsonl")) == rows


@pytest.mark.parametrize("kind", KINDS)
@given(st.text(), st.text(), st.text(min_size=1), st.text(), st.lists(st.text()))
@settings(max_examples=20)
def test_any_text_difficulty_and_tags_come_back_from_the_published_layout(kind, asked, said, problem, hard, tags):
    messages = (Message("user", asked), Message("assistant", said))
    row = Row("", problem, "train", kind, messages, {"difficulty": hard, "tags": tags})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        write_lines(path, exported([row]))
        assert list(imported(path)) == [row]


def test_a_foreign_row_whose_program_does_not_load_is_refused(tmp_path, runner):
    lines = [{"prompt": "?", "completion": text, "kind": "python_to_q"} for text in ("solve:{x", "solve:{x}")]
    write_lines(tmp_path / "a.jsonl", lines)
    assert [RECIPE.verify(row, runner).reason for row in imported(tmp_path / "a.jsonl")] == ["does_not_load", ""]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "a"}, r"row 1: expected our rows \(messages, meta, ...\) or {prompt, completion, kind}, found"),
        ({"prompt": "a", "completion": 1, "kind": "python_to_q"}, "row 1: expected text in completion"),
        ({"prompt": "a", "completion": "b", "kind": "other"}, "row 1: expected kind to be one of .*, found 'other'"),
        ({"prompt": "a", "completion": "b", "kind": "python_to_q", "tags": "x"}, "row 1: expected text in tags"),
    ],
)
def test_a_bad_foreign_line_is_one_message(line, message, tmp_path: Path):
    write_lines(tmp_path / "a.jsonl", [line])
    with pytest.raises(UserError, match=message):
        list(imported(tmp_path / "a.jsonl"))


def test_a_teacher_is_told_how_many_tests_pass_and_its_row_is_proven_as_any(problems, proven, runner):
    wanted = proven["python_to_q"]
    problem = next(problem for problem in problems if problem.id == wanted.problem_id)

    class Teacher:
        async def teach(self, messages, kind, check, sample):
            assert "Answer with one JSON object" in messages[-1].content
            assert check(kind(program="solve:{`no}")) == "wrong: 0% of the tests pass"
            good = kind(program=program(wanted.reply))
            assert check(good) == ""
            return Taught(good, 2, "")

    row = asyncio.run(RECIPE.taught(Place(problem, "train", "python_to_q", 0), 1, {}, Teacher(), runner))
    assert RECIPE.verify(row, runner).ok
    assert row.meta["rounds"] == "2"


def test_params_know_the_families_of_the_bank():
    assert RECIPE.Params.model_fields["problems"].annotation().families
    assert issubclass(RECIPE.Params.model_fields["problems"].annotation, ProblemsParams)
