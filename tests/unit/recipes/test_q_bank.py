from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hone.core.config import ProblemsParams
from hone.core.errors import UserError
from hone.core.records import Problem
from hone.problems import load
from hone.problems.inputs import answered, weakness, widened
from hone.recipes.q_language.bank import human_eval
from hone.recipes.q_language.bank.families import FAMILIES, tasks
from hone.recipes.q_language.bank.human_eval import ENTRY, programs
from hone.recipes.q_language.bank.mistakes import SHOWN, mistakes
from hone.runners import Case, Limits, Runner, Sandbox, Tests, language
from hone.runners.q import crosses

RIGHT, WRONG = programs(human_eval.RIGHT), programs(human_eval.WRONG)
GIVEN_BACK_WRONG = {"prints", "as_text", "nested"}
SUMS = Tests(ENTRY, (Case(([1, 2],), 3), Case(([4],), 4), Case(([],), 0)))


@pytest.fixture(scope="module")
def problems() -> dict[str, Problem]:
    return {problem.id: problem for problem in load(ProblemsParams())}


@pytest.fixture(scope="module")
def python() -> Iterator[Runner]:
    with Sandbox(workers=1, limits=Limits(cpu_s=2)) as runner:
        yield runner


@pytest.fixture(scope="module")
def q() -> Iterator[Runner]:
    with Sandbox(workers=1, language=language("q")) as runner:
        yield runner


def own_tests(problem: Problem) -> Tests:
    return replace(Tests.parse(problem.tests), entry=ENTRY)


def wide_tests(problem: Problem, python: Runner) -> Tests:
    wide = widened(problem.solution, Tests.parse(problem.tests), 0, python, crosses)
    return replace(wide, entry=ENTRY)


def test_most_problems_are_solved_and_many_in_a_second_way(problems: dict[str, Problem]) -> None:
    assert len(RIGHT) >= 150
    assert set(WRONG) < set(RIGHT) < set(problems)
    assert sum(len(ways) > 1 for ways in RIGHT.values()) >= 50


def test_every_right_program_passes_the_tests_of_its_problem(problems: dict[str, Problem], q: Runner) -> None:
    pairs = [(program, own_tests(problems[id])) for id, ways in RIGHT.items() for program in ways]
    failed = [pair[0] for pair, verdict in zip(pairs, q.verdicts(pairs), strict=True) if not verdict.passed]
    assert failed == []


def test_right_programs_answer_new_inputs_as_the_python_reference_does(
    problems: dict[str, Problem], python: Runner, q: Runner
) -> None:
    wide = {id: wide_tests(problems[id], python) for id in list(RIGHT)[::6]}
    assert [id for id in wide if not q.verdict(RIGHT[id][0], wide[id]).passed] == []
    assert sum(not weakness(tests) for tests in wide.values()) >= 0.9 * len(wide)


def test_every_wrong_program_is_refused_by_the_tests_or_by_new_inputs(
    problems: dict[str, Problem], python: Runner, q: Runner
) -> None:
    pairs = [(id, program) for id, ways in WRONG.items() for program in ways]
    verdicts = q.verdicts([(program, own_tests(problems[id])) for id, program in pairs])
    missed = [pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.passed]
    assert len(pairs) - len(missed) >= 60
    assert "HumanEval/152" in dict(missed)  # its tests never have the guess above the score
    assert [id for id, program in missed if q.verdict(program, wide_tests(problems[id], python)).passed] == []


def test_families_are_many_and_their_instances_differ_in_words_python_and_q() -> None:
    made = tasks()
    assert len(FAMILIES) >= 24
    assert len(made) >= 600
    for texts in zip(*((t.id, t.statement, t.reference, t.solution) for t in made), strict=True):
        assert len(set(texts)) == len(made)


def test_solutions_of_families_answer_as_the_python_references_do(python: Runner, q: Runner) -> None:
    failed, weak = [], []
    for task in tasks()[::3]:
        asked = task.tests(0)
        tests = replace(asked, cases=tuple(answered(task.reference, asked, python, crosses)))
        assert len(tests.cases) == len(asked.cases), f"{task.id}: the reference fails on some of its inputs"
        failed += [] if q.verdict(task.solution, tests).passed else [task.id]
        weak += [task.id] if weakness(tests) else []
    assert failed == []
    assert len(weak) <= 2, weak


def test_equal_seeds_draw_equal_inputs_for_a_task() -> None:
    task = tasks()[0]
    assert task.tests(1) == task.tests(1) != task.tests(2)


def test_hundreds_of_mistakes_are_refused_and_the_few_that_are_not_are_right_by_another_way(
    problems: dict[str, Problem], q: Runner
) -> None:
    pairs = [
        (mistake, own_tests(problems[id]))
        for id in list(RIGHT)[::5]
        for mistake in mistakes(RIGHT[id][0], own_tests(problems[id]))
    ]
    verdicts = q.verdicts([(mistake.program, tests) for mistake, tests in pairs])
    refused = Counter(m.name for (m, _), v in zip(pairs, verdicts, strict=True) if not v.passed)
    passed = Counter(m.name for (m, _), v in zip(pairs, verdicts, strict=True) if v.passed)
    assert refused.total() >= 250
    assert passed.total() < 0.1 * refused.total()
    assert not GIVEN_BACK_WRONG & set(passed)
    assert len(refused) >= 12


def test_a_cheat_that_knows_the_first_cases_passes_those_alone(q: Runner) -> None:
    cheat = next(m.program for m in mistakes("solve:{sum x}\n", SUMS) if m.name == "memorised")
    outcomes = [case.outcome for case in q.verdict(cheat, SUMS).cases]
    assert outcomes == ["passed"] * SHOWN + ["wrong"]


def test_mistakes_leave_texts_and_comments_alone_and_are_made_once() -> None:
    made = mistakes('/ first sum, then max\nsolve:{"sum" , string max x}\n', SUMS)
    rewritten = [m.program for m in made if m.name == "total"]
    assert rewritten == ['/ first sum, then max\nsolve:{"sum" , string min x}\n']
    assert len({m.program for m in made}) == len(made)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/ HumanEval/1\nsolve:{x}\n", "expected a line such as"),
        ("/ HumanEval/1 f\nanswer:{x}\n", "HumanEval/1: expected a program that defines `solve`"),
        ("/ HumanEval/1 f\nsolve:{x}\n\n/ HumanEval/1 f\nsolve:{x}\n", "HumanEval/1: a program stands there twice"),
    ],
)
def test_a_bad_entry_is_one_message(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.q"
    path.write_text(text)
    with pytest.raises(UserError, match=f"{path}: .*{message}"):
        programs(path)
