"""Whether a stage is fresh, by content: what it was made of, against what stands there now.

The measure here is Snakemake's record (parameters, checksums of inputs) and what the outputs held when it was
written. DVC's measure is dvc.lock; the bridge brings the two together. Not covered: what a step reads that dvc.yaml
does not name (a test compares that with what its script imports).
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hone.core.syntax import literal
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Stage

SAME_TIME = 1e-3  # seconds; Snakemake keeps an mtime as a float


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was when the stage was made. `was` is None for what was not there, so is `now`."""

    kind: Literal["output", "param", "file"]
    name: str
    was: Any
    now: Any


def differences(stage: Stage, contents: Contents) -> list[Difference]:
    """All that makes a stage stale in Snakemake's measure; none: it is fresh."""
    return [*outputs(stage, contents), *params(stage), *inputs(stage, contents)]


def outputs(stage: Stage, contents: Contents) -> Iterator[Difference]:
    """Outputs that are missing, or hold something else than what Snakemake recorded."""
    for output in stage.outputs:
        now = contents.standing(output) or None
        was = _recorded(stage, output, contents)
        if now is None or was != now:
            yield Difference("output", output, was, now)


def params(stage: Stage) -> Iterator[Difference]:
    """Parameters with another value than the one that the stage was made with, by their key path."""
    record = records.read(stage.outputs[0])
    was = _flat(_params_of(record)) if record else {}
    now = _flat(json.loads(stage.json()))
    names = {key.rsplit(".", 1)[-1]: key for key in stage.params}
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            first, *rest = key.split(".", 1)
            yield Difference("param", ".".join([names.get(first, first), *rest]), was.get(key), now.get(key))


def inputs(stage: Stage, contents: Contents) -> Iterator[Difference]:
    """Files, data and code alike, that are not those that the stage was made of."""
    recorded: Mapping[str, str] = records.read(stage.outputs[0]).get("input_checksums") or {}
    marks = f"{stage.work}/"  # of parts of the stage's work that were done ahead; how many there were does not matter
    for file in sorted({*(file for file in recorded if not file.startswith(marks)), *stage.inputs}):
        was = recorded.get(file, "").removeprefix("sha256:") or None
        now = contents.digest(file) or None if file in stage.inputs else None
        if was != now:
            yield Difference("file", file, was, now)


def unseen(stage: Stage, contents: Contents) -> bool:
    """Whether Snakemake has recorded an output anew since what it holds was last remembered."""
    ends = {output: records.read(output).get("endtime") for output in stage.outputs}
    return any(end is not None and contents.recorded.get(output, [None])[0] != end for output, end in ends.items())


def edited_meanwhile(stage: Stage) -> list[str]:
    """Inputs not made by a stage that were written while the job ran.

    Snakemake takes an input's checksum when the job has ended, so its record would vouch for an edit that the job
    may never have read.
    """
    record = records.read(stage.outputs[0])
    began, ended = record.get("starttime"), record.get("endtime")
    if not (isinstance(began, float) and isinstance(ended, float)):
        return []
    return [file for file in stage.sources if os.path.exists(file) and began < os.stat(file).st_mtime <= ended]


def _recorded(stage: Stage, output: str, contents: Contents) -> str | None:
    """What an output held when Snakemake recorded it, None if that is not known.

    A record is believed at first sight if the output still has the time that it tells of, and later by content.
    """
    ended = records.read(output).get("endtime")
    if not isinstance(ended, float):
        return None
    known = contents.recorded.get(output)
    if not known or known[0] != ended:
        if not os.path.lexists(output) or abs(ended - os.lstat(output).st_mtime) > SAME_TIME or edited_meanwhile(stage):
            return None
        known = contents.recorded[output] = [ended, contents.standing(output)]
    return str(known[1])


def _params_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object that was passed as `--params`: Snakemake keeps each of a job's params as its repr."""
    for text in record.get("params") or ():
        value = literal(text) if text.startswith(("'", '"')) else None
        if isinstance(value, str) and value.startswith("{"):
            found: dict[str, Any] = json.loads(value)
            return found
    return {}


def _flat(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Values by key path; a list is one value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, Mapping) else {f"{above}{key}": value}
    return flat
