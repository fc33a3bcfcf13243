"""Bad input gives one message and a non-zero exit; what stood before still stands, byte for byte."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZES = {
    "train": {"rows": 2, "per_problem": 1},
    "val": {"rows": 2, "per_problem": 1},
    "test": {"rows": 2, "per_problem": 1},
}


def command(script, *flags, limit=""):
    call = [sys.executable, str(ROOT / "scripts" / script), *map(str, flags)]
    if limit:  # a file larger than this many blocks cannot be written: a full disk, as far as the writer can tell
        call = ["bash", "-c", f'ulimit -f {limit}; exec "$@"', "bash", *call]
    return subprocess.run(call, capture_output=True, text=True, cwd=ROOT)


def one_message(done, *words):
    lines = [line for line in done.stderr.splitlines() if line.startswith("hone: ")]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture(scope="module")
def problems(tmp_path_factory):
    path = tmp_path_factory.mktemp("problems") / "problems.parquet"
    out = ("--out", path, "--account", path.with_suffix(".json"))
    done = command("problems.py", "--recipe", "special_tokens", "--params", '{"problems": {}}', *out)
    assert done.returncode == 0, done.stderr
    return path


def test_a_missing_parquet_is_named(tmp_path):
    done = command("samples.py", "--problems", tmp_path / "none.parquet", "--out", tmp_path / "s.parquet")
    one_message(done, "none.parquet")


def test_a_truncated_parquet_is_named_and_the_old_samples_stand(tmp_path, problems):
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(problems.read_bytes()[:-100])
    out = tmp_path / "s.parquet"
    out.write_text("earlier")
    one_message(command("samples.py", "--problems", cut, "--out", out), "cut.parquet")
    assert out.read_text() == "earlier"


def test_no_space_left_is_one_message_and_leaves_neither_a_part_nor_a_loss(tmp_path, problems):
    out = tmp_path / "s.parquet"
    out.write_text("earlier")
    done = command("samples.py", "--problems", problems, "--out", out, "--params", '{"samples": {"n": 164}}', limit=8)
    one_message(done)
    assert out.read_text() == "earlier"
    assert [file.name for file in tmp_path.iterdir()] == ["s.parquet"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ('{"samples": {"sed": 1}}', ("samples.sed",)),
        ('{"samples": {"n": 0}}', ("samples.n", "greater")),
        ('{"samples": {"n": 9999}}', ("9999", "164")),
        ("[]", ("--params",)),
        ("{", ("--params",)),
    ],
)
def test_a_bad_parameter_is_named_with_what_was_found(tmp_path, problems, params, words):
    done = command("samples.py", "--problems", problems, "--out", tmp_path / "s.parquet", "--params", params)
    one_message(done, *words)


def test_a_row_that_is_no_row_is_named_with_its_line(tmp_path):
    drafts = tmp_path / "drafts.jsonl"
    drafts.write_text('{"id": "a"}\n')
    names = ("train", "val", "test", "alpaca", "validation", "report")
    flags = [part for name in names for part in (f"--{name}", tmp_path / name)]
    params = json.dumps({"dataset": SIZES})
    done = command(
        "dataset.py", "--recipe", "special_tokens", "--drafts", drafts, "--account", drafts, *flags, "--params", params
    )
    one_message(done, "drafts.jsonl: line 1")


def test_queries_that_are_no_list_are_refused(tmp_path):
    queries = tmp_path / "q.json"
    queries.write_text('{"Query": "why?"}')
    flags = ("--queries", queries, "--recipe", "special_tokens", "--out", tmp_path / "a.json")
    one_message(command("answer.py", *flags), "q.json", "list")


def test_an_unknown_recipe_is_told_which_there_are(tmp_path):
    out = ("--out", tmp_path / "p.parquet", "--account", tmp_path / "p.json")
    done = command("problems.py", "--recipe", "special_token", *out)
    one_message(done, "special_token", "special_tokens")
