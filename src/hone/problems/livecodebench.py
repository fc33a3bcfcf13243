"""Problems from a local parquet file in the column layout of LiveCodeBench.

LiveCodeBench: https://huggingface.co/datasets/livecodebench/code_generation (arXiv 2403.07974). Its private
tests are JSON, or base64 of zlib of a *pickle* of that JSON: `packed_text` takes the text out without running
the pickle. The source gives no solutions. Columns that are not named here are never read.
"""

import base64
import json
import pickletools
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.records import DIFFICULTIES, Problem
from hone.problems.parquet import iter_rows, open_parquet, require
from hone.runners import Case, Tests

COLUMNS = (
    "question_title",
    "question_content",
    "platform",
    "question_id",
    "contest_id",
    "contest_date",
    "starter_code",
    "difficulty",
    "public_test_cases",
    "private_test_cases",
    "metadata",
)
_UNUSED = ("platform", "contest_id")  # the id is unique without them
TOLERANCE = 1e-6
MAX_TEST_BYTES = 1 << 30  # of one row, unpacked: the largest known are some 100 MB, a bomb is more

# What it takes to pickle one text, in all protocols. None of these calls or imports anything.
_TEXT = {"UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_AROUND = {"PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "STOP"}


def load(path: Path) -> Iterator[Problem]:
    """The problems of a file, one at a time. A bad row is a `UserError` with file and id."""
    file = open_parquet(path)
    require(file, path, COLUMNS)
    for number, row in iter_rows(file, path, [name for name in COLUMNS if name not in _UNUSED]):
        yield problem_of(row, "livecodebench", f"{path}: row {number} ({row['question_id']})")


def problem_of(row: Mapping[str, Any], source: str, place: str) -> Problem:
    """A row in LiveCodeBench's layout as a problem. `place` names it in errors."""
    starter = _text(row, "starter_code", place, optional=True)
    statement = _text(row, "question_content", place)
    difficulty = _text(row, "difficulty", place, optional=True).lower()
    if difficulty not in (*DIFFICULTIES, ""):
        raise UserError(f"{place}: difficulty: expected easy, medium, hard or nothing, found {difficulty!r}")
    tests = tests_of(row, starter or statement, place)
    return Problem(
        id=f"{source}/{_text(row, 'question_id', place)}",
        title=_text(row, "question_title", place),
        statement=statement,
        entry_point=tests.entry,
        starter_code=starter,
        solution="",
        tests=tests.dump(),
        difficulty=difficulty,
        source=source,
        date=_date(row["contest_date"], place),
    )


def tests_of(row: Mapping[str, Any], shown: str, place: str) -> Tests:
    """Public, then private cases; code in `shown` tells what is called. A row without is a `UserError`."""
    found = [
        case
        for column in ("public_test_cases", "private_test_cases")
        for case in _case_list(_text(row, column, place, optional=True), f"{place}: {column}")
    ]
    if not found:
        raise UserError(f"{place}: expected at least one public or private test case, found none")
    kinds = sorted({str(case["testtype"]) for case in found})
    if kinds == ["stdin"]:
        cases = tuple(Case(stdin=case["input"], stdout=case["output"]) for case in found)
        return Tests(entry="", cases=cases, tolerance=None)
    if kinds != ["functional"]:
        raise UserError(f"{place}: testtype: expected functional or stdin, one for all cases, found {', '.join(kinds)}")
    cases = tuple(_call(case, place) for case in found)
    return Tests(entry=_entry(row, shown, place), cases=cases, tolerance=TOLERANCE)


def packed_text(packed: str) -> str:
    """The text in base64 of zlib of a pickle of one text. Any other is a `ValueError`; none is run."""
    unpack = zlib.decompressobj()
    data = unpack.decompress(base64.b64decode(packed, validate=True), MAX_TEST_BYTES)
    if unpack.unconsumed_tail or not unpack.eof:
        raise ValueError(f"cut short, or more than {MAX_TEST_BYTES} bytes")
    texts = []
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in _TEXT:
            texts.append(argument)
        elif opcode.name not in _AROUND:
            raise ValueError(f"a pickle of something other than one text (it holds {opcode.name})")
    if len(texts) != 1:
        raise ValueError(f"a pickle of {len(texts)} texts, not of one")
    return str(texts[0])


def _case_list(text: str, place: str) -> Sequence[Mapping[str, Any]]:
    """Test cases in either form, each with input, output and testtype as text."""
    if not text.strip():
        return []
    try:
        cases = json.loads(text if text.lstrip().startswith("[") else packed_text(text))
    except (ValueError, RecursionError, zlib.error) as error:
        raise UserError(f"{place}: expected JSON, or base64 of zlib of a pickled JSON text; {error}") from None
    if not isinstance(cases, list):
        raise UserError(f"{place}: expected a list of cases, found {str(cases)[:80]}")
    keys = ("input", "output", "testtype")
    for number, case in enumerate(cases):
        if not isinstance(case, dict) or not all(isinstance(case.get(key), str) for key in keys):
            raise UserError(f"{place}: case {number}: expected texts {', '.join(keys)}, found {str(case)[:80]}")
    return cases


def _call(case: Mapping[str, Any], place: str) -> Case:
    """A functional case: the input holds one JSON argument a line, the output one JSON value."""
    try:
        args = tuple(json.loads(line) for line in case["input"].split("\n") if line.strip())
        return Case(args=args, expected=json.loads(case["output"]))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: expected a JSON argument a line and a JSON answer ({error})") from None


def _entry(row: Mapping[str, Any], shown: str, place: str) -> str:
    """The function that is called, "Solution.name" where a method of that class is wanted."""
    try:
        metadata = json.loads(row.get("metadata") or "{}")
    except (TypeError, ValueError, RecursionError):
        raise UserError(f"{place}: metadata: expected a JSON object, found {str(row['metadata'])[:80]!r}") from None
    named = re.search(r"def +(\w+) *\( *self\b", shown) or re.search(r"def +(\w+)", shown)
    name = metadata.get("func_name") if isinstance(metadata, dict) else None
    name = name or (named.group(1) if named else "")
    if not isinstance(name, str) or not name.isidentifier():
        raise UserError(f"{place}: metadata: expected func_name for functional tests, found {name!r}")
    return f"Solution.{name}" if re.search(r"^ *class +Solution\b", shown, re.MULTILINE) else name


def _text(row: Mapping[str, Any], column: str, place: str, optional: bool = False) -> str:
    value = row.get(column)
    if value is None and optional:
        return ""
    if isinstance(value, int) and column == "question_id":
        return str(value)
    if not isinstance(value, str) or not (value.strip() or optional):
        raise UserError(f"{place}: {column}: expected text, found {value!r:.80}")
    return value


def _date(value: Any, place: str) -> str:
    """ISO 8601, of a text that is so or of a parquet timestamp."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    try:
        return datetime.fromisoformat(value).isoformat() if value else ""
    except (TypeError, ValueError):
        raise UserError(f"{place}: expected a date in ISO 8601, found {value!r}") from None
