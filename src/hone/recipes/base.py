"""The recipe protocol: the few questions that a skill answers. Stages and rules know nothing of any one recipe.

A recipe is a module in this folder with a `RECIPE` object; its name is the module's. `get` finds it by name.
Everything here must import fast: Snakemake asks for the parameter tree each time it reads the Snakefile.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from hone.core.config import (
    AnswersParams,
    Block,
    DatasetParams,
    DraftsParams,
    GenerateParams,
    NewToken,
    ProblemsParams,
    SamplesParams,
    TrainParams,
)
from hone.core.files import dumps
from hone.core.records import Completion, Message, Metric, Problem, Row, Score, Split
from hone.runners import Runner
from hone.teachers.lessons import Teacher


class RecipeParams(Block):
    """What every recipe's block in params.yaml holds; a recipe adds its own keys."""

    problems: ProblemsParams
    samples: SamplesParams
    drafts: DraftsParams
    dataset: DatasetParams
    tokens: tuple[NewToken, ...] = ()
    sft: TrainParams
    generate: GenerateParams
    endpoint: AnswersParams = AnswersParams()


@dataclass(frozen=True)
class Check:
    """What a verifier found: `reason` is "" for a proven row, else a short fixed name that can be counted."""

    reason: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Place:
    """Where a row is wanted: of which problem, for which split, the `number`-th of its label there."""

    problem: Problem
    split: Split
    label: str
    number: int


@dataclass(frozen=True)
class Chart:
    """A picture as plain data; who draws it knows nothing of any recipe. `rows`, by `kind`:

    bars: (name, value from 0 to 1, n); lines: (x, a value for each further column, None where there is none);
    grid: (name, a number for each further column).
    """

    title: str
    kind: Literal["bars", "lines", "grid"]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    note: str = ""


def by_group(title: str, metric: str, group: Iterable[str], scores: Iterable[Score], note: str = "") -> Chart:
    """The mean of a metric for each group of scores, bars; `group` says which one a score is in."""
    found: dict[str, list[float]] = {}
    for name, score in zip(group, scores, strict=True):
        value = score.metrics.get(metric)
        if value is not None:
            found.setdefault(name, []).append(float(value))
    rows = tuple((name, sum(values) / len(values), len(values)) for name, values in sorted(found.items()))
    return Chart(title, "bars", ("", metric, "n"), rows, note)


Scored = tuple[str | None, Mapping[str, Metric]]
"""The class that a completion chose, if any, and each metric (left out, or None, where it does not apply)."""


def row_id(split: str, label: str, messages: Sequence[Message]) -> str:
    """Content as a name: a row that was touched after it was proven no longer answers to its id."""
    content = dumps([split, label, [[m.role, m.content] for m in messages]])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def unchanged(row: Row) -> Check:
    """Whether a row still answers to its id; one without an id is of a foreign file."""
    if row.id and row.id != row_id(row.split, row.label, row.messages):
        return Check("changed", "the content is not what its id was made of: it was edited after it was proven")
    return Check()


class Recipe(Protocol):
    """A skill. Pure but for `runner`, through which alone untrusted code is run."""

    name: str
    Params: type[RecipeParams]
    language: str  # of the programs in its rows: what `runner` runs
    rooms: tuple[str, ...]  # whose code decides its rows, beside those that all recipes share, from src/hone
    metrics: tuple[str, ...]  # names in eval.json, the first is the one that the comparison leads with
    right: tuple[str, ...]  # the metrics of which the first that applies says whether an answer is right
    graded: str  # the metric, from 0 to 1, that tells how nearly right an answer is; "" if there is none
    labels: tuple[str, ...]  # classes that every split holds equally many of
    asks_a_row: int  # of a teacher, if nothing goes wrong

    def problems(self, loaded: Iterable[Problem], params: ProblemsParams) -> Iterator[tuple[Problem, str]]:
        """The problems that rows are made of, from those of the source: each with "", or why it is dropped."""

    def labels_of(self, problem: Problem) -> Sequence[str]:
        """The labels that rows of a problem can have."""

    def stratum(self, problem: Problem) -> str:
        """What splits have the same shares of, beside labels."""

    def draft(
        self, problem: Problem, split: Split, n: int, seed: int, params: Mapping[str, Any], runner: Runner
    ) -> Iterator[Row]:
        """Up to `n` unproven rows of one problem. Equal arguments give equal rows, whatever was drafted before."""

    async def taught(self, place: Place, seed: int, params: Mapping[str, Any], teacher: Teacher, runner: Runner) -> Row:
        """One unproven row, in the words of a teacher. What comes of equal answers is equal. Raises: Lost."""

    def verify(self, row: Row, runner: Runner) -> Check:
        """Prove a row by running it."""

    def prompt(self, row: Row, variant: str) -> Sequence[Message]:
        """What `variant` is shown for this row: the row's own prompt, but for variants like "prompted"."""

    def rule(self, row: Row) -> str:
        """The reply of the best simple rule without a model: the baseline that the data must be harder than."""

    def scores(self, answered: Sequence[tuple[Row, Completion]], runner: Runner) -> Sequence[Scored]:
        """What one sample of each test row of one problem is worth, in the order given."""

    def charts(self, rows: Sequence[Row], scores: Mapping[str, Sequence[Score]]) -> Sequence[Chart]:
        """The recipe's own pictures for the report. `scores`: of each variant, the first sample's, in the order of
        `rows`, the test rows."""

    def imported(self, path: Path) -> Iterable[Row]:
        """Rows of a file in our own or a foreign layout, for `hone check`; a bad line is a `UserError`."""

    def exported(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The rows in the layout that other trainers read (Alpaca)."""


@runtime_checkable
class WritesDocuments(Protocol):
    """A recipe that makes documents to go on pretraining with, too."""

    def documents(self, rows: Sequence[Row], seed: int, runner: Runner) -> Iterable[str]:
        """Documents of the proven training rows and of its own; what they say of running code came of `runner`."""
