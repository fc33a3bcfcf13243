"""The sandbox's verdicts beside those of HumanEval's own `check`, run in a plain process, on the same programs.

`python bench/verdicts.py [MUTANTS]` takes the 164 solutions and MUTANTS (5) mutants of each. It prints how often both
agree and every program on which they do not, and fails if a solution does not pass or if a difference is not of a kind
that is explained below. Here all calls that `check` makes are tests, not the few that the build keeps.

type     the answer has another type than the solution's (1.0 for 1, True for 1): to `check` they are equal
many     the problem accepts several answers (32, find_zero), our tests accept the solution's
helper   `check` calls another function of the program (38, 50: the encoder), which the mutant has changed
time     one of both ran out of time
"""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hone.core.progress import track
from hone.problems import human_eval
from hone.runners import Limits, Sandbox, Tests, Verdict
from hone.runners.isolation import interpreter
from hone.teachers.mutate import mutants

CORES = len(os.sched_getaffinity(0))
SEED = 17
TIMEOUT_S = 20.0
MANY = {"HumanEval/32"}
HELPER = {"HumanEval/38", "HumanEval/50"}


def by_check(row: dict[str, Any], source: str) -> str:
    """passed, failed or time, as the package's `check` says in a process of its own."""
    text = f"{source}\n{row['test']}\ncheck({row['entry_point']})\n"
    try:
        ran = subprocess.run([interpreter(), "-I", "-c", text], capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return "time"
    return "passed" if ran.returncode == 0 else "failed"


def kind(task: str, verdict: Verdict, tests: Tests, theirs: str) -> str:
    """Why both differ, or "unexplained"."""
    if theirs == "time" or verdict.reason == "timeout":
        return "time"
    if task in MANY:
        return "many"
    if task in HELPER and theirs == "failed":
        return "helper"
    wrong = [
        (case.got, test.expected)
        for case, test in zip(verdict.cases, tests.cases, strict=True)
        if case.outcome != "passed"
    ]
    loosely = all(got == want for got, want in wrong)
    return "type" if theirs == "passed" and loosely else "unexplained"


def main() -> int:
    """Judge every program both ways."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    human_eval.MAX_CASES = 10**6
    rows = {row["task_id"]: row for row in human_eval.rows(human_eval.data_file())}
    work = []
    for problem in human_eval.load():
        proposed = [mutant.source for _, mutant in zip(range(each), mutants(problem.solution, SEED), strict=False)]
        work += [(problem.id, source, Tests.parse(problem.tests)) for source in (problem.solution, *proposed)]
    with Sandbox(CORES, Limits(cpu_s=10)) as runner:
        ours = list(track(runner.stream((source, tests) for _, source, tests in work), len(work), "ours", "programs"))
    with ThreadPoolExecutor(CORES) as pool:
        judged = pool.map(lambda item: by_check(rows[item[0]], item[1]), work)
        theirs = list(track(judged, len(work), "check", "programs"))
    kinds: Counter[str] = Counter()
    for (task, source, tests), verdict, other in zip(work, ours, theirs, strict=True):
        if verdict.passed != (other == "passed"):
            why = kind(task, verdict, tests, other)
            kinds[why] += 1
            print(f"{task}: ours {verdict.reason}, theirs {other}: {why}\n{source}\n")
    solutions = sum(verdict.passed for verdict in ours[:: each + 1]) if len(work) == len(rows) * (each + 1) else -1
    print(f"{len(work)} programs, {len(work) - kinds.total()} equal verdicts, different: {dict(kinds)}")
    print(f"solutions that pass: {solutions} of {len(rows)}; programs that pass: {sum(v.passed for v in ours)}")
    return 0 if not kinds["unexplained"] and solutions in (-1, len(rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
