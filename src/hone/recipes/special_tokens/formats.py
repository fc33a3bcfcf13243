"""Rows in and out of the layouts of others: Alpaca (`instruction, input, output`) and `{Query, Output}`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Message, Row, iter_jsonl, json_lines

_LAYOUTS = "our rows (messages, meta, ...), Alpaca (instruction, input, output) or {Query, Output}"


def imported(path: Path, markers: Mapping[str, str]) -> Iterator[Row]:
    """Rows of a file in any of the three layouts, JSONL or one JSON list; foreign rows have no tests and no label."""
    first = next((line for line in _lines(path)), None)
    if first is None:
        raise UserError(f"{path}: expected rows, found an empty file")
    if path.suffix == ".jsonl" and isinstance(first[1], dict) and "messages" in first[1]:
        yield from iter_jsonl(path, Row)
        return
    for number, record in _lines(path):
        yield _foreign(path, number, record, markers)


def exported(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Alpaca rows: the request is the instruction, there is no input."""
    return [{"instruction": row.prompt[-1].content, "input": "", "output": row.reply} for row in rows]


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    if path.suffix == ".jsonl":
        yield from json_lines(path)
        return
    records = read_json(path)
    if not isinstance(records, list):
        raise UserError(f"{path}: expected a JSON list of rows, found {type(records).__name__}")
    yield from enumerate(records, start=1)


def _foreign(path: Path, number: int, record: Any, markers: Mapping[str, str]) -> Row:
    place = f"{path}: row {number}"
    if not isinstance(record, dict):
        raise UserError(f"{place}: expected an object in one of {_LAYOUTS}, found {json.dumps(record)[:60]}")
    if {"instruction", "output"} <= record.keys():
        request = "\n\n".join(str(record[key]) for key in ("instruction", "input") if record.get(key))
        reply = record["output"]
    elif {"Query", "Output"} <= record.keys():
        request, reply = record["Query"], record["Output"]
    else:
        raise UserError(f"{place}: expected {_LAYOUTS}, found the keys {', '.join(sorted(record)) or '(none)'}")
    if not isinstance(request, str) or not isinstance(reply, str):
        raise UserError(f"{place}: expected text in both request and reply")
    messages = (Message("user", request), Message("assistant", reply))
    return Row("", f"row {number}", "train", "", messages, {"markers": dict(markers)})
