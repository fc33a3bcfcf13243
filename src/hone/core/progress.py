"""How far a long piece of work is: a bar on a terminal, else a plain line every few seconds, and in a log.

Writes to stderr, so that a command's own output stays clean. Shows counts and rates only: what is to be
kept as a measurement goes into `events.py`.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")

SECONDS_BETWEEN_LINES = 5.0

_log: Path | None = None


def set_log(path: Path | None) -> None:
    """Append every later progress line to `path` as well; None stops that."""
    global _log
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    _log = path


def say(line: str) -> None:
    """One line for whoever watches: on stderr (above a bar, where there is one) and in the log."""
    tqdm.write(line, file=sys.stderr)
    _note(line)


def track(iterable: Iterable[T], total: int | None, what: str, unit: str = "rows") -> Iterator[T]:
    """Yield the items of `iterable`, each counted once the consumer is done with it."""
    with Progress(total, what, unit) as progress:
        for item in iterable:
            yield item
            progress.advance()


class Progress:
    """A context manager around work of `total` units (None: not known); `advance` counts.

    `clock` gives seconds that never run backwards; tests pass their own.
    """

    def __init__(
        self,
        total: int | None,
        what: str,
        unit: str = "rows",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.what, self.unit, self.done = total, what, unit, 0
        self._clock = clock
        self._start = self._said = clock()
        self._shown: dict[str, object] = {}
        on_terminal = sys.stderr.isatty()
        self._bar = tqdm(total=total, desc=what, unit=f" {unit}", file=sys.stderr) if on_terminal else None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        self._write(self.line() + (f", stopped by {kind.__name__}" if kind else ""))

    def advance(self, n: int = 1, /, **shown: object) -> None:
        """Count `n` more units done. `shown` (loss=0.42) stands behind the count until it is given anew."""
        self.done += n
        self._shown |= shown
        if self._bar is not None:
            self._bar.set_postfix(self._shown, refresh=False)
            self._bar.update(n)
        if self._clock() - self._said >= SECONDS_BETWEEN_LINES:
            self._write(self.line())

    def line(self) -> str:
        """`sft: 120/300 steps, 4.1 steps/s, 0:44 left, loss 0.52`."""
        count = f"{self.what}: {self.done}" + ("" if self.total is None else f"/{self.total}") + f" {self.unit}"
        shown = [f"{name} {_short(value)}" for name, value in self._shown.items()]
        return ", ".join([count, *self._pace(), *shown])

    def _pace(self) -> list[str]:
        seconds = self._clock() - self._start
        if not self.done or seconds <= 0:
            return []
        rate = self.done / seconds
        pace = [f"{rate:.3g} {self.unit}/s"]
        if self.total is not None and self.done < self.total:
            pace.append(f"{_duration((self.total - self.done) / rate)} left")
        else:
            pace.append(f"{_duration(seconds)} in all")
        return pace

    def _write(self, line: str) -> None:
        self._said = self._clock()
        if self._bar is None:
            print(line, file=sys.stderr, flush=True)
        _note(line)


def _note(line: str) -> None:
    if _log is not None:
        with _log.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
