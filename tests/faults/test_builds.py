"""What goes wrong around a build: a full disk, a cache that cannot be written, two builds at once.

One line says what is wrong, nothing made before is lost, and the same command goes on when the cause is gone.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workflow.small import Small

pytestmark = [pytest.mark.workflow]


@pytest.fixture
def full(small: Small) -> Iterator[Path]:
    """The folder data, on a disk with room for two small files."""
    folder = small.path / "data"
    shutil.rmtree(folder)
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=False)


def test_a_full_disk_is_told_and_the_same_command_goes_on_when_there_is_room(small: Small, full: Path):
    done = small.run(*small.command())
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
    assert all(not small.wrong(stage) for stage in small.stages() if stage.name == "base_model")
    subprocess.run(["mount", "-o", "remount,size=10m", str(full)], check=True)
    small.ok(*small.command())
    assert not any(small.wrong(stage) for stage in small.stages())
    assert small.planned() == small.stale() == set()


def test_a_cache_that_cannot_be_written_loses_nothing(small: Small):
    small.set("pipeline.autosave", False)
    small.set("special_tokens.samples.seed", 5)
    small.ok(*small.command())
    lock = (small.path / "dvc.lock").read_text()
    cache = small.path / ".dvc/cache/files"
    cache.rename(cache.with_name("aside"))
    cache.write_text("not a folder")
    done = small.run("hone", "save")
    assert done.returncode == 2
    assert re.fullmatch(r"hone: dvc status failed: .*Not a directory: .*", done.stderr.strip().splitlines()[-1])
    assert "Traceback" not in done.stderr
    assert (small.path / "dvc.lock").read_text() == lock
    assert small.planned() == set()
    cache.unlink()
    cache.with_name("aside").rename(cache)
    small.hone("save")
    assert small.stale() == set()


@pytest.mark.parametrize(
    "second",
    [pytest.param(("snakemake", "base_model"), marks=pytest.mark.thorough), ("hone", "run", "base_model")],
    ids=["snakemake", "hone run"],
)
def test_a_second_build_is_told_to_wait_and_the_first_ends_well(small: Small, second: tuple[str, ...]):
    small.set("special_tokens.samples.seed", 6)
    first = subprocess.Popen(small.command(), cwd=small.path, env=small.env(), stderr=subprocess.DEVNULL)
    while not (small.path / ".snakemake/incomplete").exists() or not os.listdir(small.path / ".snakemake/incomplete"):
        time.sleep(0.05)
        assert first.poll() is None
    first.send_signal(signal.SIGSTOP)  # as slow as a real build
    done = small.run(*second)
    first.send_signal(signal.SIGCONT)
    assert done.returncode != 0
    assert "hone: another snakemake is at work in this folder; wait for it, or stop it" in done.stderr
    assert first.wait() == 0
    assert not any(small.wrong(stage) for stage in small.stages())
