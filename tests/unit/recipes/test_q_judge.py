"""What passes for right, and earns its reward: every right program, however it is written, and nothing else."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.recipes import q_cheats, q_programs
from tests.unit.recipes.q_programs import PROBLEMS

from hone.core.records import Completion
from hone.recipes import get
from hone.recipes.q_language.judge import judged, outcome_of
from hone.recipes.q_language.kinds import KINDS, fenced, row
from hone.runners import Case, CaseVerdict, Limits, Sandbox, Tests, language

spec = importlib.util.spec_from_file_location("script_rl", Path(__file__).parents[3] / "scripts" / "rl.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)

RECIPE = get("q_language")
LIMITS = Limits(cpu_s=1, memory_mb=512, result_bytes=1 << 20)  # little, so that what has no end soon comes to it

EVENS = "sum x where 0=x mod 2"
GOOD = {
    "description_to_q": f"solve:{{{EVENS}}}",
    "python_to_q": f"solve:{{{EVENS}}}",
    "q_to_python": "def solve(numbers):\n    return sum(n for n in numbers if n % 2 == 0)",
    "pytest_to_qtest": q_cheats.RIGHT_TESTS["all of a list"],
}
LAZY = {
    "a constant": "```q\nsolve:{0}\n```",
    "another constant": "```q\nsolve:{6}\n```",
    "an empty print": '```q\nsolve:{-1 "";}\n```',
    "an empty reply": "",
    "an empty block": "```q\n```",
    "prose": "The even numbers are those that 2 divides; add them up.",
    "what is shown": "```q\nsolve:{$[x~1 2 4;6;x~3 5;0;0]}\n```",
    "an end before the tests": f"```q\nsolve:{{{EVENS}}}\nexit 0\n```",
    "an end without a program": "```q\nexit 0\n```",
    "the right values printed": f"```q\nsolve:{{-1 string {EVENS};}}\n```",
    "all right but for no even numbers": "```q\nsolve:{last sums x where 0=x mod 2}\n```",
}


@pytest.fixture(scope="module")
def runner():
    with Sandbox(workers=1, language=language("q"), limits=LIMITS) as runner:
        yield runner


def row_of(problem, code, kind="description_to_q"):
    """A row with what its proof needs, its answer being `code`."""
    facts = {"tests": PROBLEMS[problem].tests, "difficulty": "easy", "tags": ["table"]}
    if kind != "description_to_q":
        facts |= {"program": q_cheats.RIGHT_PROGRAM, "wrong": list(q_cheats.WRONG_PROGRAMS)}
    return row(PROBLEMS[problem], "train", kind, f"Do it.\n{q_cheats.RIGHT_PROGRAM}", code, facts)


def metrics(row, text, runner):
    ((_, found),) = RECIPE.scores([(row, Completion(row.id, "base", 0, text, (), (), "stop"))], runner)
    return found


def assert_right(row, runner):
    assert RECIPE.verify(row, runner).reason == ""
    assert metrics(row, row.reply, runner) == {"passed": True, "tests_passed": 1.0, "valid_rate": True}


def assert_worthless(row, text, runner):
    found = metrics(row, text, runner)
    assert not found["passed"]
    assert found["tests_passed"] < 1


def worth(row, text, runner, form="plain"):
    (reward,) = script.worth(RECIPE, [(row, text)], runner, form)
    return reward


def named(programs):
    """Parameters of a test, with names to read."""
    return [
        pytest.param(problem, code, id=f"{problem}: {name}")
        for problem, ways in programs.items()
        for name, code in ways.items()
    ]


@pytest.mark.parametrize(("problem", "code"), named(q_programs.RIGHT))
def test_right_programs_of_any_style_are_accepted(problem, code, runner):
    assert_right(row_of(problem, code), runner)


@pytest.mark.parametrize(("problem", "code"), named(q_programs.WRONG))
def test_wrong_programs_are_refused(problem, code, runner):
    row = row_of(problem, code)
    assert_worthless(row, row.reply, runner)
    assert not RECIPE.verify(row, runner).ok


@pytest.mark.parametrize("text", q_cheats.IN_Q.values(), ids=q_cheats.IN_Q)
def test_cheats_in_q_are_refused(text, runner):
    assert_worthless(row_of("evens", ""), text, runner)


@pytest.mark.parametrize("code", q_cheats.IN_PYTHON.values(), ids=q_cheats.IN_PYTHON)
def test_wrong_programs_and_cheats_in_python_are_refused(code, runner):
    assert_worthless(row_of("evens", "", "q_to_python"), fenced(code, "python"), runner)


@pytest.mark.parametrize("code", q_cheats.RIGHT_TESTS.values(), ids=q_cheats.RIGHT_TESTS)
def test_right_tests_of_any_style_are_accepted(code, runner):
    assert_right(row_of("evens", code, "pytest_to_qtest"), runner)


@pytest.mark.parametrize("code", q_cheats.WRONG_TESTS.values(), ids=q_cheats.WRONG_TESTS)
def test_wrong_tests_are_refused(code, runner):
    row = row_of("evens", code, "pytest_to_qtest")
    assert_worthless(row, row.reply, runner)
    assert not RECIPE.verify(row, runner).ok


@pytest.mark.parametrize(
    ("text", "outcome", "valid"),
    [
        ("solve:{sum x", "parse", False),
        ("solve:{1+`a}", "type", False),
        ("solve:{1 2+1 2 3}", "length", False),
        ("solve:{nothing x}", "name", False),
        ("solve:{[a;b;c;d] a}", "no_data", False),
        ("solve:{while[1b;x]}", "timeout", False),
        ("solve:{`no}", "wrong", True),
        ("", "name", False),
        ("I cannot do that.", "name", False),
    ],
)
def test_what_went_wrong_has_a_class(text, outcome, valid, runner):
    found = judged(row_of("evens", ""), text, runner)
    assert (found.outcome, found.valid, found.passed) == (outcome, valid, False)


def test_errors_of_python_have_the_same_classes():
    for error, outcome in (("SyntaxError: bad", "parse"), ("NameError: x", "name"), ("OSError: no", "other")):
        assert outcome_of(CaseVerdict("raised", None, error)) == outcome


def test_python_may_answer_in_any_form_that_q_cannot_tell_apart(runner):
    tests = Tests("solve", (Case((1,), [1, 2]), Case((2,), "")))
    row = replace(row_of("evens", "", "q_to_python"), meta={"tests": tests.dump()})
    assert judged(row, "def solve(n):\n    return (1, 2) if n == 1 else []\n", runner).passed
    assert judged(row, "def solve(n):\n    return [1, 2.0] if n == 1 else []\n", runner).share == 0.5


def test_a_python_answer_that_is_no_plain_data_is_not_taken_for_none(runner):
    tests = Tests("solve", (Case((1,), None),))
    row = replace(row_of("evens", "", "q_to_python"), meta={"tests": tests.dump()})
    found = judged(row, "def solve(n):\n    return solve\n", runner)
    assert (found.passed, found.outcome) == (False, "no_data")


@pytest.mark.parametrize("text", [*LAZY.values()], ids=[*LAZY])
def test_lazy_answers_are_worth_less_than_one_in_reinforcement_learning(text, runner):
    assert worth(row_of("evens", ""), text, runner) < 1


@pytest.mark.parametrize(
    ("text", "reward"),
    [
        ("<think>Add them.</think>\n{right}", 2),
        ("{right}", 0),  # no thoughts
        ("<think>{right}", 0),  # that never end
        ("<think>{right}</think>", 0),  # and no answer
        ("<think>{right}</think>{wrong}", 0),
        ("<think>{wrong}</think>{right}", 2),
    ],
)
def test_where_thoughts_are_asked_for_only_what_follows_them_is_worth_a_thing(text, reward, runner):
    row = row_of("evens", GOOD["description_to_q"])
    text = text.format(right=row.reply, wrong=fenced("solve:{-1}", "q"))
    assert worth(row, text, runner, "reasoning") == reward


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_answer_is_worth_two_and_nothing_said_is_worth_nothing(kind, runner):
    row = row_of("evens", GOOD[kind], kind)
    assert worth(row, row.reply, runner) == 2.0
    assert [worth(row, text, runner) for text in ("", "It adds up the even numbers.", "```q\n```")] == [0, 0, 0]


def test_a_constant_earns_no_more_than_the_share_of_tests_that_it_answers(runner):
    row = row_of("rising", "")
    shares = [worth(row, fenced(f"solve:{{{answer}}}", "q"), runner) for answer in ("1b", "0b")]
    assert sum(shares) == pytest.approx(1)
    assert max(shares) < 0.6


def test_a_test_that_says_the_same_of_every_program_is_worth_nothing(runner):
    row = row_of("evens", "", "pytest_to_qtest")
    assert [worth(row, f"test:{{{answer}}}", runner) for answer in ("1b", "0b")] == [0, 0]
