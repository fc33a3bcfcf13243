"""dvc.yaml as Snakemake sees it: each stage's inputs, outputs and params, so that no list of them is written twice.

A stage is called RECIPE-KIND or RECIPE-KIND-VARIANT, and says which kind it is by the rule file among its deps.
An out without a suffix is a folder, whose manifest.json (written last) stands for it; a folder of code stands for
every file in it. Not covered: templating in dvc.yaml, params from other files than params.yaml.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hone.core.errors import UserError
from hone.core.files import MANIFEST, dumps
from hone.pipeline.names import hint
from hone.pipeline.params import read_params

SOURCES = ("src/", "scripts/", "rules/")


@dataclass(frozen=True)
class Stage:
    """One stage of dvc.yaml. Paths are relative to the repository's root."""

    name: str
    kind: str  # the rule file's name: rules/KIND.smk
    recipe: str  # "" for stages that belong to no recipe
    variant: str  # "" for kinds without variants
    deps: tuple[str, ...]  # as written in dvc.yaml
    outs: tuple[str, ...]  # as written in dvc.yaml
    inputs: tuple[str, ...]  # the files that Snakemake compares
    sources: tuple[str, ...]  # those of them that no stage makes: code, raw data
    outputs: tuple[str, ...]  # the files that Snakemake waits for
    params: Mapping[str, Any]  # key path in params.yaml -> value
    command: str

    @property
    def rule(self) -> str:
        """The name of the stage's rule."""
        return self.name.replace("-", "_")

    @property
    def part_rule(self) -> str:
        """The name of the rule that does parts of the stage's work ahead, where its kind has one (fanout.py)."""
        return f"{self.rule}_part"

    @property
    def log(self) -> str:
        """The file that progress lines are appended to."""
        return f"logs/{self.name}.log"

    @property
    def work(self) -> str:
        """The folder of resumable state, declared to neither tool."""
        return f"work/{self.name}"

    def json(self, wildcards: object = None) -> str:
        """The params for `--params`, by their last key. Snakemake calls it, so braces in values stay as they are."""
        return dumps({key.rsplit(".", 1)[-1]: value for key, value in self.params.items()})

    def dep(self, role: str) -> str:
        """The one dep that is not code and whose path ends in `role`, as written in dvc.yaml."""
        return self._one("deps", role, self.data(role))

    def out(self, role: str) -> str:
        """The one out whose path ends in `role`, as written in dvc.yaml."""
        return self._one("outs", role, _ending(self.outs, role))

    def data(self, role: str) -> list[str]:
        """All deps that are not code and end in `role`; "" is all."""
        return _ending((dep for dep in self.deps if not dep.startswith(SOURCES)), role)

    def flags(self, flag: str, role: str) -> str:
        """`flag PATH` for each dep that ends in `role`, or nothing."""
        return " ".join(f"{flag} {path}" for path in self.data(role))

    def _one(self, what: str, role: str, found: list[str]) -> str:
        if len(found) != 1:
            raise UserError(
                f"dvc.yaml: stage {self.name}: expected one path in {what} that ends in {role}, found {found}"
            )
        return found[0]


class Pipeline:
    """All stages of a repository, in the order of dvc.yaml."""

    def __init__(self, root: Path = Path(".")) -> None:
        """Read dvc.yaml and params.yaml below `root`; whatever is wrong in them is a `UserError`."""
        raw = _read_stages(root / "dvc.yaml")
        values = read_params(root / "params.yaml")
        made = {path for stage in raw.values() for path in _outs(stage)}
        deps = {dep for stage in raw.values() for dep in stage.get("deps", ())}
        files = {dep: _files(root, dep, made) for dep in deps}  # many stages share a folder: it is walked once
        self.stages = {name: _stage(name, stage, values, files, made) for name, stage in raw.items()}

    def of(self, kind: str) -> list[Stage]:
        """The stages of one kind, those that share rules/KIND.smk."""
        return [stage for stage in self.stages.values() if stage.kind == kind]

    def __getitem__(self, name: str) -> Stage:
        """The stage called `name`."""
        if name not in self.stages:
            raise UserError(f"dvc.yaml: expected a stage of that name, found no {name!r}{hint(name, self.stages)}")
        return self.stages[name]


@functools.cache
def pipeline() -> Pipeline:
    """The pipeline of the working directory, read once a process."""
    return Pipeline()


def _read_stages(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise UserError(f"{path}: expected the list of stages, found nothing there") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: expected YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("stages"), dict):
        raise UserError(f"{path}: expected a block called stages")
    stages: dict[str, Any] = raw["stages"]
    return stages


def _stage(
    name: str, raw: Mapping[str, Any], values: Mapping[str, Any], files: Mapping[str, list[str]], made: set[str]
) -> Stage:
    deps = tuple(raw.get("deps", ()))
    outs = tuple(_outs(raw))
    inputs = [file for dep in deps for file in files[dep]]
    sources = [file for dep in deps if dep not in made for file in files[dep]]
    kinds = [Path(dep).stem for dep in deps if dep.startswith("rules/")]
    if len(kinds) != 1:
        raise UserError(f"dvc.yaml: stage {name}: expected one rule file (rules/KIND.smk) in deps, found {kinds}")
    parts = name.split("-")
    return Stage(
        name=name,
        kind=kinds[0],
        recipe=parts[0] if len(parts) > 1 else "",
        variant="-".join(parts[2:]),
        deps=deps,
        outs=outs,
        inputs=tuple(dict.fromkeys(inputs)),
        sources=tuple(dict.fromkeys(sources)),
        outputs=tuple(standing_for(out) for out in outs),
        params={key: _value(values, key, name) for key in raw.get("params", ())},
        command=str(raw.get("cmd", "")),
    )


def _outs(raw: Mapping[str, Any]) -> list[str]:
    """Outs, metrics and plots alike: a path, or a path with options."""
    listed = [item for part in ("outs", "metrics", "plots") for item in raw.get(part, ())]
    return [next(iter(item)) if isinstance(item, dict) else item for item in listed]


def standing_for(out: str) -> str:
    """The file that stands for an out: itself, or a folder's manifest."""
    return out if Path(out).suffix else f"{out}/{MANIFEST}"


def _files(root: Path, dep: str, made: set[str]) -> list[str]:
    if dep in made:
        return [standing_for(dep)]
    if not (root / dep).is_dir():
        return [dep]
    found = sorted(f for f in (root / dep).rglob("*") if f.is_file() and f.suffix != ".pyc")
    return [file.relative_to(root).as_posix() for file in found]


def _value(values: Mapping[str, Any], key: str, stage: str) -> Any:
    found: Any = values
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            near = hint(part, found if isinstance(found, Mapping) else ())
            raise UserError(
                f"params.yaml: {key}: expected a value, which stage {stage} of dvc.yaml takes, found none{near}"
            )
        found = found[part]
    return found


def _ending(paths: Iterable[str], role: str) -> list[str]:
    return [path for path in paths if not role or path == role or path.endswith(f"/{role}")]
