"""How fast, and how politely, an endpoint of hidden limits is asked: Hone's pacing beside two usual ways.

`python bench/teachers.py [ROWS [REQUESTS_PER_S]]` asks the same rows over real HTTP on loopback, twice three times: of
an endpoint with a limit of requests, and of one with the same limit put in tokens a minute; with
Hone, with 32 fixed threads (a published way), and with the openai client in an unpaced asyncio gather; the last two
with the library's own retries. The endpoint refuses what is above its rate, is down for a second, cuts, trickles, and
answers badly now and then. Printed are rows answered, requests a row, and after the warm-up (the first third of the
time) the share of requests that were refused (429) and the served rate as a share of the limit. It fails unless Hone
accounts for every row, is refused less than 1 % and reaches 95 % of the limit.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
from endpoint import Endpoint, Limits

from hone.core.records import Message
from hone.ledger import Claims, Ledger
from hone.teachers.asking import Asker, every
from hone.teachers.asks import Answer, Ask, SetAside
from hone.teachers.budget import Budget
from hone.teachers.openai import OpenAIClient
from hone.teachers.pacing import Pacer

SHARES = {"cut": 0.005, "trickle": 0.002, "malformed": 0.005, "schema": 0.005, "empty": 0.005, "error": 0.005}
SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
DEADLINE_S = 5.0
WARM_UP = 1 / 3
THREADS = 32
TOKENS = 51  # of a request and its answer, as the endpoint counts


def ours(url: str, rows: int) -> int:
    """Rows that have an answer; every other is set aside with a reason."""
    asks = [Ask("m", (Message("user", f"row {i}"),), 0.0, 50, SCHEMA) for i in range(rows)]

    async def go(folder: Path) -> int:
        client = OpenAIClient(url)
        with Ledger.open(folder / "ledger") as ledger, Claims.open(folder / "claims") as claims:
            pacer = Pacer(deadline_s=DEADLINE_S)
            outcomes = await every(Asker(client, ledger, claims, pacer, Budget({}), DEADLINE_S), asks)
        await client.close()
        assert all(isinstance(outcome, Answer | SetAside) for outcome in outcomes)
        return sum(isinstance(outcome, Answer) for outcome in outcomes)

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(go(Path(folder)))


def threads(url: str, rows: int) -> int:
    """32 threads, each with the library's retries; what fails after them is lost."""
    client = openai.OpenAI(base_url=url, timeout=DEADLINE_S)

    def one(i: int) -> bool:
        try:
            found = client.chat.completions.create(**request(i))
            return usable(found.choices[0].message.content)
        except openai.OpenAIError:
            return False

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, range(rows)))


def gathered(url: str, rows: int) -> int:
    """All at once, each with the library's retries."""

    async def go() -> int:
        async with openai.AsyncOpenAI(base_url=url, timeout=DEADLINE_S) as client:

            async def one(i: int) -> bool:
                try:
                    found = await client.chat.completions.create(**request(i))
                    return usable(found.choices[0].message.content)
                except openai.OpenAIError:
                    return False

            return sum(await asyncio.gather(*map(one, range(rows))))

    return asyncio.run(go())


def request(i: int) -> dict[str, object]:
    """The same request in all three ways."""
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
    messages = [{"role": "user", "content": f"row {i}"}]
    return {"model": "m", "messages": messages, "temperature": 0.0, "max_tokens": 50, "response_format": form}


def usable(text: str | None) -> bool:
    """Whether an answer is of the schema."""
    try:
        return "answer" in json.loads(text or "")
    except ValueError:
        return False


def measured(way: Callable[[str, int], int], rows: int, rate: float, by: str) -> tuple[int, float, float, float, float]:
    """Rows answered, seconds, requests a row, and after the warm-up: share refused, served rate to the limit."""
    limit = {"requests_per_s": rate} if by == "requests" else {"tokens_per_min": 60 * rate * TOKENS}
    limits = Limits(**limit, latency_s=0.3, retry_after=1.0, bursts=((4.0, 5.0),), shares=SHARES)
    with Endpoint(limits) as endpoint:
        began = time.perf_counter()
        answered = way(endpoint.url, rows)
        seconds = time.perf_counter() - began
        asked = list(endpoint.requests)
    last = asked[-1][0]
    # The end is left out too: there a few stragglers keep the clock running.
    late = [status for at, status in asked if WARM_UP * last <= at <= 0.95 * last]
    served = sum(status != 429 for status in late) / ((0.95 - WARM_UP) * last)
    return answered, seconds, len(asked) / rows, late.count(429) / max(1, len(late)), served / rate


def main() -> None:
    """Print a line a way."""
    os.environ.setdefault("OPENAI_API_KEY", "none")
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rate = float(sys.argv[2]) if len(sys.argv) > 2 else 50.0
    for by in ("requests", "tokens"):
        print(f"{rows} rows, hidden limit of {by}: that of {rate:g} requests/s")
        print(f"{'way':12} {'answered':>9} {'seconds':>8} {'requests/row':>13} {'refused':>8} {'of the limit':>13}")
        for name, way in (("hone", ours), ("32 threads", threads), ("gather", gathered)):
            answered, seconds, requests, refused, served = measured(way, rows, rate, by)
            print(f"{name:12} {answered:9} {seconds:8.1f} {requests:13.2f} {refused:8.1%} {served:13.1%}", flush=True)
            if way is ours:
                assert refused < 0.01, "refused too often"
                assert served >= 0.95, "too slow"


if __name__ == "__main__":
    main()
