"""The skill tool_traces: predict the next tool call of an agent, so that a small draft model can run ahead of it.

    tools     the registry, with implementations   traces   a question's calls, executed; and their rows
    verify    the proof of a row                   scoring  metrics, and the rule without a model
    formats   layouts of others

Limits: one call a turn; the offline questions are about an invented world (`problems/questions/`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from hone.core.config import JudgeParams, ProblemsParams
from hone.core.records import Completion, Message, Problem, Row, Score, Split
from hone.recipes.base import Chart, Check, Place, RecipeParams, Scored, by_group
from hone.recipes.tool_traces import formats, scoring, taught, traces
from hone.recipes.tool_traces.verify import verify
from hone.runners import Runner
from hone.teachers.lessons import Teacher


class Params(RecipeParams):
    """The block tool_traces of params.yaml."""

    judge: JudgeParams = JudgeParams()
    rows: Literal["traces", "steps"] = Field(
        default="traces", description="what a row to learn from is: a whole trace (sft.learn: every), or one turn of it"
    )


class ToolTraces:
    """See the module's docstring; `recipes/base.py` says what each part is for."""

    name = "tool_traces"
    Params = Params
    language = "python"
    rooms = ()
    metrics = scoring.METRICS
    right = ("call_match_rate", "answer_accuracy")
    graded = ""
    labels = ("1", "2", "3")
    asks_a_row = 4

    def problems(self, loaded: Iterable[Problem], params: ProblemsParams) -> Iterator[tuple[Problem, str]]:
        return ((problem, "") for problem in loaded)

    def labels_of(self, problem: Problem) -> Sequence[str]:
        return (problem.difficulty,)

    def stratum(self, problem: Problem) -> str:
        return ""

    def draft(
        self, problem: Problem, split: Split, n: int, seed: int, params: Mapping[str, Any], runner: Runner
    ) -> Iterator[Row]:
        task = traces.Task.of(problem)
        if task.steps:
            trace = traces.executed(problem, task, runner)
            yield from traces.rows(problem, task, trace, split, _whole(split, params))

    async def taught(self, place: Place, seed: int, params: Mapping[str, Any], teacher: Teacher, runner: Runner) -> Row:
        return await taught.taught(place, seed, _whole(place.split, params), teacher, runner)

    def verify(self, row: Row, runner: Runner) -> Check:
        return verify(row, runner)

    def prompt(self, row: Row, variant: str) -> Sequence[Message]:
        declared = row.prompt[:1] and row.prompt[0].role == "tools"
        return row.prompt if declared else (traces.DECLARATION, *row.prompt)

    def rule(self, row: Row) -> str:
        return scoring.rule(row)

    def scores(self, answered: Sequence[tuple[Row, Completion]], runner: Runner) -> Sequence[Scored]:
        return scoring.scores(answered)

    def charts(self, rows: Sequence[Row], scores: Mapping[str, Sequence[Score]]) -> Sequence[Chart]:
        tuned = scores.get("sft", [])
        if not tuned:
            return []
        levels = [f"level {row.label}" for row in rows]
        turns = [f"turn {sum(message.role == 'call' for message in row.prompt) + 1}" for row in rows]
        note = "The tuned model."
        return [
            by_group("The same call, by level of the question", "call_match_rate", levels, tuned, note),
            by_group("The same call, by turn of the trace", "call_match_rate", turns, tuned, note),
        ]

    def imported(self, path: Path) -> Iterable[Row]:
        return formats.imported(path)

    def exported(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        return formats.exported(rows)


def _whole(split: Split, params: Mapping[str, Any]) -> bool:
    """Test rows are always single turns."""
    return split != "test" and params.get("rows", "traces") == "traces"


RECIPE = ToolTraces()
