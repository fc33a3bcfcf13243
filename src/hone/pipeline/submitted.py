"""Jobs on a cluster are made of what was read when they were submitted, or refuse.

A job reads params.yaml and code anew when it starts, hours later perhaps, while the snakemake that submitted it would
record what it read itself. So that one hands its hashes on in the environment, and the job compares those of its stage.
"""

import json
import os
import sys
from pathlib import Path

from hone.core.errors import UserError
from hone.core.files import dumps, key_of, sha256
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Pipeline, Stage

ENV = "HONE_SUBMITTED"  # JSON: file or rule -> hash of its content or params
PARAMS = "params.yaml"


def note(pipeline: Pipeline, contents: Contents) -> None:
    """Have the jobs that this process submits know what it has read."""
    stages = pipeline.stages.values()
    files = {file for stage in stages for file in stage.sources}
    hashed = {file: contents.digest(file) for file in files} | {stage.rule: key_of(stage.params) for stage in stages}
    os.environ[ENV] = dumps(hashed)


def check(pipeline: Pipeline) -> None:
    """Called at the head of the Snakefile, in a job; a `UserError` names what was edited since it was submitted."""
    # A job is told its rules as arguments, and while it reads the Snakefile, Snakemake knows them nowhere else.
    stages = [stage for stage in pipeline.stages.values() if {stage.rule, stage.part_rule} & set(sys.argv)]
    if files := sorted({file for stage in stages for file in edited(stage)}):
        raise UserError(
            f"{', '.join(files)} was edited after this job was submitted, so that it would not make what was asked "
            "for; nothing was run, start the same command again"
        )
    for stage in stages:
        for output in stage.outputs if stage.rule in sys.argv else ():
            # Else Snakemake, which loses the time when a job on a cluster began, takes that of the job before.
            records.drop(output)


def edited(stage: Stage) -> list[str]:
    """The sources of a stage, params.yaml among them, that are not as they were noted."""
    noted = json.loads(os.environ.get(ENV, "{}"))
    files = [file for file in stage.sources if noted and _content(file) != noted.get(file)]
    return files if noted.get(stage.rule) in (None, key_of(stage.params)) else [*files, PARAMS]


def _content(file: str) -> str:
    return sha256(Path(file)) if Path(file).is_file() else ""
