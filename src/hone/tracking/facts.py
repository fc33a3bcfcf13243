"""What an event log says, in the words of MLflow."""

from collections.abc import Iterator, Mapping
from typing import Any

from hone.core.files import dumps
from hone.events import Log


def tags(log: Log) -> dict[str, str]:
    """What is known of a run beside its parameters; DVC's hashes as `dvc.in.PATH` and `dvc.out.PATH`."""
    origin = log.origin
    return {
        "stage": log.stage, "build": origin.get("build", ""), "machine": origin.get("machine", ""),
        "mlflow.source.git.commit": origin.get("commit", ""), "dirty": origin.get("dirty", ""),
        **log.tags,
        **{f"dvc.in.{path}": found for path, found in log.files.get("inputs", {}).items()},
        **{f"dvc.out.{path}": found for path, found in log.files.get("outputs", {}).items()},
    }  # fmt: skip


def status(log: Log) -> str:
    """MLflow's word for how a run stands."""
    return "RUNNING" if log.alive else "KILLED" if log.ended is None else "FINISHED"


def flat(params: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested params as `a.b` -> text."""
    for name, value in sorted(params.items()):
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else dumps(value)
