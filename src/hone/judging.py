"""`hone verdict`: programs run on tests in the sandbox, and what came of each as plain data."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hone import runners
from hone.core.errors import UserError
from hone.core.progress import track
from hone.runners import CaseVerdict, Tests, Verdict
from hone.runners.values import encode

_SHOWN = 2000  # characters of what one case gave


def judge(
    programs: Sequence[Path], tests: Path, language: str, isolation: str, stop_at_first_failure: bool
) -> Iterator[dict[str, Any]]:
    """What came of each program, in the order given. Raises: UserError for a file that cannot be read, and for
    tests or an isolation that cannot be had, before anything is run."""
    expected = _tests(tests)
    sources = [(_text(path), expected) for path in programs]
    with runners.opened(language, isolation=isolation) as runner:
        verdicts = runner.stream(sources, stop_at_first_failure)
        for path, verdict in zip(programs, track(verdicts, len(sources), "verdict", "programs"), strict=True):
            yield {"program": str(path)} | told(verdict)


def told(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON data: `passed` is of the whole program, `failed` the number of cases that did not pass."""
    return {
        "passed": verdict.passed,
        "failed": sum(case.outcome != "passed" for case in verdict.cases),
        "reason": verdict.reason,
        "cases": [_case(case) for case in verdict.cases],
        "engine": verdict.engine,
        "isolation": list(verdict.isolation),
        "cpu_s": round(verdict.cpu_s, 4),
        "wall_s": round(verdict.wall_s, 4),
    }


def _case(case: CaseVerdict) -> dict[str, Any]:
    if case.outcome in ("passed", "wrong") and not case.error:
        got = encode(case.got)
        text = json.dumps(got)
        return {"outcome": case.outcome, "got": got if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."}
    shown = {"error": case.error, "traceback": case.traceback}
    return {"outcome": case.outcome} | {name: text for name, text in shown.items() if text}


def _tests(path: Path) -> Tests:
    try:
        return Tests.parse(_text(path))
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: expected a file that can be read, found none ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected text in UTF-8, found something else ({error.reason})") from None
