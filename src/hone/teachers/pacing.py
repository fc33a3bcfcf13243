"""How fast to ask an endpoint that tells its limits by refusing: requests are admitted at a rate that finds them.

Slow start doubles the rate each second until the first refusal (429); then it is halved and climbs by a tenth
a second to the next one. From there each refusal tells the limit: it is what was served since the last one, for at both
the endpoint had nothing left to give. The rate goes to a little below that, and grows from there (3 % in 100 answers,
far slower near the limit, as TCP's CUBIC does), so that it stays within a few percent of the limit and far fewer than
one request in a hundred is refused. What headers say of a limit (requests or tokens a minute) is kept to at once.
Retry-After stops everything for that long, and half of what was missed is then made up for, a little faster than the
rate; a server in trouble (5xx after 5xx, and no answer between) stops everything for a moment, and changes no rate.

An endpoint that refuses nothing may yet be slow: one GPU, or a server on this machine. So there is a limit to how many
requests are under way too: it grows with the answers, and is halved where they typically take longer than a quarter of
the deadline, for what is asked then only waits there until it is given up, and was computed for nothing.

One event loop; `clock` and `sleep` are the loop's, or a test's.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

SLOW_START, SEARCH = 2.0, 1.1  # growth a second, before and after the first refusal
CUT = 0.85  # the most that is cut at once
BELOW = 0.985  # of the limit that was found
GROWTH = 3e-4  # an answer
NEAR, CAREFUL, CAREFUL_A_SECOND = (0.985, 1.02), 0.1, 1e-3  # close to the limit: so much of it, and no more a second
MISSED, CATCH_UP = 0.5, 1.05  # the share of a stop that is made up for, and the rate to the rate meanwhile
TROUBLE_S = 0.5  # how long a second 5xx in a row stops new requests; doubled while no answer comes
MOST_TROUBLE_S = 60.0
LEARNED = 0.05  # how much one answer tells of what the next will take
FIRST_UNDER_WAY = 16
SLOW = 0.25  # of the deadline: an answer that takes so long waits behind too many others
LATELY = 0.125  # how much one answer tells of how long they take


@dataclass(frozen=True)
class Ticket:
    """An admitted request: when, and after how many cuts."""

    at: float
    cuts: int


class Pacer:
    """Admits requests one after the other, `in_flight` of them at most at a time. `deadline_s`: after which an answer
    is given up."""

    def __init__(
        self,
        start: float = 2.0,
        in_flight: int = 256,
        deadline_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.rate = start  # requests a second
        self.refused = 0
        self._clock, self._sleep = clock, sleep
        self.under_way = 0
        self._most_under_way, self._slow_s = in_flight, SLOW * deadline_s
        self._room, self._takes = min(in_flight, FIRST_UNDER_WAY), 0.0
        self._ended = asyncio.Event()
        self._turn = asyncio.Lock()
        self._next = self._grown = clock()
        self._paused_until = 0.0
        self._narrowed = self._next
        self._cuts = self._trouble = 0
        self._limit = start  # as last found
        # Since the last cut: requests served, and seconds in which all stood still.
        self._cut_at, self._served, self._stood = self._next, 0, 0.0
        self._missed = 0.0  # requests still to be made up for
        self._most_rate, self._token_rate = float("inf"), float("inf")
        self._share = 1.0

    @property
    def limit(self) -> float | None:
        """Requests a second that the endpoint was found to take, or None while it has refused nothing."""
        return self.rate if self._cuts else None

    async def admit(self, tokens: int) -> Ticket:
        """Wait for this request's turn; `tokens` is what it is expected to cost."""
        async with self._turn:
            while self.under_way >= self._room:
                self._ended.clear()
                await self._ended.wait()
            while (wait := max(self._next, self._paused_until) - self._clock()) > 0:
                await self._sleep(wait)
            now = self._clock()
            self._grow(now)
            rate = self.rate * (CATCH_UP if self._missed > 0 else 1)
            self._missed = max(0.0, self._missed - (CATCH_UP - 1))
            spacing = max(1 / min(rate, self._most_rate), tokens * self._share / self._token_rate)
            self._next = max(self._next, now - spacing) + spacing  # a late turn is made up for, once
            self.under_way += 1
            self._served += 1  # as long as nothing else is told
            return Ticket(now, self._cuts)

    def answered(self, ticket: Ticket) -> None:
        """A request was served."""
        self._end(ticket)
        self._trouble = 0
        if self._cuts > 1:
            near = NEAR[0] <= self.rate / self._limit <= NEAR[1]
            self.rate *= 1 + (min(CAREFUL * GROWTH, CAREFUL_A_SECOND / self.rate) if near else GROWTH)

    def refuse(self, ticket: Ticket, retry_after: float | None) -> None:
        """A request was refused for its rate (429). Those that were under way when the rate was cut change nothing."""
        self._end(ticket)
        self.refused += 1
        if ticket.cuts == self._cuts:
            self._served -= 1
            if self._missed > 0:  # too much was made up for: that says nothing of the rate
                self._missed = 0.0
            else:
                self._cut()
                self._missed = MISSED * (retry_after or 0.0) * self.rate if self._cuts > 1 else 0.0
        if retry_after is not None:
            self._pause(retry_after)

    def trouble(self, ticket: Ticket, server: bool) -> None:
        """A request failed. If that was the server's doing (5xx), and not the first time since it last answered: wait
        a moment, longer each time, at the same rate."""
        self._end(ticket)
        self._served -= server and ticket.cuts == self._cuts  # it was not served after all
        if server and self._clock() >= self._paused_until:  # those that were under way fail together, and count once
            if self._trouble:
                self._pause(min(TROUBLE_S * 2 ** (self._trouble - 1), MOST_TROUBLE_S))
            self._trouble += 1

    def told(self, headers: Mapping[str, str], expected: int, used: int) -> None:
        """Keep to the limits that the endpoint states, in the headers of OpenAI's API. A request was admitted for
        `expected` tokens, and took `used`: answers are mostly shorter than they may be."""
        self._share += (used / expected - self._share) * LEARNED
        requests, tokens = (_number(headers, f"x-ratelimit-limit-{kind}") for kind in ("requests", "tokens"))
        if requests:
            self._most_rate = requests / 60
        if tokens:
            self._token_rate = tokens / 60

    def _cut(self) -> None:
        """Lower the rate to a little below what was served a second since it was last cut."""
        now = self._clock()
        found = self._served / max(now - self._cut_at - MISSED * self._stood, 1 / self.rate)
        if not self._cuts:  # what the endpoint had in stock at the start is not known
            self.rate *= 0.5
        elif found < CUT * self.rate:  # it may have had to give more, and was asked for less
            self._limit = self.rate
            self.rate *= CUT
        else:
            self._limit = min(found, self.rate)
            self.rate = BELOW * self._limit
        self._cuts += 1
        self._cut_at, self._served, self._stood = now, 0, 0.0

    def _end(self, ticket: Ticket) -> None:
        """One request less under way; how many there may be follows from how long they take."""
        full = self.under_way >= self._room
        self.under_way -= 1
        self._ended.set()
        now = self._clock()
        if ticket.at < self._narrowed:
            return  # it waited behind those that are now too many
        took = now - ticket.at
        self._takes += (took - self._takes) * LATELY
        if self._takes > self._slow_s:
            self._room, self._narrowed, self._takes = max(1, self._room // 2), now, self._slow_s / 2
        elif full and took < self._slow_s / 2:
            self._room = min(self._room + 1, self._most_under_way)

    def _pause(self, seconds: float) -> None:
        now = self._clock()
        until = max(self._paused_until, now + seconds)
        self._stood += until - max(self._paused_until, now)
        self._paused_until = until

    def _grow(self, now: float) -> None:
        """By time, until the limit was met twice; after that by answers."""
        if self._cuts < 2:
            self.rate *= (SEARCH if self._cuts else SLOW_START) ** min(now - self._grown, 1.0)
        self._grown = now


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers.get(name, ""))
    except ValueError:
        return None
