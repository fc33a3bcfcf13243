"""The offline teacher: exercises with the bank's programs as answers, and some with an answer that is thought wrong.

Whether an answer is right is for the verifier to decide: of those thought wrong a few are right by another way.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hone.core.records import Problem, Row, Split
from hone.recipes.q_language.bank import human_eval
from hone.recipes.q_language.bank.families import tasks
from hone.recipes.q_language.bank.mistakes import mistakes, slips
from hone.recipes.q_language.kinds import KINDS, asked, row
from hone.recipes.q_language.problems import parameters, tags
from hone.recipes.q_language.tested import chosen, python_test, q_test
from hone.runners import Case, Runner, Tests
from hone.teachers.mutate import mutants

_TRIED = 8  # wrong programs that are run to find some which a test refuses
_KEPT = 3  # of which at most so many go with the row, beside those that are wrong on one case alone


@dataclass(frozen=True)
class Exercise:
    """What is asked, an answer of the bank, one that is thought wrong, and what proves either."""

    question: str
    answer: str  # "" where the bank has none
    doubtful: str  # "" if there is none
    meta: dict[str, Any]


def kinds_of(problem: Problem) -> Sequence[str]:
    """Of a problem without a q program nothing can be shown in q."""
    return KINDS if programs(problem.id) else KINDS[:2]


def programs(problem_id: str) -> Sequence[str]:
    """The q programs of the bank for a problem; none if it has none."""
    return _right().get(problem_id, ())


def draft(problem: Problem, split: Split, seed: int, runner: Runner) -> Iterator[Row]:
    """A row of each kind, and for one of them a row with the answer that is thought wrong too."""
    if not programs(problem.id):
        return
    draw = random.Random(f"{seed}/{split}/{problem.id}")
    doubted = draw.choice(KINDS)
    for kind in KINDS:
        made = exercise(problem, kind, draw, runner)
        if made is not None:
            yield row(problem, split, kind, made.question, made.answer, made.meta)
            if kind == doubted and made.doubtful:
                yield row(problem, split, kind, made.question, made.doubtful, made.meta)


def exercise(problem: Problem, kind: str, draw: random.Random, runner: Runner) -> Exercise | None:
    """An exercise of a kind that `kinds_of` gives; None where no test of a few cases refuses a wrong program."""
    tests, names, ways = Tests.parse(problem.tests), parameters(problem), programs(problem.id)
    way = draw.choice(ways) if ways else ""
    facts = {"difficulty": problem.difficulty, "tags": tags(problem), "tests": problem.tests}
    if kind == "q_to_python":
        mutant = next(mutants(problem.solution, draw.randrange(2**32)), None)
        shown = asked(kind, problem, names, way)
        return Exercise(shown, problem.solution, mutant.source if mutant else "", facts | {"program": way})
    wrong = _wrong(problem.id, way, tests, draw) if way else []
    if kind != "pytest_to_qtest":
        return Exercise(asked(kind, problem, names, problem.solution), way, (wrong or [""])[0], facts)
    cases = chosen(tests, draw)
    refused = _refused(wrong, replace(tests, cases=cases), runner) if len(cases) > 1 else []
    if not refused:
        return None
    # One more for each case: a test that leaves it out does not refuse that one.
    refused += _refused(slips(way, tests, cases), replace(tests, cases=cases), runner, len(cases))
    shown = asked(kind, problem, names, python_test(cases))
    return Exercise(shown, q_test(cases), q_test(_turned(cases)), facts | {"program": way, "wrong": refused})


def _wrong(problem_id: str, way: str, tests: Tests, draw: random.Random) -> list[str]:
    """Programs that are thought wrong: those written by hand first, then mistakes made of a right one."""
    made = [mistake.program for mistake in mistakes(way, tests)]
    return [*_by_hand().get(problem_id, ()), *draw.sample(made, len(made))]


def _refused(candidates: Sequence[str], shown: Tests, runner: Runner, most: int = _KEPT) -> list[str]:
    """At most so many of those that are wrong on the cases that are shown; first such as give an answer."""
    tried = candidates[:_TRIED]
    verdicts = runner.verdicts([(candidate, shown) for candidate in tried])
    found = [(v.reason != "wrong", place) for place, v in enumerate(verdicts) if not v.passed]
    return [tried[place] for _, place in sorted(found)[:most]]


def _turned(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases, the first with the answer of the second."""
    return (replace(cases[0], expected=cases[1].expected), *cases[1:])


@cache
def _right() -> Mapping[str, tuple[str, ...]]:
    return {**human_eval.programs(human_eval.RIGHT), **{task.id: (task.solution,) for task in tasks()}}


@cache
def _by_hand() -> Mapping[str, tuple[str, ...]]:
    return human_eval.programs(human_eval.WRONG)
