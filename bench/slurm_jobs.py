"""What a small job costs on SLURM, with and without job arrays: `python -m bench.slurm_jobs [JOBS]`, 200 by default.

The jobs write a word each. Where SLURM answers, it is used as it is; else, as root, the cluster of tests/slurm is
started: virtual nodes on this machine, so that what a job takes to start is paid on its own cores, and the figures are
upper bounds. Beside Snakemake, in both ways, stands a bare loop of sbatch, and all must have written the same words.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from tests.slurm.cluster import Cluster, lacking

# Jobs of an array at most. Above 128 KiB of arguments (some 50 jobs) the plugin (2.8.0) hands its script over in two
# lines, and every job of the array runs what the first should.
ARRAY = "20"
SNAKEFILE = """
rule all:
    input: [f"out/{n}" for n in range(int(config["jobs"]))]
rule word:
    output: "out/{n}"
    resources: mem_mb=1000, runtime=5
    shell: "echo word > {output}"
"""
SLURM = (
    "--executor", "slurm", "--default-resources", "slurm_account=default", "slurm_partition=cpu",
    "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "8",
)  # fmt: skip


def snakemake(jobs: int, *flags: str) -> list[str]:
    """The command that runs all jobs, as many at a time as SLURM will."""
    return [
        sys.executable,
        "-m",
        "snakemake",
        "--quiet",
        "all",
        "--jobs",
        str(jobs),
        *SLURM,
        *flags,
        "--config",
        f"jobs={jobs}",
    ]


def bare(jobs: int) -> list[str]:
    """The same by hand."""
    submit = "sbatch --quiet --wait -p cpu --mem=1000 -t 5 -o /dev/null --wrap='echo word > out/'$n"
    return ["bash", "-c", f"mkdir -p out; for n in $(seq 0 {jobs - 1}); do {submit} & done; wait"]


def timed(command: list[str]) -> tuple[float, dict[str, str]]:
    """Seconds that a command takes in a folder of its own, and what the jobs wrote."""
    with tempfile.TemporaryDirectory(dir=".") as folder:  # where nodes can write too
        home = Path(folder)
        (home / "Snakefile").write_text(SNAKEFILE)
        began = time.monotonic()
        subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - began
        return took, {file.name: file.read_text() for file in (home / "out").iterdir()}


def main() -> None:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    answers = subprocess.run(["sinfo"], capture_output=True).returncode == 0 if shutil.which("sinfo") else False
    if not answers and (why := lacking()):
        sys.exit(f"no SLURM answers, and none can be started here: {why}")
    ways = {
        "sbatch by hand": bare(jobs),
        "snakemake, a job each": snakemake(jobs),
        "snakemake, job arrays": snakemake(jobs, "--slurm-array-jobs", "word", "--slurm-array-limit", ARRAY),
    }
    with nullcontext() if answers else Cluster.running():
        found = {way: timed(command) for way, command in ways.items()}
    expected = {str(n): "word\n" for n in range(jobs)}
    print(f"{jobs} jobs on {len(os.sched_getaffinity(0))} cores of the submitting machine")
    for way, (took, words) in found.items():
        assert words == expected, f"{way}: expected {jobs} words, found {len(words)}"
        print(f"{way:24} {took:8.1f} s  {took / jobs:6.2f} s a job")


if __name__ == "__main__":
    main()
