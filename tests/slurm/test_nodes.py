"""One training on several nodes, a process on each: all of them meet, save, and go on."""

import subprocess

import pytest
from tests.slurm.conftest import steps

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(600)]

SFT = "special_tokens-sft"


def test_training_on_two_nodes_is_cancelled_and_goes_on(built, start):
    one_gpu = [
        f"special_tokens_sft:{each}"
        for each in ("nodes=2", "tasks=2", "gres='gpu:1'", "gpu=0", "tasks_per_gpu=0", "mpi='srun'")
    ]
    build = start(SFT, profile="profiles/slurm-multinode", flags=["--set-resources", *one_gpu])
    build.until(lambda: any((build.repo.path / "work" / SFT).glob("*/checkpoint/*/state.json")), "a checkpoint")
    (job,) = build.jobs(SFT, "RUNNING")
    assert build.cluster.jobs(build.repo.path)[job]["NumNodes"] == "2"
    subprocess.run(["scancel", job], check=True)
    build.well()
    assert steps(build.repo, SFT) == steps(built, SFT)
    assert len(build.jobs(SFT)) == 2
