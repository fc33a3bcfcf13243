"""While a job runs that others wait for, Snakemake does nothing: it takes no time from the training that it started."""

import pytest

pytestmark = pytest.mark.workflow

FIRST = ("problems", "base_model")  # neither needs the other
TARGETS = ("data/special_tokens/problems.parquet", "models/base/manifest.json")


def looks(repo, *args):
    """How often the scheduler looked for a job to start, while two jobs of four seconds ran one after the other."""
    for name in FIRST:
        step = repo.path / f"scripts/{name}.py"
        step.write_text(f"import time\ntime.sleep(4)\n{step.read_text()}")
    said = repo.snakemake("--cores", "1", "--verbose", *args, "--", *TARGETS)
    assert len(repo.ran()) == len(FIRST)
    return said.count("Ready jobs:")


def test_the_scheduler_looks_when_a_job_has_ended_and_not_every_second(repo):
    assert looks(repo) <= 2 * len(FIRST)


def test_a_limit_of_ones_own_is_kept(repo):
    assert looks(repo, "--max-jobs-per-timespan", "50/1s") > 2 * len(FIRST)
