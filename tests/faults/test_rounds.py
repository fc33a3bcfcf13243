"""kill -9 in the middle of a round of the bootstrap loop: begun again, it ends with the bytes of one left alone."""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hone import tokens
from hone.core.files import atomic_folder
from hone.core.records import write_jsonl
from hone.recipes import get
from hone.recipes.q_language import problems as made
from hone.recipes.q_language.bank.families import tasks
from hone.runners import Sandbox, language

ROOT = Path(__file__).parents[2]
LABELS = ["description_to_q", "python_to_q"]
PARAMS = {
    "bootstrap": {"labels": LABELS, "known": 0.5, "samples": 3},
    "sft": {"rank": 4, "epochs": 4, "tokens_per_step": 512, "tokens_per_batch": 512, "validate_every": 2},
    "generate": {"max_new_tokens": 12, "batch_size": 4},
}
PLACES = {  # what a round has written when it is killed
    "while tries are made": "tries.jsonl",
    "in training": "training/*/events.jsonl",
    "when the new model answers": "val.jsonl",
}


@pytest.fixture(scope="module")
def place(base_folder, tmp_path_factory):
    """A tiny model, and the proven rows of a few problems."""
    place = tmp_path_factory.mktemp("rounds")
    with Sandbox(1) as python, Sandbox(1, language=language("q")) as q:
        problems = [made._widened(made.of_task(task), python)[0] for task in tasks()[::150]]
        drafts = [row for problem in problems for row in get("q_language").draft(problem, "train", 2, 1, {}, q)]
        rows = [row for row in drafts if row.label in LABELS and get("q_language").verify(row, q).ok]
    assert len({row.problem_id for row in rows}) > 3
    write_jsonl(place / "train.jsonl", rows)
    write_jsonl(place / "val.jsonl", [replace(row, split="val") for row in rows[:3]])
    tokens.build(base_folder(), (), rows[:1], place / "tokenizer")
    with atomic_folder(place / "base") as folder:
        shutil.copytree(base_folder(), folder, dirs_exist_ok=True)
    run(place, place / "whole", 1)
    run(place, place / "whole", 2)
    return place


def command(place, to, number):
    before, at = to / str(number - 1), to / str(number)
    given = ["--before", before / "pool.jsonl", "--model", before / "model"] if number > 1 else []
    return [
        sys.executable, ROOT / "scripts/round.py", "--recipe", "q_language", "--number", str(number), "--params",
        json.dumps(PARAMS), "--base", place / "base", "--tokenizer", place / "tokenizer", "--train",
        place / "train.jsonl", "--val", place / "val.jsonl", *given, "--pool", at / "pool.jsonl", "--metadata",
        at / "metadata.json", "--out", at / "model", "--work", to / "work",
    ]  # fmt: skip


def run(place, to, number):
    done = subprocess.run(command(place, to, number), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def content(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    "when", [pytest.param(when, marks=() if when == "in training" else pytest.mark.thorough) for when in PLACES]
)
def test_a_round_that_is_killed_ends_with_the_same_bytes(place, tmp_path, when):
    shutil.copytree(place / "whole/1", tmp_path / "1")
    victim = subprocess.Popen(command(place, tmp_path, 2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(file.stat().st_size for file in (tmp_path / "work").glob(f"*/{PLACES[when]}")):
        assert victim.poll() is None, "the round ended before it was killed"
        time.sleep(0.002)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    assert not (tmp_path / "2").exists()
    run(place, tmp_path, 2)
    assert content(tmp_path / "2") == content(place / "whole/2")
