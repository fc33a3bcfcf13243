"""The work of a stage in parts, by jobs of their own: real Snakemake and DVC, toy steps."""

import sys

import pytest

from hone.pipeline.spec import Pipeline

pytestmark = pytest.mark.workflow

SCORES = "special_tokens-scores-keyword"


def build(repo, *flags):
    return repo.snakemake(*flags, "--", "results/eval.json")


@pytest.mark.thorough
def test_how_many_parts_there_were_makes_nothing_stale(repo):
    assert "Nothing to be done" in build(repo, "-n", "--config", "parts=3")
    repo.edit("scripts/score.py")
    build(repo, "--config", "parts=3")
    repo.hone("save")
    for flags in ([], ["--config", "parts=2"]):
        assert "Nothing to be done" in build(repo, "-n", *flags)
    assert repo.stale() == set()
    assert not list((repo.path / "work").glob("*/parts/*"))


def test_each_part_is_a_job_and_then_comes_the_stage_itself(repo):
    repo.edit("scripts/score.py")
    build(repo, "--config", "parts=3")
    variants = len(Pipeline(repo.path).of("scores"))
    steps = [step for step in repo.ran() if step.startswith("score")]
    assert steps == sorted(["score", "score 1/3", "score 2/3", "score 3/3"] * variants)


def test_dvc_repro_runs_the_parts_too(repo):
    repo.edit("scripts/score.py")
    local = repo.path / "profiles/local/config.yaml"
    local.write_text(local.read_text().replace("  - isolation=best", "  - isolation=best\n  - parts=2"))
    repo.ok(sys.executable, "-m", "dvc", "repro", "-q", SCORES, env={"SNAKEMAKE_PROFILE": "profiles/local"})
    assert repo.ran() == ["score", "score 1/2", "score 2/2"]
    assert SCORES not in repo.stale()


def test_a_wrong_number_of_parts_is_one_line(repo):
    done = repo.run(sys.executable, "-m", "snakemake", "-n", "--config", "parts=0", "--", "results/eval.json")
    assert done.returncode != 0
    assert "parts: expected a whole number of at least 1, found 0" in done.stderr
