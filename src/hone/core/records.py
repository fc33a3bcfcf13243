"""The row types that cross a file boundary, and how they are read and written: JSONL, and parquet for problems.

Every reader checks what it reads: a missing field, an unknown field or a wrong type is a `UserError` that names the
file and the row. Every writer is atomic and gives equal bytes for equal rows.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hone.core.errors import UserError
from hone.core.files import atomic, dumps

Split = Literal["train", "val", "test"]
Role = Literal["system", "user", "assistant", "tools", "call", "tool"]  # the last three: calls.py
Metric = bool | float | None
DIFFICULTIES = ("easy", "medium", "hard")

T = TypeVar("T")

_EXACT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Problem:
    """A programming problem whose tests are data. `tests` is the JSON of `runners.tests.Tests`."""

    __pydantic_config__ = _EXACT

    id: str
    title: str
    statement: str
    entry_point: str  # empty for programs that read stdin
    starter_code: str
    solution: str  # empty where the source gives none
    tests: str
    difficulty: str  # one of DIFFICULTIES, or ""
    source: str
    date: str  # ISO 8601, or empty


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    __pydantic_config__ = _EXACT

    role: Role
    content: str


@dataclass(frozen=True)
class Text:
    """A document to go on pretraining with."""

    __pydantic_config__ = _EXACT

    text: str
    source: str = ""  # where it is from
    licence: str = ""  # an SPDX identifier, or "" where nobody says


@dataclass(frozen=True)
class Row:
    """One conversation, drafted (drafts.jsonl) or proven (train, val, test): prompt turns, then the reply."""

    __pydantic_config__ = _EXACT

    id: str
    problem_id: str
    split: Split
    label: str  # the class that splits are balanced by, and that a confusion table shows
    messages: tuple[Message, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)  # what the recipe needs to verify and score this row

    @property
    def prompt(self) -> tuple[Message, ...]:
        """The turns before the reply."""
        return self.messages[:-1]

    @property
    def reply(self) -> str:
        """What the model should answer."""
        return self.messages[-1].content


@dataclass(frozen=True)
class Completion:
    """What a variant answered to a row's prompt. `finish` is "stop", or why it was cut: "length" at its limit, "loop"
    as it went in circles."""

    __pydantic_config__ = _EXACT

    row_id: str
    variant: str
    sample: int
    text: str  # decoded with special tokens kept, the end token dropped
    token_ids: tuple[int, ...]  # empty for variants without a model
    single_tokens: tuple[str, ...]  # the recipe's new tokens among token_ids, in order: each was written as one id
    finish: Literal["stop", "length", "loop"]


@dataclass(frozen=True)
class Score:
    """What a completion was worth: metric -> true, false, a number, or None where the metric does not apply; and what
    ran the programs in it, behind which layers of isolation."""

    __pydantic_config__ = _EXACT

    row_id: str
    problem_id: str
    variant: str
    sample: int
    label: str
    predicted: str | None
    metrics: Mapping[str, Metric]
    engine: str
    isolation: tuple[str, ...]
    groups: tuple[str, ...] = ()  # of rows that figures are told for: a difficulty, tags

    def right(self, names: Sequence[str]) -> bool:
        """`is_right` of its metrics."""
        return is_right(self.metrics, names)


def is_right(metrics: Mapping[str, Metric], names: Sequence[str]) -> bool:
    """Whether an answer is right by exact comparison: by the first of the named metrics that applies to it."""
    return bool(next((metrics[name] for name in names if metrics.get(name) is not None), False))


def write_jsonl(path: Path, rows: Iterable[Any]) -> None:
    """Write dataclass instances, one JSON object a line, keys sorted."""
    write_lines(path, map(dataclasses.asdict, rows))


def write_lines(path: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON objects, one a line, keys sorted; whole or not at all."""
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for each in objects:
            stream.write(dumps(each) + "\n")


def read_jsonl(path: Path, kind: type[T]) -> list[T]:
    """Read rows of dataclass `kind`; the first bad line is a `UserError` with file, line number and field."""
    return list(iter_jsonl(path, kind))


def iter_jsonl(path: Path, kind: type[T]) -> Iterator[T]:
    """Like `read_jsonl`, one row at a time."""
    adapter = TypeAdapter(kind)
    for number, line in json_lines(path):
        try:
            yield adapter.validate_python(line)
        except ValidationError as error:
            raise UserError(f"{path}: line {number}: {first_problem(error)}; expected a {kind.__name__}") from None


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers from 1 and parsed JSON of each non-empty line."""
    if not Path(path).is_file():
        raise UserError(f"{path}: expected a JSONL file, found nothing there")
    with Path(path).open(encoding="utf-8") as stream:
        try:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, _parsed(line, f"{path}: line {number}")
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: expected UTF-8, found other bytes ({error})") from None


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise UserError(f"{where}: expected a JSON object ({error})") from None


def first_problem(error: ValidationError) -> str:
    """The first of pydantic's complaints as `key: message`."""
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'row'}: {first['msg']}"
