"""Traces by a teacher behind an endpoint, as the real step makes them: tools are run for it, and only what is proven stays."""

import json
from functools import cache

import pytest
from bench.endpoint import Endpoint, Limits
from tests.faults.test_teachers import Step

from hone.calls import Call
from hone.core.records import Row, read_jsonl
from hone.problems import questions
from hone.recipes.tool_traces import RECIPE
from hone.recipes.tool_traces.traces import Task
from hone.runners import Sandbox

PLAIN = [problem for problem in questions.load() if not Task.of(problem).files]
PROBLEMS = [p for level in "123" for p in [p for p in PLAIN if p.difficulty == level][:8]]
NOT_WRONG = {"surplus", "duplicate"}
SIZES = {split: {"rows": 3, "per_problem": 1} for split in ("train", "val", "test")}


@cache
def gold():
    """Question -> what a perfect teacher says, turn by turn."""
    found = {}
    with Sandbox(workers=1) as runner:
        for problem in PROBLEMS:
            (row,) = RECIPE.draft(problem, "train", 1, 0, {}, runner)
            calls = [Call.of(message) for message in row.messages if message.role == "call"]
            turns = [{"tool": c.name, "arguments": json.dumps(c.arguments), "answer": ""} for c in calls]
            found[problem.statement] = [*turns, {"tool": "", "arguments": "", "answer": row.messages[-1].content}]
    return found


class Pupil:
    """Plays the perfect teacher, but for the questions for which it is told otherwise."""

    def __init__(self, **odd):
        self.odd, self.bodies = odd, []

    def __call__(self, body):
        self.bodies.append(body)
        asked = body["messages"][0]["content"]
        statement = next(statement for statement in gold() if f"Question: {statement}\n" in asked)
        turn = sum(message["content"].startswith("The tool answers") for message in body["messages"])
        how = self.odd.get(f"q{[p.statement for p in PROBLEMS].index(statement)}")
        tries = sum(message["role"] == "user" for message in body["messages"][2 * turn :])
        if how == "unknown tool" and turn == 0 and tries == 1:
            return json.dumps({"tool": "crystal_ball", "arguments": "{}", "answer": ""})
        if how == "never" or how == "prose":
            return json.dumps(gold()[statement][0]) if how == "never" else "I would rather not."
        said = gold()[statement][min(turn, len(gold()[statement]) - 1)]
        if how == "wrong" and not said["tool"]:
            said = said | {"answer": "no such thing"}
        return json.dumps(said)


@pytest.fixture
def made(tmp_path):
    """Run the drafting step with a teacher -> the rows, the account, the pupil, the step."""

    def go(**odd):
        pupil = Pupil(**odd)
        with Endpoint(Limits(latency_s=0.001), reply=pupil) as endpoint:
            step = Step(tmp_path, endpoint, "tool_traces", PROBLEMS, SIZES)
            step.run()
        rows = read_jsonl(tmp_path / "drafts.jsonl", Row)
        return rows, json.loads((tmp_path / "drafting.json").read_text()), pupil, step

    return go


def test_a_perfect_teacher_is_shown_real_observations_and_all_its_rows_are_proven(made):
    rows, account, pupil, step = made()
    assert account["lost"] == {}
    assert {row.problem_id for row in rows} == {problem.id for problem in PROBLEMS}
    with Sandbox(workers=1) as runner:
        for problem in PROBLEMS[:3]:
            (perfect,) = RECIPE.draft(problem, "train", 1, 0, {}, runner)
            observed = {message.content for message in perfect.messages if message.role == "tool"}
            seen = {message["content"] for body in pupil.bodies for message in body["messages"]}
            assert {f"The tool answers: {text}" for text in observed} <= seen
    assert set(step.prove()["reasons"]) <= NOT_WRONG


def test_the_right_answer_is_never_shown_before_a_tool_has(made):
    _, _, pupil, _ = made()
    firsts = [body["messages"] for body in pupil.bodies if len(body["messages"]) == 1]
    assert firsts
    for (asked,) in firsts:
        problem = next(p for p in PROBLEMS if f"Question: {p.statement}\n" in asked["content"])
        assert f'"{Task.of(problem).answer}"' not in asked["content"]


def test_a_tool_that_is_not_there_is_told_and_the_teacher_gets_another_try(made):
    rows, account, pupil, _ = made(q0="unknown tool")
    assert account["lost"] == {}
    told = [m["content"] for body in pupil.bodies for m in body["messages"] if "crystal_ball" in m["content"]]
    assert any("there is no tool crystal_ball" in text for text in told)
    assert max(int(row.meta["rounds"]) for row in rows if row.problem_id == PROBLEMS[0].id) == 2


def test_a_wrong_answer_is_drafted_but_does_not_get_into_the_data(made):
    rows, _, _, step = made(q1="wrong")
    assert any(row.problem_id == PROBLEMS[1].id for row in rows)
    assert set(step.prove()["reasons"]) - NOT_WRONG
    kept = [row for name in ("train", "val", "test") for row in read_jsonl(step.folder / name, Row)]
    assert kept
    assert PROBLEMS[1].id not in {row.problem_id for row in kept}


@pytest.mark.parametrize(("how", "reason"), [("never", "no answer in so many calls"), ("prose", "")])
def test_a_row_that_there_cannot_be_is_counted_with_its_reason(made, how, reason):
    rows, account, _, _ = made(q2=how)
    assert PROBLEMS[2].id not in {row.problem_id for row in rows}
    assert sum(account["lost"].values()) > 0
    assert any(reason in told for told in account["lost"])
