"""One event log as one run: parameters, tags, inputs by our digests, curves, artifacts and how it ended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hone import events
from hone.core.files import dumps, sha256
from hone.events import ARTIFACTS, Log
from hone.tracking import builds, models, traces
from hone.tracking.facts import flat, status, tags
from hone.tracking.stores import Store

KEY, CONTENT = "hone.key", "hone.content"  # tags: which run this is, and which state of its log was imported
SHARED = "shared"  # the experiment of stages that belong to no recipe
BATCH, PARAMS = 1000, 100  # in one call, MLflow's limits
DIGEST = 32  # characters of a dataset's digest; MLflow takes 36
MEASURED = ("tokens_per_second", "seconds", "system/")  # a step that is taken again has others


def bring(store: Store, path: Path) -> bool:
    """One log; False if it stands in MLflow as it is."""
    log = events.read(path)
    key = f"{path.parent.parent.name}/{path.parent.name}"
    content = f"{sha256(path)}{' alive' if log.alive else ''}"
    experiment = store.experiment(log.stage.partition("-")[0] if "-" in log.stage else SHARED)
    run = store.run(experiment, KEY, key)
    if run is not None and run.data.tags.get(CONTENT) == content:
        return False
    past = _points(store.client, run) if run is not None else {}
    if run is not None and not _continues(past, log):
        store.client.delete_run(run.info.run_id)
        run, past = None, {}
    run_id = run.info.run_id if run is not None else _new_run(store, experiment, key, log)
    parent = builds.parent(store, experiment, log)
    _describe(store, run_id, log, {"mlflow.parentRunId": parent})
    _log_points(store.client, run_id, log, past)
    models.link(store, experiment, run_id, log)
    traces.log(store, experiment, run_id, key, log)
    if (path.parent / ARTIFACTS).is_dir():
        store.client.log_artifacts(run_id, str(path.parent / ARTIFACTS))
    _close(store.client, run_id, log)
    builds.gather(store, experiment, parent, log)
    store.client.set_tag(run_id, CONTENT, content)  # last: an import that breaks off is done again
    return True


def _new_run(store: Store, experiment: str, key: str, log: Log) -> str:
    name = f"{log.stage} {key.rsplit('/', 1)[-1][:8]}"
    run = store.client.create_run(experiment, start_time=int(log.started * 1000), tags={KEY: key}, run_name=name)
    return str(run.info.run_id)


def _describe(store: Store, run_id: str, log: Log, parent: dict[str, str]) -> None:
    """Parameters, tags and what the run read. What stands there already stays."""
    from mlflow.entities import Dataset, DatasetInput, InputTag, Param, RunTag

    params = [Param(name, value) for name, value in flat(log.params)]
    for i in range(0, len(params), PARAMS):
        store.client.log_batch(run_id, params=params[i : i + PARAMS])
    facts = tags(log) | parent
    store.client.log_batch(run_id, tags=[RunTag(name, value) for name, value in facts.items() if value])
    inputs = [
        DatasetInput(
            Dataset(name=place, digest=digest[:DIGEST], source_type="local", source=dumps({"uri": place})),
            tags=[InputTag("mlflow.data.context", log.stage.split("-", 1)[-1])],
        )
        for place, digest in sorted(log.inputs.items())
        if Path(place).suffix  # a folder is a model or a tokenizer
    ]
    if inputs:
        store.client.log_inputs(run_id, datasets=inputs)


def _log_points(client: Any, run_id: str, log: Log, past: Mapping[tuple[int, str], float]) -> None:
    from mlflow.entities import Metric

    new = [
        Metric(name, value, int(when * 1000), step)
        for (step, name), (value, when) in sorted(_all_points(log).items())
        if (step, name) not in past
    ]
    for i in range(0, len(new), BATCH):
        client.log_batch(run_id, metrics=new[i : i + BATCH])


def _all_points(log: Log) -> dict[tuple[int, str], tuple[float, float]]:
    """Values by step, the final ones at the last step, and what the machine did by second."""
    last = max((step for step, _ in log.values), default=0)
    final = log.final | ({"seconds": log.ended - log.started} if log.ended else {})
    return log.values | {(last, name): (value, log.last) for name, value in final.items()} | log.system


def _points(client: Any, run: Any) -> dict[tuple[int, str], float]:
    """What an earlier import left."""
    return {
        (point.step, name): point.value
        for name in run.data.metrics
        for point in client.get_metric_history(run.info.run_id, name)
    }


def _continues(past: Mapping[tuple[int, str], float], log: Log) -> bool:
    """Whether every point that MLflow has still stands in the log with the same value; what is measured may differ."""
    now = {key: value for key, (value, _) in _all_points(log).items()}
    told = {key: value for key, value in past.items() if not key[1].startswith(MEASURED)}
    return all(key in now and repr(now[key]) == repr(value) for key, value in told.items())


def _close(client: Any, run_id: str, log: Log) -> None:
    if log.alive:
        client.update_run(run_id, status="RUNNING")
    else:
        client.set_terminated(run_id, status=status(log), end_time=int((log.ended or log.last) * 1000))
