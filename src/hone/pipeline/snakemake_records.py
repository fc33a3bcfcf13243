"""Snakemake's own records of what it made, read and dropped file by file.

One JSON file an output, in `.snakemake/metadata`; what is used of it: `params`, `input_checksums`, `starttime`, and
`endtime`, which is the output's mtime when its job had finished. Not covered: the database backend.
"""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

HOME = Path(".snakemake")
NAME_MAX = 255


def read(output: str) -> dict[str, Any]:
    """The record of an output; {} where there is none, or a torn one."""
    try:
        record: dict[str, Any] = json.loads(path_of(output).read_text(encoding="utf-8"))
        return record
    except (OSError, ValueError):
        return {}


def drop(output: str) -> None:
    """Forget an output: Snakemake then makes it again as soon as an input is newer."""
    path_of(output).unlink(missing_ok=True)


def path_of(output: str, kind: str = "metadata") -> Path:
    """Where Snakemake keeps its record of an output: base64 of the path, cut into folders where it is long."""
    name = urlsafe_b64encode(output.encode()).decode()
    parts = [name[start : start + NAME_MAX - 1] for start in range(0, len(name), NAME_MAX - 1)]
    return (HOME / kind).joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1])


def unfinished() -> bool:
    """Whether a job has no record of its end."""
    return any(file.is_file() for file in (HOME / "incomplete").rglob("*"))
