"""The pacer finds the rate that an endpoint takes, stays close to it, and is refused seldom."""

import asyncio
import itertools

import pytest
from tests.unit.teachers.virtual import Endpoint, clock, run

from hone.teachers.asks import Refused
from hone.teachers.pacing import Pacer


async def asked(endpoint: Endpoint, pacer: Pacer, rows: int) -> None:
    """Every row until it is served, as `asking.py` does it."""

    class Row:
        def __init__(self, sample: int) -> None:
            self.sample = sample

    async def one(row: Row) -> None:
        while True:
            ticket = await pacer.admit(100)
            try:
                _, headers = await endpoint.ask(row)
            except Refused as refused:
                pacer.refuse(ticket, refused.retry_after)
            else:
                pacer.told(headers, 100, 100)
                pacer.answered(ticket)
                return

    async with asyncio.TaskGroup() as group:
        for sample in range(rows):
            group.create_task(one(Row(sample)))


@pytest.mark.parametrize("rate", [1.0, 7.0, 50.0, 300.0])
def test_the_limit_is_found_and_kept(rate):
    endpoint = Endpoint(rate)

    async def go() -> None:
        await asked(endpoint, Pacer(clock=clock), int(min(40_000, 150 * rate + 2000)))

    run(go())
    end = endpoint.asked[-1][0]
    late = [served for at, served in endpoint.asked if end / 2 < at]
    assert sum(late) / (end / 2) >= 0.95 * rate
    assert late.count(False) / len(late) < 0.01


@pytest.mark.parametrize("rate", [20.0, 50.0])
def test_the_limit_is_kept_where_much_may_come_at_once_and_each_refusal_asks_for_a_pause(rate):
    endpoint = Endpoint(rate, stock=rate / 2, retry_after=1.0)

    async def go() -> None:
        await asked(endpoint, Pacer(clock=clock), int(60 * rate))

    run(go())
    end = endpoint.asked[-1][0]
    late = [served for at, served in endpoint.asked if end / 3 < at]
    assert sum(late) / (end * 2 / 3) >= 0.95 * rate
    assert late.count(False) / len(late) < 0.01


def test_retry_after_stops_everything_for_so_long():
    endpoint = Endpoint(5.0, retry_after=30.0)

    async def go() -> None:
        await asked(endpoint, Pacer(clock=clock), 60)

    run(go())
    refused = next(at for at, served in endpoint.asked if not served)
    assert not [at for at, _ in endpoint.asked if refused + 1 < at < refused + 30]
    assert [at for at, _ in endpoint.asked if at >= refused + 30]


def test_what_headers_say_is_kept_to_from_then_on():
    async def go() -> list[float]:
        pacer, times = Pacer(start=100.0, clock=clock), []
        pacer.told({"x-ratelimit-limit-requests": "120", "x-ratelimit-limit-tokens": "60000", "x-other": "?"}, 1, 1)
        for tokens in [10] * 10 + [2000] * 5:
            ticket = await pacer.admit(tokens)
            times.append(clock())
            pacer.answered(ticket)
        return times

    times = run(go())
    assert times[9] - times[1] == pytest.approx(8 * 0.5, rel=0.01)  # 2 requests a second
    assert times[14] - times[11] == pytest.approx(3 * 2.0, rel=0.01)  # 1,000 tokens a second


def troubled(server: list[bool]) -> tuple[list[float], float]:
    """Requests that fail one after the other -> the waits between them, and the change of rate."""

    async def go() -> tuple[list[float], float]:
        pacer = Pacer(start=100.0, clock=clock)
        before, starts = pacer.rate, []
        for doing in server:
            ticket = await pacer.admit(1)
            starts.append(clock())
            pacer.trouble(ticket, doing)
        return [after - at for at, after in itertools.pairwise(starts)], pacer.rate - before

    return run(go())


def test_server_errors_in_a_row_stop_for_a_moment_longer_each_time_and_change_no_rate():
    waits, change = troubled([True] * 5)
    assert waits == pytest.approx([0.01, 0.5, 1.0, 2.0], rel=0.05)
    assert change >= 0


def test_a_cut_connection_stops_nothing():
    waits, _ = troubled([False] * 5)
    assert max(waits) <= 0.01 + 1e-9


def test_tokens_are_counted_as_the_endpoint_counted_them():
    async def go() -> list[float]:
        pacer, times = Pacer(start=100.0, clock=clock), []
        for _ in range(400):
            ticket = await pacer.admit(1000)
            times.append(clock())
            pacer.told({"x-ratelimit-limit-tokens": "60000"}, 1000, 250)
            pacer.answered(ticket)
        return times

    times = run(go())
    assert times[399] - times[299] == pytest.approx(100 * 0.25, rel=0.05)  # 250 tokens at 1,000 a second


def test_no_more_are_under_way_than_allowed():
    async def go() -> int:
        pacer = Pacer(start=1e6, in_flight=3, clock=clock)
        tasks = [asyncio.create_task(pacer.admit(1)) for _ in range(10)]
        await asyncio.sleep(10)
        done = sum(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        return done

    assert run(go()) == 3


def took(each_s: float, rows: int) -> list[float]:
    """Seconds that each row of an endpoint took which refuses nothing, and answers one after the other."""

    async def go() -> list[float]:
        pacer, found, free_at = Pacer(clock=clock), [], 0.0

        async def one() -> None:
            nonlocal free_at
            ticket = await pacer.admit(100)
            free_at = max(free_at, clock()) + each_s
            await asyncio.sleep(free_at - clock())
            found.append(clock() - ticket.at)
            pacer.answered(ticket)

        async with asyncio.TaskGroup() as group:
            for _ in range(rows):
                group.create_task(one())
        return found

    return run(go())


def test_a_slow_endpoint_is_not_asked_for_more_than_it_answers_in_time():
    found = took(each_s=6.0, rows=100)
    assert max(found) < 150  # half of the time after which an answer is given up
    assert sum(found[50:]) / 50 < 75


def test_a_fast_endpoint_may_be_asked_many_times_at_once():
    assert max(took(each_s=0.002, rows=2000)) < 1

    async def go() -> int:
        pacer, under_way, most = Pacer(start=1e6, clock=clock), 0, 0

        async def one() -> None:
            nonlocal under_way, most
            ticket = await pacer.admit(1)
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(20.0)
            under_way -= 1
            pacer.answered(ticket)

        async with asyncio.TaskGroup() as group:
            for _ in range(2000):
                group.create_task(one())
        return most

    assert run(go()) == 256
