"""Time that passes at once: an event loop whose clock jumps to the next thing that happens; and an endpoint in it."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, TypeVar

from hone.teachers.asks import Answer, Refused

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Never waits: where another loop would sleep, its clock moves on."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector.select = self._jump

    def time(self) -> float:
        return self._now

    def _jump(self, timeout: float | None) -> list[Any]:
        assert timeout is not None, "everything waits, and nothing will happen"
        self._now += timeout
        return []


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def clock() -> float:
    """The time in the running loop."""
    return asyncio.get_running_loop().time()


class Endpoint:
    """Serves `rate` requests a second, with a little in stock, and refuses what is more."""

    def __init__(self, rate: float, stock: float = 2.0, retry_after: float | None = None) -> None:
        self.rate, self.stock, self.retry_after = rate, stock, retry_after
        self.asked: list[tuple[float, bool]] = []  # when, and whether it was served
        self._left, self._at = stock, 0.0
        self._chance = random.Random(1)

    async def ask(self, ask: Any) -> tuple[Answer, dict[str, str]]:
        now = clock()
        self._left = min(self.stock, self._left + (now - self._at) * self.rate)
        self._at = now
        served = self._left >= 1
        self._left -= served
        self.asked.append((now, served))
        await asyncio.sleep(self._chance.lognormvariate(-1, 0.5) if served else 0.02)
        if not served:
            raise Refused(self.retry_after)
        return Answer(f"answer to {ask.sample}", 10, 5, "stop"), {}

    async def close(self) -> None:
        """Nothing is open."""
