"""Two commits of a build: what `dvc metrics diff`, `dvc plots diff`, `hone compare` and the reports say of them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.unit.report.conftest import make
from tests.unit.report.test_page import figures

from hone.core.records import Score, read_jsonl
from hone.evaluation.statistics import Value, compare
from hone.report.build import load
from hone.report.page import page

pytestmark = [pytest.mark.workflow]

ROOT = Path(__file__).parents[3]
OUTS = (
    "data/special_tokens/validation.json", "models/special_tokens/sft", "results/special_tokens/comparison.json",
    *(f"results/special_tokens/{variant}/scores.jsonl" for variant in ("base", "keyword", "sft")),
)  # fmt: skip


class Repo:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.pages: dict[str, str] = {}

    def run(self, *command: str) -> str:
        env = {**os.environ, "DVC_NO_ANALYTICS": "1", "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(command, cwd=self.path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def dvc(self, *args: str) -> str:
        return self.run(sys.executable, "-m", "dvc", *args)

    def as_json(self, *args: str) -> dict:
        said = self.dvc(*args, "--json")
        return json.loads(next(line for line in said.splitlines() if line.startswith("{")))

    def commit(self, tag: str, shift: int) -> None:
        shutil.rmtree(self.path / "results", ignore_errors=True)
        made = make(self.path, shift=shift)
        here = os.getcwd()
        os.chdir(self.path)
        try:
            self.pages[tag] = page(load(made))
        finally:
            os.chdir(here)
        params = {"special_tokens": {"sft": {"learning_rate": 0.1 * (1 + shift), "rank": 8}}}
        (self.path / "params.yaml").write_text(yaml.safe_dump(params))
        self.dvc("commit", "-f", "-q")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", tag)
        self.run("git", "tag", tag)


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    """Commits `one` and `two`, with the plots of the real dvc.yaml."""
    repo = Repo(tmp_path_factory.mktemp("repo"))
    repo.run("git", "init", "-q")
    repo.run("git", "config", "user.email", "toy@example.org")
    repo.run("git", "config", "user.name", "Toy")
    repo.dvc("init", "-q")
    shutil.copytree(ROOT / ".dvc/plots", repo.path / ".dvc/plots")
    shutil.copy(ROOT / ".gitignore", repo.path / ".gitignore")
    plots = [plot for plot in yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"] if "special_tokens" in str(plot)]
    metrics = [{"results/eval.json": {"cache": False}}]
    stages = {"build": {"cmd": "true", "outs": list(OUTS), "metrics": metrics}}
    (repo.path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages, "plots": plots}))
    repo.commit("one", 0)
    repo.commit("two", 3)
    return repo


def test_dvc_metrics_diff_and_dvc_plots_diff_and_the_reports_agree_on_every_figure(repo):
    told = {tag: figures(html) for tag, html in repo.pages.items()}
    assert told["one"] != told["two"]
    changes = repo.as_json("metrics", "diff", "one", "two", "--all")["results/eval.json"]
    for (recipe, variant, metric), values in told["one"].items():
        name = f"recipes.{recipe}.variants.{variant}.{metric}"
        found = (changes[f"{name}.value"]["old"], changes[f"{name}.n"]["old"])
        assert found == (values[0], values[3])
        new = told["two"][recipe, variant, metric]
        assert (changes[f"{name}.value"]["new"], changes[f"{name}.n"]["new"]) == (new[0], new[3])
    (plot,) = repo.as_json("plots", "diff", "one", "two", "--targets", "special_tokens_comparison")["data"][
        "special_tokens_comparison"
    ]
    points = {tag: {} for tag in told}
    for point in plot["content"]["data"]["values"]:
        values = tuple(float(point[key]) for key in ("value", "low", "high", "n"))
        points[point["rev"]]["special_tokens", point["variant"], point["metric"]] = values
    assert points == told


def test_dvc_plots_diff_and_the_reports_agree_on_every_loss(repo):
    (plot,) = repo.as_json("plots", "diff", "one", "two", "--targets", "special_tokens_loss")["data"][
        "special_tokens_loss"
    ]
    points = plot["content"]["data"]["values"]
    assert len(points) == 2 * (10 + 1)
    for point in points:
        assert f'<td class="n">{float(point["loss"])}</td>' in repo.pages[point["rev"]]


def test_compare_tells_parameters_data_and_metrics_paired_on_the_rows_that_both_have(repo):
    said = repo.run(sys.executable, "-m", "hone.cli", "compare", "one", "two")
    assert "special_tokens.sft.learning_rate: 0.1 -> 0.4" in said
    assert "rank" not in said
    assert "models/special_tokens/sft: " in said
    sides = []
    for tag in ("one", "two"):
        repo.run("git", "checkout", "-q", tag)
        repo.dvc("checkout", "-q")
        scores = read_jsonl(repo.path / "results/special_tokens/sft/scores.jsonl", Score)
        sides.append({s.row_id: Value(s.metrics["mode_accuracy"], s.problem_id) for s in scores})
    result = compare(*sides)
    line = next(line for line in said.splitlines() if line.startswith("sft") and "mode_accuracy" in line)
    assert f"{result.delta:+.2f} [{result.ci95[0]:.2f}, {result.ci95[1]:.2f}]" in line
    assert line.endswith(f"{result.p_value:.2g}        {result.wins}/{result.losses}/{result.ties}".split()[-1])
    assert result.wins + result.losses > 0


def test_scores_that_are_in_no_cache_leave_the_figures_and_are_named(repo, tmp_path):
    shutil.copytree(repo.path, tmp_path / "copy", symlinks=True)
    copy = Repo(tmp_path / "copy")
    shutil.rmtree(copy.path / ".dvc/cache")
    said = copy.run(sys.executable, "-m", "hone.cli", "compare", "one", "two")
    assert "scores of special_tokens/base, special_tokens/keyword, special_tokens/sft at one are in no cache" in said


@pytest.mark.parametrize("revision", ["nonsense", "--help-me"])
def test_a_revision_that_git_does_not_know_is_one_line(repo, revision):
    command = [sys.executable, "-m", "hone.cli", "compare", "--", revision, "one"]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{revision}: expected a revision that git knows" in done.stderr
