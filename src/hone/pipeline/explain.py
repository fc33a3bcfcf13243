"""Why a file is fresh or stale, by content, what it comes from, and what building it would run: `hone explain FILE`.

Where Snakemake's record is known to be true it is the measure, since it also tells of builds that were not saved;
else dvc.lock is. Not covered: differences inside a file.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.files import read_json
from hone.pipeline import bridge, freshness
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.names import hint
from hone.pipeline.params import read_params
from hone.pipeline.spec import Pipeline, Stage

LOCK = Path("envs/requirements.lock")
SHORT = 12  # hex digits of a hash that are shown


@dataclass(frozen=True)
class Link:
    """One stage of a chain: what makes it stale by itself, and whether a stage before it is stale."""

    stage: Stage
    reasons: list[str]
    follows: list[str]

    @property
    def stale(self) -> bool:
        return bool(self.reasons or self.follows)


def explain(file: str, pipeline: Pipeline) -> Iterator[str]:
    """The lines that `hone explain` prints. Raises `UserError` for a file that no stage makes or reads."""
    file = Path(file).as_posix().rstrip("/")
    maker = next((stage for stage in pipeline.stages.values() if any(_within(file, out) for out in stage.outs)), None)
    if maker is None:
        yield from _read_by(file, pipeline)
        return
    if bridge.alone():
        bridge.agree(pipeline)
    with Contents() as contents:
        chain = links(maker, pipeline, contents)
        yield f"{file}: {'stale' if chain[-1].stale else 'fresh'}; stage {maker.name} makes it (rules/{maker.kind}.smk)"
        for link in chain:
            yield from (f"  {link.stage.name}: {reason}" for reason in link.reasons)
        if chain[-1].stale:
            yield f"building it runs: {', '.join(link.stage.name for link in chain if link.stale)}"
        yield "made of, first things first:"
        for link in chain:
            yield from _told(link, contents)
    yield from _pins()


def links(last: Stage, pipeline: Pipeline, contents: Contents) -> list[Link]:
    """The chain that ends in `last`: every stage that it depends on, in the order in which they run."""
    found: dict[str, Link] = {}
    by_dvc: dict[str, Any] = {}

    def visit(stage: Stage) -> Link:
        if stage.name not in found:
            before = [visit(other) for other in pipeline.stages.values() if set(other.outputs) & set(stage.inputs)]
            reasons = _reasons(stage, contents, by_dvc)
            found[stage.name] = Link(stage, reasons, [link.stage.name for link in before if link.stale])
        return found[stage.name]

    visit(last)
    return list(found.values())


def _reasons(stage: Stage, contents: Contents, by_dvc: dict[str, Any]) -> list[str]:
    if not any(contents.standing(output) for output in stage.outputs):
        return ["not built"]
    if records.read(stage.outputs[0]):
        return [_difference(found) for found in freshness.differences(stage, contents)]
    if not by_dvc:
        by_dvc.update(bridge.status_of_dvc() or {"": []})
    return list(_by_dvc(stage, by_dvc.get(stage.name, []))) or ["not recorded by Snakemake nor in dvc.lock"]


def _difference(found: freshness.Difference) -> str:
    if found.kind == "param":
        return f"param {found.name}: {_value(found.was)} -> {_value(found.now)}"
    if found.now is None:
        return f"{found.kind} {found.name}: gone"
    if found.was is None:
        return f"{found.kind} {found.name}: " + ("not what was recorded" if found.kind == "output" else "new")
    return f"{found.kind} {found.name}: {found.was[:SHORT]} -> {found.now[:SHORT]}"


def _by_dvc(stage: Stage, changes: list[Any]) -> Iterator[str]:
    """DVC's reasons; the earlier value of a parameter stands in dvc.lock."""
    locked = read_params(Path("dvc.lock")).get("stages", {}) if Path("dvc.lock").exists() else {}
    earlier = locked.get(stage.name, {}).get("params", {}).get("params.yaml", {})
    for change in changes:
        if isinstance(change, str):
            yield f"{change} (dvc.lock)"
            continue
        for what, files in change.items():
            for name, how in files.items():
                if isinstance(how, Mapping):
                    yield from (f"param {k}: {_value(earlier.get(k))} -> {_value(stage.params.get(k))}" for k in how)
                else:
                    yield f"{'output' if what == 'changed outs' else 'file'} {name}: {how} since dvc.lock"


def _told(link: Link, contents: Contents) -> Iterator[str]:
    """A stage with its parameters, and the digests of its outputs."""
    yield f"  {link.stage.name}: {'stale' if link.stale else 'fresh'}"
    for key, value in link.stage.params.items():
        yield f"    param {key}: {_value(value)}"
    for output in link.stage.outputs:
        yield f"    {output}: {contents.standing(output)[:SHORT] or 'not built'}"


def _pins() -> Iterator[str]:
    """What fixes the code and the libraries."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    edited = len(_git("status", "--porcelain", "--untracked-files=no").splitlines())
    yield f"code: commit {commit or 'none'}" + (f", {edited} files edited since" if edited else "")
    yield f"python {sys.version.split()[0]}; {LOCK}: {Contents().digest(str(LOCK))[:SHORT] or 'missing'}"
    manifest = Path("models/base/manifest.json")
    if manifest.exists():
        yield from (
            f"models/base/{name}: {facts['sha256'][:SHORT]}" for name, facts in read_json(manifest)["files"].items()
        )


def _read_by(file: str, pipeline: Pipeline) -> Iterator[str]:
    readers = [stage.name for stage in pipeline.stages.values() if file in stage.inputs]
    if not readers:
        known = [path for stage in pipeline.stages.values() for path in (*stage.outs, *stage.outputs)]
        raise UserError(f"{file}: expected a file that a stage makes or reads, found none such{hint(file, known)}")
    yield f"{file}: no stage makes it; an edit of it makes stale: {', '.join(readers)}"


def _within(file: str, out: str) -> bool:
    return file == out or file.startswith(f"{out}/")


def _value(value: Any) -> str:
    return "none" if value is None else str(value)


def _git(*args: str) -> str:
    done = subprocess.run(["git", *args], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""
