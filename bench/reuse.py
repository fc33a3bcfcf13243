"""What reuse by row saves: 1,000 problems of which one is edited, against a build from nothing.

`python bench/reuse.py` prints what was made, the seconds and their ratio, and fails unless exactly one problem is
drafted, its rows alone are verified, and every output is byte-equal. Takes minutes: two whole builds.
The problems are one small program each, so a real draft costs more and the ratio here is a low one.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hone.core.records import Problem, Row, read_jsonl
from hone.problems import write_problems
from hone.runners import Case, Tests

ROOT = Path(__file__).parents[1]
N, EDITED = 1000, 500
PARAMS = {
    "drafts": {"seed": 1},
    "dataset": {  # few rows are asked for: programs so alike count as contamination
        "train": {"rows": 40, "per_problem": 1},
        "val": {"rows": 2, "per_problem": 1},
        "test": {"rows": 2, "per_problem": 1},
    },
}


def problem(i: int) -> Problem:
    """A problem whose program and words no other shares."""
    name = f"pick_{i}"
    source = (
        f"def {name}(numbers, start):\n    found = []\n    for number in numbers:\n"
        f"        if number > start:\n            found.append(number + {i})\n    return found\n"
    )
    asked: list[tuple[list[int], int]] = [([1, 3, 2], 1), ([], 5), ([2, 1], 1), ([9], 9)]
    cases = tuple(Case(args=(ns, start), expected=[n + i for n in ns if n > start]) for ns, start in asked)
    words = " ".join(f"word{i}x{k}" for k in range(12))
    tests = Tests(name, cases).dump()
    return Problem(f"p/{i:04}", name, f"Pick numbers. {words}", name, "", source, tests, "easy", "bench", "")


def build(work: Path, problems: list[Problem], out: Path) -> tuple[float, list[str]]:
    """Both stages; the seconds they took, and what they told of known and made."""
    out.mkdir()
    write_problems(work / "samples.parquet", problems)
    names = ("train", "val", "test", "alpaca", "validation", "report")
    common = ["--recipe", "special_tokens", "--params", json.dumps(PARAMS), "--log", f"{out}.log"]
    outs = [part for name in names for part in (f"--{name}", out / name)]
    started = time.perf_counter()
    drafted = ["--account", out / "drafting"]
    run(
        "drafts",
        "--samples",
        work / "samples.parquet",
        "--out",
        out / "drafts",
        *drafted,
        "--work",
        work / "drafts",
        *common,
    )
    run("dataset", "--drafts", out / "drafts", *drafted, *outs, "--work", work / "dataset", *common)
    seconds = time.perf_counter() - started
    return seconds, [line for line in Path(f"{out}.log").read_text().splitlines() if line.endswith("known")]


def run(script: str, *flags: object) -> None:
    """One step as Snakemake would run it."""
    command = [sys.executable, f"scripts/{script}.py", *map(str, flags)]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)


def main() -> None:
    """Build, edit, build again; then the same from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        kept, nothing = Path(folder, "kept"), Path(folder, "nothing")
        for work in (kept, nothing):
            work.mkdir()
        problems = [problem(i) for i in range(N)]
        build(kept, problems, kept / "first")
        problems[EDITED] = replace(problems[EDITED], statement=problems[EDITED].statement + " Edited.")
        again, told = build(kept, problems, kept / "out")
        whole, _ = build(nothing, problems, nothing / "out")

        rows = read_jsonl(kept / "out/drafts", Row)
        mine = sum(row.problem_id == problems[EDITED].id for row in rows)
        expected = [
            f"drafts: 1 of {N} problems drafted, {N - 1} known",
            f"verify: {mine} of {len(rows)} rows verified, {len(rows) - mine} known",
        ]
        assert told == expected, f"expected {expected}, found {told}"
        for file in sorted((kept / "out").iterdir()):
            assert file.read_bytes() == (nothing / "out" / file.name).read_bytes(), f"{file.name} differs"
        size = sum(file.stat().st_size for file in kept.glob("*/known/*"))
        print(*told, "all outputs byte-equal", f"ledgers: {size / 1e6:.1f} MB", sep="\n")
        print(f"from nothing {whole:.1f} s, one edited {again:.1f} s: {whole / again:.0f} times")


if __name__ == "__main__":
    main()
