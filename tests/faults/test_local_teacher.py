"""A real model behind a real endpoint: `transformers serve` on the packaged model drafts, and the verifier decides.

The model is far too small for the task, so nearly all is refused; what counts is that all of it is accounted for.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.unit.test_reuse import PROBLEMS

from hone.problems import write_problems

pytestmark = [pytest.mark.model, pytest.mark.xdist_group("model"), pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
N = 6  # problems; one needs one for each split
SIZES = {split: {"rows": 2, "per_problem": 1} for split in ("train", "val", "test")}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The base URL of a server, and the name of its model."""
    folder = tmp_path_factory.mktemp("served")
    model = folder / "model"
    step = [
        sys.executable,
        "scripts/base_model.py",
        "--params",
        "{}",
        "--out",
        str(model),
        "--log",
        str(folder / "log"),
    ]
    subprocess.run(step, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    (folder / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        Path(sys.executable).with_name("transformers"),
        "serve",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "hub"), "HF_HOME": str(folder)}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(list(map(str, command)), env=env, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/health", server, folder / "server.log")
        yield f"http://127.0.0.1:{port}/v1", str(model)
    finally:
        server.terminate()
        server.wait(30)


def _wait(url, server, log):
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text()[-2000:])


def test_drafts_of_a_real_model_are_all_accounted_for(served, tmp_path):
    url, model = served
    write_problems(tmp_path / "samples.parquet", PROBLEMS[:N])
    drafts = {"teacher": "openai", "model": model, "base_url": url, "temperature": 0.0, "max_tokens": 220, "rounds": 1}
    flags = {"recipe": "special_tokens", "samples": tmp_path / "samples.parquet", "out": tmp_path / "drafts.jsonl",
             "account": tmp_path / "drafting.json", "work": tmp_path / "work/drafts",
             "params": json.dumps({"drafts": drafts, "dataset": SIZES})}  # fmt: skip
    command = [sys.executable, "scripts/drafts.py", *(str(part) for k, v in flags.items() for part in (f"--{k}", v))]
    env = {key: value for key, value in os.environ.items() if key != "OPENAI_API_KEY"}
    done = subprocess.run(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    account = json.loads((tmp_path / "drafting.json").read_text())
    print(account)
    assert account["asked"] == 2 * N
    assert account["drafted"] + sum(account["lost"].values()) == 2 * N
    assert not [reason for reason in account["lost"] if "status" in reason or "connection" in reason]
    ledger = (tmp_path / "work/answers/special_tokens.jsonl").read_text()
    assert len(ledger.splitlines()) >= 2 * N
