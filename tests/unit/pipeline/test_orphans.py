"""Which jobs are orphans, and what is said where SLURM does not answer; that they save is proven in tests/slurm."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from hone.core.errors import UserError
from hone.pipeline import bridge, orphans
from hone.pipeline import snakemake_records as records

RUN = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that jobs were submitted from, and programs that stand for SLURM's: `scancel` empties the queue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    orphans.LOGS.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    program(tmp_path, "squeue", f"cat {tmp_path}/queue")
    program(tmp_path, "scancel", f'echo "$@" > {tmp_path}/cancelled; : > {tmp_path}/queue')
    return tmp_path


def program(folder: Path, name: str, line: str) -> None:
    (folder / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
    (folder / "bin" / name).chmod(0o755)


def test_only_what_a_snakemake_submitted_from_this_folder_is_cancelled(folder):
    jobs = [f"11|{RUN}|{folder}", f"12|mine_{RUN}|{folder}", f"13|{RUN}|{folder}/other", f"14|notebook|{folder}"]
    (folder / "queue").write_text("\n".join(jobs) + "\n")
    assert orphans.end(folder) == ["11", "12"]
    assert (folder / "cancelled").read_text() == "11 12\n"


def test_where_nothing_was_submitted_from_nobody_is_asked(folder):
    orphans.LOGS.rmdir()
    program(folder, "squeue", "exit 1")
    assert orphans.end(folder) == []


def test_a_slurm_that_does_not_answer_is_one_error_in_its_own_words(folder):
    program(folder, "squeue", "echo 'squeue: error: no controller' >&2; exit 1")
    with pytest.raises(UserError, match=r"squeue failed \(squeue: error: no controller\)"):
        orphans.end(folder)


def test_without_squeue_an_unfinished_job_may_be_anywhere(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    assert orphans.end(folder) == []
    mark = records.path_of("out.json", "incomplete")
    mark.parent.mkdir(parents=True)
    mark.write_text("{}")
    with pytest.raises(UserError, match="this machine has no squeue"):
        orphans.end(folder)


def test_a_snakemake_that_only_looks_cancels_nothing(folder, monkeypatch):
    (folder / "queue").write_text(f"11|{RUN}|{folder}\n")
    monkeypatch.setenv(bridge.INSIDE, bridge.LOOK)
    bridge.began(SimpleNamespace(is_main_process=True), autosave=False)
    assert not (folder / "cancelled").exists()
