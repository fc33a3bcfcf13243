"""What a completion is worth, and the keyword rule that a model has to beat."""

import re
from collections.abc import Mapping

from hone.core.records import Completion, Row
from hone.recipes.base import Scored
from hone.recipes.special_tokens.grammar import GrammarError, first_marker, parse
from hone.runners import Runner, Tests

METRICS = ("mode_accuracy", "format_rate", "marker_single_token", "fix_rate")

# The best rule we could write on the training split: what interpreters and test tools print when something concrete
# failed, a failing comparison, or a value set against another; a request that denies an error is not one.
_CONCRETE = re.compile(
    r"Traceback \(most recent|^\w*Error\b|\bassert\b|AssertionError:|\bexpected\b|\binstead of\b|\bshould\b|\bmust\b|"
    r"\bcrash|\bstops at\b|\bfails,",
    re.MULTILINE,
)
_DENIED = re.compile(r"(?i)\bno (?:error|exception|traceback)|without an error|as it should\b|should be\. ")


def keyword_mode(request: str) -> str:
    """AGENT or EDIT by keywords in the request alone."""
    return "EDIT" if _CONCRETE.search(request) and not _DENIED.search(request) else "AGENT"


def score(row: Row, completion: Completion, runner: Runner) -> Scored:
    """The mode that the completion chose, and its metrics.

    mode_accuracy: the first marker is the right one. format_rate: the strict grammar. marker_single_token: that
    marker was written as one id (None without a model). fix_rate: on EDIT rows, the reply's code passes all tests.
    """
    markers: Mapping[str, str] = row.meta["markers"]
    mode = first_marker(completion.text, markers)
    if not completion.token_ids:
        return mode, {"mode_accuracy": mode == row.label}
    try:
        reply = parse(completion.text, markers)
    except GrammarError:
        reply = None
    fixed = None
    if row.label == "EDIT":
        fixed = reply is not None and reply.mode == "EDIT" and _passes(reply.arguments["modified_code"], row, runner)
    single = mode is not None and completion.single_tokens[:1] == (markers[mode],)
    return mode, {
        "mode_accuracy": mode == row.label,
        "format_rate": reply is not None,
        "marker_single_token": single,
        "fix_rate": fixed,
    }


def _passes(code: str, row: Row, runner: Runner) -> bool:
    return runner.verdict(code, Tests.parse(row.meta["tests"]), stop_at_first_failure=True).passed
