"""What a program has of its host: input, output, and limits on steps, depth of calls, items in one list and output.

A step is a call of a function, a turn of a loop, or a share of the work on a long list. One program runs at a time.
Not covered: memory as a whole, which is the operating system's to limit (a MemoryError becomes q's 'wsfull).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from qsubset.errors import LimitReached, QError

ITEMS_PER_STEP = 16
PYTHON_FRAMES = 40  # for one call in q


@dataclass(slots=True)
class Limits:
    """Of one program; by default as good as none of steps."""

    steps: float = float("inf")
    depth: int = 1000
    items: int = 1 << 26
    output: int = 1 << 24


@dataclass(slots=True)
class Host:
    """What is left of the limits, what was written, and what can still be read."""

    steps: float = float("inf")
    depth: int = 1000
    calls: int = 0
    items: int = 1 << 26
    output: int = 1 << 24
    out: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


HOST = Host()


def serve(limits: Limits, stdin: str = "") -> None:
    """Begin with a program."""
    HOST.steps, HOST.depth, HOST.items, HOST.output = limits.steps, limits.depth, limits.items, limits.output
    HOST.calls, HOST.out, HOST.error = 0, [], []
    HOST.lines = stdin.split("\n")[::-1]


@contextmanager
def hosted(limits: Limits, stdin: str = "") -> Iterator[Host]:
    """Serve a program: afterwards the host has what it wrote."""
    serve(limits, stdin)
    frames = sys.getrecursionlimit()
    sys.setrecursionlimit(max(frames, limits.depth * PYTHON_FRAMES))
    try:
        yield HOST
    finally:
        sys.setrecursionlimit(frames)


def step(count: float = 1) -> None:
    """Take steps. Raises: LimitReached."""
    HOST.steps -= count
    if HOST.steps < 0:
        raise LimitReached("steps")


def room(count: int) -> None:
    """Make sure that a list of `count` items may be made. Raises: QError 'wsfull, LimitReached."""
    if count > HOST.items:
        raise QError("wsfull")
    step(count / ITEMS_PER_STEP)


def write(text: str, error: bool = False) -> None:
    """Raises: LimitReached."""
    HOST.output -= len(text)
    if HOST.output < 0:
        raise LimitReached("output")
    (HOST.error if error else HOST.out).append(text)


def read_line() -> str:
    """The next line of the input. Raises: QError where it has ended."""
    if not HOST.lines or HOST.lines == [""]:
        raise QError("stdin")
    return HOST.lines.pop()
