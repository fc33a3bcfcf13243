"""Jobs that are lost in every way that a cluster loses them: the build goes on, takes no step of training twice where
the job was warned, and ends in the bytes of a build without a cluster."""

import os
import signal
import subprocess
import time

import pytest
from tests.slurm.conftest import steps

from hone.training.checkpoints import STATE

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(600)]

SFT, BASE = "special_tokens-sft", "special_tokens-complete-base"
COMPLETIONS = "results/special_tokens/base/completions.jsonl"


def training(build):
    """Wait until training is under way and has saved something, and hold it there; its job's id."""
    build.until(lambda: saved(build.repo) and len(steps(build.repo, SFT)) > 5, "a checkpoint")
    build.freeze("scripts/train.py")
    return build.jobs(SFT, "RUNNING")[-1]


def saved(repo):
    return any((repo.path / "work" / SFT).glob(f"*/checkpoint/*/{STATE}"))


def generated(repo):
    """The answers that are kept of a generation under way."""
    return [
        line for file in (repo.path / "work" / BASE).glob("*/batches.jsonl") for line in file.read_text().splitlines()
    ]


def whole(build, built, once=True):
    """The build ends well, in the same bytes; `once`: no step of training was taken twice."""
    said = build.well()
    assert build.repo.made() == built.made()
    taken, expected = steps(build.repo, SFT), steps(built, SFT)
    assert sorted(set(taken)) == expected
    assert not once or taken == expected
    return said


def test_a_cancelled_training_job_saves_and_its_next_try_goes_on(built, start):
    build = start(SFT)
    job = training(build)
    subprocess.run(["scancel", job], check=True)
    whole(build, built)
    assert len(build.jobs(SFT)) == 2


def test_training_and_generation_that_run_out_of_time_save_and_go_on(built, start):
    build = start(SFT, BASE)
    build.until(lambda: generated(build.repo), "an answer")
    build.freeze("scripts/complete.py")
    kept = generated(build.repo)
    for job in (training(build), *build.jobs(BASE)):
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 2))
        subprocess.run(["scontrol", "update", f"JobId={job}", f"EndTime={now}"], check=True)
    whole(build, built)
    assert generated(build.repo)[: len(kept)] == kept
    states = sorted(job["JobState"] for job in build.cluster.jobs(build.repo.path).values())
    assert states == ["COMPLETED", "COMPLETED", "TIMEOUT", "TIMEOUT"]


def test_a_preempted_job_waits_its_turn_and_goes_on_under_its_own_number(built, start):
    build = start(SFT)
    job = training(build)
    urgent = ["sbatch", "--parsable", "-p", "urgent", "-N2", "--exclusive", "--output=/dev/null", "--wrap=sleep 2"]
    subprocess.run(urgent, check=True, stdout=subprocess.DEVNULL)
    whole(build, built)
    assert build.jobs(SFT) == [job]
    assert build.cluster.jobs(build.repo.path)[job]["Restarts"] == "1"


def test_after_a_killed_head_the_same_command_ends_its_jobs_and_goes_on(built, start):
    build = start(SFT)
    orphan = training(build)
    os.kill(build.head.pid, signal.SIGKILL)
    build.head.wait()
    build.again()
    said = whole(build, built)
    assert f"cancelled the SLURM jobs {orphan} of an earlier snakemake" in said
    assert build.cluster.jobs(build.repo.path)[orphan]["JobState"] == "CANCELLED"
    assert len(build.jobs(SFT)) == 2


def test_a_copy_that_lives_on_after_its_node_was_cut_off_writes_nothing_beside_its_successor(built, start, cluster):
    build = start(SFT)
    job = training(build)
    (first,) = build.freeze("scripts/train.py")
    node = cluster.jobs(build.repo.path)[job]["NodeList"]
    cluster.kill_node(node)
    before = len(steps(build.repo, SFT))
    try:
        build.until(lambda: len(steps(build.repo, SFT)) > before, "a successor")
        os.kill(first, signal.SIGCONT)
        whole(build, built, once=False)
        assert cluster.jobs(build.repo.path)[job]["NodeList"] != node
    finally:
        cluster.start_node(node)
