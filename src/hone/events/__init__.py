"""The event log of one run: what it was made of, its values by step, and how it ended, as JSON lines.

A step writes events while it works; `tracking.py` brings them into MLflow later, in one process (many
writers at once ruin a fresh SQLite database, and a resumed run would be logged twice). A log lives with the
run's resumable state, in `work/<stage>/<key>/events.jsonl`, and is never a declared output: it holds times.

Lines: {"event": "start", "stage", "params", "inputs", "origin", "time"}, one for the first start and for every resume;
{"step", "values": {name: number}, "time"}; {"event": "system", "values", "time"}, what the machine was doing;
{"event": "call", ...}, an answer of a teacher or judge; {"event": "tags", "tags"}; {"event": "end", "values", "time"};
{"event": "files", "files"}, what DVC would call what went in and out. `time` is seconds since 1970. A step that was run
again after a resume stands twice: the later value of a (step, name) counts.

    origin     build, commit, machine          machine    samples of processor and memory
"""

import fcntl
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from hone.core.errors import UserError
from hone.core.files import appending, dumps
from hone.events.machine import Meter
from hone.events.origin import origin

FILE = "events.jsonl"
METER_S = 10.0
ARTIFACTS = "artifacts"  # a folder beside the log; what lies in it belongs to the run, pictures for instance


class Events:
    """Writes one run's log. Every call reaches the file before it returns, so that a kill loses nothing."""

    def __init__(self, folder: Path, stream: TextIO) -> None:
        self.folder = folder
        self._stream = stream
        self._lock = threading.Lock()
        self._meter: Meter | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        stage: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, str],
        meter_s: float = METER_S,
        began: float | None = None,
    ) -> "Events":
        """Begin or go on with the log in `folder`. `inputs`: path of each input -> hash of its content; the machine is
        looked at every `meter_s` seconds; `began` is the time of a run that is over."""
        events = cls(Path(folder), appending(Path(folder) / FILE))
        _hold(events._stream)
        facts = {"stage": stage, "params": dict(params), "inputs": dict(inputs)}
        events._write({"event": "start", **facts, "origin": origin(stage)}, began)
        events._meter = Meter(lambda values: events._write({"event": "system", "values": values}), meter_s)
        return events

    def log(self, step: int, **values: float) -> None:
        """Values at `step`, for instance `log(20, loss=0.4, learning_rate=2e-4)`."""
        self._write({"step": step, "values": {name: float(value) for name, value in values.items()}})

    def tag(self, **tags: str) -> None:
        """Facts about the run that are no parameters, for instance which engine ran."""
        self._write({"event": "tags", "tags": tags})

    def call(self, facts: Mapping[str, Any]) -> None:
        """One answer of a teacher or judge: model, messages, answer, prompt_tokens, completion_tokens, usd, seconds."""
        self._write({"event": "call", "call": dict(facts)})

    def end(self, **final: float) -> None:
        """The run came to its end; `final` are values without a step. A log without this line was killed."""
        self._write({"event": "end", "values": {name: float(value) for name, value in final.items()}})
        self.close()

    def close(self) -> None:
        """Let go of the log without an end."""
        if self._meter is not None:
            self._meter.stop()
        self._stream.close()

    def __enter__(self) -> "Events":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, event: dict[str, Any], when: float | None = None) -> None:
        with self._lock:
            self._stream.write(dumps({**event, "time": when or time.time()}) + "\n")
            self._stream.flush()


@dataclass
class Log:
    """A log as read. `final`: name -> number; `ended` is None for a run that was killed or still runs."""

    stage: str
    started: float
    params: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)  # see `noted`
    calls: list[dict[str, Any]] = field(default_factory=list)  # as `Events.call` got them, with "time"
    system: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)  # by second since the start
    values: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)  # -> (value, time)
    final: dict[str, float] = field(default_factory=dict)
    ended: float | None = None
    last: float = 0.0  # time of the last event
    alive: bool = False  # a process holds the log open for writing


def logs(work_root: Path) -> list[Path]:
    """The logs below `work_root`, but for those whose first line is still being written."""
    return [path for path in sorted(Path(work_root).glob(f"*/*/{FILE}")) if _begun(path)]


def read(path: Path) -> Log:
    """Read `events.jsonl`; a last line that a kill cut short is left out. No start line is a `UserError`."""
    log: Log | None = None
    for event in _lines(path):
        if event.get("event") == "start":
            log = _started(log, event)
        if log is None:
            raise UserError(f"{path}: expected a start event in the first line, found {dumps(event)[:80]}")
        _add(log, event)
    if log is None:
        raise UserError(f"{path}: expected an event log, found an empty file; delete its folder")
    log.alive = log.ended is None and _held(path)
    return log


def noted(folder: Path, files: Mapping[str, Any]) -> None:
    """Add to a log that ended what was found of its files: {"inputs", "outputs": {path: DVC's hash}, "models": {path:
    hash of its manifest}}."""
    with appending(folder / FILE) as stream:
        stream.write(dumps({"event": "files", "files": dict(files)}) + "\n")


def _begun(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.readline().endswith(b"\n")


def _add(log: Log, event: Mapping[str, Any]) -> None:
    """Take in a line that is not a start."""
    kind = event.get("event")
    log.last = max(log.last, event.get("time", 0.0))
    if kind == "end":
        log.final, log.ended = event["values"], event["time"]
    elif kind == "system":
        second = round(event["time"] - log.started)
        log.system |= {(second, f"system/{name}"): (value, event["time"]) for name, value in event["values"].items()}
    elif kind == "call":
        log.calls.append({**event["call"], "time": event["time"]})
    elif kind == "tags":
        log.tags |= event["tags"]
    elif kind == "files":
        log.files = event["files"]
    elif "step" in event:
        for name, value in event["values"].items():
            log.values[event["step"], name] = (value, event["time"])


def _started(log: Log | None, event: dict[str, Any]) -> Log:
    """A first start makes a log; a resume keeps the values and takes back the end."""
    fresh = log or Log(stage=event["stage"], started=event["time"])
    fresh.params, fresh.inputs, fresh.final, fresh.ended = event["params"], event["inputs"], {}, None
    fresh.origin = event.get("origin", {})
    return fresh


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    events = []
    for number, line in enumerate(lines[:-1], start=1):  # what stands behind the last newline is torn, or nothing
        try:
            events.append(json.loads(line))
        except ValueError:
            raise UserError(f"{path}: line {number}: expected a JSON object, found {line[:80]!r}") from None
    return events


def _hold(stream: TextIO) -> None:
    """Lock the log while this process lives. Two writers (a job requeued early) are left to checkpoints."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return


def _held(path: Path) -> bool:
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system without locks: nobody can tell
            return False
    return False
