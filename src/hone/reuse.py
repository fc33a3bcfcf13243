"""What was made of a problem or a row before is known: only what is new or was edited is made again.

A value is known by all that decides it: what its function is given, the code, the Python, the sandbox and its limits.
The last four name the ledger, work/STAGE/known/HASH.jsonl; once all is made, ledgers of other names are deleted.

Never kept is what may hang on how busy the machine was. CPU time decides what times out, so a timeout counts as
busy only where the wall clock may have given it, or where the caller says so (a program close to its limit).
"""

import dataclasses
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from hone import recipes
from hone.core.files import sha256
from hone.ledger import Ledger, content_key
from hone.runners import Execution, Runner, Sandbox, Tests, Verdict

T = TypeVar("T")

_SOURCES = Path(__file__).parent
_SHARED = (
    "calls.py", "core/__init__.py", "core/config.py", "core/errors.py", "core/files.py", "core/records.py",
    "core/syntax.py", "evaluation/__init__.py", "evaluation/answers.py", "evaluation/tool_match.py", "ledger.py",
    "recipes/__init__.py", "recipes/base.py", "reuse.py", "runners", "teachers", "world.py",
)  # fmt: skip
_UNSURE = {"crashed", "missing"}  # perhaps by the kernel, which ran out of memory


def code(recipe: str) -> list[Path]:
    """The files that decide what a recipe drafts and proves, its own and those it shares, data files included."""
    names = (*_SHARED, f"recipes/{recipe}", f"recipes/{recipe}.py", *recipes.get(recipe).rooms)
    rooms = [(_SOURCES / name).resolve() for name in names]
    files = {file for room in rooms for file in (room.rglob("*") if room.is_dir() else [room]) if file.is_file()}
    return sorted(file for file in files if "__pycache__" not in file.parts)


class Reuse(Generic[T]):
    """A context manager to ask instead of `make`: what it made of some arguments it knows the next time.

    `make` gets the arguments, which must be JSON or dataclasses of it, and a runner, which is started when it is
    needed first; it is called in as many threads as the runner has workers. `kind` is the type of the values, for
    pydantic. `unsure`: outcomes of programs that mean a value must not be kept, beyond the usual ones.
    """

    def __init__(
        self, make: Callable[..., T], kind: Any, work: Path, recipe: str, runner: Sandbox, unsure: Iterable[str]
    ) -> None:
        self.known = self.made = 0
        self._make, self._kind, self._runner = make, TypeAdapter[T](kind), runner
        self._unsure = _UNSURE | set(unsure)
        files = [[str(file.relative_to(_SOURCES.parent)), sha256(file)] for file in code(recipe)]
        sandbox = [runner.engine, runner.isolation, dataclasses.asdict(runner.limits)]
        self._path = work / "known" / f"{content_key(recipe, files, platform.python_version(), *sandbox)[:16]}.jsonl"
        self._open, self._started = ExitStack(), False

    def __enter__(self) -> "Reuse[T]":
        self._ledger = self._open.enter_context(Ledger.open(self._path))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        if error is None:
            for other in set(self._path.parent.iterdir()) - {self._path}:
                other.unlink(missing_ok=True)

    def each(self, asked: Iterable[Sequence[Any]]) -> Iterator[T]:
        """What `make` gives for each of these arguments, in order; a kill loses only what was under way."""
        for key, value, new in self._runner.each(map(self._call, asked)):
            if new:
                self._ledger.put(key, value)
            yield self._kind.validate_python(value)  # a new value too, so that it is what will be known of it

    def _call(self, arguments: Sequence[Any]) -> Callable[[], tuple[str, Any, bool]]:
        """What gives the key and the value for `arguments`, and whether that is to be kept."""
        key = content_key(*_plain(arguments))
        value = self._ledger.get(key)
        if value is not None:
            self.known += 1
            return lambda: (key, value, False)
        self.made += 1
        if not self._started:
            self._open.enter_context(self._runner)
            self._started = True

        def made() -> tuple[str, Any, bool]:
            doubts = set[str]()
            runner = _Watched(self._runner, self._runner.limits.wall_s, self._unsure, doubts)
            value = _plain(self._make(*arguments, runner))
            return key, value, not doubts

        return made


class _Watched:
    """A runner that notes in `seen` which outcomes are not sure to be shown again."""

    def __init__(self, runner: Runner, wall_s: float, unsure: set[str], seen: set[str]) -> None:
        self.engine, self.isolation = runner.engine, runner.isolation
        self._runner, self._wall_s, self._unsure, self._seen = runner, wall_s, unsure, seen

    def verdict(self, source: str, tests: Tests, stop_at_first_failure: bool = False) -> Verdict:
        started = time.monotonic()
        found = self._runner.verdict(source, tests, stop_at_first_failure)
        self._note(_outcomes(found, stop_at_first_failure), started)
        return found

    def verdicts(self, programs: Sequence[tuple[str, Tests]], stop_at_first_failure: bool = False) -> list[Verdict]:
        started = time.monotonic()
        found = self._runner.verdicts(programs, stop_at_first_failure)
        self._note((outcome for each in found for outcome in _outcomes(each, stop_at_first_failure)), started)
        return found

    def run(self, source: str, stdin: str = "") -> Execution:
        started = time.monotonic()
        found = self._runner.run(source, stdin)
        self._note([found.outcome], started)
        return found

    def beside(self, name: str) -> "_Watched":
        return _Watched(self._runner.beside(name), self._wall_s, self._unsure, self._seen)

    def _note(self, outcomes: Iterable[str], started: float) -> None:
        slow = {"timeout"} if time.monotonic() - started >= self._wall_s else set()
        self._seen |= set(outcomes) & (self._unsure | slow)


def _outcomes(verdict: Verdict, stopped: bool) -> Iterator[str]:
    """Those of all cases, but for cases that were not run since one before had failed."""
    yield verdict.reason
    yield from () if stopped else (case.outcome for case in verdict.cases)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=dataclasses.asdict))
