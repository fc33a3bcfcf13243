"""A profile says how strictly programs are confined, and the steps are told."""

import pytest

pytestmark = pytest.mark.workflow

TELLS = "import os\nopen('isolation', 'w').write(os.environ.get('HONE_ISOLATION', ''))\n"


def test_a_profile_says_how_strictly_and_the_steps_are_told(repo):
    step, profile = repo.path / "scripts/samples.py", repo.path / "profiles/local/config.yaml"
    step.write_text(TELLS + step.read_text())
    profile.write_text(profile.read_text().replace("isolation=best", "isolation=strict"))
    repo.snakemake("--profile", "profiles/local", "--", "data/special_tokens/samples.parquet")
    assert (repo.path / "isolation").read_text() == "strict"
