"""The proof of a row: its reply was run and is right, and so is the program that its prompt shows."""

from hone.core.records import Row
from hone.recipes.base import Check, unchanged
from hone.recipes.q_language.judge import judged, refuses
from hone.recipes.q_language.kinds import KINDS, LANGUAGE, program, reply
from hone.runners import Runner, Tests

PROVEN = Check()
_NEEDED = {"q_to_python": ("program",), "pytest_to_qtest": ("program", "wrong")}


def verify(row: Row, runner: Runner) -> Check:
    """Everything that can be proven of the row; of a foreign row without tests that its program can be loaded."""
    if [message.role for message in row.messages] != ["user", "assistant"] or row.label not in KINDS:
        return Check("conversation", f"expected a question and an answer, and a label of {', '.join(KINDS)}")
    if "tests" not in row.meta:
        return _loads(row, runner)
    if missing := [name for name in _NEEDED.get(row.label, ()) if name not in row.meta]:
        return Check("meta", f"expected {missing[0]} in meta, which the proof of {row.label} needs")
    if row.reply != reply(row.label, program(row.reply)):
        return Check("form", "expected one block of code and nothing else")
    found = _shown(row, runner)
    if not found.ok:
        return found
    answer = judged(row, row.reply, runner)
    return unchanged(row) if answer.passed else Check(answer.outcome, f"{answer.share:.0%} of the tests pass")


def _shown(row: Row, runner: Runner) -> Check:
    """What the prompt and the tests of a test rest on."""
    if row.label not in ("q_to_python", "pytest_to_qtest"):
        return PROVEN
    tests = Tests.parse(row.meta["tests"])
    if not runner.verdict(row.meta["program"], tests, stop_at_first_failure=True).passed:
        return Check("program_fails", "the q program of the row is wrong itself")
    if row.label == "q_to_python":
        shown = row.meta["program"].strip() in row.prompt[-1].content
        return PROVEN if shown else Check("program_hidden", "expected the q program in the question")
    wrong = row.meta["wrong"]
    if not wrong or any(runner.verdict(w, tests, stop_at_first_failure=True).passed for w in wrong):
        return Check("no_wrong", "expected wrong programs, of which each fails the hidden tests")
    if not any(refuses(program(row.reply), w, runner) for w in wrong):
        return Check("test_too_weak", "the test passes with every wrong program")
    return PROVEN


def _loads(row: Row, runner: Runner) -> Check:
    language = LANGUAGE.get(row.label, "q")
    ran = runner.beside(language).run(program(row.reply))
    return PROVEN if ran.outcome == "passed" else Check("does_not_load", ran.error.strip()[-200:])
