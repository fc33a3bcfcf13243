from collections import Counter

import pytest

from hone.problems import questions
from hone.recipes.tool_traces import RECIPE
from hone.recipes.tool_traces.tools import TOOLS
from hone.recipes.tool_traces.traces import Task, executed
from hone.runners import Sandbox


@pytest.fixture(scope="module")
def problems():
    return list(questions.load())


def test_there_are_enough_of_every_level(problems):
    levels = Counter(problem.difficulty for problem in problems)
    assert len(problems) >= 240
    assert min(levels[level] for level in "123") >= 80


def test_no_question_stands_twice_and_no_answer_in_its_question(problems):
    texts = [problem.statement for problem in problems]
    assert len(set(texts)) == len(texts)
    words = [
        (Task.of(problem).answer, problem.statement.replace(",", " ").replace("?", " ").split()) for problem in problems
    ]
    assert not [(answer, told) for answer, told in words if answer in told and not answer.isdigit()]


def test_they_are_the_same_at_each_call(problems):
    assert list(questions.load()) == problems


def test_many_have_files_and_together_they_need_every_tool_but_two(problems):
    tasks = [Task.of(problem) for problem in problems]
    assert sum(bool(task.files) for task in tasks) >= 40
    used = {call.name for task in tasks for call in task.steps}
    assert used >= TOOLS.keys() - {"count_part"}


def test_harder_levels_take_more_calls(problems):
    steps = {level: [len(Task.of(p).steps) for p in problems if p.difficulty == level] for level in "123"}
    assert max(steps["1"]) <= 2 <= min(steps["2"]) <= max(steps["2"]) <= 3 <= min(steps["3"])


def test_every_trace_is_proven_by_executing_it(problems):
    """The tools come to the answer that was computed from the facts by other code."""
    with Sandbox() as runner:
        for problem in problems:
            for split in ("train", "test"):
                for row in RECIPE.draft(problem, split, 9, 0, {}, runner):
                    assert RECIPE.verify(row, runner).reason == "", (problem, row)


def test_the_answer_is_shown_by_the_last_tools(problems):
    with Sandbox() as runner:
        for problem in problems:
            task = Task.of(problem)
            told = " ".join(m.content for m in executed(problem, task, runner) if m.role == "tool")
            assert all(part.strip() in told for part in task.answer.split(",")), problem
