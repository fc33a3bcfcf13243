"""Reuse by row: what is not new is known, and the bytes are those of a build from nothing."""

import dataclasses
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from hone import recipes, reuse
from hone.core.config import DatasetParams
from hone.core.records import Problem, Row, read_jsonl
from hone.dataset import assign
from hone.pipeline.code import closure
from hone.problems import write_problems
from hone.reuse import Reuse
from hone.runners import Case, CaseVerdict, Execution, Limits, Sandbox, Tests, Verdict

ROOT = Path(__file__).parents[2]
SIZES = {
    "train": {"rows": 8, "per_problem": 1},
    "val": {"rows": 2, "per_problem": 1},
    "test": {"rows": 2, "per_problem": 1},
}
PARAMS = {"drafts": {"seed": 3}, "dataset": SIZES}


def problem(i, change=""):
    """Problem `i` of as many as one likes, each with a program and words of its own."""
    source = (
        f"def pick_{i}(numbers, start):\n    found = []\n    for number in numbers:\n"
        f"        if number > start:\n            found.append(number + {i})\n    return found\n"
    )
    lists = [([1, 3, 2], 1), ([], 5), ([2, 1], 1), ([9], 9)]
    cases = tuple(Case(args=(ns, start), expected=[n + i for n in ns if n > start]) for ns, start in lists)
    words = " ".join(f"word{i}x{k}" for k in range(12))
    return Problem(f"p/{i:04}", f"pick {i}", f"Pick numbers. {words}{change}", f"pick_{i}", "", source,
                   Tests(f"pick_{i}", cases).dump(), "easy", "made", "")  # fmt: skip


PROBLEMS = [problem(i) for i in range(40)]


def script(name):
    spec = importlib.util.spec_from_file_location(f"script_{name}", ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


DRAFT, PROVE = script("drafts"), script("dataset")


def counts(log):
    """Made and known, of the last build that the log tells of."""
    told = re.findall(r": (\d+) of \d+ \w+ (?:drafted|verified), (\d+) known", log.read_text())
    return tuple(map(int, told[-1]))


def build(folder, problems, params=PARAMS, workers=2):
    """Both stages on `problems`; what was made and known of problems and rows. Outputs lie in folder/out."""
    out, log = folder / "out", folder / "log"
    write_problems(folder / "samples.parquet", problems)
    given = json.dumps(params)
    DRAFT(
        "special_tokens",
        folder / "samples.parquet",
        out / "drafts.jsonl",
        out / "drafting.json",
        given,
        folder / "work/drafts",
        log,
        workers,
    )
    drafted = counts(log)
    paths = [out / name for name in ("train", "val", "test", "alpaca", "validation", "report")]
    drafts = (out / "drafts.jsonl", out / "drafting.json")
    PROVE("special_tokens", *drafts, *paths, given, folder / "work/dataset", log, workers=workers)
    return drafted, counts(log)


def contents(folder):
    return {file.name: file.read_bytes() for file in (folder / "out").iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    (drafted, verified) = build(folder, PROBLEMS)
    assert drafted == (40, 0)
    assert verified[1] == 0
    return folder


@pytest.fixture
def built(first, tmp_path):
    """A folder of its own in which all problems were built."""
    return Path(shutil.copytree(first, tmp_path / "built"))


def test_one_edited_problem_of_many_is_drafted_and_its_rows_verified_alone(built, tmp_path):
    edited = [problem(7, " Edited.") if i == 7 else each for i, each in enumerate(PROBLEMS)]
    drafted, verified = build(built, edited)
    rows = Counter(row.problem_id for row in read_jsonl(built / "out/drafts.jsonl", Row))
    assert drafted == (1, 39)
    assert rows["p/0007"] > 0
    assert verified == (rows["p/0007"], rows.total() - rows["p/0007"])
    (tmp_path / "nothing").mkdir()
    assert build(tmp_path / "nothing", edited)[0] == (40, 0)
    assert contents(built) == contents(tmp_path / "nothing")


def prove(folder, part=""):
    """The second stage once more, or a part of it, from nothing but the drafts of `folder`."""
    out = folder / "out"
    paths = [out / name for name in ("train", "val", "test", "alpaca", "validation", "report")]
    files = (out / "drafts.jsonl", out / "drafting.json", *paths)
    PROVE("special_tokens", *files, json.dumps(PARAMS), folder / "work/parts", folder / "log", part)
    return counts(folder / "log")


def test_rows_proven_in_parts_make_the_same_bytes_and_none_is_proven_twice(built, first):
    rows = len(read_jsonl(built / "out/drafts.jsonl", Row))
    for path in ("train", "val", "test", "alpaca", "validation", "report"):
        (built / "out" / path).unlink()
    made = [prove(built, f"{number}/3") for number in (1, 2, 3)]
    assert sum(new for new, _ in made) == rows
    assert not (built / "out/train").exists()
    assert prove(built) == (0, rows)
    assert contents(built) == contents(first)


def test_completions_scored_in_parts_make_the_same_bytes(built):
    answer, score = script("complete"), script("score")
    tested, completions = built / "out/test", built / "out/keyword/completions.jsonl"
    answer("special_tokens", "keyword", tested, completions)
    for folder, parts in (("alone", [""]), ("parts", ["1/2", "2/2", ""])):
        for part in parts:
            score("special_tokens", tested, completions, built / folder / "scores", built / "work" / folder, None, part)
            assert (built / folder / "scores").exists() == (part == "")
    assert (built / "alone/scores").read_bytes() == (built / "parts/scores").read_bytes()


def test_added_problems_are_drafted_and_those_that_they_move_to_another_split(built, tmp_path):
    more = [problem(100), *PROBLEMS[:20], problem(101), *PROBLEMS[20:]]
    sizes = DatasetParams.model_validate(SIZES)
    before = assign({p.id: "" for p in PROBLEMS}, sizes)
    moved = sum(before.get(name, split) != split for name, split in assign({p.id: "" for p in more}, sizes).items())
    assert build(built, more)[0] == (2 + moved, 40 - moved)
    (tmp_path / "nothing").mkdir()
    build(tmp_path / "nothing", more)
    assert contents(built) == contents(tmp_path / "nothing")


def test_where_all_is_known_no_runner_is_started(built, monkeypatch):
    before = contents(built)
    monkeypatch.setattr("hone.runners.Sandbox.__enter__", lambda self: pytest.fail("a runner was started"))
    assert [made for made, _ in build(built, PROBLEMS)] == [0, 0]
    assert contents(built) == before


def test_sizes_of_splits_that_leave_a_problem_as_it_was_draft_nothing(built):
    smaller = {"drafts": {"seed": 3}, "dataset": SIZES | {"train": {"rows": 6, "per_problem": 1}, "ngram": 14}}
    moved = assign({p.id: "" for p in PROBLEMS}, DatasetParams.model_validate(smaller["dataset"]))
    before = assign({p.id: "" for p in PROBLEMS}, DatasetParams.model_validate(SIZES))
    made = sum(moved[name] != before[name] for name in before)
    assert build(built, PROBLEMS, smaller)[0] == (made, 40 - made)


def test_another_seed_drafts_all_again(built):
    assert build(built, PROBLEMS, PARAMS | {"drafts": {"seed": 4}})[0] == (40, 0)


@pytest.mark.parametrize(
    "file", ["runners/server.py", "recipes/special_tokens/phrases.yaml", "teachers/mutate.py", "core/records.py"]
)
def test_changed_code_makes_all_again_and_the_old_ledger_goes(tmp_path, monkeypatch, file):
    monkeypatch.setattr(reuse, "_SOURCES", Path(shutil.copytree(ROOT / "src/hone", tmp_path / "hone")))
    samples, out, work, log = (tmp_path / name for name in ("samples.parquet", "out", "work", "log"))
    write_problems(samples, PROBLEMS[:4])
    ledgers = []
    for edited, expected in (("cli.py", (4, 0)), ("core/progress.py", (0, 4)), (file, (4, 0))):
        with (tmp_path / "hone" / edited).open("a") as stream:
            stream.write("\n")
        DRAFT("special_tokens", samples, out, tmp_path / "drafting.json", json.dumps(PARAMS), work, log)
        assert counts(log) == expected
        ledgers += (work / "known").iterdir()
    assert ledgers[0] == ledgers[1] != ledgers[2]
    assert len(ledgers) == 3


@pytest.mark.parametrize("recipe", recipes.names())
def test_all_code_that_a_recipe_runs_counts(recipe):
    counted = {file.relative_to(ROOT) for file in reuse.code(recipe)}
    starts = [Path("src/hone/recipes", recipe, "__init__.py"), Path("src/hone/recipes", f"{recipe}.py")]
    used = closure(next(start for start in starts if (ROOT / start).is_file()), ROOT)
    used |= closure(Path("src/hone/reuse.py"), ROOT)
    assert used - counted == {Path("src/hone/__init__.py")}, "add it to _SHARED in src/hone/reuse.py"
    assert Path("src/hone/runners/server.py") in counted
    assert not [file for file in counted if "__pycache__" in file.parts]


@pytest.mark.parametrize("workers", [1, 5])
def test_the_number_of_workers_changes_no_byte(first, tmp_path, workers):
    build(tmp_path, PROBLEMS, workers=workers)
    assert contents(tmp_path) == contents(first)


def test_as_many_values_are_made_at_a_time_as_there_are_workers(tmp_path):
    together = threading.Barrier(3, timeout=60)
    runner = Sandbox(3, isolation="off")
    with Reuse(lambda x, runner: [together.wait(), x][1], int, tmp_path, "special_tokens", runner, ()) as ask:
        assert list(ask.each((x,) for x in range(9))) == list(range(9))


def test_a_loop_that_is_left_ends_what_is_under_way(tmp_path):
    def run(source, runner):
        return runner.run(source).outcome

    runner = Sandbox(2, Limits(cpu_s=300, wall_s=300), isolation="off")

    def left():
        with Reuse(run, str, tmp_path, "special_tokens", runner, ()) as ask:
            for outcome in ask.each([("1",), ("while True: pass",), ("while True: pass",)]):
                raise ZeroDivisionError(outcome)

    began = time.monotonic()
    with pytest.raises(ZeroDivisionError, match="passed"):
        left()
    assert time.monotonic() - began < 100


def test_a_killed_build_keeps_what_was_done(first, tmp_path):
    work, out = tmp_path / "work", tmp_path / "drafts.jsonl"
    flags = {"recipe": "special_tokens", "samples": first / "samples.parquet", "params": json.dumps(PARAMS),
             "out": out, "account": tmp_path / "drafting.json", "work": work, "log": tmp_path / "log"}  # fmt: skip
    command = [sys.executable, "scripts/drafts.py", *(part for k, v in flags.items() for part in (f"--{k}", str(v)))]
    started = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

    def lines():
        return [line for file in work.glob("known/*") for line in file.read_bytes().split(b"\n")[:-1]]

    until = time.monotonic() + 60
    while len(lines()) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    done = len(lines())
    assert 5 <= done < 40
    assert not out.exists()
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    assert counts(tmp_path / "log") == (40 - done, done)
    assert out.read_bytes() == (first / "out/drafts.jsonl").read_bytes()


class Showing:
    """A runner whose programs end as their source says."""

    engine, isolation = "none", ()

    def __init__(self, limits=None):
        self.limits = limits or Limits()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def verdict(self, source, tests, stop_at_first_failure=False):
        cases = tuple(CaseVerdict(outcome) for outcome in source.split())
        reason = next((case.outcome for case in cases if case.outcome != "passed"), "passed")
        return Verdict(reason == "passed", reason, cases, "none", ())

    def verdicts(self, programs, stop_at_first_failure=False):
        return [self.verdict(source, tests) for source, tests in programs]

    def run(self, source, stdin=""):
        return Execution(source, "", "")

    def beside(self, name):
        return Showing(self.limits)

    def each(self, calls):
        return (call() for call in calls)


def made_of_two(tmp_path, how, unsure=(), limits=None):
    """How often a value is made that is asked for twice; `how` is what making it asks of the runner."""
    with Reuse(lambda runner: [how(runner), 1][1], int, tmp_path, "special_tokens", Showing(limits), unsure) as ask:
        assert [*ask.each([()]), *ask.each([()])] == [1, 1]
        return ask.made


@pytest.mark.parametrize(
    ("made", "how"),
    [
        (1, lambda runner: runner.run("raised")),
        (1, lambda runner: runner.run("memory")),
        (1, lambda runner: runner.verdicts([("passed wrong", None), ("timeout", None)])),
        (1, lambda runner: runner.verdict("wrong missing missing", None, stop_at_first_failure=True)),
        (2, lambda runner: runner.verdict("missing missing", None, stop_at_first_failure=True)),
        (2, lambda runner: runner.verdict("wrong missing", None)),
        (2, lambda runner: runner.verdicts([("passed", None), ("wrong crashed", None)])),
        (2, lambda runner: [runner.run("crashed"), runner.run("passed")]),
        (1, lambda runner: runner.beside("q").run("raised")),
        (2, lambda runner: [runner.beside("q").run("crashed"), runner.run("passed")]),
    ],
)
def test_what_a_busy_machine_may_have_caused_is_not_kept(tmp_path, made, how):
    assert made_of_two(tmp_path, how) == made


def test_a_timeout_is_kept_only_if_cpu_time_gave_it_and_the_caller_agrees(tmp_path):
    assert made_of_two(tmp_path / "a", lambda runner: runner.run("timeout")) == 1
    assert made_of_two(tmp_path / "b", lambda runner: runner.run("timeout"), unsure=["timeout"]) == 2
    assert made_of_two(tmp_path / "c", lambda runner: runner.run("timeout"), limits=Limits(wall_s=0)) == 2
    assert made_of_two(tmp_path / "d", lambda runner: runner.run("passed"), limits=Limits(wall_s=0)) == 1


def test_limits_and_python_count(tmp_path, monkeypatch):
    def made(limits):
        with Reuse(lambda x, runner: x, int, tmp_path, "special_tokens", Showing(limits), ()) as ask:
            assert list(ask.each([(5,)])) == [5]
            return ask.made

    assert [made(Limits()), made(Limits()), made(Limits(cpu_s=1)), made(Limits(cpu_s=1))] == [1, 0, 1, 0]
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert made(Limits(cpu_s=1)) == 1


def test_a_value_is_the_same_made_and_known(tmp_path):
    row = Row("a", "p", "train", "EDIT", (), {"by": {2: (1,), 10: 0.1}})
    with Reuse(lambda runner: (row,), tuple[Row, ...], tmp_path, "special_tokens", Showing(), ()) as ask:
        (made,), (known,) = ask.each([()]), ask.each([()])
    assert made == known
    assert made[0] == dataclasses.replace(row, meta={"by": {"2": [1], "10": 0.1}})


def test_a_failed_stage_deletes_no_ledger_and_keeps_its_own(tmp_path):
    def fails(x, runner):
        if x > 1:
            raise ZeroDivisionError
        return x

    other = tmp_path / "known" / "earlier.jsonl"
    other.parent.mkdir()
    other.write_text("")
    with pytest.raises(ZeroDivisionError), Reuse(fails, int, tmp_path, "special_tokens", Showing(), ()) as ask:
        list(ask.each([(0,), (1,), (2,)]))
    assert other.exists()
    with Reuse(fails, int, tmp_path, "special_tokens", Showing(), ()) as ask:
        assert list(ask.each([(0,), (1,)])) == [0, 1]
    assert (ask.made, ask.known) == (0, 2)
    assert not other.exists()
