"""Tests as data: what is read is what was written, and a bad layout is one clear message."""

import json
import math

import pytest

from hone.core.errors import UserError
from hone.runners.tests import Case, Tests


def test_calls_are_read():
    tests = Tests.parse(
        '{"entry": "f", "cases": [{"args": [1, {"$tuple": [2]}], "expected": null}], "tolerance": 1e-6}'
    )
    assert tests == Tests("f", (Case(args=(1, (2,)), expected=None),), 1e-6)


def test_runs_are_read():
    tests = Tests.parse('{"cases": [{"stdin": "1\\n", "stdout": "2\\n"}]}')
    assert tests == Tests("", (Case(stdin="1\n", stdout="2\n"),))


@pytest.mark.parametrize(
    "tests",
    [
        Tests("Solution.add", (Case((1, "é", (2, {3})), {"$x": b"1"}), Case((), -math.inf)), 0.5),
        Tests("", (Case(stdin="a", stdout="b\n"), Case(stdin="", stdout=""))),
    ],
)
def test_what_is_written_is_read_back(tests):
    assert Tests.parse(tests.dump()) == tests
    assert Tests.parse(tests.dump()).dump() == tests.dump()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "5",
        "{}",
        '{"cases": []}',
        '{"entry": "f", "cases": []}',
        '{"cases": {"stdin": "", "stdout": ""}}',
        '{"entry": "f", "cases": [{"args": [1]}]}',
        '{"entry": "f", "cases": [{"args": "ab", "expected": 1}]}',
        '{"entry": "f", "cases": [{"args": {"a": 1}, "expected": 1}]}',
        '{"entry": "f", "cases": [{"args": [{"$what": 1}], "expected": 1}]}',
        '{"entry": "f", "cases": ["x"]}',
        '{"entry": 5, "cases": [{"args": [1], "expected": 1}]}',
        '{"entry": "f", "tolerance": "x", "cases": [{"args": [1], "expected": 1}]}',
        '{"entry": "f", "tolerance": -1, "cases": [{"args": [1], "expected": 1}]}',
        '{"entry": "f", "tolerance": NaN, "cases": [{"args": [1], "expected": 1}]}',
        '{"cases": [{"stdin": null, "stdout": "1"}]}',
        '{"cases": [{"stdin": "1", "stdout": 1}]}',
        '{"cases": [{"stdin": "1"}]}',
        "[" * 100_000,
        json.dumps({"entry": "f", "cases": [{"args": [], "expected": {"$float": 10**400}}]}),
    ],
)
def test_a_bad_layout_is_named(text):
    with pytest.raises(UserError, match=r"^tests: expected"):
        Tests.parse(text)
