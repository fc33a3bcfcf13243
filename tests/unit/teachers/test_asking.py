"""Every ask is paid once and accounted for, whatever the endpoint does and however often the run begins again."""

import asyncio
import multiprocessing
import time
from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.teachers.virtual import Endpoint, clock, run

from hone.core.config import Price
from hone.core.errors import UserError
from hone.core.records import Message
from hone.ledger import Claims, Ledger
from hone.teachers.asking import LEFT, Asker, every
from hone.teachers.asks import Answer, Ask, SetAside, Trouble, Unusable, check_usable
from hone.teachers.budget import Budget
from hone.teachers.pacing import Pacer

ASK = Ask("m", (Message("user", "x" * 300),), 0.0, 100)


def asks(n, **changes):
    return [replace(ASK, sample=i, **changes) for i in range(n)]


class Scripted(Endpoint):
    """Fails as `failures` says: ask's sample -> what it raises, in turn, before it is served."""

    def __init__(self, failures):
        super().__init__(1000.0)
        self.failures = {sample: list(them) for sample, them in failures.items()}
        self.seen = Counter()

    async def ask(self, ask):
        self.seen[ask.sample] += 1
        if self.failures.get(ask.sample):
            raise self.failures[ask.sample].pop(0)
        return await super().ask(ask)


@pytest.fixture
def asked(tmp_path):
    """Ask an endpoint, with a ledger that lasts from call to call -> outcomes, the asker."""

    def go(endpoint, wanted, max_usd=None):
        async def work():
            budget = Budget({"m": Price(input=1.0, output=10.0)}, max_usd)
            path = tmp_path / "l.jsonl"
            with Ledger.open(path, each=budget.paid) as ledger, Claims.open(tmp_path / "l.claims") as claims:
                asker = Asker(endpoint, ledger, claims, Pacer(clock=clock), budget, clock=clock)
                return await every(asker, wanted), asker, budget

        return run(work())

    return go


def test_answers_come_in_the_order_of_the_asks_and_equal_asks_are_one_request(asked):
    endpoint = Scripted({})
    outcomes, asker, _ = asked(endpoint, [*asks(20), *asks(5)])
    assert [outcome.text for outcome in outcomes] == [f"answer to {i}" for i in [*range(20), *range(5)]]
    assert (asker.asked, set(endpoint.seen.values())) == (20, {1})


def test_what_is_known_is_not_asked_again_unless_it_is_another_ask(asked):
    asked(Scripted({}), asks(10))
    again = Scripted({})
    _, asker, _ = asked(again, [*reversed(asks(10)), *asks(1, temperature=0.5), *asks(1, max_tokens=7)])
    assert (asker.asked, asker.known) == (2, 10)
    assert again.seen.total() == 2


def test_an_ask_that_fails_three_times_the_same_way_is_set_aside_and_the_others_go_on(asked):
    empty, cut = Unusable("empty"), Trouble("cut")
    endpoint = Scripted({0: [empty] * 3, 1: [empty, cut, empty, cut], 2: [cut] * 9})
    outcomes, _, _ = asked(endpoint, asks(4))
    assert outcomes[0] == SetAside("empty")
    assert isinstance(outcomes[1], Answer)
    assert outcomes[2] == SetAside("cut")
    assert isinstance(outcomes[3], Answer)
    assert [endpoint.seen[i] for i in range(4)] == [3, 5, 3, 1]


def test_one_that_was_set_aside_is_asked_again_by_the_next_run(asked):
    asked(Scripted({0: [Unusable("empty")] * 3}), asks(2))
    outcomes, asker, _ = asked(Scripted({}), asks(2))
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert (asker.asked, asker.known) == (1, 1)


def test_the_budget_is_never_passed_and_the_rest_is_left_for_a_larger_one(asked):
    most = Budget({"m": Price(input=1.0, output=10.0)}).most(ASK)
    paid = (10 * 1.0 + 5 * 10.0) / 1e6
    outcomes, _, budget = asked(Scripted({}), asks(100), max_usd=50 * paid)
    made = sum(isinstance(outcome, Answer) for outcome in outcomes)
    assert budget.spent <= 50 * paid < budget.spent + most
    assert outcomes.count(LEFT) == 100 - made
    outcomes, asker, _ = asked(Scripted({}), asks(100), max_usd=1.0)
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert (asker.known, asker.asked) == (made, 100 - made)


def test_what_earlier_runs_and_other_processes_paid_counts_too(asked, tmp_path):
    paid = (10 * 1.0 + 5 * 10.0) / 1e6
    asked(Scripted({}), asks(10))
    with Ledger.open(tmp_path / "l.jsonl") as other:
        other.put("other", {"usd": 5 * paid})
    _, _, budget = asked(Scripted({}), asks(12))
    assert budget.spent == pytest.approx(17 * paid)


def test_answers_that_cannot_be_used_are_paid_for_too(asked):
    class Empty(Endpoint):
        async def ask(self, ask):
            answer, headers = await super().ask(ask)
            return replace(answer, text=" "), headers

    outcomes, _, budget = asked(Empty(1000.0), asks(2))
    assert outcomes == [SetAside("empty")] * 2
    assert budget.spent == pytest.approx(6 * (10 * 1.0 + 5 * 10.0) / 1e6)


@pytest.mark.parametrize(
    ("text", "finish", "reason"),
    [('{"a": 1}', "length", "ended by length"), ("  ", "stop", "empty"), ("so {", "stop", "not JSON"),
     ('{"a": "1"}', "stop", "not of the schema"), ('{"a": 1, "b": 2}', "stop", "not of the schema")],
)  # fmt: skip
def test_an_answer_is_used_only_if_it_is_whole_and_of_the_schema(text, finish, reason):
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    ask = replace(ASK, schema=schema)
    check_usable(ask, Answer('{"a": 1}', 1, 1, "stop"))
    check_usable(ask, Answer('```json\n{"a": 1}\n```\n', 1, 1, "stop"))
    with pytest.raises(Unusable, match=reason):
        check_usable(ask, Answer(text, 1, 1, finish))


class Down(Endpoint):
    """In trouble from `since` to `until`."""

    def __init__(self, since, until):
        super().__init__(20.0)
        self.since, self.until = since, until

    async def ask(self, ask):
        if self.since <= clock() < self.until:
            await asyncio.sleep(0.05)
            raise Trouble("status 503", server=True)
        return await super().ask(ask)


def test_an_outage_sets_nothing_aside(asked):
    outcomes, asker, _ = asked(Down(5, 300), asks(400))
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert asker.asked == 400


def test_asks_that_the_server_cannot_bear_are_set_aside_in_the_end(asked):
    poison = [Trouble("status 500", server=True)] * 1000
    outcomes, _, _ = asked(Scripted({3: poison, 7: poison}), asks(200))
    assert [i for i, outcome in enumerate(outcomes) if outcome == SetAside("status 500")] == [3, 7]
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 198


def test_an_endpoint_that_stays_down_ends_the_run_with_what_was_answered_kept(asked, tmp_path):
    with pytest.raises(ExceptionGroup) as failed:
        asked(Down(5, 1e9), asks(400))
    assert "only server errors for 5 minutes" in str(failed.value.exceptions[0])
    _, asker, _ = asked(Endpoint(1000.0), asks(400))
    assert 0 < asker.known == 400 - asker.asked


def test_a_limit_needs_a_price():
    with pytest.raises(UserError, match="max_usd: expected a price of m in prices, found none"):
        Budget({}, 1.0).most(ASK)
    assert Budget({}).estimate(asks(3)) == 0.0


def test_an_answer_that_never_comes_is_trouble(asked):
    class Silent(Scripted):
        async def ask(self, ask):
            if ask.sample == 0:
                await asyncio.sleep(1e9)
            return await super().ask(ask)

    outcomes, _, _ = asked(Silent({}), asks(2))
    assert outcomes[0] == SetAside("no answer in 300 s")
    assert isinstance(outcomes[1], Answer)


def _process(folder, queue):
    endpoint = Scripted({})

    async def work():
        with Ledger.open(folder / "l.jsonl") as ledger, Claims.open(folder / "l.claims") as claims:
            asker = Asker(endpoint, ledger, claims, Pacer(start=50.0), Budget({}))
            return await every(asker, asks(60))

    endpoint._at = time.monotonic()
    answers = asyncio.run(work())
    queue.put((sum(endpoint.seen.values()), [answer.text for answer in answers]))


def test_two_processes_on_one_ledger_pay_for_nothing_twice(tmp_path):
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    processes = [fork.Process(target=_process, args=(tmp_path, queue)) for _ in range(2)]
    for process in processes:
        process.start()
    found = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sum(requests for requests, _ in found) == 60
    assert all(texts == [f"answer to {i}" for i in range(60)] for _, texts in found)


def test_a_claim_ends_with_its_process(tmp_path):
    fork = multiprocessing.get_context("fork")

    def hold():
        held = Claims.open(tmp_path / "c")
        assert held.take("ab" * 8)
        ready.set()
        forever.wait()

    ready, forever = fork.Event(), fork.Event()
    process = fork.Process(target=hold)
    process.start()
    ready.wait(30)
    with Claims.open(tmp_path / "c") as mine:
        assert not mine.take("ab" * 8)
        assert mine.take("cd" * 8)
        assert not mine.take("cd" * 8)
        process.kill()
        process.join()
        assert mine.take("ab" * 8)
        mine.drop("ab" * 8)
        assert mine.take("ab" * 8)
