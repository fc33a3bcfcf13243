"""What comes out of one program, read up to its limits, and the answers that it makes, one for each input.

A program that ends without its last record has not passed, whatever its exit code.
"""

import json
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hone.core.errors import UserError
from hone.runners.values import decode
from hone.runners.verdict import Answer, Outcome

_CHUNK = 1 << 16
_SHOWN = 4000  # characters of what a command wrote to stderr


@dataclass(frozen=True)
class Limits:
    """What one program may use. CPU time decides; the wall clock is a backstop for programs that sleep."""

    cpu_s: int = 4
    wall_s: float = 30.0
    memory_mb: int = 1024
    stdout_bytes: int = 1 << 23
    result_bytes: int = 1 << 25


class Reading:
    """What comes out of one program, up to its limits."""

    def __init__(
        self,
        stdout: int,
        results: int,
        limits: Limits,
        until: Callable[[Answer, int], bool] | None,
        command: bool = False,
        series: bool = False,
        ready: bool = False,
    ) -> None:
        self._pipes, self._results, self._limits, self._until = {stdout, results}, results, limits, until
        self._command, self._stderr = command, b""
        self.stdout, self.answers, self.done = bytearray(), list[Answer](), False
        self.cut: Outcome | None = None  # why reading stopped before the end
        self.enough = False
        self._tail, self._read, self._ready = bytearray(), 0, ready
        self._series, self.over = series, dict[str, Any]()  # of a series the last record of a program

    @property
    def stderr(self) -> str:
        """The last of what a command wrote there."""
        return (self._stderr + bytes(self._tail)).decode("utf-8", "replace").strip()

    def to_the_end(self) -> None:
        deadline = time.monotonic() + self._limits.wall_s
        while self._pipes and not (self.cut or self.enough or self.done):
            ready, _, _ = select.select(list(self._pipes), [], [], max(0.0, deadline - time.monotonic()))
            if not ready or time.monotonic() > deadline:
                self.cut = "timeout"
            for pipe in ready:
                self._take(pipe, os.read(pipe, _CHUNK))
        self._rest_of_stdout()

    def _rest_of_stdout(self) -> None:
        """A program that is through has written all that it had to say before its last record."""
        for pipe in self._pipes - {self._results}:
            while self.done and not self.cut and select.select([pipe], [], [], 0)[0]:
                piece = os.read(pipe, _CHUNK)
                if not piece:
                    break
                self._take(pipe, piece)

    def _take(self, pipe: int, piece: bytes) -> None:
        if not piece:
            self._pipes.discard(pipe)
        elif pipe == self._results:
            self._read += len(piece)
            *lines, rest = piece.split(b"\n")
            for line in lines:
                self._record(bytes(self._tail) + line)
                self._tail.clear()
            self._tail += rest
            if self._read > self._limits.result_bytes:
                self.cut = "output"
        else:
            self.stdout += piece
            if len(self.stdout) > self._limits.stdout_bytes:
                del self.stdout[self._limits.stdout_bytes :]
                self.cut = "output"

    def _record(self, line: bytes) -> None:
        if self._command and self._ready:
            self._stderr = (self._stderr + line + b"\n")[-_SHOWN:]
            return
        if not line.startswith(b"{"):
            return  # not ours: the program may write here too, but it knows no answer
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return  # not ours: the program may write here too, but it knows no answer
        if not isinstance(record, dict) or self.enough or self.done:
            return
        if not self._ready:  # the first record is the server's own: no program has run yet
            if record.get("ready") is not True:
                raise UserError(f"the runner could not confine a program: {record.get('setup')}")
            self._ready = True
        elif record.get("done") is True:
            self.done = not self._series
        elif self._series and "over" in record:
            self.over, self.done = record, True
        elif record.get("i") == len(self.answers):
            self.answers.append(_answer(record))
            if self._until is not None and self._until(self.answers[-1], len(self.answers) - 1):
                self.enough = True


def _answer(record: dict[str, Any]) -> Answer:
    if "value" in record:
        try:
            return Answer("passed", decode(record["value"]))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return Answer("wrong", error="forged or broken record")
    if record.get("memory"):
        return Answer("memory", error="MemoryError")
    if "large" in record:
        return Answer("output", error=f"the result takes {record['large']} bytes")
    if "odd" in record:
        return Answer("wrong", error=str(record["odd"]))
    return Answer("raised", None, str(record.get("error", "")), str(record.get("traceback", "")))


def complete(reading: Reading, ended: dict[str, Any], wanted: int) -> list[Answer]:
    """The answers, and for the inputs that were never reached why not. Nothing passes without the last record."""
    if reading.enough or (reading.done and not reading.cut):
        return reading.answers[:wanted]
    why = reading.cut or _cause(**ended)
    kept = [answer for answer in reading.answers[:wanted] if reading.cut != "output"]
    if len(kept) == wanted:  # all answers, yet no end: forged, or ended from inside
        kept.pop()
    return kept + [Answer(why, error=f"ended by {why}")] * (wanted - len(kept))


def command_answer(reading: Reading, ended: dict[str, Any]) -> Answer:
    """How a command ended: well, and then its output is to be compared, or not."""
    status = ended["status"]
    if reading.cut or os.WIFSIGNALED(status):
        why = reading.cut or _cause(**ended)
        return Answer(why, None, f"ended by {why}", reading.stderr)
    code = os.WEXITSTATUS(status)
    return Answer("raised", None, f"exit status {code}", reading.stderr) if code else Answer("passed")


def _cause(status: int, cpu_s: float, cpu_limit: int) -> Outcome:
    if not os.WIFSIGNALED(status):
        return "missing"
    if os.WTERMSIG(status) == signal.SIGPROF:  # the timer of a series
        return "timeout"
    if os.WTERMSIG(status) == signal.SIGKILL:  # by the kernel at the hard limit; or by us, as it closed its pipes
        return "timeout" if cpu_s >= cpu_limit else "missing"
    return "timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "crashed"
