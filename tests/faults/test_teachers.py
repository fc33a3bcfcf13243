"""Drafts by an endpoint, as the real step makes them: nothing is paid twice or lost, and no key is ever told.

HONE_KILLS sets how many kills there are.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.endpoint import Endpoint, Limits
from tests.unit.report.conftest import make
from tests.unit.test_reuse import PROBLEMS, SIZES

from hone.core.config import BaseModelParams
from hone.core.records import Row, read_jsonl
from hone.problems import write_problems
from hone.report.build import load
from hone.report.card import card
from hone.report.page import page

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("HONE_KILLS", "2"))
CANARY = "sk-canary-77aa01"
N = 20  # problems: two rows of each, two answers a row
PRICES = {"m": {"input": 1.0, "output": 10.0}}


def write(body):
    """A good teacher for the problems of test_reuse: swaps a comparison, and says what is asked for."""
    told = body["messages"][0]["content"]
    programs = re.findall(r"```python\n(.*?)```", told, re.DOTALL)
    evidence = re.search(r"What it does wrong: (.*)", told)
    if evidence is None:
        return json.dumps({"code": programs[0].replace("number > start", "number < start")})
    said = {"think": "I see.", "lead": "Here."}
    if "The correct program is" in told:
        return json.dumps(said | {"request": f"It fails: {evidence[1]}.", "code": programs[1]})
    call = re.match(r"(\w+)\((.*)\) gives", evidence[1])
    script = f"{programs[0].strip()}\n\nprint({call[1]}({call[2]}))"
    return json.dumps(said | {"request": "Something is odd here.", "code": script})


def first_wrong(body):
    """As `write`, but what is asked for the first time with an even number in it comes without a bug."""
    text = write(body)
    told = body["messages"]
    if len(told) == 1 and "one realistic bug" in told[0]["content"] and re.search(r"def pick_\d*[02468]\(", str(told)):
        return text.replace("number < start", "number > start")
    return text


class Step:
    """The step in a folder of its own."""

    def __init__(self, folder, endpoint, recipe="special_tokens", problems=PROBLEMS[:N], sizes=SIZES, **changes):
        self.folder, self.recipe = folder, recipe
        drafts = {"teacher": "openai", "model": "m", "base_url": endpoint.url, "seed": 3, "prices": PRICES} | changes
        self.params = json.dumps({"drafts": drafts, "dataset": sizes | {"ngram": 99}})  # the programs are alike
        self.env = {**os.environ, "OPENAI_API_KEY": CANARY}
        write_problems(folder / "samples.parquet", problems)

    def command(self):
        flags = {"recipe": self.recipe, "samples": "samples.parquet", "out": "drafts.jsonl",
                 "account": "drafting.json", "work": "work/drafts", "log": "log"}  # fmt: skip
        paths = {k: v if k == "recipe" else self.folder / v for k, v in flags.items()} | {"params": self.params}
        return [sys.executable, "scripts/drafts.py", *(part for k, v in paths.items() for part in (f"--{k}", str(v)))]

    def start(self):
        return subprocess.Popen(self.command(), cwd=ROOT, env=self.env, stderr=subprocess.PIPE, text=True)

    def run(self, status=0):
        done = subprocess.run(self.command(), cwd=ROOT, env=self.env, stderr=subprocess.PIPE, text=True)
        assert done.returncode == status, done.stderr
        return done.stderr

    def prove(self):
        """What the next step says of the drafts."""
        names = ("train", "val", "test", "alpaca", "validation", "report")
        flags = [part for name in names for part in (f"--{name}", str(self.folder / name))]
        given = ["--params", self.params, "--work", str(self.folder / "work/dataset"), "--recipe", self.recipe]
        drafts = ["--drafts", str(self.folder / "drafts.jsonl"), "--account", str(self.folder / "drafting.json")]
        subprocess.run([sys.executable, "scripts/dataset.py", *drafts, *flags, *given], cwd=ROOT, check=True)
        return json.loads((self.folder / "validation").read_text())

    def made(self):
        return [(self.folder / name).read_bytes() for name in ("drafts.jsonl", "drafting.json")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an uninterrupted run makes."""
    folder = tmp_path_factory.mktemp("whole")
    with Endpoint(reply=write) as endpoint:
        step = Step(folder, endpoint)
        step.said = step.run()
        step.requests = sum(endpoint.asked.values())
    return step


def test_rows_in_a_teachers_words_are_proven_and_accounted_for(whole):
    assert whole.requests == 4 * N
    assert f"{2 * N} rows of m: {4 * N} answers" in whole.said
    assert "at most" in whole.said
    account = json.loads(whole.made()[1])
    assert (account["asked"], account["drafted"], account["lost"]) == (2 * N, 2 * N, {})
    assert account["usd"] == pytest.approx((account["prompt_tokens"] + 10 * account["completion_tokens"]) / 1e6)
    found = whole.prove()
    assert found["reasons"].keys() <= {"contaminated", "duplicate", "surplus"}
    assert found["drafting"] == account
    assert found["rounds"] == {"1": {"drafted": 2 * N, "proven": 2 * N}}
    assert f"m was asked for {2 * N} rows: {4 * N} answers" in (whole.folder / "report").read_text()


def test_a_teacher_is_told_what_was_wrong_and_the_report_counts_its_tries(tmp_path):
    with Endpoint(reply=first_wrong) as endpoint:
        step = Step(tmp_path, endpoint)
        step.run()
        assert sum(endpoint.asked.values()) == 4 * N + N  # half of the problems, both rows
        assert any("passes every test" in text and "Answer again" in text for text in endpoint.asked)
    rows = read_jsonl(tmp_path / "drafts.jsonl", Row)
    assert {row.meta["rounds"] for row in rows if row.problem_id in ("p/0002", "p/0010")} == {"2"}
    found = step.prove()
    assert found["rounds"] == {"1": {"drafted": N, "proven": N}, "2": {"drafted": N, "proven": N}}


def test_what_a_teacher_never_gets_right_is_counted_and_not_kept(tmp_path):
    with Endpoint(reply=lambda body: write(body).replace("number < start", "number > start")) as endpoint:
        step = Step(tmp_path, endpoint, rounds=2)
        step.run()
        assert sum(endpoint.asked.values()) == 2 * 2 * N
    account = json.loads(step.made()[1])
    (reason,) = account["lost"]
    assert reason.startswith("no bug: the program passes every test")
    assert (account["lost"][reason], account["drafted"]) == (2 * N, 0)


def test_a_killed_run_goes_on_to_the_same_bytes_and_pays_for_no_more_than_was_under_way(whole, tmp_path):
    draw = random.Random(5)
    with Endpoint(Limits(latency_s=0.2), reply=write) as endpoint:
        step, under_way = Step(tmp_path, endpoint), 0
        for _ in range(KILLS):
            running = step.start()
            before = sum(endpoint.asked.values())
            while sum(endpoint.asked.values()) == before and running.poll() is None:
                time.sleep(0.01)
            time.sleep(draw.uniform(0.0, 1.0))
            running.send_signal(signal.SIGKILL)
            running.wait()
            time.sleep(1.5)  # what was under way reaches its end at the endpoint
            answered = len((tmp_path / "work/answers/special_tokens.jsonl").read_bytes().split(b"\n")) - 1
            under_way = sum(endpoint.asked.values()) - answered
        step.run()
        asked = sum(endpoint.asked.values())
    assert asked <= 4 * N + under_way
    assert [step.made()[0], _usd_aside(step)] == [whole.made()[0], _usd_aside(whole)]


def _usd_aside(step):
    return json.loads(step.made()[1])


def test_two_processes_pay_for_nothing_twice(whole, tmp_path):
    with Endpoint(Limits(latency_s=0.1), reply=write) as endpoint:
        steps = [Step(tmp_path, endpoint).start() for _ in range(2)]
        assert [step.wait(120) for step in steps] == [0, 0]
        assert sum(endpoint.asked.values()) == 4 * N
    assert Step(tmp_path, endpoint).made() == whole.made()


def test_the_limit_of_money_ends_the_step_in_one_line_and_a_higher_one_goes_on(whole, tmp_path):
    half = json.loads(whole.made()[1])["usd"] / 2
    with Endpoint(reply=write) as endpoint:
        said = Step(tmp_path, endpoint, max_usd=half, max_tokens=100).run(status=2)
        (line,) = (line for line in said.splitlines() if line.startswith("hone:"))
        assert re.search(rf"max_usd: \$\S+ is used up \(\$\S+ spent\): \d+ of {2 * N} rows are left", line)
        assert not (tmp_path / "drafts.jsonl").exists()
        paid = sum(endpoint.asked.values())
        assert 0 < paid < 4 * N
        Step(tmp_path, endpoint, max_tokens=100).run()
        assert sum(endpoint.asked.values()) == 4 * N


class Repeating(Endpoint):
    """Puts the key that it was sent into each answer, and refuses everything from some request on."""

    def __init__(self, refuse_from):
        super().__init__(reply=lambda body: write(body).replace("I see.", f"I see {CANARY}."))
        self.refuse_from = refuse_from

    def _refused(self, now, asked):
        if len(self.requests) >= self.refuse_from:
            return 401, f"Incorrect API key provided: {CANARY}", {}
        return None


def test_a_key_is_found_nowhere_afterwards(tmp_path, monkeypatch):
    with Repeating(50) as endpoint:
        step = Step(tmp_path, endpoint)
        running = step.start()
        listed = ""
        while running.poll() is None:
            listed += "".join(_read(file) for file in Path("/proc").glob("[0-9]*/cmdline"))
            time.sleep(0.05)
        said = running.stderr.read()
        assert running.returncode == 2
        assert "Incorrect API key provided: [key]" in said
        endpoint.refuse_from = 10**9
        said += step.run()
    track = [sys.executable, "-m", "hone.cli", "track", "--work", str(tmp_path / "work")]
    subprocess.run(track, cwd=tmp_path, env={**step.env, "PYTHONPATH": str(ROOT / "src")}, check=True)
    assert (tmp_path / "mlflow.db").exists()
    assert CANARY not in said + listed
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) > 5
    assert [file for file in written if CANARY.encode() in file.read_bytes()] == []
    assert b"I see [key]." in step.made()[0]
    assert b"I see [key]." in (tmp_path / "mlflow.db").read_bytes()  # the calls are traced
    step.prove()
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path / "build")
    (skill,) = load(make(Path(), tested=read_jsonl(tmp_path / "test", Row)))
    for text in (page([skill]), card(skill, BaseModelParams())):
        assert CANARY not in text
    assert "I see [key]." in page([skill])


def _read(file):
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""
