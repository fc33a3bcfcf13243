"""A whole build on a cluster makes what a build without one makes, each job where it belongs and with what it asked for."""

import pytest
from tests.slurm.conftest import steps

from hone.pipeline.spec import Pipeline

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("slurm"), pytest.mark.timeout(600)]

SFT, BASE, TUNED = "special_tokens-sft", "special_tokens-complete-base", "special_tokens-complete-sft"


def test_snakemake_on_the_cluster_builds_the_same_bytes_as_without(built, start):
    stages = [name for name in Pipeline(built.path).stages if "-" in name and not name.endswith("eval")][5:]
    build = start(*stages)
    build.well()
    assert build.repo.made() == built.made()
    assert steps(build.repo, SFT) == steps(built, SFT)
    assert build.repo.planned() == build.repo.stale() == set()
    jobs = build.cluster.jobs(build.repo.path)
    where = {job["Comment"].removeprefix("rule_special_tokens_"): job for job in jobs.values()}
    assert set(where) == {"sft", "complete_base", "complete_sft", "scores_base", "scores_sft"}
    for name, job in where.items():
        assert job["Partition"] == ("cpu" if name.startswith("scores") else "gpu")
        assert job.get("TresPerJob", "") == ("" if name.startswith("scores") else "gres:gpu:1")
    assert "mem=32000M" in where["sft"]["TRES"]
    assert where["sft"]["TimeLimit"] == "12:00:00"
