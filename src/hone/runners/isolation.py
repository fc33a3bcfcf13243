"""Which layers confine a program: all that hold here (`best`), all there are or nothing runs (`strict`), or `off`."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from hone.core.errors import UserError

Mode = Literal["strict", "best", "off"]
LAYERS = ("rlimits", "namespaces", "landlock", "seccomp")
VARIABLE = "HONE_ISOLATION"  # how a profile's `isolation` reaches the steps


def layers(mode: str = "") -> tuple[str, ...]:
    """The layers that `mode` puts on, by default the profile's. Raises: UserError for one that cannot be had."""
    mode = mode or os.environ.get(VARIABLE, "") or "best"
    if mode not in get_args(Mode):
        raise UserError(f"isolation: expected one of {', '.join(get_args(Mode))}, found {mode!r}")
    if mode == "off":
        return LAYERS[:1]  # without limits a single program could take the machine
    found = offered()
    missing = [layer for layer in LAYERS if layer not in found]
    if mode == "strict" and missing:
        raise UserError(
            f"isolation: strict expects {', '.join(LAYERS)}, and {', '.join(missing)} cannot be had here; "
            "run where the kernel allows it, or set isolation: best in the profile"
        )
    return found


@cache
def offered() -> tuple[str, ...]:
    """The layers that hold here, tried by a process of its own."""
    script = Path(__file__).with_name("confine.py")
    tried = subprocess.run([interpreter(), "-I", "-S", "-B", str(script)], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise UserError(
            f"isolation: expected a list of layers from {script.name}, found: {tried.stderr.strip()[-300:]}"
        )
    held = json.loads(tried.stdout)
    return tuple(layer for layer in LAYERS if layer in held)


def interpreter() -> str:
    """Python itself, outside any virtual environment."""
    return os.path.realpath(sys.executable)
