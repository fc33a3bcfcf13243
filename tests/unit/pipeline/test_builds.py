"""What a build is called, and what its stages leave for tracking: on the small copy of the real pipeline."""

import subprocess

import pytest
import yaml

from hone import events
from hone.events import FILE
from hone.pipeline import builds
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Pipeline

pytestmark = [pytest.mark.workflow]


def key_of(repo, monkeypatch):
    monkeypatch.chdir(repo.path)
    return builds.keys(Pipeline(), Contents())["special_tokens"]


def test_a_build_has_another_key_after_an_edit_of_params_or_code_and_its_own_again_after_that_is_taken_back(
    small, monkeypatch
):
    before = key_of(small, monkeypatch)
    small.set("special_tokens.samples.n", 20)
    edited = key_of(small, monkeypatch)
    small.set("special_tokens.samples.n", 160)
    assert key_of(small, monkeypatch) == before != edited
    small.edit("src/hone/dataset.py")
    assert key_of(small, monkeypatch) not in (before, edited)


def test_every_stage_that_ran_leaves_a_log_with_what_dvc_calls_its_files(small):
    """DVC itself is asked: what it wrote to dvc.lock when it recorded the build."""
    small.set("special_tokens.samples.n", 20)
    subprocess.run(["rm", "-rf", "work"], cwd=small.path, check=True)
    small.ok(*small.command())
    logs = [events.read(path) for path in events.logs(small.path / "work")]
    ran = {log.stage for log in logs}
    assert "special_tokens-samples" in ran
    assert "special_tokens-problems" not in ran
    locked = yaml.safe_load((small.path / "dvc.lock").read_text())["stages"]
    for log in logs:
        assert log.files["outputs"] == {out["path"]: out["md5"] for out in locked[log.stage]["outs"]}
        known = {dep["path"]: dep["md5"] for dep in locked[log.stage]["deps"]}
        assert log.files["inputs"].items() <= known.items()
        assert log.origin["build"]
        assert log.ended >= log.started
    assert {log.stage: log.params for log in logs}["special_tokens-samples"]["samples"]["n"] == 20


def test_a_build_that_has_nothing_to_do_leaves_no_log(small):
    before = {path: path.stat().st_size for path in (small.path / "work").glob(f"*/*/{FILE}")}
    assert before
    small.ok(*small.command())
    assert {path: path.stat().st_size for path in (small.path / "work").glob(f"*/*/{FILE}")} == before
