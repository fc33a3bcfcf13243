"""The proof of a row: its reply obeys the grammar, and its code was run and does what the row says."""

from collections.abc import Mapping

from hone.core.records import Row
from hone.recipes.base import Check, unchanged
from hone.recipes.special_tokens.grammar import GrammarError, Reply, parse
from hone.runners import Runner, Tests

PROVEN = Check()


def verify(row: Row, runner: Runner) -> Check:
    """Everything that can be proven of the row; a row of a foreign file without tests is proven as far as it goes."""
    if len(row.messages) < 2 or row.messages[-1].role != "assistant":
        return Check("conversation", "expected a user's request and the assistant's reply")
    markers: Mapping[str, str] = row.meta["markers"]
    try:
        reply = parse(row.reply, markers)
    except GrammarError as error:
        return Check(str(error), "the reply is outside the grammar")
    if row.label and reply.mode != row.label:
        return Check("mode", f"expected the marker of {row.label}, found that of {reply.mode}")
    if "evidence" in row.meta and (row.meta["evidence"] in row.messages[-2].content) != (reply.mode == "EDIT"):
        quotes = "quotes" if reply.mode == "EDIT" else "does not quote"
        return Check("evidence", f"expected a request that {quotes} {row.meta['evidence']!r}")
    found = (_edit if reply.mode == "EDIT" else _agent)(row, reply, runner)
    return found if not found.ok else unchanged(row)


def _edit(row: Row, reply: Reply, runner: Runner) -> Check:
    original, modified = reply.arguments["original_code"], reply.arguments["modified_code"]
    if original.strip() not in row.messages[-2].content:
        return Check("original_code", "expected the user's own code")
    if "tests" not in row.meta:
        return _compiles(modified, runner)
    tests = Tests.parse(row.meta["tests"])
    if runner.verdict(original, tests, stop_at_first_failure=True).passed:
        return Check("no_bug", "original_code passes every test")
    verdict = runner.verdict(modified, tests, stop_at_first_failure=True)
    return PROVEN if verdict.passed else Check("fix_fails", f"modified_code: {verdict.reason}")


def _agent(row: Row, reply: Reply, runner: Runner) -> Check:
    script = reply.arguments["code"]
    shown = runner.run(script)
    if shown.outcome != "passed" or not shown.stdout.strip():
        return Check("diagnostic_fails", shown.error or "it prints nothing")
    if "solution" not in row.meta:
        return PROVEN
    code: str = row.meta["code"]
    if code not in script:
        return Check("diagnostic_code", "expected the script to hold the user's code")
    if runner.run(script.replace(code, row.meta["solution"])).stdout == shown.stdout:
        return Check("diagnostic_blind", "it prints the same for the correct program")
    return PROVEN


def _compiles(source: str, runner: Runner) -> Check:
    shown = runner.run(f"compile({source!r}, 'modified_code', 'exec')")
    return PROVEN if shown.outcome == "passed" else Check("fix_fails", f"modified_code: {shown.error}")
