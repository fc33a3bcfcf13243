"""The judge as the real step asks it, over HTTP: every answer is paid for once and stands in the run's log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.endpoint import Endpoint
from tests.unit.report.conftest import make

from hone import events

ROOT = Path(__file__).parents[3]
CANARY = "sk-canary-77aa02"


def reply(body):
    asked = body["messages"][-1]["content"]
    said = {"better": "tie"} if '"better"' in asked else {"right": True}
    return json.dumps({**said, "reason": f"I was asked with {CANARY}."})


def test_every_call_of_the_judge_is_logged_with_tokens_and_money_and_without_its_key(tmp_path):
    make(tmp_path)
    results = tmp_path / "results/special_tokens"
    with Endpoint(reply=reply) as endpoint:
        prices = {"m": {"input": 1.0, "output": 10.0}}
        judge = {"judge": "openai", "model": "m", "base_url": endpoint.url, "prices": prices}
        flags = {"recipe": "special_tokens", "rows": tmp_path / "data/special_tokens/test.jsonl", "out": tmp_path / "judging.json",
                 "results": tmp_path / "results.jsonl", "comparison": tmp_path / "comparison.jsonl",
                 "examples": tmp_path / "examples.md", "work": tmp_path / "work/special_tokens-judge",
                 "params": json.dumps({"judge": judge})}  # fmt: skip
        pairs = [(f"--{name}", str(value)) for name, value in flags.items()]
        for variant in ("base", "sft"):
            pairs += [(f"--{kind}", str(results / variant / f"{kind}.jsonl")) for kind in ("completions", "scores")]
        command = [sys.executable, "scripts/judge.py", *(part for pair in pairs for part in pair)]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "OPENAI_API_KEY": CANARY}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        asked = sum(endpoint.asked.values())
    (path,) = events.logs(tmp_path / "work")
    log = events.read(path)
    assert len(log.calls) == asked > 0
    assert log.final["usd"] == pytest.approx(sum(call["usd"] for call in log.calls))
    assert all(call["completion_tokens"] > 0 and call["seconds"] > 0 for call in log.calls)
    assert CANARY not in path.read_text()
    assert "I was asked with [key]." in path.read_text()
