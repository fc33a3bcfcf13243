"""The skill special_tokens: answer a debugging request with `<|AGENT|>` (explore: no concrete error is known) or
`<|EDIT|>` (fix directly: the error is known), each with the one tool call that follows from it.

    bugs      mutants that were run and fail     requests  how a user tells of them (phrases.yaml)
    drafts    a request with the right reply     verify    the proof of a row
    taught    the same, by a teacher's words     scoring   metrics, and the keyword baseline
    grammar   the reply's strict form            formats   Alpaca and {Query, Output}

Limits: Python programs whose tests are calls; one bug a program; one turn.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import field_validator

from hone.core.config import NewToken, ProblemsParams
from hone.core.records import Completion, Message, Problem, Row, Score, Split
from hone.recipes.base import Chart, Check, Place, RecipeParams, Scored, by_group
from hone.recipes.special_tokens import drafts, formats, scoring, taught
from hone.recipes.special_tokens.verify import verify
from hone.runners import Runner
from hone.teachers.lessons import Teacher

_SYSTEM = """You help with code in one of two modes. Answer in exactly this form:
<think>why</think>
MARKER
One sentence.
ONE JSON CALL
If the request names a concrete error (a traceback, a failed check, a call with a wrong result), MARKER is {EDIT} and
the call is {{"name":"editor","arguments":{{"original_code":"the code","modified_code":"the corrected code"}}}}.
If no concrete error is known, MARKER is {AGENT} and the call is \
{{"name":"python","arguments":{{"code":"a script that looks for it"}}}}."""


class Params(RecipeParams):
    """The block special_tokens of params.yaml."""

    tokens: tuple[NewToken, ...] = (
        NewToken(name="AGENT", token="<|AGENT|>", description="explore with a tool, no concrete error is known"),
        NewToken(name="EDIT", token="<|EDIT|>", description="edit the code directly, the error is known"),
    )

    @field_validator("tokens")
    @classmethod
    def _both_modes(cls, tokens: tuple[NewToken, ...]) -> tuple[NewToken, ...]:
        if sorted(token.name for token in tokens) != ["AGENT", "EDIT"]:
            raise ValueError("expected two tokens, with the names AGENT and EDIT")
        return tokens


class SpecialTokens:
    """See the module's docstring; `recipes/base.py` says what each part is for."""

    name = "special_tokens"
    Params = Params
    language = "python"
    rooms = ()
    metrics = scoring.METRICS
    right = ("mode_accuracy",)
    graded = ""
    labels = ("AGENT", "EDIT")
    asks_a_row = 2

    def problems(self, loaded: Iterable[Problem], params: ProblemsParams) -> Iterator[tuple[Problem, str]]:
        return ((problem, "") for problem in loaded)

    def labels_of(self, problem: Problem) -> Sequence[str]:
        return self.labels

    def stratum(self, problem: Problem) -> str:
        return ""

    def draft(
        self, problem: Problem, split: Split, n: int, seed: int, params: Mapping[str, Any], runner: Runner
    ) -> Iterator[Row]:
        return drafts.draft(problem, split, n, seed, _markers(params.get("tokens")), runner)

    async def taught(self, place: Place, seed: int, params: Mapping[str, Any], teacher: Teacher, runner: Runner) -> Row:
        return await taught.taught(place, seed, _markers(params.get("tokens")), teacher, runner)

    def verify(self, row: Row, runner: Runner) -> Check:
        return verify(row, runner)

    def prompt(self, row: Row, variant: str) -> Sequence[Message]:
        if variant != "prompted":
            return row.prompt
        return (Message("system", _SYSTEM.format_map(row.meta["markers"])), *row.prompt)

    def rule(self, row: Row) -> str:
        return str(row.meta["markers"][scoring.keyword_mode(row.prompt[-1].content)])

    def scores(self, answered: Sequence[tuple[Row, Completion]], runner: Runner) -> Sequence[Scored]:
        return [scoring.score(row, completion, runner) for row, completion in answered]

    def charts(self, rows: Sequence[Row], scores: Mapping[str, Sequence[Score]]) -> Sequence[Chart]:
        tuned = scores.get("sft", [])
        if not tuned:
            return []
        bugs, styles = ([str(row.meta.get(key, "")) for row in rows] for key in ("bug", "style"))
        return [
            by_group("Right mode, by how the request is told", "mode_accuracy", styles, tuned, "The tuned model."),
            by_group("Repaired, by kind of bug", "fix_rate", bugs, tuned, "The tuned model, on EDIT rows."),
        ]

    def imported(self, path: Path) -> Iterable[Row]:
        return formats.imported(path, _markers(None))

    def exported(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        return formats.exported(rows)


def _markers(tokens: Any) -> Mapping[str, str]:
    """AGENT and EDIT -> token text, from the params' `tokens` or the defaults."""
    chosen = [NewToken.model_validate(token) for token in tokens] if tokens else Params.model_fields["tokens"].default
    return {token.name: token.token for token in chosen}


RECIPE = SpecialTokens()
