"""How long it takes to bring a log of 10,000 steps into MLflow, and to bring it again when nothing is new.

`python bench/tracking.py` prints seconds and fails unless every point arrives once. Four values a step, as training
logs them; the import of MLflow and the making of a fresh database, which every program pays once, are told apart.
"""

import tempfile
import time
from pathlib import Path

from hone.events import Events
from hone.tracking import import_events

STEPS = 10_000
NAMES = ("loss", "learning_rate", "grad_norm", "tokens_per_second")


def main() -> None:
    """Write the log, import it, import it again."""
    with tempfile.TemporaryDirectory() as folder:
        work, uri = Path(folder, "work"), f"sqlite:///{folder}/mlflow.db"
        seconds(lambda: log(work, "bench-warm", 1), "a log of one step written")
        seconds(lambda: import_events(work, uri), "MLflow imported, a fresh database made")
        seconds(lambda: log(work, "bench-sft", STEPS), f"a log of {STEPS} steps written")
        seconds(lambda: import_events(work, uri), f"{STEPS} steps of {len(NAMES)} values imported")
        seconds(lambda: import_events(work, uri), "imported again, with nothing new")
        check(uri)


def log(work: Path, stage: str, steps: int) -> None:
    """A run of `steps`."""
    with Events.open(work / stage / "k", stage, {"rank": 8}, {}) as events:
        for step in range(1, steps + 1):
            events.log(step, **dict.fromkeys(NAMES, 1 / step))
        events.end()


def check(uri: str) -> None:
    """Every point stands there once."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("bench").experiment_id
    (run,) = client.search_runs([experiment], filter_string="tags.stage = 'bench-sft'")
    for name in NAMES:
        points = client.get_metric_history(run.info.run_id, name)
        assert [(point.step, point.value) for point in points] == [(step, 1 / step) for step in range(1, STEPS + 1)]


def seconds(work: object, what: str) -> None:
    """Print how long `work` takes."""
    began = time.perf_counter()
    assert callable(work)
    work()
    print(f"{time.perf_counter() - began:6.2f} s  {what}")


if __name__ == "__main__":
    main()
