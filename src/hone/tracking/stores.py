"""Where runs are kept: a database here or a server, and how one import at a time writes there."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DEFAULT_URI = "sqlite:///mlflow.db"


@dataclass
class Store:
    """An open MLflow, and the experiments that are known there."""

    client: Any
    uri: str
    experiments: dict[str, str] = field(default_factory=dict)

    def experiment(self, name: str) -> str:
        """The id of an experiment, made if need be. Artifacts of a local database lie beside it."""
        if name not in self.experiments:
            found = self.client.get_experiment_by_name(name)
            self.experiments[name] = str(found.experiment_id) if found else self._made(name)
        return self.experiments[name]

    def run(self, experiment: str, tag: str, value: str) -> Any:
        """The run with a tag, or None."""
        found = self.client.search_runs([experiment], filter_string=f"tags.`{tag}` = '{value}'", max_results=1)
        return found[0] if found else None

    def _made(self, name: str) -> str:
        local = _database(self.uri)
        place = (local.parent / "mlartifacts").absolute().as_uri() if local else None
        return str(self.client.create_experiment(name, artifact_location=place))


def opened(uri: str) -> Store:
    """The store at `uri`; a fresh database gets its tables."""
    import mlflow  # seconds

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return Store(mlflow.MlflowClient(tracking_uri=uri), uri)


@contextmanager
def alone(uri: str, work_root: Path) -> Iterator[None]:
    """Wait until no other import of the same logs, or into the same SQLite file, is at work: two at once would make a
    run twice, and several that open a fresh SQLite database ruin it."""
    locks = [work_root / ".track.lock"]
    if database := _database(uri):
        database.parent.mkdir(parents=True, exist_ok=True)
        locks.append(Path(f"{database}.lock"))
    with ExitStack() as stack:
        for path in locks:
            fcntl.flock(stack.enter_context(path.open("w")), fcntl.LOCK_EX)
        yield


def _database(uri: str) -> Path | None:
    """The file of a `sqlite:///` uri."""
    parts = urlsplit(uri)
    return Path(parts.path[1:]) if parts.scheme == "sqlite" else None
