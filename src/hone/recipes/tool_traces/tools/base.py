"""What a local tool is: what a model is told of it, other names for it, and how it is done."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hone.calls import Tool
from hone.runners import Runner

MOST_CHARS = 800  # of an answer: it becomes part of a prompt


class ToolError(Exception):
    """The tool cannot do what it was asked for; the text is what the caller is told."""


@dataclass(frozen=True)
class World:
    """What a call can reach: the question's files (name -> text), and a runner for code."""

    files: Mapping[str, str]
    runner: Runner


@dataclass(frozen=True)
class LocalTool:
    """A tool with an implementation. `run` gets arguments that fit the schema; it raises ToolError.

    `aliases` and `renames` (foreign argument -> ours) are other people's words for it, as they stand in traces.
    """

    tool: Tool
    run: Callable[[Mapping[str, Any], World], str]
    aliases: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    normalise: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    read_only: bool = True

    @property
    def name(self) -> str:
        """What it is called."""
        return self.tool.name


def described(name: str, description: str, required: str = "", **arguments: Any) -> Tool:
    """A tool whose arguments are given by JSON schemas (or by type names alone); those in `required` must be there."""
    properties = {key: {"type": kind} if isinstance(kind, str) else kind for key, kind in arguments.items()}
    schema = {
        "type": "object", "properties": properties, "required": required.split(), "additionalProperties": False,
    }  # fmt: skip
    return Tool(name, description, schema)


def check(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """What is wrong with arguments, in a line; "" if they fit the tool's schema."""
    import jsonschema  # here: recipes must import fast

    error = next(iter(jsonschema.Draft202012Validator(tool.parameters).iter_errors(dict(arguments))), None)
    return "" if error is None else f"{tool.name}: {'.'.join(map(str, error.path)) or 'arguments'}: {error.message}"


def number(value: float) -> str:
    """A number as people write it: 12 for 12.0, at most ten digits."""
    return f"{value:.10g}" if abs(value) < 1e15 else str(value)


def cut(text: str) -> str:
    """At most MOST_CHARS characters."""
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}... ({len(text)} characters in all)"


def as_text(value: Any) -> str:
    """A JSON value as an answer."""
    return cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
