"""What is asked of a teacher and what comes back, whoever it is: plain data, and the ways in which asking fails."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from hone.ledger import content_key
from hone.records import Message


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
    """What a teacher said, and what the endpoint counted (its own figures, 0 where it gives none)."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: str


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
    """The endpoint failed, through no fault of the ask: 5xx, a cut stream, a time-out."""


class Unusable(Exception):
    """The endpoint answered, and the answer cannot be used: empty, cut, not JSON, not of the schema, or a 4xx."""


class Client(Protocol):
    """An endpoint. One event loop; `close` ends its connections."""

    async def ask(self, ask: Ask) -> tuple[Answer, Mapping[str, str]]:
        """The answer and the headers it came with. Raises: Refused, Trouble or Unusable; UserError where asking
        again can never help (a wrong key, an unknown model)."""

    async def close(self) -> None:
        """Let go of the connections."""
