"""Event logs -> MLflow: one experiment a recipe, one parent run a build, and below it one run a stage and key, whoever
made it and however often it resumed.

Importing again adds what is new and nothing twice, also after an import that was killed. A run whose past was rewritten
(a resume that repeated steps with other values, after an import) is deleted and imported anew. A log without an end and
without a living writer is a run that was KILLED. Only one import writes at a time.

    stores     where to, and alone          runs     one log as a run          builds    the parent of runs
    models     what a run made or used      traces   what teachers and judges said
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # before mlflow is imported anywhere
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

from hone import events
from hone.tracking.runs import bring
from hone.tracking.stores import DEFAULT_URI, alone, opened

__all__ = ["DEFAULT_URI", "default_uri", "follow", "import_events"]


def import_events(work_root: Path, uri: str | None = None) -> int:
    """Bring `work_root/*/*/events.jsonl` into MLflow; returns how many runs were new or changed.

    `uri`: the tracking server or database, by default that of `default_uri`.
    A log that cannot be read is a `UserError`.
    """
    uri = uri or default_uri()
    # In the order in which they began: a model stands there before the runs that used it.
    logs = sorted((events.read(path).started, path) for path in events.logs(work_root))
    if not logs:
        return 0
    with alone(uri, Path(work_root)):
        store = opened(uri)
        return sum(bring(store, path) for _, path in logs)


def default_uri() -> str:
    """MLFLOW_TRACKING_URI, or mlflow.db in the working directory."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def follow(work_root: Path, every_s: float, say: Callable[[str], None]) -> None:
    """Import whenever a log has grown, until interrupted; `say` gets a line each time."""
    seen: dict[Path, int] = {}
    while True:
        sizes = {path: path.stat().st_size for path in events.logs(work_root)}
        # A run that was killed writes nothing more: who holds its log is looked at too.
        if sizes != seen or any(events.read(path).alive for path in sizes):
            seen = sizes
            if changed := import_events(work_root):
                say(f"tracked: {changed} runs new or changed")
        time.sleep(every_s)
