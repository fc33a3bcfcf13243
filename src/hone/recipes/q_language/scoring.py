"""What a completion is worth, and the rule that a model has to beat."""

from hone.core.records import Completion, Row
from hone.recipes.base import Scored
from hone.recipes.q_language.bank.human_eval import ENTRY
from hone.recipes.q_language.judge import judged
from hone.recipes.q_language.kinds import LANGUAGE, TEST, reply
from hone.runners import Runner

METRICS = ("passed", "tests_passed", "valid_rate")


def score(row: Row, completion: Completion, runner: Runner) -> Scored:
    """How it ended, and its metrics.

    passed: all hidden tests (of a q test: it passes with the right program, and fails with each wrong one).
    tests_passed: the share of them (of a q test that passes with the right program: of the wrong ones).
    valid_rate: it parses, and answers some call.
    """
    found = judged(row, completion.text, runner)
    return found.outcome, {"passed": found.passed, "tests_passed": found.share, "valid_rate": found.valid}


def rule(row: Row) -> str:
    """What gives its argument back, and a test that always passes: all that can be said without reading."""
    if row.label == "pytest_to_qtest":
        return reply(row.label, f"{TEST}:{{1b}}")
    if LANGUAGE.get(row.label) == "python":
        return reply(row.label, f"def {ENTRY}(x, *others):\n    return x")
    return reply(row.label, f"{ENTRY}:{{x}}")
