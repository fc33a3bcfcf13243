"""A teacher who is told what was wrong: an ask, a check of the answer, and the ask again with what the check said.

Every recipe's drafts by an endpoint go through here. What was asked, tried and paid is counted, for the report.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hone.core.config import DraftsParams, EndpointParams
from hone.core.records import Message
from hone.ledger import Claims, Ledger
from hone.teachers.asking import LEFT, Asker, Asks, Outcome
from hone.teachers.asks import Answer, Ask, SetAside, Told, json_text
from hone.teachers.batches import BatchClient, Batcher
from hone.teachers.budget import Budget
from hone.teachers.lessons import Lost, M, NoMoney, Taught
from hone.teachers.pacing import Pacer

_AGAIN = "That cannot be used: {refused}. Answer again, whole and in the same form."


class EndpointTeacher:
    """A `Teacher` that writes through whatever gets answers."""

    def __init__(self, asks: Asks, params: DraftsParams) -> None:
        self.asks = asks
        self._params = params
        self._answers: list[Answer] = []

    async def teach(
        self, messages: Sequence[Message], kind: type[M], check: Callable[[M], str], sample: int
    ) -> Taught[M]:
        """See `Teacher`. `check` runs in a thread."""
        asked = tuple(messages)
        for number in range(1, self._params.rounds + 1):
            answer = self._answer(await self.asks.one(self._ask(asked, kind, sample)))
            try:
                value = kind.model_validate_json(json_text(answer.text))
                refused = await asyncio.to_thread(check, value)
            except ValidationError as error:
                raise Lost(f"not of the schema: {error.errors()[0]['type']}") from None
            if not refused or number == self._params.rounds:
                return Taught(value, number, refused)
            asked += (Message("assistant", answer.text), Message("user", _AGAIN.format(refused=refused)))
        raise AssertionError("unreachable")

    def account(self) -> dict[str, Any]:
        """The answers that were used, good or refused, whenever they were paid for: number, tokens, US dollars."""
        return {
            "answers": len(self._answers),
            "prompt_tokens": sum(answer.prompt_tokens for answer in self._answers),
            "completion_tokens": sum(answer.completion_tokens for answer in self._answers),
            "usd": round(math.fsum(answer.usd for answer in self._answers), 6),
        }

    def _ask(self, messages: tuple[Message, ...], kind: type[BaseModel], sample: int) -> Ask:
        given = self._params
        return Ask(given.model, messages, given.temperature, given.max_tokens, kind.model_json_schema(), sample)

    def _answer(self, outcome: Outcome) -> Answer:
        if outcome is LEFT:
            raise NoMoney("left: the budget was used up")
        if isinstance(outcome, SetAside):
            raise Lost(f"set aside: {outcome.reason}")
        self._answers.append(outcome)
        return outcome


class Estimate:
    """Answers nothing, and notes what would be asked first (`Asks`)."""

    def __init__(self) -> None:
        self.asked = self.known = 0
        self.noted: list[Ask] = []

    async def one(self, ask: Ask) -> Outcome:
        """Note the ask, and leave it."""
        self.noted.append(ask)
        return LEFT

    def shown(self) -> dict[str, object]:
        """Nothing."""
        return {}


@asynccontextmanager
async def asks(
    params: EndpointParams, ledger_path: Path, budget: Budget, told: Told | None = None
) -> AsyncIterator[Asks]:
    """Who gets answers as `params` say; what is known and what is paid for stand in the ledger at `ledger_path`, and
    `told` hears of each answer that is paid for.

    Raises: UserError where a key is missing."""
    endpoint = client(params)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(endpoint.close)
        ledger = stack.enter_context(Ledger.open(ledger_path, each=budget.paid))
        if params.batch:
            state = ledger_path.with_suffix(".batches.json")
            yield stack.enter_context(Batcher(endpoint, ledger, state, budget, told=told))
        else:
            claims = stack.enter_context(Claims.open(ledger_path.with_suffix(".claims")))
            pacer = Pacer(deadline_s=params.deadline_s)
            yield Asker(endpoint, ledger, claims, pacer, budget, params.deadline_s, told=told)


def client(params: EndpointParams) -> BatchClient:
    """The endpoint that `params` name. Its library is imported here: it takes a second."""
    if params.api == "openai":
        from hone.teachers.openai import OpenAIClient

        return OpenAIClient(params.base_url)
    from hone.teachers.gemini import GeminiClient

    return GeminiClient(params.base_url)
