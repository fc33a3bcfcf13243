"""Traces of others: JSONL of {id?, level?, messages}, a bare question, then <thought>, <action> and <final_answer>.

A tool's name is mapped by what the registry declares as its aliases, an argument's likewise; what cannot be mapped is
reported and its trace refused, never guessed. Thoughts are not kept, an action of null is no step, and what tools
answered was not recorded in this layout. Levels that are missing follow from the number of calls, as GAIA has them
(up to 5, up to 10, more).
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hone.calls import Call
from hone.core.errors import UserError
from hone.core.records import Problem, json_lines
from hone.recipes.tool_traces.tools import TOOLS, check

_TAGGED = re.compile(r"\s*<(thought|action|final_answer)>(.*)</\1>\s*", re.DOTALL)
_ALIASES = {alias: tool.name for tool in TOOLS.values() for alias in (tool.name, *tool.aliases)}


class Refused(Exception):
    """A trace that cannot be used: `reason` is a short fixed text, `detail` what was found."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass
class Account:
    """What became of every line of a file."""

    lines: int = 0
    kept: int = 0
    without_id: int = 0
    null_actions: int = 0
    mapped: Counter[str] = field(default_factory=Counter)  # "theirs -> ours"
    unknown_tools: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """For a JSON file. Every line is kept or refused."""
        reasons = Counter(entry["reason"] for entry in self.refused)
        return {
            "schema": 1, "lines": self.lines, "kept": self.kept, "refused": dict(sorted(reasons.items())),
            "mapped": dict(sorted(self.mapped.items())), "unknown_tools": dict(sorted(self.unknown_tools.items())),
            "null_actions": self.null_actions, "without_id": self.without_id, "refused_lines": self.refused,
        }  # fmt: skip


def load(path: Path, account: Account) -> Iterator[Problem]:
    """The traces of a file that can be used, as problems; `account` is told of every line."""
    seen: set[str] = set()
    for number, line in json_lines(path):
        account.lines += 1
        try:
            problem = _problem(line, account)
            if problem.id in seen:
                raise Refused("the same id or trace twice", problem.id)
        except Refused as why:
            account.refused.append({"line": number, "reason": why.reason, "detail": why.detail})
            continue
        seen.add(problem.id)
        account.kept += 1
        yield problem
    if not account.lines:
        raise UserError(f"{path}: expected traces, one JSON object a line, found none")


def _problem(line: Any, account: Account) -> Problem:
    messages = line.get("messages") if isinstance(line, dict) else None
    if not isinstance(messages, list) or not all(_is_message(message) for message in messages):
        raise Refused("no messages")
    question, *turns = messages or [{"role": "", "content": ""}]
    if question["role"] != "user" or not question["content"].strip():
        raise Refused("no question")
    steps, answer = _steps(turns, account)
    named = str(line.get("id") or line.get("task_id") or "")
    account.without_id += not named
    content = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()[:16]
    level = str(line.get("level") or ("1" if len(steps) <= 5 else "2" if len(steps) <= 10 else "3"))
    if level not in ("1", "2", "3"):
        raise Refused("level", level)
    calls = [{"name": call.name, "arguments": call.arguments} for call in steps]
    return Problem(
        id=named or content, title="trace", statement=question["content"].strip(), entry_point="", starter_code="",
        solution=json.dumps(calls), tests=json.dumps({"answer": answer, "files": {}, "recorded": False}),
        difficulty=level, source="traces", date="",
    )  # fmt: skip


def _is_message(message: Any) -> bool:
    return isinstance(message, dict) and all(isinstance(message.get(key), str) for key in ("role", "content"))


def _steps(turns: list[Mapping[str, str]], account: Account) -> tuple[list[Call], str]:
    """The calls of a trace, and its final answer. What is mapped is noted once the whole trace is known to be good."""
    steps: list[Call] = []
    mapped: list[str] = []
    nulls = 0
    for place, turn in enumerate(turns):
        tagged = _TAGGED.fullmatch(turn["content"])
        if turn["role"] != "assistant" or tagged is None:
            raise Refused("a turn of another layout", turn["content"][:60])
        kind, said = tagged.groups()
        if kind == "final_answer":
            if place != len(turns) - 1:
                raise Refused("turns after the final answer")
            if not said.strip():
                break
            account.mapped.update(mapped)
            account.null_actions += nulls
            return steps, said.strip()
        if kind == "action":
            found = _action(said, account)
            nulls += found is None
            if found is not None:
                steps.append(found[0])
                mapped += [found[1]] if found[1] else []
    raise Refused("no final answer")


def _action(said: str, account: Account) -> tuple[Call, str] | None:
    """The call, and how its name was mapped; None for an action of null."""
    try:
        action = json.loads(said)
    except (ValueError, RecursionError):
        raise Refused("an action that is not JSON", said.strip()[:60]) from None
    if action is None or (isinstance(action, dict) and action.get("tool_name", "") is None):
        return None
    if not isinstance(action, dict) or not isinstance(action.get("tool_name"), str):
        raise Refused("an action without a tool", said.strip()[:60])
    theirs, arguments = action["tool_name"], action.get("arguments") or {}
    ours = _ALIASES.get(theirs.strip().lower())
    if ours is None:
        account.unknown_tools[theirs] += 1
        raise Refused("an unknown tool", theirs)
    if not isinstance(arguments, dict):
        raise Refused("arguments that are no object", said.strip()[:60])
    tool = TOOLS[ours]
    call = Call(ours, {tool.renames.get(key, key): value for key, value in arguments.items() if value is not None})
    if wrong := check(tool.tool, call.arguments):
        raise Refused("arguments that do not fit", wrong)
    return call, f"{theirs} -> {ours}" if theirs != ours else ""
