"""Rows in and out of the published layout: JSON lines of `prompt` and `completion`, with what is known of them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Message, Row, iter_jsonl, json_lines
from hone.recipes.q_language.kinds import KINDS

_LAYOUTS = "our rows (messages, meta, ...) or {prompt, completion, kind}"


def exported(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One object a row; what is needed to prove it stays behind."""
    return [
        {
            "prompt": row.prompt[-1].content, "completion": row.reply, "kind": row.label, "problem": row.problem_id,
            "difficulty": row.meta.get("difficulty", ""), "tags": list(row.meta.get("tags", ())),
        }
        for row in rows
    ]  # fmt: skip


def imported(path: Path) -> Iterator[Row]:
    """Rows of a file in either layout, JSONL or one JSON list; foreign rows have no tests."""
    records = list(json_lines(path) if path.suffix == ".jsonl" else _listed(path))
    if not records:
        raise UserError(f"{path}: expected rows, found an empty file")
    if path.suffix == ".jsonl" and isinstance(records[0][1], dict) and "messages" in records[0][1]:
        yield from iter_jsonl(path, Row)
        return
    for number, record in records:
        yield _foreign(f"{path}: row {number}", number, record)


def _listed(path: Path) -> Iterator[tuple[int, Any]]:
    records = read_json(path)
    if not isinstance(records, list):
        raise UserError(f"{path}: expected a JSON list of rows, found {type(records).__name__}")
    yield from enumerate(records, start=1)


def _foreign(place: str, number: int, record: Any) -> Row:
    if not isinstance(record, dict) or not {"prompt", "completion"} <= record.keys():
        raise UserError(f"{place}: expected {_LAYOUTS}, found {json.dumps(record)[:60]}")
    texts = {name: record.get(name, "") for name in ("prompt", "completion", "kind", "problem", "difficulty")}
    wrong = [name for name, text in texts.items() if not isinstance(text, str)]
    tags = record.get("tags", [])
    if wrong or not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UserError(f"{place}: expected text in {(wrong or ['tags'])[0]}, found something else")
    if texts["kind"] not in KINDS:
        raise UserError(f"{place}: expected kind to be one of {', '.join(KINDS)}, found {texts['kind']!r}")
    messages = (Message("user", texts["prompt"]), Message("assistant", texts["completion"]))
    facts = {"difficulty": texts["difficulty"], "tags": tags}
    return Row("", texts["problem"] or f"row {number}", "train", texts["kind"], messages, facts)
