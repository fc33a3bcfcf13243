"""Asks in batches: at a part of the price, answered within a day, behind the same ledger as single requests.

What has been asked for is gathered until nothing more comes for a moment, and goes as one batch. Results count as soon
as they are in the ledger; those that an expired batch left out go again, in the next. What was submitted stands in a
file beside the ledger, so that a run that was killed goes on waiting for it: first the label, then what the endpoint
calls it, and a label without a name is looked for at the endpoint. One process a ledger.
"""

import asyncio
import fcntl
import os
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from hone.core.errors import UserError
from hone.core.files import dumps, read_json, write_json
from hone.core.progress import say
from hone.core.records import Message
from hone.ledger import Ledger
from hone.teachers.asking import LEFT, TRIES, Outcome
from hone.teachers.asks import Answer, Ask, Client, Refused, SetAside, Told, Trouble, Unusable, call, check_usable
from hone.teachers.budget import Budget

GATHER_S = 3.0  # without a new ask for so long, what was gathered goes
POLL_S = 30.0  # between two looks at a batch
MOST_ASKS, MOST_BYTES = 20_000, 15_000_000  # in one batch: within the limits of all endpoints

Results = Mapping[str, Answer | str]  # key of an ask -> its answer, or why there is none


class BatchClient(Client, Protocol):
    """An endpoint that takes batches. What fails raises as `ask` does."""

    async def submit(self, label: str, asks: Sequence[Ask]) -> str:
        """Hand in asks under a label of ours; returns the endpoint's name of the batch."""

    async def find(self, label: str) -> str | None:
        """The name of the batch that was handed in under `label`, if there is one."""

    async def collect(self, name: str, keys: Sequence[str]) -> Results | None:
        """What came of a batch, or None while it runs. `keys`: of its asks, in their order. Asks that the endpoint
        did not come to are left out."""


class Batcher:
    """Gets answers in batches (`Asks` in asking.py). A context manager: it holds the ledger's file of batches."""

    def __init__(
        self,
        client: BatchClient,
        ledger: Ledger,
        state: Path,
        budget: Budget,
        poll_s: float = POLL_S,
        gather_s: float = GATHER_S,
        told: Told | None = None,
    ) -> None:
        self.asked = self.known = 0
        self._told = told
        self._client, self._ledger, self._budget = client, ledger, budget
        self._state, self._poll_s, self._gather_s = state, poll_s, gather_s
        self._waiting: dict[str, tuple[Ask, asyncio.Future[Outcome]]] = {}
        self._failures: dict[str, Counter[str]] = defaultdict(Counter)
        self._under_way, self._newest = 0, 0.0
        self._pump: asyncio.Task[None] | None = None

    def __enter__(self) -> "Batcher":
        self._state.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._state.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise UserError(f"{self._state}: another process waits for these batches; let it end first") from None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    async def one(self, ask: Ask) -> Outcome:
        """See `Asks`."""
        known = self._ledger.get(ask.key)
        if known is not None:
            self.known += 1
            return Answer(**known)
        loop = asyncio.get_running_loop()
        _, future = self._waiting.setdefault(ask.key, (ask, loop.create_future()))
        self._newest = loop.time()
        if self._pump is None or self._pump.done():
            self._pump = loop.create_task(self._all())
        return await asyncio.shield(future)

    def shown(self) -> dict[str, object]:
        """Asks in batches under way, those that will go next, money."""
        return {"in_batches": self._under_way, "gathered": len(self._waiting), "usd": self._budget.spent}

    async def _all(self) -> None:
        try:
            await self._recover()
            while self._waiting:
                loop = asyncio.get_running_loop()
                while (wait := self._newest + self._gather_s - loop.time()) > 0:
                    await asyncio.sleep(wait)
                gathered, self._waiting = self._waiting, {}
                try:
                    await self._serve([ask for ask, _ in gathered.values()], gathered)
                except BaseException:
                    self._waiting |= gathered
                    raise
        except BaseException as error:  # whoever waits must hear of it
            for _, future in self._waiting.values():
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
            self._waiting = {}
            if not isinstance(error, Exception):
                raise

    async def _serve(self, asks: Sequence[Ask], gathered: Mapping[str, tuple[Ask, asyncio.Future[Outcome]]]) -> None:
        """Get each of `asks` its outcome, in as many batches as that takes."""
        left = []
        for ask in asks:
            known = self._ledger.get(ask.key)  # perhaps since an earlier run's batch came in
            if known is None:
                left.append(ask)
            else:
                self.known += 1
                gathered[ask.key][1].set_result(Answer(**known))
        while left:
            with self._reserved(left) as affordable:
                paid_for = set(map(id, affordable))
                for ask in left:
                    if id(ask) not in paid_for:
                        gathered[ask.key][1].set_result(LEFT)
                names = [await self._submitted(part) for part in parts(affordable)]
                for name in names:
                    await self._waited_for(name)
            left = []
            for ask in affordable:
                outcome = self._outcome(ask)
                if outcome is None:
                    left.append(ask)
                else:
                    gathered[ask.key][1].set_result(outcome)

    def _outcome(self, ask: Ask) -> Outcome | None:
        """What became of an ask, or None if it must go again."""
        known = self._ledger.get(ask.key)
        if known is not None:
            self.asked += 1
            return Answer(**known)
        failures = self._failures[ask.key]
        if not failures:
            failures["not answered within the batch's time"] += 1
        reason, times = failures.most_common(1)[0]
        return SetAside(reason) if times >= TRIES else None

    async def _submitted(self, asks: Sequence[Ask]) -> str:
        label = uuid.uuid4().hex
        open_now = self._open()
        entry: dict[str, Any] = {"name": None, "asks": {ask.key: asdict(ask) for ask in asks}}
        write_json(self._state, {**open_now, label: entry})
        name = await self._patiently(self._client.submit, label, asks)
        write_json(self._state, {**open_now, label: {**entry, "name": name}})
        say(f"teacher: batch {name} of {len(asks)} asks handed in")
        return label

    async def _waited_for(self, label: str) -> None:
        """Wait for a batch that was handed in, keep its results, and forget it."""
        entry = self._open()[label]
        asks = {key: _ask(facts) for key, facts in entry["asks"].items()}
        self._under_way += len(asks)
        while (results := await self._patiently(self._client.collect, entry["name"], list(asks))) is None:
            await asyncio.sleep(self._poll_s)
        self._under_way -= len(asks)
        for key, result in sorted(results.items()):
            self._keep(asks[key], result)
        say(f"teacher: batch {entry['name']} ended with {len(results)} of {len(asks)} results")
        write_json(self._state, {other: facts for other, facts in self._open().items() if other != label})

    def _keep(self, ask: Ask, result: Answer | str) -> None:
        if isinstance(result, str):
            self._failures[ask.key][result] += 1
            return
        answer = replace(result, usd=self._budget.cost(ask, result))
        if self._told is not None:
            self._told(call(ask, answer, None))
        try:
            check_usable(ask, answer)
        except Unusable as failure:
            self._failures[ask.key][str(failure)] += 1
            self._ledger.put(f"{ask.key}/{uuid.uuid4().hex}", asdict(answer), durable=True)
        else:
            self._ledger.put(ask.key, asdict(answer), durable=True)

    async def _recover(self) -> None:
        """Wait for what an earlier run handed in."""
        for label, entry in self._open().items():
            if entry["name"] is None:
                entry["name"] = await self._patiently(self._client.find, label)
                kept = {**self._open(), label: entry}
                write_json(self._state, kept if entry["name"] else {k: v for k, v in kept.items() if k != label})
            if entry["name"]:
                await self._waited_for(label)

    def _open(self) -> dict[str, Any]:
        found: dict[str, Any] = read_json(self._state) if self._state.exists() else {}
        return found

    async def _patiently(self, call: Any, *arguments: Any) -> Any:
        """A call of the client, again and again while the endpoint is busy or in trouble; TRIES times at most."""
        for number in range(TRIES + 1):
            try:
                return await call(*arguments)
            except (Refused, Trouble) as failure:
                if number == TRIES:
                    raise UserError(
                        f"teacher: expected the endpoint to take batches, found: {failure}; what was answered "
                        "is kept: run the same command again later"
                    ) from None
                await asyncio.sleep(getattr(failure, "retry_after", None) or self._poll_s)
        raise AssertionError("unreachable")

    @contextmanager
    def _reserved(self, asks: Sequence[Ask]) -> Iterator[list[Ask]]:
        """As many of the asks as there is money for, which is set aside inside the block."""
        affordable = [ask for ask in asks if self._budget.reserve(ask)]
        try:
            yield affordable
        finally:
            for ask in affordable:
                self._budget.release(ask)


def parts(asks: Sequence[Ask]) -> Iterator[list[Ask]]:
    """Cut asks into batches that every endpoint takes."""
    part: list[Ask] = []
    size = 0
    for ask in asks:
        bytes_of_it = len(dumps(asdict(ask)).encode())
        if part and (len(part) == MOST_ASKS or size + bytes_of_it > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(ask)
        size += bytes_of_it
    if part:
        yield part


def _ask(facts: Mapping[str, Any]) -> Ask:
    return Ask(**{**facts, "messages": tuple(Message(**message) for message in facts["messages"])})
