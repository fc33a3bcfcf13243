"""How the fork server runs programs in q, by qsubset. Loaded by `server.py`, never imported; standard library only.

All that a program can reach is its session, so one process runs a series of them: hence `begin` and `written`.
"""

import os
import sys

_SOURCES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # qsubset is beside hone
sys.path.append(_SOURCES)

import q_values  # type: ignore[import-not-found]

from qsubset import Limits, QError, Session, as_bytes, as_text
from qsubset.apply import apply
from qsubset.errors import Exit, LimitReached
from qsubset.host import HOST, PYTHON_FRAMES, serve
from qsubset.values import NIL

sys.path.remove(_SOURCES)
_LIMITS = Limits(depth=2000)  # steps and memory are the operating system's to limit
_session: Session  # of the program that runs


class Failed(Exception):
    """A q error, as the console tells it."""


def rehearse() -> None:
    """Do once what all programs do."""
    sys.setrecursionlimit(_LIMITS.depth * PYTHON_FRAMES)
    begin("")
    call(load("same:{show x;x}", script=False), "same", [1])


def begin(stdin: str) -> None:
    """Forget the program before."""
    global _session
    _session = Session(_LIMITS)
    serve(_LIMITS, as_bytes(stdin))


def written() -> str:
    """What the program wrote to stdout."""
    return as_text("".join(HOST.out))


def load(source: str, script: bool) -> Session:
    """Run the program's text: all of a script, and what a call needs."""
    try:
        finished = _session.script(as_bytes(source))
    except Exit as end:
        raise SystemExit(end.code) from None
    if not finished:
        raise Failed(as_text("".join(HOST.error)))
    return _session


def call(session: Session, entry: str, arguments: list) -> object:
    """Call a function of the program's."""
    try:
        found = apply(session.named(entry), [q_values.to_q(argument) for argument in arguments] or [NIL])
    except QError as error:
        raise Failed(session.told(error, entry)) from None
    except RecursionError:
        raise Failed("'stack\n") from None
    except Exit as end:
        raise SystemExit(end.code) from None
    finally:
        HOST.calls = 0
    try:
        return q_values.from_q(found)
    except TypeError:
        return found  # a function: what crosses to the other side refuses it


def leave() -> None:
    """The end of a script: what it wrote is told by `written`."""


def told(error: BaseException) -> dict[str, str]:
    """An error as the console tells it."""
    if isinstance(error, SystemExit):
        return {"error": f"exit {error.code}", "traceback": ""}
    if isinstance(error, LimitReached):
        return {"error": f"'stop: {error}", "traceback": ""}
    text = str(error)
    return {"error": text.split("\n")[0] or type(error).__name__, "traceback": text[:4000]}
