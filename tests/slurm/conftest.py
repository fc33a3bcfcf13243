"""The real pipeline, scripts and all, small enough to train in seconds, and a cluster to build it on.

It is built once a session without the cluster: what each test's build on the cluster must equal to the byte.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from tests.slurm.cluster import Cluster, lacking, until
from tests.workflow.conftest import COPIED, ROOT, Repo, keep

from hone.pipeline.spec import Pipeline

SNAKEMAKE = (sys.executable, "-m", "snakemake")
IMPATIENT = (sys.executable, str(Path(__file__).with_name("impatient.py")))

SMALL = {
    "base_model.source": "folder",
    "special_tokens.samples": {"n": 16, "seed": 17, "max_chars": 600},
    "special_tokens.dataset": {
        "train": {"rows": 16, "per_problem": 4},
        "val": {"rows": 2, "per_problem": 2},
        "test": {"rows": 4, "per_problem": 1},
    },
    "special_tokens.sft": {
        "rank": 4, "epochs": 2, "tokens_per_step": 512, "tokens_per_batch": 512, "validate_every": 4, "seed": 17,
    },
    "special_tokens.generate": {"max_new_tokens": 64, "batch_size": 1},
}  # fmt: skip


class Made(Repo):
    """The pipeline, and what it is compared by."""

    def made(self) -> dict[str, bytes]:
        """Every made file, by path."""
        files = [file for name in ("data", "models", "results") for file in (self.path / name).rglob("*")]
        shown = [file for file in files if file.is_file() and file.name[0] != "."]
        return {file.relative_to(self.path).as_posix(): file.read_bytes() for file in shown}

    def copy(self, to: Path) -> "Made":
        return Made(super().copy(to).path)


def small(path: Path, base: Path) -> Made:
    """The pipeline of one recipe with a tiny model, as git has it before anything was built."""
    repo = Made(path)
    repo.path.mkdir()
    for name in (*COPIED, "scripts"):
        source = ROOT / name
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, repo.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repo.path / name, follow_symlinks=False)
    keep("special_tokens", repo.path / "dvc.yaml")
    drop(("keyword", "prompted"), repo.path / "dvc.yaml")
    for key, value in {**SMALL, "base_model.path": str(base)}.items():
        repo.set(key, value)
    repo.ok("git", "init", "-q")
    repo.ok("git", "config", "user.email", "small@example.org")
    repo.ok("git", "config", "user.name", "Small")
    repo.dvc("init", "-q")
    shutil.copy(ROOT / ".dvcignore", repo.path / ".dvcignore")
    repo.dvc("config", "core.autostage", "false")
    return repo


def drop(variants: tuple[str, ...], file: Path) -> None:
    """Leave variants out of a dvc.yaml: the same is shown with those that are left, in less time."""
    found = yaml.safe_load(file.read_text())
    found["stages"] = {name: stage for name, stage in found["stages"].items() if not name.endswith(variants)}
    for stage in found["stages"].values():
        stage["deps"] = [dep for dep in stage["deps"] if not set(variants) & set(Path(dep).parts)]
    file.write_text(yaml.safe_dump(found, sort_keys=False))


@pytest.fixture(scope="session")
def base(base_folder: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with room for the recipe's prompts."""
    folder = tmp_path_factory.mktemp("roomy") / "base"
    shutil.copytree(base_folder(), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "max_position_embeddings": 4096}))
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Made:
    """Built without a cluster, saved and committed."""
    repo = small(tmp_path_factory.mktemp("small") / "repo", base)
    repo.snakemake("results/eval.json")
    repo.hone("save")
    repo.ok("git", "add", "-A")
    repo.ok("git", "commit", "-qm", "Build")
    return repo


class Build:
    """A build on the cluster, under way: what its head says, and its jobs, by the stage that each runs."""

    def __init__(self, repo: Made, cluster: Cluster, command: Sequence[str], env: Mapping[str, str] = {}) -> None:
        self.repo, self.cluster = repo, cluster
        self._command, self._env = command, {**repo.env(), **env}
        self.said = repo.path.parent / f"{repo.path.name}.said"
        self.again()

    def again(self) -> None:
        """The command, for the first time or once more."""
        with self.said.open("w") as stream:
            self.head = subprocess.Popen(self._command, cwd=self.repo.path, env=self._env, stdout=stream, stderr=stream)

    def jobs(self, stage: str, *states: str) -> list[str]:
        """The ids of a stage's jobs, first to last: of all, or of those in one of `states`."""
        rule = f"rule_{stage.replace('-', '_')}"
        found = self.cluster.jobs(self.repo.path)
        of_stage = [number for number, job in found.items() if job["Comment"].startswith(rule)]
        return [number for number in of_stage if not states or found[number]["JobState"] in states]

    def until(self, true: Callable[[], bool], what: str, patience_s: float = 120.0) -> None:
        """Wait for something; a head that ended meanwhile fails the test with what it said."""

        def there() -> bool:
            assert self.head.poll() is None, self.said.read_text()
            return true()

        until(there, f"{what}\n{self.said.read_text()[-3000:]}", patience_s)

    def freeze(self, script: str) -> list[int]:
        """Stop the processes that run a script, as if they were slow; SLURM continues those that it ends."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                words = (process / "cmdline").read_text().split("\0")
                if words[1:2] == [script] and (process / "cwd").readlink() == self.repo.path:
                    os.kill(int(process.name), signal.SIGSTOP)
                    found.append(int(process.name))
        assert found, f"found no process of {script}"
        return found

    def well(self, patience_s: float = 240.0) -> str:
        """Wait for the end, which must be a good one; what was said."""
        self.head.wait(patience_s)
        assert self.head.returncode == 0, self.said.read_text()
        return self.said.read_text()


def steps(repo: Repo, stage: str) -> list[int]:
    """The steps of training that a stage's event log tells of, in the order in which they were taken."""
    (log,) = (repo.path / "work" / stage).glob("*/events.jsonl")
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return [event["step"] for event in events if "loss" in event.get("values", {})]


@pytest.fixture(scope="session", autouse=True)
def slurm() -> None:
    """Where there is none, tests are skipped before anything is built for them."""
    if why := lacking():
        pytest.skip(why)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The cluster; one for the session."""
    with Cluster.running() as cluster:
        yield cluster


@pytest.fixture
def start(built: Made, cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., Build]]:
    """Starts `snakemake --profile slurm` in a copy of the built repository that lacks some stages' outputs."""
    builds: list[Build] = []

    def begin(
        *stages: str, command: Sequence[str] = IMPATIENT, profile: str = "slurm", flags: Sequence[str] = ()
    ) -> Build:
        repo = built.copy(tmp_path / "repo")
        outputs = [file for stage in stages for file in Pipeline(repo.path)[stage].outputs]
        for stage in stages:
            shutil.rmtree(repo.path / "work" / stage, ignore_errors=True)
            for out in Pipeline(repo.path)[stage].outs:
                path = repo.path / out
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        builds.append(Build(repo, cluster, [*command, "--profile", profile, *flags, "--", *outputs]))
        return builds[-1]

    yield begin
    for build in builds:
        build.head.kill()
        build.head.wait()
        subprocess.run(["scancel", *cluster.jobs(build.repo.path)], check=False, stderr=subprocess.DEVNULL)
    cluster.rest()
