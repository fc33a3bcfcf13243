"""The jobs that a killed snakemake left behind on SLURM: cancelled, and waited for, before others take their place.

A job is known by the folder that it was submitted from and by its name, which Snakemake makes of the id of its run.
Whoever calls this has the folder for itself (`bridge.alone`), so that every such job is an orphan.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path

from hone.core.errors import UserError
from hone.pipeline import snakemake_records as records

NAME = re.compile(r"([\w-]+_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a prefix from the profile, a UUID
LOGS = records.HOME / "slurm_logs"  # stands as soon as a job was submitted from here
PATIENCE_S = 600.0  # a job saves what it has done before it ends


def end(folder: Path) -> list[str]:
    """Cancel the orphans of `folder` and wait until they have ended; returns their ids.

    Raises `UserError` where SLURM cannot be asked, or they do not end.
    """
    if not LOGS.exists():
        return []
    if not shutil.which("squeue"):
        if not records.unfinished():
            return []
        raise UserError(
            "jobs of an earlier snakemake may still run on a cluster, and this machine has no squeue to ask it; start "
            f"from a machine of the cluster, or, if no job runs, delete {LOGS}"
        )
    orphans = running = _jobs(folder)
    if orphans:
        _ask("scancel", *orphans)
    patient_until = time.monotonic() + PATIENCE_S
    while running:
        if time.monotonic() > patient_until:
            raise UserError(
                f"expected the SLURM jobs {', '.join(running)} of an earlier snakemake to end when cancelled, found "
                f"them in the queue after {PATIENCE_S:.0f} s; see `squeue --me`, and start again when they are gone"
            )
        time.sleep(1.0)
        running = _jobs(folder)
    return orphans


def _jobs(folder: Path) -> list[str]:
    """The ids of all jobs in the queue, running, waiting or ending, that a snakemake submitted from `folder`."""
    lines = [line.split("|", 2) for line in _ask("squeue", "--me", "-h", "-o", "%A|%j|%Z").splitlines()]
    return sorted({number for number, name, place in lines if NAME.fullmatch(name) and Path(place) == folder})


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UserError(
            f"expected SLURM to say which jobs of an earlier snakemake still run, found that {command[0]} failed "
            f"({said[-1] if said else 'it said nothing'}); start again when SLURM answers"
        )
    return done.stdout
