"""problems.parquet and samples.parquet: one schema, written in bounded row groups and read by parts.

The schema is `hone.core.records.Problem`, every field a text column that is never null. Rows keep the order in
which they are given. Equal problems give equal bytes.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hone.core.errors import UserError
from hone.core.files import atomic
from hone.core.records import Problem
from hone.problems.parquet import Source, iter_rows, name_of, open_parquet, require

COLUMNS = tuple(field.name for field in dataclasses.fields(Problem))
SCHEMA = pa.schema([pa.field(name, pa.string(), nullable=False) for name in COLUMNS])

GROUP_ROWS = 64  # few enough that a sample reads little, many enough that the footer stays small
GROUP_CHARS = 16 << 20


def write_problems(path: Path, problems: Iterable[Problem]) -> int:
    """Write `problems` as they come, a row group at a time; return how many. A repeated id is a `UserError`.

    Row groups are cut by rows and by text, so that one of huge problems is not much larger than another.
    """
    seen: set[str] = set()
    with atomic(path) as temporary, pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for group in _groups(problems):
            for problem in group:
                if problem.id in seen:
                    raise UserError(f"problem {problem.id}: expected ids that are unique, found this one twice")
                seen.add(problem.id)
            writer.write_table(_table(group), row_group_size=len(group))
    return len(seen)


def read_problems(source: Source) -> list[Problem]:
    """All problems of a file, in its order."""
    return list(iter_problems(source))


def iter_problems(source: Source, groups: Sequence[int] | None = None) -> Iterator[Problem]:
    """The problems of the row groups `groups`, or of all, in the file's order, one at a time."""
    file = open_problems(source)
    for number, row in iter_rows(file, source, COLUMNS, groups):
        empty = [name for name in COLUMNS if row[name] is None]
        if empty:
            raise UserError(f"{name_of(source)}: row {number}: expected text in {empty[0]}, found nothing")
        yield Problem(**row)


def open_problems(source: Source) -> pq.ParquetFile:
    """Open a file of problems; columns that are missing or hold no text are a `UserError`."""
    file = open_parquet(source)
    require(file, source, COLUMNS)
    for name in COLUMNS:
        kind = file.schema_arrow.field(name).type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise UserError(f"{name_of(source)}: column {name}: expected text, found {kind}")
    return file


def _table(group: Sequence[Problem]) -> pa.Table:
    try:
        return pa.Table.from_pylist([dataclasses.asdict(problem) for problem in group], schema=SCHEMA)
    except UnicodeEncodeError:
        bad = next(p for p in group if any(re.search("[\ud800-\udfff]", getattr(p, name)) for name in COLUMNS))
        raise UserError(f"problem {bad.id}: expected text, found half a character (a lone surrogate)") from None


def _groups(problems: Iterable[Problem]) -> Iterator[list[Problem]]:
    group: list[Problem] = []
    chars = 0
    for problem in problems:
        group.append(problem)
        chars += sum(len(getattr(problem, name)) for name in COLUMNS)
        if len(group) == GROUP_ROWS or chars >= GROUP_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group
