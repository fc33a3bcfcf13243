"""A small copy of the real pipeline: the real Snakefile, rules and bridge over six real stages, with steps that compute.

What such a step writes is a hash of all that its stage names in dvc.yaml (toy/stage_step.py), so what a build from
nothing would give is computed, not trusted.
"""

import os
import re
import shutil
import sys
from pathlib import Path

import yaml
from tests.workflow.conftest import COPIED, ROOT, Repo
from tests.workflow.toy.stage_step import CONTENT, made_of

from hone.core.files import MANIFEST
from hone.pipeline.spec import Pipeline, Stage

KINDS = ("problems", "samples", "drafts", "dataset", "tokenizer")
STAGES = ("base_model", *(f"special_tokens-{kind}" for kind in KINDS))
RAW = "raw.txt"
EDITED = (RAW, "src/hone/dataset.py", "scripts/samples.py")


class Small(Repo):
    """The small repository, and what must hold of it."""

    def twin(self, to: Path) -> "Small":
        """A copy, times included."""
        return Small(shutil.copytree(self.path, to, symlinks=True))

    def stages(self) -> list[Stage]:
        return list(Pipeline(self.path).stages.values())

    def expected(self) -> dict[str, str]:
        """Every file that a build from nothing would make, by path."""
        made: dict[str, str] = {}

        def read(file: str) -> str:
            return made[file] if file in made else (self.path / file).read_text()

        here = Path.cwd()
        os.chdir(self.path)  # folders of code are listed from here
        try:
            for stage in self.stages():
                made |= {
                    out if Path(out).suffix else f"{out}/{CONTENT}": text for out, text in made_of(stage, read).items()
                }
        finally:
            os.chdir(here)
        return made

    def wrong(self, stage: Stage) -> list[str]:
        """The outputs of a stage that are missing or not what a build from nothing would make."""
        expected = self.expected()
        files = [output.replace(MANIFEST, CONTENT) for output in stage.outputs]
        return [f for f in files if not (self.path / f).exists() or (self.path / f).read_text() != expected[f]]

    def planned(self) -> set[str]:
        targets = [output for stage in self.stages() for output in stage.outputs]
        said = self.snakemake("-n", "--", *targets)
        rules = set(re.findall(r"^(?:local)?rule (\w+):$", said, re.M))
        return {stage.name for stage in self.stages() if stage.rule in rules}

    def downstream(self, names: set[str]) -> set[str]:
        """`names`, and all that follows from them."""
        found = set(names)
        for stage in self.stages():  # in the order of dvc.yaml, which is one that they can run in
            before = {other.name for other in self.stages() if set(other.outputs) & set(stage.inputs)}
            if before & found:
                found.add(stage.name)
        return found

    def command(self) -> list[str]:
        """What a user types to build everything with Snakemake."""
        return [
            sys.executable,
            "-m",
            "snakemake",
            "--",
            *(output for stage in self.stages() for output in stage.outputs),
        ]


def make_small(path: Path) -> Small:
    """Built and committed on main; on branch other with another parameter; both pushed to a local remote."""
    repo = Small(path)
    repo.path.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, repo.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, repo.path / name, follow_symlinks=False)
    dvc = yaml.safe_load((ROOT / "dvc.yaml").read_text())
    stages = {name: dvc["stages"][name] for name in STAGES}
    for stage in stages.values():
        stage["deps"].append("src/hone/pipeline/spec.py")
    stages["special_tokens-problems"]["deps"].append(RAW)
    (repo.path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    (repo.path / RAW).write_text("raw\n")
    (repo.path / "scripts").mkdir()
    for file in {dep for stage in stages.values() for dep in stage["deps"] if dep.startswith("scripts/")}:
        shutil.copy(Path(__file__).parent / "toy" / "stage_step.py", repo.path / file)
    repo.ok("git", "init", "-q", "-b", "main")
    repo.ok("git", "config", "user.email", "toy@example.org")
    repo.ok("git", "config", "user.name", "Toy")
    repo.dvc("init", "-q")
    shutil.copy(ROOT / ".dvcignore", repo.path / ".dvcignore")
    repo.dvc("remote", "add", "-d", "shared", str(repo.path.parent / "remote"))
    repo.set("pipeline.autosave", True)
    for branch, n in (("main", 160), ("other", 150)):
        if branch != "main":
            repo.ok("git", "checkout", "-q", "-b", branch)
        repo.set("special_tokens.samples.n", n)
        repo.ok(*repo.command())
        repo.ok("git", "add", "-A")
        repo.ok("git", "commit", "-q", "-m", f"Build {branch}")
    repo.dvc("push", "-q", "--all-commits")
    repo.ok("git", "checkout", "-q", "main")
    repo.dvc("checkout", "-q")
    return repo
