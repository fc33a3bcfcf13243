"""Tools and calls of them, as data: what a model is told of, and what it writes.

A conversation declares its tools by a first message of role "tools" (the JSON list that chat templates take), and a
turn in which the assistant calls one is a message of role "call" (the JSON of `Call`). Templates that know tools
render both in their own way (`chat.py`); for others stands the rendering here, which is that of Hermes and Qwen with
the tools listed as signatures.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hone.core.errors import UserError
from hone.core.records import Message

_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)
_THINK = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_TOLD = """You can use these tools:
{tools}
To call one, write only
<tool_call>
{{"name": "the tool", "arguments": {{...}}}}
</tool_call>
Once you know the answer, write only the answer."""


@dataclass(frozen=True)
class Tool:
    """What a model is told of a tool; `parameters` is the JSON schema of its arguments, an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    def declared(self) -> dict[str, Any]:
        """The layout that chat templates and OpenAI's API take."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}

    @property
    def signature(self) -> str:
        """One line: name, arguments with their types ("?" marks those that may be left out), description."""
        required = self.parameters.get("required", ())
        told = [
            f"{name}{'' if name in required else '?'}: {_kind(schema)}"
            for name, schema in self.parameters.get("properties", {}).items()
        ]
        return f"{self.name}({', '.join(told)}): {self.description}"


@dataclass(frozen=True)
class Call:
    """A tool's name with arguments."""

    name: str
    arguments: Mapping[str, Any]

    def message(self) -> Message:
        """The assistant's turn that makes this call."""
        return Message("call", json.dumps({"name": self.name, "arguments": self.arguments}, ensure_ascii=False))

    @classmethod
    def of(cls, message: Message) -> "Call":
        """The call in a message of role "call". Raises: UserError."""
        found = called(message.content)
        if isinstance(found, str):
            raise UserError(f'message of role call: expected {{"name": ..., "arguments": {{...}}}}: {found}')
        return found


def declaration(tools: Sequence[Tool]) -> Message:
    """The message that declares tools."""
    return Message("tools", json.dumps([tool.declared() for tool in tools], ensure_ascii=False))


def declared(message: Message) -> list[Tool]:
    """The tools that a message of role "tools" declares. Raises: UserError."""
    try:
        functions = [entry["function"] for entry in json.loads(message.content)]
        return [Tool(f["name"], f.get("description", ""), f.get("parameters", {})) for f in functions]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(
            'message of role tools: expected a JSON list of {"type": "function", "function": {"name": ...}}, '
            f"found {message.content[:80]!r}"
        ) from None


def spelt_out(messages: Sequence[Message]) -> list[Message]:
    """The conversation for a template that knows no tools: tools in the system's message, calls and what tools
    answered as text."""
    spelt = [_spelt(message) for message in messages if message.role != "tools"]
    tools = [tool for message in messages if message.role == "tools" for tool in declared(message)]
    if not tools:
        return spelt
    told = _TOLD.format(tools="\n".join(tool.signature for tool in tools))
    if spelt and spelt[0].role == "system":
        return [Message("system", f"{spelt[0].content}\n\n{told}"), *spelt[1:]]
    return [Message("system", told), *spelt]


def _spelt(message: Message) -> Message:
    if message.role == "call":
        call = Call.of(message)
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        text = f'<tool_call>\n{{"name": {json.dumps(call.name)}, "arguments": {arguments}}}\n</tool_call>'
        return Message("assistant", text)
    if message.role == "tool":
        return Message("user", f"<tool_response>\n{message.content}\n</tool_response>")
    return message


@dataclass(frozen=True)
class Written:
    """What a model wrote as its next turn: a call, a final answer, or neither, with the reason why."""

    call: Call | None = None
    answer: str = ""
    broken: str = ""


def written(text: str) -> Written:
    """Read a turn: the first call in it, in <tool_call> tags or as bare JSON; else all of it is an answer."""
    said = _THINK.sub("", text, count=1).strip()
    tagged = _CALL.search(said)
    if tagged is None and not (said.startswith("{") and '"name"' in said):
        return Written(answer=said, broken="" if said else "empty")
    found = called(tagged.group(1) if tagged else said)
    return Written(broken=found) if isinstance(found, str) else Written(call=found)


def called(text: str) -> Call | str:
    """The call that a JSON object names, or what is wrong with it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(found, dict) or not isinstance(found.get("name"), str) or not found["name"]:
        return "no name"
    arguments = found.get("arguments", found.get("parameters", {}))
    if isinstance(arguments, str):  # as OpenAI's API has them
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return "arguments are not JSON"
    return Call(found["name"], arguments) if isinstance(arguments, dict) else "arguments are no object"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "|".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    return "|".join(kind) if isinstance(kind, list) else str(kind)
