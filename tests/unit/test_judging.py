"""`hone verdict`: one line of JSON a program, and an exit status that says whether all passed."""

import json

import pytest
from typer.testing import CliRunner

from hone.cli import app
from hone.core.errors import UserError

CALLS = {"entry": "solve", "cases": [{"args": [1], "expected": 2}, {"args": [41], "expected": 42}]}
LINES = {"cases": [{"stdin": "1\n", "stdout": "2\n"}]}


@pytest.fixture
def judged(tmp_path):
    """Run `hone verdict` on programs by name -> exit status, verdicts."""

    def run(programs, tests, *flags):
        (tmp_path / "tests.json").write_text(tests if isinstance(tests, str) else json.dumps(tests))
        for name, text in programs.items():
            (tmp_path / name).write_text(text)
        paths = [str(tmp_path / name) for name in programs]
        ran = CliRunner().invoke(app, ["verdict", "--tests", str(tmp_path / "tests.json"), *flags, *paths])
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return ran.exit_code, [json.loads(line) for line in ran.stdout.splitlines()]

    return run


def test_a_program_that_passes_exits_0(judged):
    status, (verdict,) = judged({"a.py": "def solve(x):\n    return x + 1\n"}, CALLS)
    assert status == 0
    assert (verdict["passed"], verdict["failed"], verdict["reason"]) == (True, 0, "passed")
    assert verdict["cases"] == [{"outcome": "passed", "got": 2}, {"outcome": "passed", "got": 42}]
    assert verdict["engine"].startswith("python 3")
    assert "rlimits" in verdict["isolation"]
    assert verdict["cpu_s"] >= 0 < verdict["wall_s"]


def test_each_program_gets_a_line_and_one_failure_exits_1(judged):
    programs = {"a.py": "print(int(input()) + 1)", "b.py": "print(input())", "c.py": "1 / 0"}
    status, verdicts = judged(programs, LINES)
    assert status == 1
    assert [verdict["program"].rsplit("/", 1)[1] for verdict in verdicts] == list(programs)
    assert [verdict["reason"] for verdict in verdicts] == ["passed", "wrong", "raised"]
    assert verdicts[1]["cases"] == [{"outcome": "wrong", "got": "1\n"}]
    assert verdicts[2]["cases"][0]["error"] == "ZeroDivisionError: division by zero"


def test_the_fraction_is_told_unless_the_first_failure_ends_it(judged):
    program = {"a.py": "def solve(x):\n    return 42\n"}
    assert judged(program, CALLS)[1][0]["failed"] == 1
    assert [case["outcome"] for case in judged(program, CALLS, "--first-failure")[1][0]["cases"]] == [
        "wrong",
        "missing",
    ]


def test_off_is_recorded(judged):
    assert judged({"a.py": ""}, LINES, "--isolation", "off")[1][0]["isolation"] == ["rlimits"]


@pytest.mark.parametrize(
    ("tests", "flags", "message"),
    [
        ("{", (), "tests.json: tests: expected"),
        ({"cases": []}, (), "found no cases"),
        (CALLS, ("--language", "cobol"), "expected one of python.*found 'cobol'"),
        (CALLS, ("--isolation", "some"), "expected one of strict, best, off, found 'some'"),
    ],
)
def test_bad_input_is_told_before_anything_runs(judged, tests, flags, message):
    with pytest.raises(UserError, match=message):
        judged({"a.py": ""}, tests, *flags)


def test_a_program_that_is_not_there_is_named(tmp_path):
    (tmp_path / "tests.json").write_text(json.dumps(CALLS))
    ran = CliRunner().invoke(app, ["verdict", "--tests", str(tmp_path / "tests.json"), str(tmp_path / "none.py")])
    assert "none.py: expected a file that can be read" in str(ran.exception)
