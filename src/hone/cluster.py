"""What a SLURM cluster offers, and whether a build would work there: `hone doctor --cluster`, a line each.

A tiny job goes to each partition that profiles/slurm/partitions.yaml names (this module again, run on the node):
whether the node has this folder, this environment and a GPU, and reaches the tracking server. Not covered: whether an
account may use a partition for as long as a job would want; the tiny job only shows that it may for a minute.
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from hone.core.errors import UserError
from hone.core.files import dumps

PROFILE = Path("profiles/slurm/config.yaml")
PARTITIONS = PROFILE.with_name("partitions.yaml")
TRACKING = "MLFLOW_TRACKING_URI"
PATIENCE_S = 60  # for a node to be free
REACH_S = 10


def lines() -> Iterator[str]:
    """One `name: fact` a line. Raises: UserError, where the profile cannot be read."""
    if not shutil.which("sinfo"):
        yield "cluster: no SLURM here (sinfo is not installed); ask on a machine that jobs are submitted from"
        return
    try:
        yield f"cluster: {_ask('sinfo', '--version').strip()}"
        offered = list(_partitions())
    except UserError as error:
        yield f"cluster: {error}"
        return
    yield from offered
    there = {line.split(":")[0].removeprefix("partition ") for line in offered}
    for name, limits in _profiled().items():
        if name in there:
            yield f"a job in {name}: {_probed(name, gpu=bool(limits.get('max_gpu')))}"
        else:
            yield f"a job in {name}: {PARTITIONS} names a partition that this cluster has not"


def _partitions() -> Iterator[str]:
    for line in _ask("sinfo", "-h", "-o", "%R|%a|%D|%c|%m|%G|%l").splitlines():
        name, state, nodes, cores, memory, resources, limit = line.split("|")
        gpus = ", ".join(re.findall(r"gpu:[\w:.]+", resources)) or "no GPUs"
        size = f"{cores} cores, {int(memory.strip('+')) / 1024:.0f} GiB, {gpus}"
        yield f"partition {name}: {state}, {nodes} nodes, each {size}; longest job {limit}"


def _profiled() -> dict[str, dict[str, Any]]:
    """The partitions that the profile names, with their limits."""
    try:
        found: dict[str, dict[str, Any]] = yaml.safe_load(PARTITIONS.read_text(encoding="utf-8"))["partitions"]
        return {str(name): dict(limits) for name, limits in found.items()}
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise UserError(f"{PARTITIONS}: expected `partitions:` with a block for each partition ({error})") from None


def _probed(partition: str, gpu: bool) -> str:
    """What a tiny job there finds, in words."""
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=".") as folder:
        mark = Path(folder).resolve() / "head"
        mark.write_text("head", encoding="utf-8")
        size = ["--ntasks=1", "--cpus-per-task=1", "--mem=2000", "--time=2", *(["--gpus=1"] if gpu else [])]
        where = [f"--partition={partition}", f"--account={_account()}", f"--immediate={PATIENCE_S}", "--quiet"]
        command = ["srun", *where, *size, sys.executable, "-m", "hone.cluster", str(mark)]
        try:
            found = json.loads(_ask(*command).splitlines()[-1])
        except UserError as error:
            return str(error)
        except (ValueError, IndexError):
            return "the job said nothing that could be understood"
        shared = mark.with_name("node").is_file() and found["shared"]
    facts = [
        "shares this folder" if shared else f"does not share this folder: expected {Path.cwd()} there too",
        _same(found["environment"]),
        found["tracking"],
        *([found["gpu"]] if gpu else []),
    ]
    return f"ran on {found['node']}; {'; '.join(facts)}"


def _same(theirs: dict[str, str]) -> str:
    ours = environment()
    differing = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    if not differing:
        return "the same environment"
    name = differing[0]
    there, here = (versions.get(name, "missing") for versions in (theirs, ours))
    return f"another environment: {len(differing)} packages differ; {name} is {there} there, {here} here"


def environment() -> dict[str, str]:
    """Versions of Python and of every installed package."""
    found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
    return {**found, "python": platform.python_version()}


def _account() -> str:
    profile = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))
    return str(profile["default-resources"]["slurm_account"])


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise UserError(f"no answer from {command[0]} in {2 * PATIENCE_S} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UserError(said[0] if said else f"{command[0]} ended with {done.returncode}")
    return done.stdout


def _node(mark: Path) -> dict[str, Any]:
    """What is true on the node that this runs on."""
    shared = mark.is_file()
    if shared:
        mark.with_name("node").write_text("node", encoding="utf-8")
    return {
        "node": os.environ.get("SLURMD_NODENAME", platform.node()),
        "shared": shared,
        "environment": environment(),
        "tracking": _tracking(),
        "gpu": _gpu(),
    }


def _tracking() -> str:
    uri = os.environ.get(TRACKING, "")
    if not uri.startswith("http"):
        return f"no tracking server in {TRACKING}, so that runs are kept in files here"
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=REACH_S) as answer:
            return f"reaches the tracking server ({answer.status})"
    except OSError as error:
        return f"does not reach the tracking server of {TRACKING} ({error})"


def _gpu() -> str:
    import torch

    if torch.cuda.is_available():
        return f"torch sees {torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}"
    shown = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return f"torch sees no GPU (CUDA_VISIBLE_DEVICES is {shown!r})"


if __name__ == "__main__":
    print(dumps(_node(Path(sys.argv[1]))))
