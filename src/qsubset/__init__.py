"""An interpreter for a declared subset of q, the language of kdb+, that needs nothing but Python.

`run(source, stdin)` runs a script; `Session().repl(line)` is the console. It is written from q's published behaviour
and shares no code with q. What is in and what is not: docs/q-subset.md.
"""

from dataclasses import dataclass

from qsubset.errors import Exit, LimitReached, QError
from qsubset.host import Limits, hosted
from qsubset.session import Session

__all__ = ["Exit", "LimitReached", "Limits", "QError", "Result", "Session", "run"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a script wrote, what it wrote of errors, and whether it came to its end."""

    stdout: str
    error: str
    finished: bool


def run(source: str, stdin: str = "", limits: Limits | None = None) -> Result:
    """Run a script. It reads `stdin` by `read0 0`; limits that it reaches end it, and are told as an error.

    Text is UTF-8 outside and, as for q, bytes inside.
    """
    session = Session(limits)
    with hosted(session.limits, as_bytes(stdin)) as host:
        try:
            finished = session.script(as_bytes(source))
        except Exit as end:
            finished = end.code == 0
        except LimitReached as reached:
            finished = False
            host.error.append(f"'stop: too many {reached}\n" if str(reached) == "steps" else "'stop: too much output\n")
        return Result(as_text("".join(host.out)), as_text("".join(host.error)), finished)


def as_bytes(text: str) -> str:
    """One character for each byte of UTF-8."""
    return text if text.isascii() else text.encode().decode("latin-1")


def as_text(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1", "replace").decode(errors="replace")
