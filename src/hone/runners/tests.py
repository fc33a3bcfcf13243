"""Tests as data: calls with their answers, or standard input with the output that must follow.

{"entry": "solve", "cases": [{"args": [1, 2], "expected": 3}], "tolerance": 1e-6}
{"cases": [{"stdin": "1 2\\n", "stdout": "3\\n"}]}
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hone.core.errors import UserError
from hone.runners.values import decode, encode

_LAYOUT = 'expected {"entry": ..., "cases": [{"args": [...], "expected": ...}]} or {"cases": [{"stdin", "stdout"}]}'
_BAD = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Case:
    """One test: a call (`args`, `expected`), or a run (`stdin`, `stdout`)."""

    args: tuple[Any, ...] = ()
    expected: Any = None
    stdin: str = ""
    stdout: str = ""


@dataclass(frozen=True)
class Tests:
    """The tests of one problem. `entry` names the function (or Class.method) to call; it is empty for programs
    that read stdin. `tolerance` is for floats, absolute or relative."""

    __test__ = False  # pytest: this is no test class

    entry: str
    cases: tuple[Case, ...]
    tolerance: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Tests":
        """Read the JSON above. Raises: UserError that says what was expected and found."""
        try:
            data = json.loads(text)
            entry = _of(str, data.get("entry", ""), "entry")
            cases = tuple(_case(case, bool(entry)) for case in _of(list, data["cases"], "cases"))
            tolerance = data.get("tolerance")
            if tolerance is not None and not 0 <= tolerance < math.inf:
                raise ValueError(f"tolerance {tolerance}")
        except _BAD as error:
            raise UserError(f"tests: {_LAYOUT}, found {text[:80]!r} ({error})") from None
        if not cases:
            raise UserError(f"tests: {_LAYOUT}, found no cases")
        return cls(entry, cases, tolerance)

    def in_form(self, canonical: Callable[[Any], Any]) -> "Tests":
        """The tests with what they expect in another form."""
        return replace(self, cases=tuple(replace(case, expected=canonical(case.expected)) for case in self.cases))

    def dump(self) -> str:
        """The JSON that `parse` reads; equal tests give equal text."""
        if self.entry:
            cases = [{"args": encode(list(c.args)), "expected": encode(c.expected)} for c in self.cases]
            data: dict[str, Any] = {"entry": self.entry, "cases": cases}
        else:
            data = {"cases": [{"stdin": c.stdin, "stdout": c.stdout} for c in self.cases]}
        if self.tolerance is not None:
            data["tolerance"] = self.tolerance
        return json.dumps(data, ensure_ascii=False)


def _case(data: Any, call: bool) -> Case:
    if call:
        return Case(args=tuple(decode(_of(list, data["args"], "args"))), expected=decode(data["expected"]))
    return Case(stdin=_of(str, data["stdin"], "stdin"), stdout=_of(str, data["stdout"], "stdout"))


def _of(kind: type, value: Any, name: str) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{name} must be a {kind.__name__}, not a {type(value).__name__}")
    return value
