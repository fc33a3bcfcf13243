"""A whole build on a cluster makes what a build without one makes, each job where it belongs and with what it asked for."""

import shutil
import sys

import pytest
from tests.slurm.conftest import SNAKEMAKE, Build, steps

from hone.pipeline.spec import Pipeline

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(600)]

SFT, COMPLETE = "special_tokens-sft", "special_tokens-complete-sft"
JOBS = {"sft", "complete_base", "complete_sft", "scores_base", "scores_sft"}


def test_a_build_makes_the_same_bytes_and_a_job_out_of_memory_is_tried_again_with_more(built, start):
    first_data = list(Pipeline(built.path).stages).index("special_tokens-tokenizer")
    stages = list(Pipeline(built.path).stages)[first_data:]
    small_at_first = "special_tokens_sft:mem_mb=500 if attempt == 1 else 20000"
    build = start(*stages, command=SNAKEMAKE, flags=["--set-resources", small_at_first])
    build.well()
    assert build.repo.made() == built.made()
    assert steps(build.repo, SFT) == steps(built, SFT)
    assert build.repo.planned() == build.repo.stale() == set()
    jobs = [
        (job["Comment"].removeprefix("rule_special_tokens_"), job)
        for job in build.cluster.jobs(build.repo.path).values()
    ]
    assert sorted(name for name, _ in jobs) == sorted([*JOBS, "sft"])  # all else ran beside the head
    for name, job in jobs:
        assert job["Partition"] == ("cpu" if name.startswith("scores") else "gpu")
        assert job.get("TresPerJob", "") == ("" if name.startswith("scores") else "gres:gpu:1")
    starved, fed = (job for name, job in jobs if name == "sft")
    assert (starved["JobState"], fed["JobState"]) == ("FAILED", "COMPLETED")
    assert "mem=500M" in starved["TRES"]
    assert "mem=20000M" in fed["TRES"]
    assert (starved["TimeLimit"], fed["TimeLimit"]) == ("12:00:00", "1-00:00:00")
    assert "mem=16000M" in dict(jobs)["complete_base"]["TRES"]


def test_dvc_repro_builds_on_the_cluster_in_parts_and_records_the_same(built, cluster, tmp_path):
    repo = built.copy(tmp_path / "repo")
    lock = (repo.path / "dvc.lock").read_text()
    shutil.rmtree(repo.path / "work" / COMPLETE)
    profile = repo.path / "profiles/slurm/config.yaml"
    profile.write_text(profile.read_text().replace("  - isolation=best", "  - isolation=best\n  - parts=2"))
    command = [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", COMPLETE]
    Build(repo, cluster, command, {"SNAKEMAKE_PROFILE": "profiles/slurm"}).well()
    jobs = list(cluster.jobs(repo.path).values())
    assert [job["Partition"] for job in jobs] == ["gpu", "gpu", "cpu"]  # two parts, and what joins them
    assert repo.made() == built.made()
    assert (repo.path / "dvc.lock").read_text() == lock
    assert repo.stale() == set()
