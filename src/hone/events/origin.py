"""Where a run comes from: which build, which commit, which machine. Facts for tracking, never for an output."""

import json
import os
import platform
import subprocess
import sys

BUILDS = "HONE_BUILDS"  # set by the Snakefile: {recipe: key of its build}, as JSON


def origin(stage: str) -> dict[str, str]:
    """What is known of a run of `stage` that starts now, in this folder: "" where there is no telling."""
    builds = json.loads(os.environ.get(BUILDS, "{}"))
    recipe = stage.partition("-")[0] if "-" in stage else ""
    commit = _git("rev-parse", "HEAD")
    edited = _git("status", "--porcelain", "--untracked-files=no") if commit else ""
    return {
        "build": builds.get(recipe, ""),
        "commit": commit,
        "dirty": str(bool(edited)).lower() if commit else "",
        "machine": f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores, {_accelerator()}",
    }


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:  # no git here
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _accelerator() -> str:
    """The GPU of a step that works with torch; no other pays for its import."""
    torch = sys.modules.get("torch")
    return str(torch.cuda.get_device_name()) if torch is not None and torch.cuda.is_available() else "no GPU"
