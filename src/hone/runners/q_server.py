"""q by a q server of the user's, over its network protocol: programs run there, so nothing here confines them.

The address is in Q_SERVER, as host:port or host:port:user:password. Only texts cross: statements, and what the encoder
in q makes of a result. Give it a server of its own: what a program defines or breaks stays there.
Not covered: compressed answers, which a server does not send to a client that says it is of the first version.
"""

import os
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType

from hone.core.errors import UserError
from hone.runners import q_script, q_values
from hone.runners.reading import Limits
from hone.runners.tests import Tests
from hone.runners.verdict import Answer, Execution, Outcome, Verdict, grade, is_right
from qsubset.session import statements_of

_SYNC, _ANSWER, _CHARACTERS, _ERROR = 1, 2, 10, -128
_HEADER = struct.Struct("<BBBBi")
_LARGEST = 1 << 26


class QFailure(Exception):
    """An error that the server signalled."""


class QServer:
    """A `Runner` but for `beside`, and a context manager: one connection. Raises: UserError if no server is there."""

    engine = "q server"
    isolation: tuple[str, ...] = ()

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def __enter__(self) -> "QServer":
        self._socket = self._connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def verdict(self, source: str, tests: Tests, stop_at_first_failure: bool = False) -> Verdict:
        """Run `source` on the inputs of `tests`, and compare here."""
        if not tests.entry:
            raise UserError("q-ipc: expected tests that call a function, found tests by stdin and stdout")
        tests = tests.in_form(q_values.canonical)
        began = time.monotonic()
        answers: list[Answer] = []
        for i, case in enumerate(tests.cases):
            answers.append(self._answer(source, tests.entry, case.args))
            if stop_at_first_failure and not is_right(answers[-1], tests, i):
                break
        return replace(grade(answers, tests, self.engine, self.isolation), wall_s=time.monotonic() - began)

    def verdicts(self, programs: Sequence[tuple[str, Tests]], stop_at_first_failure: bool = False) -> list[Verdict]:
        """`verdict` of each, in the order given."""
        return list(self.stream(programs, stop_at_first_failure))

    def stream(self, programs: Iterable[tuple[str, Tests]], stop_at_first_failure: bool = False) -> Iterator[Verdict]:
        """`verdicts` of as many programs as there are."""
        for source, tests in programs:
            yield self.verdict(source, tests, stop_at_first_failure)

    def run(self, source: str, stdin: str = "") -> Execution:
        """Run a whole script; what it writes, it writes at the server."""
        try:
            for statement in statements_of(source):
                self._ask(statement)
        except QFailure as failure:
            return Execution("raised", "", str(failure))
        except OSError:
            return Execution(self._lost(), "", "the server did not answer")
        return Execution("passed", "", "")

    def _answer(self, source: str, entry: str, arguments: Sequence[object]) -> Answer:
        try:
            for statement in (*statements_of(source), q_script.ENCODER):
                self._ask(statement)
            return Answer("passed", q_script.value(q_script.MARK + self._ask(q_script.call(entry, arguments))))
        except QFailure as failure:
            return Answer("raised", error=f"'{failure}")
        except ValueError as error:
            return Answer("missing", error=str(error))
        except OSError:
            return Answer(self._lost(), error="the server did not answer")

    def _lost(self) -> Outcome:
        """Connect anew after an answer that did not come."""
        self._socket.close()
        self._socket = self._connected()
        return "timeout"

    def _connected(self) -> socket.socket:
        address = os.environ.get("Q_SERVER", "")
        host, _, rest = address.partition(":")
        port, _, credentials = rest.partition(":")
        if not host or not port.isdigit():
            raise UserError("q-ipc: expected the address of a q server in Q_SERVER, as host:port, found none")
        try:
            connection = socket.create_connection((host, int(port)), timeout=self.limits.wall_s)
            connection.sendall(credentials.encode() + b"\0")  # the first version of the protocol
            if not connection.recv(1):
                raise OSError("it refused the user or the password")
        except OSError as error:
            raise UserError(f"q-ipc: expected a q server at {host}:{port}, found: {error}") from None
        return connection

    def _ask(self, text: str) -> str:
        """What the server makes of a text; empty if that is no string. Raises: QFailure, OSError."""
        data = text.encode("utf-8", "surrogatepass")
        body = struct.pack("<bBi", _CHARACTERS, 0, len(data)) + data
        self._socket.sendall(_HEADER.pack(1, _SYNC, 0, 0, _HEADER.size + len(body)) + body)
        little, kind, compressed, _, length = _HEADER.unpack(self._read(_HEADER.size))
        if not little or kind != _ANSWER or compressed or not _HEADER.size < length < _LARGEST:
            raise OSError("an answer that is none")
        answer = self._read(length - _HEADER.size)
        (of,) = struct.unpack_from("<b", answer)
        if of == _ERROR:
            raise QFailure(answer[1:].rstrip(b"\0").decode("utf-8", "replace"))
        return answer[6:].decode("utf-8", "surrogateescape") if of == _CHARACTERS else ""

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._socket.recv(size - len(found))
            if not piece:
                raise OSError("the server hung up")
            found += piece
        return found
