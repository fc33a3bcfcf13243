"""A profile reaches the steps, by snakemake and by dvc repro: shown by how strictly it says programs are confined."""

import sys

import pytest

pytestmark = pytest.mark.workflow

TELLS = "import os\nopen('isolation', 'w').write(os.environ.get('HONE_ISOLATION', ''))\n"
SAMPLES = "data/special_tokens/samples.parquet"


@pytest.mark.parametrize(
    "command",
    [("snakemake", "--profile", "profiles/local", "--", SAMPLES), ("dvc", "repro", "-q", "special_tokens-samples")],
)
def test_a_profile_reaches_the_steps(repo, command):
    step, profile = repo.path / "scripts/samples.py", repo.path / "profiles/local/config.yaml"
    step.write_text(TELLS + step.read_text())
    profile.write_text(profile.read_text().replace("isolation=best", "isolation=strict"))
    repo.ok(sys.executable, "-m", *command, env={"SNAKEMAKE_PROFILE": "profiles/local"} if command[0] == "dvc" else {})
    assert (repo.path / "isolation").read_text() == "strict"
