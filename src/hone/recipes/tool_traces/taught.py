"""A trace in a teacher's words: it is shown the tools and the question, makes a call, reads what the tool answered, and
goes on until it answers. Tools that only read are executed here; the right answer is never shown to it.
"""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from hone.calls import Call
from hone.core.records import Message, Row
from hone.recipes.base import Place
from hone.recipes.tool_traces.tools import TOOLS, World, check
from hone.recipes.tool_traces.traces import Task, observed, opening, rows
from hone.runners import Runner
from hone.teachers.lessons import Lost, Teacher

MOST_STEPS = 12

_ASKED = """Answer a question by calling tools, one at a time. The tools:
{tools}
{files}
Question: {question}

Each time answer with one JSON object and nothing else. To call a tool:
{{"tool": "its name", "arguments": "its arguments, as the text of a JSON object", "answer": ""}}
Once the tools have shown the answer:
{{"tool": "", "arguments": "", "answer": "the answer alone, as short as it can be"}}
Compute nothing in your head, and take no fact from memory: use a tool."""


class Turn(BaseModel):
    """A call, or the final answer."""

    model_config = ConfigDict(extra="forbid")

    tool: str
    arguments: str
    answer: str


async def taught(place: Place, seed: int, whole: bool, teacher: Teacher, runner: Runner) -> Row:
    """One unproven row: a whole trace, or the `number`-th turn of one.

    Raises: Lost if the teacher makes no call that fits, or does not come to an answer.
    """
    problem, task = place.problem, Task.of(place.problem)
    sample = seed * 10_000 + (place.number if whole else 0)
    world = World(task.files, runner)
    told = "\n".join(tool.tool.signature for tool in TOOLS.values())
    files = f"Attached files: {', '.join(sorted(task.files))}" if task.files else "No file is attached."
    asked = [Message("user", _ASKED.format(tools=told, files=files, question=problem.statement))]
    trace, rounds = list(opening(problem)), 0
    for _ in range(MOST_STEPS):
        turn = await teacher.teach(asked, Turn, wrong, sample)
        rounds += turn.rounds - 1
        if turn.refused:
            raise Lost("no call that fits")
        if not turn.value.tool:
            trace.append(Message("assistant", turn.value.answer.strip()))
            made = list(rows(problem, task, trace, place.split, whole, rounds=str(rounds + 1)))
            if not whole and place.number >= len(made):
                raise Lost("a shorter trace")
            return made[0 if whole else place.number]
        call = Call(turn.value.tool, json.loads(turn.value.arguments or "{}"))
        answer = observed(call, world)
        trace += [call.message(), Message("tool", answer)]
        asked += [Message("assistant", turn.value.model_dump_json()), Message("user", f"The tool answers: {answer}")]
    raise Lost("no answer in so many calls")


def wrong(turn: Turn) -> str:
    """Why a turn cannot be used, for the teacher to read."""
    if not turn.tool:
        return "" if turn.answer.strip() else "expected a tool or an answer"
    if turn.tool not in TOOLS:
        return f"there is no tool {turn.tool}"
    if not TOOLS[turn.tool].read_only:
        return f"{turn.tool} may not be called"
    try:
        arguments: Any = json.loads(turn.arguments or "{}")
    except ValueError:
        return "arguments: expected the text of a JSON object"
    return check(TOOLS[turn.tool].tool, arguments) if isinstance(arguments, dict) else "arguments: expected an object"
