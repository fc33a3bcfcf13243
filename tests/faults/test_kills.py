"""kill -9 of any process of a build, at any moment: the same command then reaches the same bytes.

HONE_KILLS sets how many kills there are; each is followed by the same command, and by what both tools say.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workflow.small import Small

from hone.pipeline import lockfile

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(7200)]

KILLS = int(os.environ.get("HONE_KILLS", "2"))


def children(pid: int) -> list[int]:
    """All processes below `pid`, read from /proc."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        found += [pid for child in below for pid in (child, *children(child))]
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes of a build in /proc")
def test_a_killed_build_goes_on_to_the_same_bytes(small: Small):
    draw = random.Random(17)
    for number in range(KILLS):
        small.set("special_tokens.samples.seed", 1000 + number)
        command = [sys.executable, "-m", "dvc", "repro", "-q"] if number % 2 else small.command()
        running = subprocess.Popen(
            command, cwd=small.path, env=small.env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(draw.uniform(0.3, 9.0 if number % 2 else 5.0))
        victim = draw.choice([running.pid, running.pid, *children(running.pid)])
        with contextlib.suppress(ProcessLookupError):  # it had ended
            os.kill(victim, signal.SIGKILL)
        running.wait()
        if command[2] == "dvc" and lockfile.torn(small.path / lockfile.USED) and small.run(*command).returncode:
            small.planned()  # DVC was killed before a stage began, so nobody watched: it refuses until Snakemake has run
        said = small.ok(*command)
        told = f"kill {number} of {victim} in {command[2:4]}"
        assert [small.wrong(stage) for stage in small.stages()] == [[]] * len(small.stages()), f"{told}: {said}"
        assert small.planned() == set(), told
        assert small.stale() == set(), told
