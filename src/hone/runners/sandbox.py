"""Running untrusted programs: each worker holds a fork server (`server.py`), whose children answer, graded here.

Inputs go in, JSON lines come out; expected answers stay here. A program that ends without its last record has
not passed, whatever its exit code.
"""

import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from hone.errors import UserError
from hone.runners.isolation import interpreter, layers
from hone.runners.languages import Language, python
from hone.runners.tests import Tests
from hone.runners.values import decode, encode
from hone.runners.verdict import Answer, Execution, Outcome, Verdict, grade

_SERVER = Path(__file__).with_name("server.py")
_CHUNK = 1 << 16
_SHOWN = 4000  # characters of what a command wrote to stderr
_AHEAD = 4  # programs a worker that are held, waiting or judged, before the next is taken


@dataclass(frozen=True)
class Limits:
    """What one program may use. CPU time decides; the wall clock is a backstop for programs that sleep."""

    cpu_s: int = 4
    wall_s: float = 30.0
    memory_mb: int = 1024
    stdout_bytes: int = 1 << 23
    result_bytes: int = 1 << 25


class Sandbox:
    """A `Runner` with `workers` fork servers, and a context manager. Safe to use from several threads.

    `isolation` is "strict", "best" or "off", by default what the profile says. Raises: UserError if it cannot be had.
    """

    def __init__(
        self, workers: int = 2, limits: Limits | None = None, language: Language | None = None, isolation: str = ""
    ) -> None:
        self.workers, self.limits, self.language = workers, limits or Limits(), language or python()
        self.engine, self.isolation = self.language.engine, layers(isolation)
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: list[_Worker] = []

    def __enter__(self) -> "Sandbox":
        self._all = [_Worker(self.language, self.limits, self.isolation) for _ in range(self.workers)]
        for worker in self._all:
            self._idle.put(worker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._all:
            worker.close()
        self._all, self._idle = [], SimpleQueue()

    def verdict(self, source: str, tests: Tests, stop_at_first_failure: bool = False) -> Verdict:
        """Run `source` on the inputs of `tests`, and compare here."""
        with self._worker() as worker:
            began, worker.cpu_s = time.monotonic(), 0.0
            answers = _answers(worker, source, tests, stop_at_first_failure)
            found = grade(answers, tests, self.engine, self.isolation)
            return dataclasses.replace(found, cpu_s=worker.cpu_s, wall_s=time.monotonic() - began)

    def verdicts(self, programs: Sequence[tuple[str, Tests]], stop_at_first_failure: bool = False) -> list[Verdict]:
        """`verdict` of each program, in the order given whatever the number of workers."""
        return list(self.stream(programs, stop_at_first_failure))

    def stream(self, programs: Iterable[tuple[str, Tests]], stop_at_first_failure: bool = False) -> Iterator[Verdict]:
        """`verdicts` of as many programs as there are, a few a worker held at a time. If it is left early (also by
        Ctrl-C), what still runs is ended at once."""
        waiting: deque[Future[Verdict]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for source, tests in programs:
                    waiting.append(pool.submit(self.verdict, source, tests, stop_at_first_failure))
                    if len(waiting) >= _AHEAD * self.workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()
                if any(future.running() for future in waiting):
                    self._interrupt()

    def run(self, source: str, stdin: str = "") -> Execution:
        """Run a whole script; `error` holds the traceback of what it raised."""
        with self._worker() as worker:
            answers, stdout = worker.execute(source, stdin=stdin)
        answer = answers[0] if answers else Answer("missing", error="it ended without finishing")
        return Execution(answer.outcome, stdout, answer.traceback or answer.error)

    @contextmanager
    def _worker(self) -> Iterator["_Worker"]:
        if not self._all:
            raise RuntimeError("a Sandbox runs programs inside its `with` block only")
        worker = self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put(worker)

    def _interrupt(self) -> None:
        for worker in self._all:
            worker.kill()


def _answers(worker: "_Worker", source: str, tests: Tests, stop: bool) -> list[Answer]:
    if tests.entry:
        inputs = [encode(list(case.args)) for case in tests.cases]

        def failed(answer: Answer, i: int) -> bool:
            one = Tests(tests.entry, tests.cases[i : i + 1], tests.tolerance)
            return not grade([answer], one, "", ()).passed

        return worker.execute(source, tests.entry, inputs, until=failed if stop else None)[0]
    answers = []
    for case in tests.cases:
        found, stdout = worker.execute(source, stdin=case.stdin)
        answer = found[0] if found else Answer("missing")
        answers.append(Answer("passed", stdout) if answer.outcome == "passed" else answer)
        if stop and not grade(answers[-1:], Tests("", (case,)), "", ()).passed:
            break
    return answers


class _Worker:
    """One fork server and the protocol with it; one program at a time."""

    def __init__(self, language: Language, limits: Limits, isolation: tuple[str, ...]) -> None:
        self.language, self.limits, self.isolation = language, limits, isolation
        self.cpu_s = 0.0  # of the programs since the caller set it
        self._folder = TemporaryDirectory(prefix="hone-") if language.command else None  # where a command's file lies
        self._start()

    def _start(self) -> None:
        readable = [*self.language.readable, *([(self._folder.name, "read")] if self._folder else [])]
        setup = {
            "adapter": self.language.adapter, "command": self.language.command, "layers": self.isolation,
            "readable": readable, "cpu_s": self.limits.cpu_s, "memory": self.limits.memory_mb << 20,
        }  # fmt: skip
        self._control, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                # not -I: it would ignore PYTHONHASHSEED, and the order of sets would differ from run to run
                [interpreter(), "-P", "-s", "-S", "-B", str(_SERVER), str(theirs.fileno()), json.dumps(setup)],
                pass_fds=[theirs.fileno()], env={"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}, cwd="/",
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def _restart(self) -> None:
        self._end_server()
        self._start()

    def kill(self) -> None:
        """End the server and its program now; the worker starts another when it is needed."""
        with contextlib.suppress(OSError):  # it may be closed already
            self._control.shutdown(socket.SHUT_RDWR)  # what a server still starting will find
        self._server.kill()

    def close(self) -> None:
        """End the server, and forget what was written for it."""
        self._end_server()
        if self._folder:
            self._folder.cleanup()

    def _end_server(self) -> None:
        self._control.close()
        try:
            self._server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def execute(
        self,
        source: str,
        entry: str = "",
        inputs: Sequence[Any] = (),
        stdin: str = "",
        until: Callable[[Answer, int], bool] | None = None,
    ) -> tuple[list[Answer], str]:
        """Run one program. Returns an answer for each input as far as it came (for a script: one), and its
        stdout.

        `until` looks at each answer as it comes; true ends the program there. Whatever goes wrong, the worker
        is fit for the next program.
        """
        if self._server.poll() is not None:
            self._restart()
        wanted = len(inputs) if entry else 1
        if self._folder:
            if entry:
                raise UserError(f"{self.language.name}: expected tests by stdin and stdout, found calls of {entry}")
            source = self._written(source)
        job = {"source": source, "entry": entry, "inputs": list(inputs), "stdin": stdin}
        try:
            with ExitStack() as stack:
                stdout, results = self._send(json.dumps(job).encode(), stack)
                reading = _Reading(stdout, results, self.limits, until, bool(self._folder))
                reading.to_the_end()
                ended = self._end()
        except _ServerDied:
            self._restart()
            return [Answer("crashed", error="the program's fork server died")] * wanted, ""
        except BaseException:  # also Ctrl-C: a program may still be running there
            self._restart()
            raise
        self.cpu_s += ended["cpu_s"]
        ended["cpu_limit"] = self.limits.cpu_s
        answers = [_command_answer(reading, ended)] if self._folder else _complete(reading, ended, wanted)
        return answers, reading.stdout.decode("utf-8", "replace")

    def _written(self, source: str) -> str:
        assert self._folder is not None
        path = Path(self._folder.name, f"solution{self.language.suffix}")
        path.write_text(source, encoding="utf-8", errors="surrogatepass")
        return str(path)

    def _send(self, request: bytes, stack: ExitStack) -> tuple[int, int]:
        memory = os.memfd_create("request")
        with os.fdopen(memory, "wb", closefd=False) as stream:
            stream.write(request)
        os.lseek(memory, 0, os.SEEK_SET)
        stdout, write_stdout = os.pipe()
        results, write_results = os.pipe()
        for descriptor in (stdout, results):
            stack.callback(os.close, descriptor)
        try:
            socket.send_fds(self._control, [b"r"], [memory, write_stdout, write_results])
        finally:
            for descriptor in (memory, write_stdout, write_results):
                os.close(descriptor)
        return stdout, results

    def _end(self) -> dict[str, Any]:
        reply = b""
        try:
            self._control.sendall(b"k")
            while not reply.endswith(b"\n"):
                piece = self._control.recv(4096)
                if not piece:
                    raise _ServerDied
                reply += piece
        except OSError:
            raise _ServerDied from None
        found: dict[str, Any] = json.loads(reply)
        return found


class _ServerDied(Exception):
    """The fork server went away under a program."""


class _Reading:
    """What comes out of one program, up to its limits."""

    def __init__(
        self, stdout: int, results: int, limits: Limits, until: Callable[[Answer, int], bool] | None, command: bool
    ) -> None:
        self._pipes, self._results, self._limits, self._until = {stdout, results}, results, limits, until
        self._command, self._stderr = command, b""
        self.stdout, self.answers, self.done = bytearray(), list[Answer](), False
        self.cut: Outcome | None = None  # why reading stopped before the end
        self.enough = False
        self._tail, self._read, self._ready = bytearray(), 0, False

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
            self.done = True
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


def _complete(reading: _Reading, ended: dict[str, Any], wanted: int) -> list[Answer]:
    """The answers, and for the inputs that were never reached why not. Nothing passes without the last record."""
    if reading.enough or (reading.done and not reading.cut):
        return reading.answers[:wanted]
    why = reading.cut or _cause(**ended)
    kept = [answer for answer in reading.answers[:wanted] if reading.cut != "output"]
    if len(kept) == wanted:  # all answers, yet no end: forged, or ended from inside
        kept.pop()
    return kept + [Answer(why, error=f"ended by {why}")] * (wanted - len(kept))


def _command_answer(reading: _Reading, ended: dict[str, Any]) -> Answer:
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
    if os.WTERMSIG(status) == signal.SIGKILL:  # by the kernel at the hard limit; or by us, as it closed its pipes
        return "timeout" if cpu_s >= cpu_limit else "missing"
    return "timeout" if os.WTERMSIG(status) == signal.SIGXCPU else "crashed"
