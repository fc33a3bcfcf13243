"""Several processes, for real: forked, and meeting by gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hone.core.files import read_json

REPOSITORY = Path(__file__).parents[3]
KINDS = {"lora": {"method": "lora", "dropout": 0.1}, "full": {"method": "full"}}
EPOCHS = 4
LOOKS = 25


def several(jobs):
    command = [sys.executable, "-m", "tests.unit.training.several", json.dumps(jobs)]
    # One thread each: many would spin while they wait for one another.
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return [read_json(Path(job["result"])) for job in jobs]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """(method, "processes" or "first then second", sharded) -> what was found."""
    place = tmp_path_factory.mktemp("several")
    jobs = {}

    def job(method, name, processes, sharded=False, folder="", **more):
        key = (method, name, sharded)
        result = place / "-".join(map(str, key))
        settings = {**KINDS[method], "epochs": EPOCHS}
        made = {"processes": processes, "sharded": sharded, "params": settings, "result": f"{result}.json"}
        jobs[key] = {**made, "loop": str(folder or result), **more}

    for method in KINDS:
        for processes in (1, 2, 4):
            job(method, str(processes), processes)
        job(method, "2", 2, sharded=True)
        for sharded in (False, True):
            for then in (1, 4):
                folder = place / f"{method}-{sharded}-{then}"
                job(method, f"2 stopped before {then}", 2, sharded, folder, looks=LOOKS)
                job(method, f"2 then {then}", then, sharded, folder)
    return dict(zip(jobs, several(list(jobs.values())), strict=True))


@pytest.mark.parametrize("method", KINDS)
@pytest.mark.parametrize(("processes", "sharded"), [(2, False), (4, False), (2, True)])
def test_any_number_of_processes_has_the_losses_of_one(found, method, processes, sharded):
    one, several = found[method, "1", False], found[method, str(processes), sharded]
    assert one["steps"] == several["steps"] >= 20
    assert several["losses"] == pytest.approx(one["losses"], abs=1e-5)
    assert several["learned"] == pytest.approx(one["learned"], rel=1e-6)


@pytest.mark.parametrize("method", KINDS)
@pytest.mark.parametrize("sharded", [False, True])
@pytest.mark.parametrize("then", [1, 4])
def test_a_checkpoint_of_two_processes_goes_on_in_one_and_in_four(found, method, sharded, then):
    stopped, resumed = found[method, f"2 stopped before {then}", sharded], found[method, f"2 then {then}", sharded]
    assert stopped["ended"] == "stopped"
    assert 0 < stopped["steps"] < resumed["steps"]
    assert resumed["ended"] == "whole"
    assert resumed["losses"] == pytest.approx(found[method, "1", False]["losses"], abs=1e-5)


def test_several_processes_publish_one_model_like_that_of_one(inputs, tmp_path):
    kinds = [("lora", 1, False), ("lora", 2, False), ("lora", 2, True), ("full", 2, True), ("qlora", 2, False)]
    jobs = [
        {
            "processes": processes,
            "sharded": sharded,
            "params": {"method": method, "epochs": 1},
            "inputs": [str(path) for path in (inputs.base, inputs.tokenizer, inputs.train, inputs.val)],
            "out": str(tmp_path / f"{method}-{processes}-{sharded}"),
            "result": str(tmp_path / "done.json"),
        }
        for method, processes, sharded in kinds
    ]
    several(jobs)
    reports = [read_json(Path(job["out"]) / "training.json") for job in jobs]
    for report in reports[1:3]:
        assert report["loss"] == pytest.approx(reports[0]["loss"], abs=5e-2)  # the base is held in bfloat16
    for job, report in zip(jobs, reports, strict=True):
        assert report["steps"] == reports[0]["steps"]
        assert (Path(job["out"]) / "manifest.json").exists()
