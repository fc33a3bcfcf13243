"""A busy machine makes programs slow, not wrong: limits are of CPU time."""

import multiprocessing
import os
from collections.abc import Iterator

import pytest

from hone.runners import Case, Limits, Sandbox, Tests

WORK = "def f(n):\n    total = 0\n    for i in range(n):\n        total += i * i % 7\n    return total\n"


def spin() -> None:
    while True:
        pass


@pytest.fixture
def neighbours() -> Iterator[None]:
    """Two processes that take every core they are given, twice over."""
    busy = [multiprocessing.Process(target=spin, daemon=True) for _ in range(2 * len(os.sched_getaffinity(0)))]
    for process in busy:
        process.start()
    yield
    for process in busy:
        process.kill()
        process.join()


def test_no_right_program_is_judged_wrong_beside_busy_neighbours(neighbours: None):
    n = 1_000_000  # a tenth of a second alone, of which the limit is a second
    tests = Tests("f", (Case((n,), sum(i * i % 7 for i in range(n))),))
    with Sandbox(2, Limits(cpu_s=1)) as runner:
        assert {verdict.reason for verdict in runner.verdicts([(WORK, tests)] * 40)} == {"passed"}
