"""A copy of the real pipeline in a temporary repository: the real Snakefile, rules, dvc.yaml and hone; toy scripts.

Built, saved and committed once a session; each test gets its own copy of that, times included.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML
from tests.workflow.warm import Warm

WARM = Warm()
ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "dvc.yaml", "params.yaml", ".dvcignore", ".gitignore", "rules", "profiles", "slurm", "src")


class Repo:
    """A repository on disk, and the commands that a user types in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *command: str, env: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
        """Run a command of this Python's environment; its exit status is for the caller to judge."""
        if command[:2] == (sys.executable, "-m"):
            return WARM.run(command[2], command[3:], self.path, {**self.env(), **env})
        return subprocess.run(
            command, cwd=self.path, env={**self.env(), **env}, capture_output=True, text=True, check=False
        )

    def env(self) -> dict[str, str]:
        """This environment without what says how tests run, and with the repository's own hone."""
        ours = ("HONE_", "DVC_", "SNAKEMAKE_", "GIT_", "PYTEST_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return {**kept, "PATH": paths, "PYTHONPATH": str(self.path / "src"), "DVC_NO_ANALYTICS": "1"}

    def ok(self, *command: str, env: Mapping[str, str] = {}) -> str:
        """Run a command that must succeed; what it said, both streams."""
        done = self.run(*command, env=env)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def snakemake(self, *args: str) -> str:
        return self.ok(sys.executable, "-m", "snakemake", *args)

    def dvc(self, *args: str) -> str:
        return self.ok(sys.executable, "-m", "dvc", *args)

    def hone(self, *args: str) -> str:
        return self.ok(sys.executable, "-m", "hone.cli", *args)

    def ran(self) -> list[str]:
        """The steps that ran since the last call, sorted."""
        log = self.path / "runs.log"
        steps = sorted(log.read_text().splitlines()) if log.exists() else []
        log.unlink(missing_ok=True)
        return steps

    def stale(self) -> set[str]:
        """The stages that DVC itself finds stale, not those that only follow from them."""
        done = self.run(sys.executable, "-m", "dvc", "status", "--json")
        assert done.returncode == 0, done.stderr  # where DVC warns too, of a lock whose holder was killed
        return set(json.loads(done.stdout))

    def planned(self) -> set[str]:
        """The rules that `snakemake -n` would run."""
        return set(re.findall(r"^(?:local)?rule (\w+):$", self.snakemake("-n"), re.M)) - {"all"}

    def content(self) -> dict[str, str]:
        """Every made file, by path: what a build is compared by."""
        folders = [self.path / name for name in ("data", "models", "results")]
        files = sorted(f for folder in folders for f in folder.rglob("*") if f.is_file())
        return {f.relative_to(self.path).as_posix(): f.read_text() for f in files if f.name[0] != "."}

    def edit(self, file: str) -> None:
        """Append a comment, which is an edit like any other: a toy step's output hangs on its own text too."""
        with (self.path / file).open("a") as stream:
            stream.write("\n# edited\n")

    def set(self, key: str, value: object) -> None:
        """Edit one parameter."""
        round_trip = YAML()
        file = self.path / "params.yaml"
        values = round_trip.load(file)
        *above, last = key.split(".")
        inner = values
        for part in above:
            inner = inner[part]
        inner[last] = value
        round_trip.dump(values, file)

    def clone(self, to: Path) -> "Repo":
        self.ok("git", "clone", "-q", str(self.path), str(to))
        return Repo(to)

    def copy(self, to: Path) -> "Repo":
        shutil.copytree(self.path, to, symlinks=True)
        return Repo(to)


def toy(path: Path) -> Repo:
    """The copy, with every stage, as git has it before anything was built."""
    repo = Repo(path)
    repo.path.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, repo.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repo.path / name, follow_symlinks=False)
    step = (Path(__file__).parent / "toy" / "step.py").read_text()
    (repo.path / "scripts").mkdir()
    for script in {
        line.split("scripts/")[1].strip() for line in (ROOT / "dvc.yaml").read_text().splitlines() if "scripts/" in line
    }:
        (repo.path / "scripts" / script).write_text(step)
    (repo.path / "README.md").write_text("A toy.\n")
    with (repo.path / ".gitignore").open("a") as ignored:
        ignored.write("/runs.log\n")
    repo.ok("git", "init", "-q")
    repo.ok("git", "config", "user.email", "toy@example.org")
    repo.ok("git", "config", "user.name", "Toy")
    repo.dvc("init", "-q")
    shutil.copy(ROOT / ".dvcignore", repo.path / ".dvcignore")
    repo.dvc("config", "core.autostage", "false")
    return repo


def keep(recipe: str, file: Path) -> None:
    """Leave the stages of one recipe in a dvc.yaml, and those that belong to none: each costs every test a second."""
    found = yaml.safe_load(file.read_text())
    others = {name.partition("-")[0] for name in found["stages"] if "-" in name} - {recipe}
    found["stages"] = {name: stage for name, stage in found["stages"].items() if name.partition("-")[0] not in others}
    for stage in found["stages"].values():
        stage["deps"] = [dep for dep in stage["deps"] if not others & set(Path(dep).parts[1:2])]
    found["plots"] = [plot for plot in found["plots"] if not any(name.startswith(tuple(others)) for name in plot)]
    file.write_text(yaml.safe_dump(found, sort_keys=False))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Built by a bare snakemake, recorded by `hone save`, committed."""
    repo = toy(tmp_path_factory.mktemp("toy") / "repo")
    keep("special_tokens", repo.path / "dvc.yaml")
    repo.snakemake("results/eval.json")
    repo.hone("save")
    repo.ok("git", "add", "-A")
    repo.ok("git", "commit", "-qm", "Build the toy")
    repo.ran()
    return repo


@pytest.fixture
def repo(built: Repo, tmp_path: Path) -> Repo:
    """A copy of the built repository for one test."""
    return built.copy(tmp_path / "repo")
