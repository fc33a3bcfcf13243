"""Running untrusted code. Nothing that a model or a teacher wrote is executed anywhere else.

tests      tests as data                 verdict    grading, in the parent
sandbox    the runner, its workers       server     the clean fork server that they talk to
reading    a program's output and limits values     exact types over JSON
languages  what can be run, and how      *_adapter  how the server runs one of them
q          q, by whichever engine        q_values   Python's values and q's
q_script   calls of q as scripts         q_server   q over the network
isolation  which layers are wanted       confine    rlimits, namespaces, Landlock, seccomp
"""

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

from hone.core.errors import UserError
from hone.runners.languages import language
from hone.runners.reading import Limits
from hone.runners.sandbox import Sandbox
from hone.runners.tests import Case, Tests
from hone.runners.verdict import CaseVerdict, Execution, Verdict

__all__ = ["Case", "CaseVerdict", "Execution", "Limits", "Runner", "Sandbox", "Tests", "Verdict", "language", "opened"]


class Runner(Protocol):
    """An engine that runs programs of one language. `isolation` names the layers that are active."""

    engine: str
    isolation: tuple[str, ...]

    def verdict(self, source: str, tests: Tests, stop_at_first_failure: bool = False) -> Verdict:
        """Run a program on the inputs of its tests and compare."""

    def verdicts(self, programs: Sequence[tuple[str, Tests]], stop_at_first_failure: bool = False) -> list[Verdict]:
        """`verdict` of each, in the order given."""

    def run(self, source: str, stdin: str = "") -> Execution:
        """Run a whole script."""

    def beside(self, name: str) -> "Runner":
        """The runner of the language `name`, under the same limits; it is there as long as this one."""


def opened(name: str, limits: Limits | None = None, isolation: str = "") -> Any:
    """The runner for a language, to be entered. Raises: UserError for a language or an isolation that is not there."""
    if name != "q-ipc":
        return Sandbox(language=language(name), limits=limits, isolation=isolation)
    if isolation == "strict":
        raise UserError("isolation: strict expects to confine programs, and those of q-ipc run at a server of yours")
    return importlib.import_module("hone.runners.q_server").QServer(limits)
