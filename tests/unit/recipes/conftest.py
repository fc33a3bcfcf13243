"""Bugs and rows of one real problem, made once."""

import pytest

from hone.core.records import Problem
from hone.recipes import get
from hone.runners import Case, Limits, Sandbox, Tests

SOLUTION = """
def running_max(numbers, start):
    best = start
    found = []
    for number in numbers:
        if number > best:
            best = number
        found.append(best)
    return found
"""
CASES = [(([1, 3, 2], 0), [1, 3, 3]), (([], 5), []), (([2, 1], 2), [2, 2]), (([4, 9], 9), [9, 9]), (([7], 1), [7])]


@pytest.fixture(scope="session")
def runner():
    with Sandbox(limits=Limits(cpu_s=1)) as runner:
        yield runner


@pytest.fixture(scope="session")
def problem():
    tests = Tests("running_max", tuple(Case(args=args, expected=expected) for args, expected in CASES))
    return Problem("p/1", "running max", "Return the running maximum.", "running_max", "", SOLUTION, tests.dump(),
                   "easy", "test", "")  # fmt: skip


@pytest.fixture(scope="session")
def rows(problem, runner):
    return list(get("special_tokens").draft(problem, "train", 6, 1, {}, runner))
