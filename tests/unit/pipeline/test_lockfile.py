"""DVC's own files, torn by a kill, are put right; whole, they are left alone."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zc.lockfile
from hypothesis import given
from hypothesis import strategies as st

from hone.pipeline import lockfile

WHOLE = """schema: '2.0'
stages:
  one:
    cmd: hone run one
    deps:
    - path: a
      hash: md5
      md5: 0a
      size: 1
    outs:
    - path: b
      hash: md5
      md5: 0b
      size: 2
  two:
    cmd: hone run two
    outs:
    - path: c
      hash: md5
      md5: 0c
      size: 3
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_whole_file_is_whole():
    assert lockfile.is_whole(WHOLE)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_anywhere_is_torn_or_lacks_only_whole_stages_and_sizes(length):
    cut = WHOLE[:length]
    if lockfile.is_whole(cut):
        assert cut.endswith("\n")
        assert cut.rstrip().splitlines()[-1].split(":")[0].strip() in ("md5", "size")


@pytest.mark.parametrize("torn", ["", WHOLE[:100], "schema: '2.0'\n", "schema: '2.0'\nstages:\n  one:\n    cmd: x\n"])
def test_a_torn_file_is_replaced_by_the_copy_that_was_kept(torn):
    Path("dvc.lock").write_text(WHOLE)
    lockfile.keep()
    Path("dvc.lock").write_text(torn)
    assert lockfile.heal() == ["dvc.lock"]
    assert Path("dvc.lock").read_text() == WHOLE
    assert lockfile.heal() == []


def test_without_a_copy_it_is_what_git_has_and_without_that_it_is_left():
    Path("dvc.lock").write_text("")
    assert not lockfile.heal()
    Path("dvc.lock").write_text(WHOLE)
    for command in (
        ["init", "-q"],
        ["add", "dvc.lock"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], check=True)
    Path("dvc.lock").write_text("")
    assert lockfile.heal()
    assert Path("dvc.lock").read_text() == WHOLE


@pytest.mark.parametrize("torn", ["", '{"read": {"a": [{"pid": 1, "c'])
def test_a_torn_list_of_what_is_used_is_removed_but_not_from_a_dvc_that_is_writing_it(folder, torn):
    used, lock = folder / ".dvc/tmp/rwlock", folder / ".dvc/tmp/rwlock.lock"
    used.parent.mkdir(parents=True)
    used.write_text(torn)
    with contextlib.closing(zc.lockfile.LockFile(str(lock))):  # as DVC takes it
        assert lockfile.heal() == []
    assert lockfile.heal() == [".dvc/tmp/rwlock"]
    assert not used.exists()
    used.write_text('{"read": {}}')
    assert lockfile.heal() == []
    assert used.exists()


def test_no_file_is_no_torn_file():
    assert not lockfile.heal()
    lockfile.keep()
    assert not Path("dvc.lock").exists()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds DVC in /proc")
def test_it_is_healed_as_soon_as_a_dvc_that_was_killed_is_gone(folder):
    """The process above the stage only bears DVC's name; the watch, the kill and the healing are real."""
    Path("dvc.lock").write_text(WHOLE)
    used = folder / ".dvc/tmp/rwlock"
    used.parent.mkdir(parents=True)
    stage = "from hone.pipeline import lockfile; lockfile.keep()"
    above = folder / "dvc"
    above.write_text(
        "import subprocess, sys, pathlib, time\n"
        f"subprocess.run([sys.executable, '-c', {stage!r}], check=True)\n"
        "pathlib.Path('dvc.lock').write_text('')\n"
        "pathlib.Path('.dvc/tmp/rwlock').write_text('')\n"
        "print('torn', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, str(above)], stdout=subprocess.PIPE, text=True, env=os.environ) as dvc:
        assert dvc.stdout.readline() == "torn\n"
        time.sleep(0.3)
        assert Path("dvc.lock").read_text() == ""  # while it lives, it is its own business
        dvc.kill()
    until = time.monotonic() + 10
    while (Path("dvc.lock").read_text() != WHOLE or used.exists()) and time.monotonic() < until:
        time.sleep(0.02)
    assert Path("dvc.lock").read_text() == WHOLE
    assert not used.exists()
