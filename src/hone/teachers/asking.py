"""Many asks of one endpoint: each is paid once, none is lost, and the run is as fast as the endpoint allows.

An answer is in the ledger before it counts, so a kill costs no more than what was under way, and what is known is
never asked again, by any process that shares the ledger: who asks holds a claim on the ask, others wait for the
answer. At the end every ask is accounted for: an `Answer`, `SetAside` with its reason, or `LEFT` where the money ended.
"""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, replace
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypeVar

from hone.core.errors import UserError
from hone.core.progress import Progress
from hone.ledger import Claims, Ledger
from hone.teachers.asks import Answer, Ask, Client, Refused, SetAside, Told, Trouble, Unusable, call, check_usable
from hone.teachers.budget import Budget
from hone.teachers.pacing import Pacer

T = TypeVar("T")

TRIES = 3  # failures of one kind after which an ask is set aside
POLL_S = 0.2  # between two looks at what another process has claimed
OUTAGE_S = 300.0  # with 5xx and without a single answer for so long, it is no passing outage
FEW = 10  # asks that fail so: it is they that the server cannot bear; more: it is down


class _Left(Enum):
    LEFT = "left"


LEFT: Final = _Left.LEFT  # not asked: the budget was used up
Outcome = Answer | SetAside | Literal[_Left.LEFT]


class Asks(Protocol):
    """Who gets answers, request by request (`Asker`) or in batches."""

    asked: int  # answers that were paid for by this run
    known: int  # answers that were in the ledger

    async def one(self, ask: Ask) -> Outcome:
        """The answer from the ledger, or else from the endpoint."""

    def shown(self) -> dict[str, object]:
        """What a progress line tells of it."""


class Asker:
    """Asks one client; see the module's docstring. `deadline_s` is how long one answer may take."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        claims: Claims,
        pacer: Pacer,
        budget: Budget,
        deadline_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        told: Told | None = None,
    ) -> None:
        self.known = self.asked = 0
        self._client, self._ledger, self._claims = client, ledger, claims
        self._pacer, self._budget, self._deadline_s, self._clock = pacer, budget, deadline_s, clock
        self._told = told
        self._settled = asyncio.Condition()
        self._trouble_since = 0.0
        self._troubled: set[str] = set()  # asks that met a 5xx since the last answer

    async def one(self, ask: Ask) -> Outcome:
        """See `Asks`."""
        key = ask.key
        while (known := self._ledger.get(key)) is None:
            if self._claims.take(key):
                try:
                    # Who held the claim before may have answered meanwhile.
                    known = self._ledger.get(key)
                    return Answer(**known) if known is not None else await self._asked(ask)
                finally:
                    self._claims.drop(key)
            await asyncio.sleep(POLL_S)
        self.known += 1
        return Answer(**known)

    def shown(self) -> dict[str, object]:
        """Requests under way, the limit that was found (requests a second), refusals, money."""
        limit = self._pacer.limit
        found = {"limit": f"{limit:.3g}/s"} if limit else {}
        return {"in_flight": self._pacer.under_way, **found, "refused": self._pacer.refused, "usd": self._budget.spent}

    async def _asked(self, ask: Ask) -> Outcome:
        failures: Counter[str] = Counter()
        while max(failures.values(), default=0) < TRIES:
            if not await self._room(ask):
                return LEFT
            try:
                return await self._try(ask)
            except Refused:
                pass  # not its fault: it goes again, however often
            except Trouble as trouble:
                # In an outage everything fails, and nothing is to be learned of this ask.
                failures[str(trouble)] += not (trouble.server and self._in_outage(ask))
            except Unusable as failure:
                failures[str(failure)] += 1
            finally:
                async with self._settled:
                    self._budget.release(ask)
                    self._settled.notify_all()
        return SetAside(failures.most_common(1)[0][0])

    async def _try(self, ask: Ask) -> Answer:
        """One request, at the pacer's time; what came of it is told to the pacer. What was paid for is kept."""
        expected = ask.prompt_tokens + ask.max_tokens
        ticket = await self._pacer.admit(expected)
        began = self._clock()
        try:
            async with asyncio.timeout(self._deadline_s):
                answer, headers = await self._client.ask(ask)
        except Refused as refused:
            self._pacer.refuse(ticket, refused.retry_after)
            raise
        except TimeoutError:
            self._pacer.trouble(ticket, server=False)
            raise Trouble(f"no answer in {self._deadline_s:g} s") from None
        except Trouble as trouble:
            self._pacer.trouble(ticket, trouble.server)
            raise
        except BaseException:  # served, though not to use; or cancelled
            self._pacer.answered(ticket)
            raise
        self._pacer.told(headers, expected, answer.prompt_tokens + answer.completion_tokens or expected)
        self._pacer.answered(ticket)
        self._troubled.clear()
        self.asked += 1
        answer = replace(answer, usd=self._budget.cost(ask, answer))
        if self._told is not None:
            self._told(call(ask, answer, self._clock() - began))
        try:
            check_usable(ask, answer)
        except Unusable:
            self._ledger.put(f"{ask.key}/{uuid.uuid4().hex}", asdict(answer), durable=True)
            raise
        self._ledger.put(ask.key, asdict(answer), durable=True)
        return answer

    def _in_outage(self, ask: Ask) -> bool:
        """Whether all fails, and not this ask alone. Raises: UserError if that has lasted for too long."""
        if not self._troubled:
            self._trouble_since = self._clock()
        alone = self._troubled <= {ask.key}
        self._troubled.add(ask.key)
        passing = self._clock() - self._trouble_since < OUTAGE_S
        if not passing and len(self._troubled) > FEW:
            raise UserError(
                f"teacher: expected answers, found only server errors for {OUTAGE_S / 60:.0f} minutes; "
                "what was answered is kept: run the same command again when the endpoint is well"
            )
        return passing and not alone

    async def _room(self, ask: Ask) -> bool:
        """Wait until the budget has room for the ask; False if it never will."""
        async with self._settled:
            while not self._budget.reserve(ask):
                if self._budget.settled:
                    return False
                await self._settled.wait()
        return True


async def every(asks: Asks, asked: Sequence[Ask], what: str = "teacher") -> list[Outcome]:
    """The outcome of each ask, in their order."""
    return await together([asks.one(ask) for ask in asked], asks, what, "answers")


async def together(work: Iterable[Coroutine[Any, Any, T]], asks: Asks, what: str, unit: str) -> list[T]:
    """The results of coroutines that ask, in their order, all at once (the pacer is who holds them back)."""
    waiting = list(work)
    with Progress(len(waiting), what, unit) as progress:

        async def counted(one: Coroutine[Any, Any, T]) -> T:
            result = await one
            progress.advance(**asks.shown())
            return result

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(counted(one)) for one in waiting]
    return [task.result() for task in tasks]


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that asks. Of the `UserError`s of many asks, one is raised: they say the same."""
    try:
        return asyncio.run(work)
    except* UserError as several:
        raise several.exceptions[0] from None
