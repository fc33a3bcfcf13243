"""What is edited while a job waits or runs is never taken for what it was made of."""

import subprocess

import pytest
from tests.slurm.conftest import steps

pytestmark = [pytest.mark.workflow, pytest.mark.timeout(600)]

SFT, LOSS = "special_tokens-sft", "src/hone/training/loss.py"


@pytest.fixture
def nodes(cluster):
    """Tells the nodes with GPUs to take no job, or to take them again."""

    def tell(state):
        # Nodes that take jobs already are an error to it.
        subprocess.run(["scontrol", "update", "NodeName=gpu[1-2]", f"State={state}", "Reason=test"], check=False)

    yield tell
    tell("RESUME")


def test_a_job_refuses_if_what_it_was_submitted_with_was_edited_and_an_edit_while_it_runs_makes_stale(start, nodes):
    nodes("DRAIN")
    build = start(SFT, flags=["--retries", "0"])
    build.until(lambda: bool(build.jobs(SFT, "PENDING")), "a job that waits")
    build.repo.edit(LOSS)
    build.repo.set("special_tokens.sft.rank", 3)
    build.repo.set("special_tokens.generate.max_new_tokens", 8)  # which is nothing to this job
    nodes("RESUME")
    assert build.head.wait(120) != 0
    said = build.said.read_text()
    assert f"hone: params.yaml, {LOSS} was edited after this job was submitted" in said
    assert "Traceback" not in said
    assert not list((build.repo.path / "work" / SFT).glob("*"))

    build.again()
    build.until(lambda: any((build.repo.path / "work" / SFT).glob("*/events.jsonl")), "training")
    build.until(lambda: bool(steps(build.repo, SFT)), "a step")
    build.repo.edit(LOSS)
    assert f"{LOSS} was edited meanwhile: what was made of it is stale" in build.well()
    assert SFT.replace("-", "_") in build.repo.planned()
    assert SFT in build.repo.stale()
