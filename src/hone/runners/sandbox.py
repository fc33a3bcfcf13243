"""Running untrusted programs: each worker holds a fork server (`server.py`), whose children answer, graded here.

Inputs go in, JSON lines come out (`reading.py`); expected answers stay here.
"""

import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

from hone.core.errors import UserError
from hone.runners import languages
from hone.runners.isolation import interpreter, layers
from hone.runners.languages import Language, python
from hone.runners.reading import Limits, Reading, command_answer, complete
from hone.runners.tests import Tests
from hone.runners.values import encode
from hone.runners.verdict import Answer, Execution, Verdict, grade, is_right

T = TypeVar("T")

_SERVER = Path(__file__).with_name("server.py")
_SERIES = 1000  # programs that one process runs, where the language allows that
_AHEAD = 4  # programs a worker that are held, waiting or judged, before the next is taken


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
        self._wanted, self._beside, self._starting = isolation, dict[str, Sandbox](), Lock()

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
        for other in self._beside.values():
            other.__exit__(kind, error, trace)
        self._beside = {}

    def verdict(self, source: str, tests: Tests, stop_at_first_failure: bool = False) -> Verdict:
        """Run `source` on the inputs of `tests`, and compare here."""
        if self.language.canonical:
            tests = tests.in_form(self.language.canonical)
        with self._worker() as worker:
            began, worker.cpu_s = time.monotonic(), 0.0
            answers = _answers(worker, source, tests, stop_at_first_failure)
            found = grade(answers, tests, self.engine, self.isolation)
            return dataclasses.replace(found, cpu_s=worker.cpu_s, wall_s=time.monotonic() - began)

    def verdicts(self, programs: Sequence[tuple[str, Tests]], stop_at_first_failure: bool = False) -> list[Verdict]:
        """`verdict` of each program, in the order given whatever the number of workers."""
        return list(self.stream(programs, stop_at_first_failure))

    def stream(self, programs: Iterable[tuple[str, Tests]], stop_at_first_failure: bool = False) -> Iterator[Verdict]:
        """`verdicts` of as many programs as there are, a few a worker held at a time."""
        return self.each(partial(self.verdict, *program, stop_at_first_failure) for program in programs)

    def each(self, calls: Iterable[Callable[[], T]]) -> Iterator[T]:
        """What `calls` that use this sandbox give, in order; as many are under way as there are workers. If it is left
        early (also by Ctrl-C), what still runs is ended at once."""
        waiting: deque[Future[T]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for call in calls:
                    waiting.append(pool.submit(call))
                    if len(waiting) >= _AHEAD * self.workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()
                while wait(waiting, timeout=0).not_done:
                    self._interrupt()  # again and again: a server may just be starting, and be out of its reach
                    wait(waiting, timeout=0.1)

    def run(self, source: str, stdin: str = "") -> Execution:
        """Run a whole script; `error` holds the traceback of what it raised."""
        with self._worker() as worker:
            answers, stdout = worker.execute(source, stdin=stdin)
        answer = answers[0] if answers else Answer("missing", error="it ended without finishing")
        return Execution(answer.outcome, stdout, answer.traceback or answer.error)

    def beside(self, name: str) -> "Sandbox":
        """A sandbox of the language `name` alike in all else, started when it is needed first, ended with this one."""
        if name == self.language.name:
            return self
        with self._starting:
            if name not in self._beside:
                other = Sandbox(self.workers, self.limits, languages.language(name), self._wanted)
                self._beside[name] = other.__enter__()
            return self._beside[name]

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
    if tests.entry and worker.language.command:
        return _called(worker, source, tests, stop)
    if tests.entry:
        inputs = [encode(list(case.args)) for case in tests.cases]

        def failed(answer: Answer, i: int) -> bool:
            return not is_right(answer, tests, i)

        return worker.execute(source, tests.entry, inputs, until=failed if stop else None)[0]
    answers = []
    for i, case in enumerate(tests.cases):
        found, stdout = worker.execute(source, stdin=case.stdin)
        answer = found[0] if found else Answer("missing")
        answers.append(Answer("passed", stdout) if answer.outcome == "passed" else answer)
        if stop and not is_right(answers[-1], tests, i):
            break
    return answers


def _called(worker: "_Worker", source: str, tests: Tests, stop: bool) -> list[Answer]:
    """Calls of a language that is a command: a process for each."""
    calls = worker.language.calls
    if calls is None:
        raise UserError(f"{worker.language.name}: expected tests by stdin and stdout, found calls of {tests.entry}")
    answers = []
    for i, case in enumerate(tests.cases):
        (answer, *_), stdout = worker.execute(calls.script(source, tests.entry, case.args))
        if answer.outcome == "passed":
            try:
                answer = Answer("passed", calls.value(stdout))
            except ValueError as error:
                answer = Answer("missing", error=str(error))
        answers.append(answer)
        if stop and not is_right(answer, tests, i):
            break
    return answers


class _Worker:
    """One fork server and the protocol with it; one program at a time."""

    def __init__(self, language: Language, limits: Limits, isolation: tuple[str, ...]) -> None:
        self.language, self.limits, self.isolation = language, limits, isolation
        self.cpu_s = 0.0  # of the programs since the caller set it
        self._series: _Series | None = None
        self._folder = TemporaryDirectory(prefix="hone-") if language.command else None  # where a command's file lies
        self._start()

    def _start(self) -> None:
        readable = [*self.language.readable, *([(self._folder.name, "read")] if self._folder else [])]
        setup = {
            "environment": {"LANG": "C.UTF-8", **self.language.environment},
            "adapter": self.language.adapter, "series": self.language.series, "command": self.language.command,
            "layers": self.isolation, "readable": readable, "cpu_s": self.limits.cpu_s,
            "memory": self.limits.memory_mb << 20,
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
        self._close_series()
        self._end_server()
        self._start()

    def kill(self) -> None:
        """End the server and its program now; the worker starts another when it is needed."""
        with contextlib.suppress(OSError):  # it may be closed already
            self._control.shutdown(socket.SHUT_RDWR)  # what a server still starting will find
        self._server.kill()

    def close(self) -> None:
        """End the server, and forget what was written for it."""
        self._close_series()
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
            source = self._written(source)
        job = {"source": source, "entry": entry, "inputs": list(inputs), "stdin": stdin}
        try:
            if self.language.series:
                return self._in_series(json.dumps(job).encode(), wanted, until)
            with ExitStack() as stack:
                stdout, results = self._send(_in_memory(json.dumps(job).encode()), stack)
                reading = Reading(stdout, results, self.limits, until, command=bool(self._folder))
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
        answers = [command_answer(reading, ended)] if self._folder else complete(reading, ended, wanted)
        return answers, reading.stdout.decode("utf-8", "replace")

    def _in_series(
        self, job: bytes, wanted: int, until: Callable[[Answer, int], bool] | None
    ) -> tuple[list[Answer], str]:
        """The next program of a series; one that does not come to its end takes the series with it."""
        first = self._series is None
        series = self._series or self._begin_series()
        with contextlib.suppress(BrokenPipeError):  # it has ended: what is read shows how
            series.jobs.write(job + b"\n")
            series.jobs.flush()
        reading = Reading(series.stdout, series.results, self.limits, None, series=True, ready=not first)
        reading.to_the_end()
        series.left -= 1
        ended = {"status": 0, "cpu_s": float(reading.over.get("cpu_s", 0.0))}
        if not reading.done or reading.cut or not series.left:
            found = self._end_series()
            ended = ended if reading.done else found
        self.cpu_s += ended["cpu_s"]
        answers = complete(reading, {"cpu_limit": self.limits.cpu_s} | ended, wanted)
        if until is not None:
            last = next((i for i, answer in enumerate(answers) if until(answer, i)), wanted)
            answers = answers[: last + 1]
        return answers, str(reading.over.get("over", ""))

    def _begin_series(self) -> "_Series":
        with ExitStack() as stack:
            asked, jobs = os.pipe()
            stdout, results = self._send(asked, stack)
            self._series = _Series(os.fdopen(jobs, "wb"), stdout, results, stack.pop_all(), _SERIES)
        return self._series

    def _end_series(self) -> dict[str, Any]:
        """End the process that ran it. Returns its exit status and all of its CPU time."""
        self._close_series()
        return self._end()

    def _close_series(self) -> None:
        if self._series:
            with contextlib.suppress(BrokenPipeError):
                self._series.jobs.close()
            self._series.pipes.close()
            self._series = None

    def _written(self, source: str) -> str:
        assert self._folder is not None
        path = Path(self._folder.name, f"solution{self.language.suffix}")
        path.write_text(source, encoding="utf-8", errors="surrogatepass")
        return str(path)

    def _send(self, request: int, stack: ExitStack) -> tuple[int, int]:
        """Have the server start a child, which takes its work from `request`; that is closed here."""
        stdout, write_stdout = os.pipe()
        results, write_results = os.pipe()
        for descriptor in (stdout, results):
            stack.callback(os.close, descriptor)
        try:
            socket.send_fds(self._control, [b"r"], [request, write_stdout, write_results])
        finally:
            for descriptor in (request, write_stdout, write_results):
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


@dataclasses.dataclass
class _Series:
    """A process that runs programs one after the other."""

    jobs: BinaryIO
    stdout: int
    results: int
    pipes: ExitStack  # closes the two
    left: int


def _in_memory(data: bytes) -> int:
    """A file of nobody's, open at its start."""
    memory = os.memfd_create("request")
    with os.fdopen(memory, "wb", closefd=False) as stream:
        stream.write(data)
    os.lseek(memory, 0, os.SEEK_SET)
    return memory


class _ServerDied(Exception):
    """The fork server went away under a program."""
