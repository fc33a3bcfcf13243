"""What DVC shows of a build, and its experiments: the real dvc.yaml, bridge and templates, with toy steps.

Each stage that DVC runs costs seconds, so experiments end at training, the first stage that their parameter changes.
"""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.workflow]

ROOT = Path(__file__).parents[2]
LEARNING_RATE = "special_tokens.sft.learning_rate"
SFT = "special_tokens-sft"
FIGURE = "recipes.special_tokens.variants.sft.mode_accuracy.value"
AFTER_SFT = {
    "special_tokens_complete_sft", "special_tokens_scores_sft", "special_tokens_eval", "special_tokens_card", "eval", "report",
}  # fmt: skip


@pytest.fixture
def repo(repo):
    shutil.copytree(ROOT / ".dvc/plots", repo.path / ".dvc/plots")
    return repo


def as_json(repo, *command):
    """What a command of DVC says as JSON; what else it says stands on lines of its own."""
    said = repo.dvc(*command, "--json")
    return json.loads(next(line for line in said.splitlines() if line.startswith(("{", "["))))


def drawn(repo, plot):
    """The points that `dvc plots diff` draws, by (revision, name of the file)."""
    (found,) = as_json(repo, "plots", "diff", "HEAD", "--targets", plot)["data"][plot]
    points = {}
    for point in found["content"]["data"]["values"]:
        points.setdefault((point["rev"], Path(point["filename"]).name), []).append(point)
    return points


def experiments(repo):
    """The learning rate of each experiment, by name."""
    _, baseline = as_json(repo, "exp", "show")
    params = {found["name"]: found["revs"][0]["data"]["params"] for found in baseline["experiments"]}
    return {
        name: files["params.yaml"]["data"]["special_tokens"]["sft"]["learning_rate"] for name, files in params.items()
    }


def test_a_build_differs_from_the_commit_by_named_figures_parameters_and_points(repo):
    def figure():
        block = json.loads((repo.path / "results/eval.json").read_text())["recipes"]["special_tokens"]
        return block["variants"]["sft"]["mode_accuracy"]["value"]

    old = figure()
    repo.edit("scripts/evaluate.py")
    repo.snakemake("results/eval.json")
    repo.set(LEARNING_RATE, 0.5)
    assert as_json(repo, "metrics", "diff") == {
        "results/eval.json": {FIGURE: {"old": old, "new": figure(), "diff": pytest.approx(figure() - old)}}
    }
    assert as_json(repo, "params", "diff")["params.yaml"].keys() == {LEARNING_RATE}
    points = drawn(repo, "special_tokens_comparison")
    assert points.keys() == {("workspace", "comparison.json"), ("HEAD", "comparison.json")}
    assert {"variant", "metric", "value", "low", "high", "n"} <= points["HEAD", "comparison.json"][0].keys()


def test_snakemakes_own_report_holds_the_page(repo):
    repo.snakemake("--report", "report.zip")
    with zipfile.ZipFile(repo.path / "report.zip") as archive:
        (page,) = (name for name in archive.namelist() if name.endswith("/report.html") and "data" in name)
        assert archive.read(page) == (repo.path / "results/report.html").read_bytes()


@pytest.mark.thorough
def test_a_queued_experiment_leaves_the_workspace_alone_until_it_is_applied_and_drawn(repo):
    before = repo.content()
    repo.dvc("exp", "run", "--queue", "-n", "later", "-S", f"{LEARNING_RATE}=0.25", SFT)
    repo.dvc("exp", "run", "--run-all")
    assert repo.content() == before
    assert experiments(repo) == {"later": 0.25}
    repo.dvc("exp", "apply", "later")
    assert repo.planned() == AFTER_SFT
    points = drawn(repo, "special_tokens_loss")
    for file in ("training_loss.tsv", "validation_loss.tsv"):
        new, old = ([point["loss"] for point in points[rev, file]] for rev in ("workspace", "HEAD"))
        assert len(new) == len(old)
        assert new != old
