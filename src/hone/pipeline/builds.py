"""Builds, and what became of their stages, for tracking: a build is known by the content of all that decides it.

A stage whose step keeps no event log (it takes seconds) gets one here when it has ended; and every log, what DVC
calls what the stage read and made. Not covered: stages of a run that was killed before it ended.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from hone.core.files import MANIFEST, key_of
from hone.events import FILE, Events, noted, read
from hone.ledger import content_key
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Pipeline, Stage

DIGITS = 16


def keys(pipeline: Pipeline, contents: Contents) -> dict[str, str]:
    """The key of each recipe's build, and under "" of the stages of none: params, code and raw data of all its stages
    and of those that it shares."""
    found = {}
    for recipe in {stage.recipe for stage in pipeline.stages.values()}:
        stages = [stage for stage in pipeline.stages.values() if stage.recipe in ("", recipe)]
        params = {stage.name: dict(stage.params) for stage in stages}
        sources = sorted({file for stage in stages for file in stage.sources})
        found[recipe] = content_key(params, {file: contents.digest(file) for file in sources})[:DIGITS]
    return found


def note(stages: Iterable[Stage], since: float, contents: Contents) -> None:
    """Log the stages that Snakemake ran after `since` (seconds since 1970)."""
    for stage in stages:
        began = records.read(stage.outputs[0]).get("starttime") or 0.0
        if began >= since and all(Path(output).exists() for output in stage.outputs):
            noted(_log(stage, since, began, contents), _files(stage, contents))


def _log(stage: Stage, since: float, began: float, contents: Contents) -> Path:
    """The folder of the log that a stage's step has kept `since`, made if it kept none.

    Not since it `began`: Snakemake does not know when a job on a cluster did.
    """
    kept = [log for log in Path(stage.work).glob(f"*/{FILE}") if read(log).last >= since]
    if kept:
        return max(kept, key=lambda log: read(log).last).parent
    data = stage.data("")
    params = json.loads(stage.json())
    folder = Path(stage.work) / key_of(params, map(Path, data))
    inputs = {dep: contents.digest(f"{dep}/{MANIFEST}" if Path(dep).is_dir() else dep) for dep in data}
    Events.open(folder, stage.name, params, inputs, began=began).end()
    return folder


def _files(stage: Stage, contents: Contents) -> dict[str, dict[str, str]]:
    data = stage.data("")
    models = [out for out in stage.outs if any(Path(out).glob("*.safetensors"))]
    return {
        "inputs": {dep: dvc_hash(Path(dep), contents) for dep in data},
        "outputs": {out: dvc_hash(Path(out), contents) for out in stage.outs},
        "models": {out: contents.digest(f"{out}/{MANIFEST}") for out in models},
    }


def dvc_hash(path: Path, contents: Contents) -> str:
    """What DVC 3 calls a file (its MD5) or a folder (the MD5 of the list of its files, with .dir)."""
    if not path.is_dir():
        return contents.md5(str(path))
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name != ".snakemake_timestamp")
    listed = [{"md5": contents.md5(str(f)), "relpath": f.relative_to(path).as_posix()} for f in files]
    return (
        hashlib.md5(json.dumps(sorted(listed, key=lambda f: f["relpath"]), sort_keys=True).encode()).hexdigest()
        + ".dir"
    )
