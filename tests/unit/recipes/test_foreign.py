"""Traces in the published layout: 51 of our own, with aliases, null actions, broken JSON and missing ids."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hone.calls import Call
from hone.core.errors import UserError
from hone.problems import read_problems
from hone.recipes.tool_traces import RECIPE
from hone.recipes.tool_traces.foreign import Account, load
from hone.recipes.tool_traces.traces import NOT_RECORDED

FILE = Path(__file__).with_name("published_traces.jsonl")
SCRIPT = Path(__file__).parents[3] / "scripts" / "import_traces.py"


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def problems(account):
    return {problem.id: problem for problem in load(FILE, account)}


def test_every_line_is_kept_or_refused_with_its_reason(problems, account):
    facts = account.facts()
    assert facts["lines"] == 51 == facts["kept"] + sum(facts["refused"].values())
    assert facts["kept"] == len(problems) == 35
    assert facts["refused"] == {
        "a turn of another layout": 1,
        "an action that is not JSON": 2,
        "an action without a tool": 1,
        "an unknown tool": 2,
        "arguments that are no object": 1,
        "arguments that do not fit": 2,
        "level": 1,
        "no final answer": 2,
        "no messages": 1,
        "no question": 1,
        "the same id or trace twice": 1,
        "turns after the final answer": 1,
    }
    assert [entry["line"] for entry in facts["refused_lines"]] == list(range(36, 52))


def test_names_are_mapped_by_alias_and_told_and_unknown_ones_are_not_guessed(account, problems):
    assert account.unknown_tools == Counter(teleport=2)
    assert account.mapped == Counter(
        {
            "Calc -> calculator": 1,
            "code_interpreter -> python": 1,
            "date_difference -> days_between": 1,
            "day_of_week -> weekday": 1,
            "google_search -> search": 1,
            "python_interpreter -> python": 1,
            "read_file -> read_text": 1,
            "unit_converter -> convert_units": 1,
            "web_search -> search": 1,
            "wiki_search -> search": 1,
        }
    )


def test_missing_ids_and_null_actions_are_counted(account, problems):
    assert (account.without_id, account.null_actions) == (4, 4)
    assert len({name for name in problems if "-" not in name}) == 4


def test_levels_are_taken_or_follow_from_the_number_of_calls(problems):
    assert problems["long-0"].difficulty == "2"
    assert Counter(problem.difficulty for problem in problems.values()) == {"1": 33, "2": 1, "3": 1}


def test_a_trace_becomes_rows_that_are_proven_as_far_as_they_can_be(problems):
    for problem in problems.values():
        for row in RECIPE.draft(problem, "test", 9, 0, {}, None):
            assert RECIPE.verify(row, None).ok, problem
    (row,) = RECIPE.draft(problems["alias-6"], "train", 1, 0, {}, None)
    assert Call.of(row.messages[2]) == Call("convert_units", {"value": 3, "from_unit": "km", "to_unit": "mi"})
    assert row.messages[3].content == NOT_RECORDED


def test_the_import_writes_problems_and_account(tmp_path):
    out, account = tmp_path / "problems.parquet", tmp_path / "account.json"
    paths = ["--traces", FILE, "--out", out, "--account", account]
    done = subprocess.run([sys.executable, SCRIPT, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, "51 traces, 35 kept, 16 refused" in done.stderr) == (0, True), done.stderr
    assert len(read_problems(out)) == 35
    assert json.loads(account.read_text())["kept"] == 35


def test_a_file_without_a_trace_that_can_be_used_writes_no_problems(tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UserError, match="found none"):
        list(load(tmp_path / "empty.jsonl", Account()))
