"""The parent of all runs of one build, named by the build's content key: their parameters and final figures together,
so that two builds can be compared as such."""

from hone.events import Log
from hone.tracking.facts import flat
from hone.tracking.stores import Store

BUILD = "hone.build"  # tag of a parent
PARAMS = 100  # in one call, MLflow's limit


def parent(store: Store, experiment: str, log: Log) -> str:
    """The id of the parent, made if need be; "" for a step that was run by hand."""
    key = log.origin.get("build")
    if not key:
        return ""
    run = store.run(experiment, BUILD, key)
    if run is None:
        tags = {BUILD: key, "build": key, "mlflow.source.git.commit": log.origin.get("commit", "")}
        run = store.client.create_run(experiment, int(log.started * 1000), tags, run_name=f"build {key[:8]}")
    return str(run.info.run_id)


def gather(store: Store, experiment: str, run_id: str, log: Log) -> None:
    """Add a run's parameters (as `sft.rank`) and final figures to its parent, which is as its last run is."""
    from mlflow.entities import Metric, Param

    if not run_id:
        return
    kind = log.stage.partition("-")[2] or log.stage
    params = [Param(f"{kind}.{name}", value) for name, value in flat(log.params)]
    known = store.client.get_run(run_id).data
    new = [param for param in params if param.key not in known.params]
    for i in range(0, len(new), PARAMS):
        store.client.log_batch(run_id, params=new[i : i + PARAMS])
    when = int(log.last * 1000)
    final = [Metric(_name(kind, name), value, when, 0) for name, value in sorted(log.final.items())]
    changed = [metric for metric in final if known.metrics.get(metric.key) != metric.value]
    if changed:
        store.client.log_batch(run_id, metrics=changed)
    _close(store, experiment, run_id)


def _close(store: Store, experiment: str, run_id: str) -> None:
    below = store.client.search_runs([experiment], filter_string=f"tags.`mlflow.parentRunId` = '{run_id}'")
    found = {run.info.status for run in below}
    if "RUNNING" in found:
        store.client.update_run(run_id, status="RUNNING")
    else:
        ended = max((run.info.end_time or 0 for run in below), default=0)
        store.client.set_terminated(run_id, "KILLED" if "KILLED" in found else "FINISHED", ended or None)


def _name(kind: str, name: str) -> str:
    """Figures of an evaluation have names of their own, `sft.mode_accuracy`."""
    return name if kind == "eval" else f"{kind}.{name}"
