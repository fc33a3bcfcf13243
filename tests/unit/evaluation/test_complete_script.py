"""A model behind an endpoint as a variant, as the real step asks it, over HTTP: every row gets a line, and none is paid twice."""

import contextlib
import json

import pytest
from bench.endpoint import Endpoint, Limits
from tests.unit.test_reuse import script

from hone import events
from hone.core.records import Completion, Message, Row, read_jsonl, write_jsonl
from hone.reasoning import ASKED

COMPLETE = script("complete")
CANARY = "sk-canary-77aa03"
ROWS = [
    Row(f"r{i}", f"p{i}", "test", "description_to_q", (Message("user", f"Task {i}."), Message("assistant", "{x}")))
    for i in range(6)
]
PRICES = {"m": {"input": 1.0, "output": 10.0}}


def reply(body):
    asked = body["messages"][-1]["content"]
    if body["messages"][0]["content"] == ASKED:
        return f"<think>Hm.</think>{asked}"
    return "" if asked == "Task 4." else f"{asked} At {body['temperature']}, by {CANARY}."


class Step:
    """The step in a folder of its own, with an endpoint that has nothing to say to one row."""

    def __init__(self, folder, endpoint, told):
        self.folder, self.endpoint, self._told = folder, endpoint, told

    def run(self, part="", rows=ROWS, generate=None, rl=None, **changes):
        """Run it -> its completions, if any, and what it told."""
        write_jsonl(self.folder / "test.jsonl", rows)
        endpoint = {"teacher": "openai", "model": "m", "base_url": self.endpoint.url, "prices": PRICES} | changes
        params = {"endpoint": endpoint, "generate": {"temperature": 0.5} | (generate or {}), "rl": rl or {}}
        out = self.folder / "out.jsonl"
        given = {"recipe": "q_language", "variant": "endpoint", "rows": self.folder / "test.jsonl", "out": out,
                 "work": self.folder / "work/q_language-complete-endpoint", "log": self.folder / "log"}  # fmt: skip
        with contextlib.suppress(SystemExit):
            COMPLETE(**given, params=json.dumps(params), part=part)
        return (read_jsonl(out, Completion) if out.exists() else None), "".join(self._told())


@pytest.fixture
def step(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with Endpoint(Limits(latency_s=0.001), reply=reply) as endpoint:
        yield Step(tmp_path, endpoint, capfd.readouterr)


def test_every_row_is_answered_in_order_and_one_without_an_answer_is_empty_and_counted(step):
    found, told = step.run(generate={"samples": 2})
    assert [(each.row_id, each.sample) for each in found] == [(row.id, n) for row in ROWS for n in (0, 1)]
    assert {each.variant for each in found} == {"endpoint"}
    assert {(each.token_ids, each.single_tokens, each.finish) for each in found} == {((), (), "stop")}
    texts = ["" if i == 4 else f"Task {i}. At 0.5, by [key]." for i in range(6)]
    assert [each.text for each in found] == [text for text in texts for _ in (0, 1)]
    assert "2 of 12 answers are empty, since none came: empty" in told
    (path,) = events.logs(step.folder / "work")
    final = events.read(path).final
    assert (final["completions"], final["lost"], final["answers"]) == (12, 2, sum(step.endpoint.asked.values()))
    assert len(events.read(path).calls) == final["answers"]
    assert final["usd"] > 0


def test_what_was_answered_is_not_asked_again_and_the_key_is_nowhere(step):
    rows = [row for row in ROWS if row.id != "r4"]
    first, told = step.run(rows=rows)
    (step.folder / "out.jsonl").unlink()
    again, more = step.run(rows=rows)
    assert again == first
    assert step.endpoint.asked.total() == 5
    assert "0 answers paid for, 5 known" in more
    files = [file for file in step.folder.rglob("*") if file.is_file()]
    assert len(files) > 3
    assert not [file for file in files if CANARY.encode() in file.read_bytes()]
    assert CANARY not in told + more


def test_parts_answer_what_the_whole_then_finds(step):
    rows = ROWS[:4]
    assert [step.run(part, rows=rows)[0] for part in ("1/2", "2/2")] == [None, None]
    found, told = step.run(rows=rows)
    assert [each.row_id for each in found] == [row.id for row in rows]
    assert "0 answers paid for, 4 known" in told


def test_what_learned_to_think_first_is_asked_to(step):
    found, _ = step.run(rows=ROWS[:2], rl={"format": "reasoning"})
    assert [each.text for each in found] == ["<think>Hm.</think>Task 0.", "<think>Hm.</think>Task 1."]


def test_where_the_money_ends_nothing_is_written_and_a_higher_limit_goes_on(step):
    found, told = step.run(rows=ROWS[:4], max_usd=0.0015, max_tokens=100)
    assert found is None
    assert "endpoint.max_usd is used up; what was answered is kept" in told
    paid = step.endpoint.asked.total()
    found, _ = step.run(rows=ROWS[:4], max_usd=1.0, max_tokens=100)
    assert 0 < paid < len(found) == step.endpoint.asked.total() == 4


@pytest.mark.parametrize(
    ("message", "changes", "role"),
    [
        ("endpoint.teacher: expected one of openai, gemini, found 'none'", {"teacher": "none"}, "user"),
        ("row odd: expected turns of system, user, assistant for an endpoint, found one of tool", {}, "tool"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_error_and_costs_nothing(step, message, changes, role):
    odd = Row("odd", "p", "test", "", (Message(role, "?"), Message("assistant", "{x}")))
    _, told = step.run(rows=[*ROWS, odd], **changes)
    assert message in told
    assert step.endpoint.asked.total() == 0
