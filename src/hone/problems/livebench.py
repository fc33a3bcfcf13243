"""Problems from a local parquet file in the layout of livebench/coding.

https://huggingface.co/datasets/livebench/coding, arXiv 2406.19314. The statement is the first of `turns`: a
whole prompt, instructions included. Tests are those of LiveCodeBench, so is their form. Columns that name the
function, the difficulty or the date are used where the file has them; without tests no problem can be used,
so a file that lacks both columns of tests is a `UserError`. `solution` is left empty: in the source it is a
part that completes a part.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hone.core.errors import UserError
from hone.core.records import Problem
from hone.problems.livecodebench import problem_of
from hone.problems.parquet import iter_rows, open_parquet, require

COLUMNS = ("question_id", "question_title", "turns")
TESTS = ("public_test_cases", "private_test_cases")
_OPTIONAL = (*TESTS, "starter_code", "difficulty", "metadata", "release_date", "livebench_release_date")
_ORIGINAL = ("starter_code", "difficulty", "metadata", "contest_date")  # inside the struct `original_json`


def load(path: Path) -> Iterator[Problem]:
    """The problems of a file, one at a time. A bad row is a `UserError` with file and id."""
    file = open_parquet(path)
    found = require(file, path, COLUMNS)
    if not set(TESTS) & set(found):
        raise UserError(
            f"{path}: expected {' or '.join(TESTS)}, found columns {', '.join(found)}; "
            "without tests no row can be proven"
        )
    for number, row in iter_rows(file, path, [*COLUMNS, *_optional(file)]):
        place = f"{path}: row {number} ({row['question_id']})"
        yield problem_of(_as_livecodebench(row, place), "livebench", place)


def _optional(file: pq.ParquetFile) -> list[str]:
    """The columns, and the parts of `original_json`, that are used if they are there."""
    schema = file.schema_arrow
    names = [name for name in _OPTIONAL if name in schema.names]
    if "original_json" in schema.names and pa.types.is_struct(schema.field("original_json").type):
        inside = {field.name for field in schema.field("original_json").type}
        names += [f"original_json.{name}" for name in _ORIGINAL if name in inside]
    return names


def _as_livecodebench(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    turns = row["turns"]
    if not isinstance(turns, list) or not turns:
        raise UserError(f"{place}: turns: expected a list that holds the prompt, found {turns!r:.80}")
    merged = (row.get("original_json") or {}) | {name: value for name, value in row.items() if value is not None}
    metadata = merged.get("metadata")
    dated = ("contest_date", "release_date", "livebench_release_date")
    return merged | {
        "question_content": turns[0],
        "metadata": json.dumps(metadata) if isinstance(metadata, dict) else metadata,
        "contest_date": next((merged[name] for name in dated if merged.get(name)), None),
    }
