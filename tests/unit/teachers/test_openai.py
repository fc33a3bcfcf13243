"""OpenAI's client against a real HTTP endpoint: every failure has its meaning, and no key is ever told."""

import asyncio
import json
import multiprocessing
import os
import signal
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from bench.endpoint import Endpoint, Limits

from hone.core.config import Price
from hone.core.errors import UserError
from hone.core.records import Message
from hone.ledger import Claims, Ledger
from hone.teachers.asking import LEFT, Asker, every
from hone.teachers.asks import Answer, Ask, Refused, SetAside, Trouble, Unusable
from hone.teachers.batches import Batcher
from hone.teachers.budget import Budget
from hone.teachers.openai import OpenAIClient, retry_after
from hone.teachers.pacing import Pacer

CANARY = "sk-canary-5f1c0de5"
SCHEMA = {
    "type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": False,
}  # fmt: skip
ASK = Ask("m", (Message("user", "row"),), 0.0, 100, SCHEMA)


def asks(n):
    return [replace(ASK, messages=(Message("user", f"row {i}"),)) for i in range(n)]


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def once(endpoint, ask=ASK):
    async def go():
        client = OpenAIClient(endpoint.url)
        try:
            return await client.ask(ask)
        finally:
            await client.close()

    return asyncio.run(go())


def test_an_answer_comes_with_its_tokens_and_headers():
    with Endpoint() as endpoint:
        answer, headers = once(endpoint)
    assert json.loads(answer.text).keys() == {"answer"}
    assert (answer.completion_tokens, answer.finish) == (50, "stop")
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("limits", "failure"),
    [(Limits(requests_per_s=1e-9, stock_s=0), Refused), (Limits(bursts=((0, 9),)), Trouble),
     (Limits(shares={"error": 1}), Trouble), (Limits(shares={"cut": 1}), Trouble)],
)  # fmt: skip
def test_what_goes_wrong_is_told_apart(limits, failure):
    with Endpoint(limits) as endpoint:
        endpoint._clock()  # the first request finds one in stock
        endpoint._stock = 0
        with pytest.raises(failure):
            once(endpoint)


class Broke(BaseHTTPRequestHandler):
    """Says what OpenAI says once an account has no money left; that is no matter of speed."""

    def do_POST(self):
        body = json.dumps(
            {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
        ).encode()
        self.send_response(429)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_an_account_without_money_is_told_at_once_and_not_asked_again():
    with ThreadingHTTPServer(("127.0.0.1", 0), Broke) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/v1")
        with pytest.raises(UserError, match="exceeded your current quota.*account"):
            once(endpoint)
        server.shutdown()


def test_forms_that_an_endpoint_does_not_know_are_given_up():
    with Endpoint() as endpoint:
        endpoint.refuse_fields = ("response_format",)
        answer, _ = once(endpoint)
        assert answer.text
    with Endpoint() as endpoint:
        endpoint.refuse_fields = ("max_tokens",)
        with pytest.raises(Unusable, match="Unsupported parameter: max_tokens"):
            once(endpoint)


class Saying(Endpoint):
    """Refuses with a status, and repeats what it was sent."""

    def __init__(self, status, message=""):
        super().__init__()
        self.status, self.message = status, message

    def _refused(self, now, asked):
        return self.status, self.message or f"you sent {self.headers[-1].get('authorization')}", {}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_asking_again_cannot_help_is_one_message_without_the_key(status):
    with Saying(status) as endpoint, pytest.raises(UserError, match=f"status {status}.*check key, model") as told:
        once(endpoint)
    assert CANARY not in str(told.value)
    assert "[key]" in str(told.value)


def test_the_key_is_not_in_the_ledger_when_the_endpoint_repeats_it(tmp_path):
    with Endpoint(reply=lambda _: json.dumps({"answer": f"your key is {CANARY}"})) as endpoint:
        outcomes = run(endpoint, tmp_path, asks(3))[0]
    assert all("your key is [key]" in outcome.text for outcome in outcomes)
    assert CANARY not in (tmp_path / "l.jsonl").read_text()


def test_a_missing_key_is_one_message(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(UserError, match=r"expected a key in the environment \(OPENAI_API_KEY\), found none"):
        OpenAIClient()
    OpenAIClient("http://127.0.0.1:1/v1")  # one of one's own may need none


def test_times_to_wait_are_read_in_all_their_forms():
    assert retry_after({"retry-after-ms": "1500"}.get) == 1.5
    assert retry_after({"retry-after": "7"}.get) == 7
    dates = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert retry_after(dates.get) == 30
    assert retry_after({"retry-after": "soon"}.get) is None
    assert retry_after({}.get) is None


def run(endpoint, folder, wanted, max_usd=None, deadline_s=5.0, batch=False):
    """Ask with a ledger in `folder` -> outcomes, who asked, the budget."""

    async def go():
        budget = Budget({"m": Price(input=1.0, output=10.0)}, max_usd, batch)
        client = OpenAIClient(endpoint.url)
        try:
            with Ledger.open(folder / "l.jsonl", each=budget.paid) as ledger:
                if batch:
                    with Batcher(client, ledger, folder / "l.batches.json", budget, poll_s=0.02, gather_s=0.1) as asker:
                        return await every(asker, wanted), asker, budget
                with Claims.open(folder / "l.claims") as claims:
                    asker = Asker(client, ledger, claims, Pacer(start=50.0), budget, deadline_s)
                    return await every(asker, wanted), asker, budget
        finally:
            await client.close()

    return asyncio.run(go())


def test_every_row_is_accounted_for_whatever_the_endpoint_does(tmp_path):
    shares = {"cut": 0.03, "trickle": 0.01, "malformed": 0.03, "schema": 0.03, "empty": 0.03, "error": 0.03}
    limits = Limits(requests_per_s=150, latency_s=0.05, retry_after=0.5, bursts=((1.0, 1.6),), shares=shares)
    wanted = [*asks(250), replace(ASK, messages=(Message("user", "poison"),))]

    def reply(body):
        return "never JSON" if body["messages"][-1]["content"] == "poison" else '{"answer": "' + "x" * 9 + '"}'

    with Endpoint(limits, reply) as endpoint:
        outcomes, asker, _ = run(endpoint, tmp_path, wanted, deadline_s=2.0)
    assert outcomes[-1] == SetAside("not JSON")
    # A row in a thousand has bad luck three times; it says how.
    assert sum(isinstance(outcome, Answer) for outcome in outcomes[:-1]) >= 247
    assert all(isinstance(outcome, Answer | SetAside) for outcome in outcomes)
    used = sum(isinstance(outcome, Answer) for outcome in outcomes)
    assert used < asker.asked == len((tmp_path / "l.jsonl").read_text().splitlines())  # what was no use is paid for too


def test_one_edited_row_is_one_request_reordering_none_another_temperature_all(tmp_path):
    with Endpoint() as endpoint:
        rows = asks(128)
        first, _, _ = run(endpoint, tmp_path, rows)
        assert sum(endpoint.asked.values()) == 128
        rows[17] = replace(ASK, messages=(Message("user", "edited"),))
        run(endpoint, tmp_path, rows)
        assert sum(endpoint.asked.values()) == 129
        again, _, _ = run(endpoint, tmp_path, rows[::-1])
        assert sum(endpoint.asked.values()) == 129
        assert again[::-1][:17] == first[:17]
        run(endpoint, tmp_path, [replace(row, temperature=0.5) for row in rows])
        assert sum(endpoint.asked.values()) == 129 + 128


def test_the_limit_of_money_holds_and_the_rest_is_paid_for_when_it_is_raised(tmp_path):
    with Endpoint() as endpoint:
        outcomes, _, budget = run(endpoint, tmp_path, asks(40), max_usd=40 * 51e-5 / 2)
        made = 40 - outcomes.count(LEFT)
        assert budget.spent <= budget.max_usd < budget.spent + budget.most(ASK)
        assert sum(endpoint.asked.values()) == made
        outcomes, _, _ = run(endpoint, tmp_path, asks(40), max_usd=1.0)
        assert LEFT not in outcomes
        assert sum(endpoint.asked.values()) == 40


def test_a_batch_is_one_order_at_its_price(tmp_path):
    with Endpoint() as endpoint:
        outcomes, asker, budget = run(endpoint, tmp_path, asks(30), batch=True)
        assert all(isinstance(outcome, Answer) for outcome in outcomes)
        assert (len(endpoint.batches), asker.asked) == (1, 30)
        assert budget.spent == pytest.approx(30 * (1 * 1.0 + 50 * 10.0) / 1e6 / 2)
        again, asker, _ = run(endpoint, tmp_path, asks(30))
        assert (again, asker.known) == (outcomes, 30)


def test_of_an_expired_batch_what_came_is_kept_and_only_the_rest_goes_again(tmp_path):
    with Endpoint() as endpoint:
        endpoint.batch_share = 0.5
        outcomes, _, _ = run(endpoint, tmp_path, asks(40), batch=True)
        assert all(isinstance(outcome, Answer) for outcome in outcomes)
        assert set(endpoint.asked.values()) == {1}
        sizes = [len(endpoint.files[b["input_file_id"]].splitlines()) for b in endpoint.batches.values()]
        assert sizes == [40, 20, 10, 5, 3, 1]


def test_rows_that_fail_in_batches_are_set_aside(tmp_path):
    with Endpoint(reply=lambda body: "no" if "7" in body["messages"][-1]["content"] else '{"answer": ""}') as endpoint:
        outcomes, _, budget = run(endpoint, tmp_path, asks(10), batch=True)
    assert [i for i, outcome in enumerate(outcomes) if outcome == SetAside("not JSON")] == [7]
    assert budget.spent == pytest.approx(12 * (1 * 1.0 + 50 * 10.0) / 1e6 / 2)


def killed(where, *arguments):
    """Run in a process of its own that ends by kill -9 there."""

    def go():
        method = getattr(OpenAIClient, where)

        async def to_the_end(self, *given):
            if where == "submit":
                await method(self, *given)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(OpenAIClient, where, to_the_end)
        run(*arguments, batch=True)

    process = multiprocessing.get_context("fork").Process(target=go)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("where", ["submit", "collect"])
def test_a_batch_that_was_handed_in_is_not_paid_for_again_after_a_kill(tmp_path, where):
    with Endpoint() as endpoint:
        killed(where, endpoint, tmp_path, asks(10))
        outcomes, _, _ = run(endpoint, tmp_path, asks(12), batch=True)
        assert all(isinstance(outcome, Answer) for outcome in outcomes)
        assert set(endpoint.asked.values()) == {1}
        assert len(endpoint.batches) == 2
        assert json.loads((tmp_path / "l.batches.json").read_text()) == {}


def test_two_processes_cannot_wait_for_the_same_batches(tmp_path):
    budget = Budget({})
    with Ledger.open(tmp_path / "l.jsonl") as ledger:
        with Batcher(None, ledger, tmp_path / "b.json", budget), pytest.raises(UserError, match="another process"):
            Batcher(None, ledger, tmp_path / "b.json", budget).__enter__()
        with Batcher(None, ledger, tmp_path / "b.json", budget):
            pass
