"""The skill q_language: write q, the language of kdb+, from Python and from descriptions, and read it.

    bank      what the offline teacher knows      problems  Python problems with many tests
    kinds     the four kinds of rows              tested    tests of Python as tests in q
    drafts    rows made of the bank               taught    rows in the words of a teacher
    judge     a reply, run                        verify    the proof of a row
    scoring   metrics, and the rule without one   formats   {prompt, completion}
    corpus    documents to go on pretraining with

Limits: functions of plain data; what has no form in q is left out; one program a reply.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from hone.core.config import BootstrapParams, CorpusParams, ProblemsParams, RLParams, TrainParams
from hone.core.records import Completion, Message, Problem, Row, Score, Split
from hone.recipes.base import Chart, Check, Place, RecipeParams, Scored, by_group
from hone.recipes.q_language import corpus, drafts, formats, problems, scoring, taught
from hone.recipes.q_language.kinds import KINDS
from hone.recipes.q_language.verify import verify
from hone.runners import Runner
from hone.teachers.lessons import Teacher


class BankParams(ProblemsParams):
    """Where problems come from."""

    families: bool = Field(default=True, description="the small tasks of the bank too, beside those of the source")


class Params(RecipeParams):
    """The block q_language of params.yaml."""

    problems: BankParams
    corpus: CorpusParams
    pretrain: TrainParams
    rl: RLParams
    bootstrap: BootstrapParams


class QLanguage:
    """See the module's docstring; `recipes/base.py` says what each part is for."""

    name = "q_language"
    Params = Params
    language = "q"
    rooms = ("problems", "core/progress.py", "reasoning.py", "../qsubset")
    metrics = scoring.METRICS
    right = ("passed",)
    graded = "tests_passed"
    labels = KINDS
    asks_a_row = 1

    def problems(self, loaded: Iterable[Problem], params: ProblemsParams) -> Iterator[tuple[Problem, str]]:
        return problems.problems(loaded, isinstance(params, BankParams) and params.families)

    def labels_of(self, problem: Problem) -> Sequence[str]:
        return drafts.kinds_of(problem)

    def stratum(self, problem: Problem) -> str:
        return problem.difficulty

    def draft(
        self, problem: Problem, split: Split, n: int, seed: int, params: Mapping[str, Any], runner: Runner
    ) -> Iterator[Row]:
        return drafts.draft(problem, split, seed, runner)

    async def taught(self, place: Place, seed: int, params: Mapping[str, Any], teacher: Teacher, runner: Runner) -> Row:
        return await taught.taught(place, seed, teacher, runner)

    def verify(self, row: Row, runner: Runner) -> Check:
        return verify(row, runner)

    def prompt(self, row: Row, variant: str) -> Sequence[Message]:
        return row.prompt

    def rule(self, row: Row) -> str:
        return scoring.rule(row)

    def scores(self, answered: Sequence[tuple[Row, Completion]], runner: Runner) -> Sequence[Scored]:
        return [scoring.score(row, completion, runner) for row, completion in answered]

    def charts(self, rows: Sequence[Row], scores: Mapping[str, Sequence[Score]]) -> Sequence[Chart]:
        tuned = scores.get("sft", [])
        if not tuned:
            return []
        kinds, note = [row.label for row in rows], "The tuned model."
        hard = [str(row.meta.get("difficulty") or "unknown") for row in rows]
        return [
            by_group("All tests passed, by kind of row", "passed", kinds, tuned, note),
            by_group("All tests passed, by difficulty", "passed", hard, tuned, note),
        ]

    def documents(self, rows: Sequence[Row], seed: int, runner: Runner) -> Iterable[str]:
        return corpus.documents(rows, seed, runner)

    def imported(self, path: Path) -> Iterable[Row]:
        return formats.imported(path)

    def exported(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        return formats.exported(rows)


RECIPE = QLanguage()
