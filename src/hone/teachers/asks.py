"""What is asked of a teacher and what comes back, whoever it is: plain data, and the ways in which asking fails."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import jsonschema

from hone.core.errors import UserError
from hone.core.records import Message
from hone.ledger import content_key

_PATIENT = frozenset({408, 409, 425})  # a client error in name only
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?```\s*", re.DOTALL)


@dataclass(frozen=True)
class Ask:
    """One request. All that decides its answer is its name: equal asks are one request, paid once.

    `schema` is the JSON schema of the answer, or None for text; `sample` tells apart asks for several answers.
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    schema: Mapping[str, Any] | None = None
    sample: int = 0

    @property
    def key(self) -> str:
        """The name under which the ledger keeps the answer."""
        return content_key("ask", asdict(self))

    @property
    def prompt_tokens(self) -> int:
        """A rough count, a token for every three characters: rather too many than too few."""
        return sum(len(message.content) // 3 + 8 for message in self.messages)


@dataclass(frozen=True)
class Answer:
    """What a teacher said, and what the endpoint counted (its own figures, 0 where it gives none). `usd` is what it
    cost when it was made."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: str  # "stop", or why it ended before
    usd: float = 0.0


@dataclass(frozen=True)
class SetAside:
    """An ask that was given up: `reason` is what went wrong every time."""

    reason: str


class Refused(Exception):
    """The endpoint says: too fast. `retry_after` in seconds, if it says how long."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("429")
        self.retry_after = retry_after


class Trouble(Exception):
    """No answer, through no fault of the ask. `server`: the endpoint itself says that it is in trouble (5xx); else a
    cut connection or a time-out, which may be this request's alone."""

    def __init__(self, reason: str, server: bool = False) -> None:
        super().__init__(reason)
        self.server = server


class Unusable(Exception):
    """The endpoint answered, and the answer cannot be used: empty, cut, not JSON, not of the schema, or a 4xx."""


def failure(status: int, said: str, place: str) -> Exception:
    """What an HTTP status that is neither well nor "too fast" means to whoever asks. `said` holds no key any more."""
    if status >= 500 or status in _PATIENT:
        return Trouble(f"status {status}", server=status >= 500)
    if status in (401, 402, 403, 404, 429):
        return UserError(f"teacher: {place} refuses (status {status}): {said}; check key, model and account")
    return Unusable(f"status {status}: {said}")


Told = Callable[[Mapping[str, Any]], None]
"""Who is told of each answer that was paid for: see `call`."""


def call(ask: Ask, answer: Answer, seconds: float | None) -> dict[str, Any]:
    """An answer with what was asked, as facts to keep; `seconds` from request to answer, None in a batch."""
    return {
        "ask": ask.key, "model": ask.model, "messages": [asdict(message) for message in ask.messages],
        "answer": answer.text, "finish": answer.finish, "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens, "usd": answer.usd, "seconds": seconds,
    }  # fmt: skip


class Client(Protocol):
    """An endpoint. One event loop; `close` ends its connections."""

    async def ask(self, ask: Ask) -> tuple[Answer, Mapping[str, str]]:
        """The answer and the headers it came with. Raises: Refused, Trouble or Unusable; UserError where asking
        again can never help (a wrong key, an unknown model)."""

    async def models(self) -> list[str]:
        """The models that the endpoint serves, by name. Raises as `ask` does."""

    async def close(self) -> None:
        """Let go of the connections."""


def json_text(text: str) -> str:
    """The JSON in an answer, without the fence that some models put around it."""
    fenced = _FENCE.fullmatch(text)
    return fenced.group(1) if fenced else text


def check_usable(ask: Ask, answer: Answer) -> None:
    """Raises: Unusable, with a short fixed reason, if the answer was cut, is empty, or is not what was asked for."""
    if answer.finish != "stop":
        raise Unusable(f"ended by {answer.finish}")
    if not answer.text.strip():
        raise Unusable("empty")
    if ask.schema is None:
        return
    try:
        jsonschema.validate(json.loads(json_text(answer.text)), ask.schema)
    except (ValueError, RecursionError):
        raise Unusable("not JSON") from None
    except jsonschema.ValidationError:
        raise Unusable("not of the schema") from None
