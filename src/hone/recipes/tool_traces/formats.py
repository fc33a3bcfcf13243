"""Rows out in the layout that other trainers read, and rows in for `hone check`."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hone.calls import Call
from hone.core.records import Message, Row, iter_jsonl


def imported(path: Path) -> Iterable[Row]:
    """Rows of a file in our own layout."""
    return iter_jsonl(path, Row)


def exported(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Conversations as OpenAI's API has them: {"tools": [...], "messages": [...]}."""
    return [
        {"tools": json.loads(row.messages[0].content), "messages": [_turn(message) for message in row.messages[1:]]}
        for row in rows
    ]


def _turn(message: Message) -> dict[str, Any]:
    if message.role != "call":
        return {"role": message.role, "content": message.content}
    call = Call.of(message)
    function = {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": function}]}
