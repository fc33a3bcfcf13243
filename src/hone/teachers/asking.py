"""Many asks of one endpoint: each is paid once, none is lost, and the run is as fast as the endpoint allows.

An answer is in the ledger before it counts, so a kill costs no more than what was under way, and what is known is
never asked again, by any process that shares the ledger: who asks holds a claim on the ask, others wait for the
answer. At the end every ask is accounted for, in the order given: an `Answer`, `SetAside` with its reason, or `LEFT`
where the money ended.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from enum import Enum
from typing import Final, Literal

from hone.ledger import Claims, Ledger
from hone.progress import Progress
from hone.teachers.asks import Answer, Ask, Client, Refused, SetAside, Trouble, Unusable
from hone.teachers.budget import Budget
from hone.teachers.pacing import Pacer

TRIES = 3  # failures of one kind after which an ask is set aside
POLL_S = 0.2  # between two looks at what another process has claimed


class _Left(Enum):
    LEFT = "left"


LEFT: Final = _Left.LEFT  # not asked: the budget was used up
Outcome = Answer | SetAside | Literal[_Left.LEFT]


class Asker:
    """Asks one client; see the module's docstring. `deadline_s` is how long one answer may take."""

    def __init__(
        self, client: Client, ledger: Ledger, claims: Claims, pacer: Pacer, budget: Budget, deadline_s: float = 300.0
    ) -> None:
        self.known = self.asked = 0
        self._client, self._ledger, self._claims = client, ledger, claims
        self._pacer, self._budget, self._deadline_s = pacer, budget, deadline_s
        self._settled = asyncio.Condition()
        self._under_way = 0

    async def all(self, asks: Sequence[Ask], workers: int = 256) -> list[Outcome]:
        """The outcome of each ask, in their order; equal asks are asked once."""
        outcomes: dict[str, Outcome] = {}
        left = iter({ask.key: ask for ask in asks}.items())
        with Progress(len({ask.key for ask in asks}), "teacher", "answers") as progress:

            async def work(mine: Iterator[tuple[str, Ask]]) -> None:
                for key, ask in mine:
                    outcomes[key] = await self.one(ask)
                    limit, usd = self._pacer.limit or "unknown", self._budget.spent
                    progress.advance(in_flight=self._under_way, limit=limit, usd=usd)

            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(work(left))
        return [outcomes[ask.key] for ask in asks]

    async def one(self, ask: Ask) -> Outcome:
        """The answer from the ledger, or else from the endpoint."""
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

    async def _asked(self, ask: Ask) -> Outcome:
        failures: Counter[str] = Counter()
        while True:
            if not await self._room(ask):
                return LEFT
            answer = None
            try:
                answer = await self._try(ask)
                self._ledger.put(ask.key, asdict(answer), durable=True)
            except Refused:
                pass  # not its fault: it goes again, however often
            except (Trouble, Unusable) as failure:
                failures[str(failure)] += 1
            finally:
                await self._settle(ask, answer)
            if answer is not None:
                self.asked += 1
                return answer
            reason, times = failures.most_common(1)[0] if failures else ("", 0)
            if times >= TRIES:
                return SetAside(reason)

    async def _try(self, ask: Ask) -> Answer:
        """One request, at the pacer's time; what came of it is told to the pacer."""
        async with self._flight():
            ticket = await self._pacer.admit(ask.prompt_tokens + ask.max_tokens)
            try:
                async with asyncio.timeout(self._deadline_s):
                    answer, headers = await self._client.ask(ask)
            except Refused as refused:
                self._pacer.refuse(ticket, refused.retry_after)
                raise
            except TimeoutError:
                self._pacer.trouble()
                raise Trouble(f"no answer in {self._deadline_s:g} s") from None
            except Trouble:
                self._pacer.trouble()
                raise
            except BaseException:  # served, though not to use; or cancelled
                self._pacer.answered()
                raise
            self._pacer.told(headers)
            self._pacer.answered()
            return answer

    @asynccontextmanager
    async def _flight(self) -> AsyncIterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def _room(self, ask: Ask) -> bool:
        """Wait until the budget has room for the ask; False if it never will."""
        async with self._settled:
            while not self._budget.reserve(ask):
                if not self._budget.reserved:
                    return False
                await self._settled.wait()
        return True

    async def _settle(self, ask: Ask, answer: Answer | None) -> None:
        async with self._settled:
            self._budget.settle(ask, answer)
            self._settled.notify_all()
