"""A trace: a question, the calls that were made with what the tools answered, and the final answer; and its rows.

A whole trace is one row, every turn of it to be learned. A step is a row too: all that was said before it, and the
next call or the final answer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hone.calls import Call, declaration
from hone.core.errors import UserError
from hone.core.records import Message, Problem, Row, Split
from hone.recipes.base import row_id
from hone.recipes.tool_traces.tools import TOOLS, ToolError, World, execute
from hone.runners import Runner

DECLARATION = declaration([tool.tool for tool in TOOLS.values()])
NOT_RECORDED = "(not recorded)"  # what a tool answered, in a trace that does not say
FAILED = "error: "  # how an answer of a tool begins that could not do what was asked


@dataclass(frozen=True)
class Task:
    """What a problem of this recipe holds beside its question."""

    answer: str
    files: dict[str, str]
    steps: tuple[Call, ...]  # that solve it; none if the source gives none
    recorded: bool = True  # False: a trace of others, whose tools' answers are not known

    @classmethod
    def of(cls, problem: Problem) -> "Task":
        """Raises: UserError for a problem of another kind."""
        try:
            tests = json.loads(problem.tests)
            steps = json.loads(problem.solution) if problem.solution else []
            calls = tuple(Call(step["name"], step["arguments"]) for step in steps)
            return cls(tests["answer"], dict(tests["files"]), calls, bool(tests.get("recorded", True)))
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f'problem {problem.id}: expected tests of the form {{"answer": ..., "files": {{...}}}}, '
                f"found {problem.tests[:60]!r}"
            ) from None


def opening(problem: Problem) -> tuple[Message, ...]:
    """What stands before the first turn of the assistant. The answer is not in it."""
    return (DECLARATION, Message("user", problem.statement))


def observed(call: Call, world: World) -> str:
    """What the tool answers, also where it cannot do it."""
    try:
        return execute(call, world)
    except ToolError as error:
        return f"{FAILED}{error}"


def executed(problem: Problem, task: Task, runner: Runner) -> tuple[Message, ...]:
    """The trace that solves a problem, its calls executed."""
    world = World(task.files, runner)
    told = [observed(call, world) if task.recorded else NOT_RECORDED for call in task.steps]
    turns = [
        turn for call, said in zip(task.steps, told, strict=True) for turn in (call.message(), Message("tool", said))
    ]
    return (*opening(problem), *turns, Message("assistant", task.answer))


def rows(
    problem: Problem, task: Task, trace: Sequence[Message], split: Split, whole: bool, **meta: Any
) -> Iterator[Row]:
    """The rows of a trace: itself, or each of its steps."""
    spoken = [place for place, message in enumerate(trace) if message.role in ("call", "assistant")]
    for step, place in enumerate(spoken, start=1):
        if whole and place != spoken[-1]:
            continue
        messages = tuple(trace[: place + 1])
        facts = {
            "family": problem.title, "step": "all" if whole else str(step), "steps": len(spoken),
            "answer": task.answer, "files": task.files, "recorded": task.recorded, **meta,
        }  # fmt: skip
        label = problem.difficulty
        yield Row(row_id(split, label, messages), problem.id, split, label, messages, facts)
