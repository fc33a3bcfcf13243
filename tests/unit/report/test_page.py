"""The page: every figure of the build is on it, and nothing but what the build's files hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hone import recipes
from hone.core.errors import UserError
from hone.core.files import read_json
from hone.recipes.base import Chart
from hone.report.build import load
from hone.report.page import page

ROOT = Path(__file__).parents[3]
CELLS = (
    r'data-recipe="(\w+)" data-variant="(\w+)" data-metric="(\w+)">'
    + r"<td[^>]*>[^<]*</td>"
    + r"<td[^>]*>([^<]*)</td>" * 4
)


def figures(html: str) -> dict[tuple[str, str, str], tuple[float, ...]]:
    """(recipe, variant, metric) -> value, low, high, n as the page's tables have them."""
    return {found[:3]: tuple(map(float, found[3:])) for found in re.findall(CELLS, html)}


def test_every_figure_of_the_evaluation_is_on_the_page(build):
    block = read_json(Path("results/eval.json"))["recipes"]["special_tokens"]
    expected = {
        ("special_tokens", variant, metric): (f["value"], *f["ci95"], f["n"])
        for variant, by_metric in block["variants"].items()
        for metric, f in by_metric.items()
    }
    assert len(expected) == 5
    assert figures(page(load(build))) == expected


def test_what_a_model_wrote_stays_text(build):
    html = page(load(build))
    assert html.count("&lt;script&gt;") > 10
    assert "<script" not in html
    assert "<img" not in html


def test_equal_files_give_equal_bytes_in_whatever_order_they_are_named(build):
    assert page(load(build)) == page(load(list(reversed(build))))
    command = [sys.executable, "-c", "import sys; from hone.report.build import load; from hone.report.page import page;"
               "sys.stdout.write(page(load(sys.argv[1:])))", *map(str, build)]  # fmt: skip
    again = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT / "src")},
    )
    assert again.stdout == page(load(build))


def test_nothing_is_fetched(build):
    html = page(load(build))
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) <= names
    assert "default-src 'none'" in html


def test_reasons_splits_losses_cost_and_lineage_are_told(build):
    html = page(load(build))
    text = re.sub(r"<[^>]+>", " ", html)
    for told in (
        "contaminated",
        "surplus",
        "label EDIT",
        "2.5",
        "1.5",
        "$0.1250",
        "models/special_tokens/sft",
        "learning rate",
        "Gained most by tuning",
        "tuned model better",
    ):
        assert told in text, told


def test_a_recipe_brings_its_own_pictures_and_needs_no_change_here(build, monkeypatch):
    """A skill to come, with pass@k and rounds of a loop."""

    class Later:
        def charts(self, rows, scores):
            assert [len(found) for found in scores.values()] == [len(rows)] * 3
            return [
                Chart("Pass at k <b>", "lines", ("k", "base", "sft"), ((1, 0.1, 0.3), (4, 0.2, 0.5), (16, None, 0.7))),
                Chart("Rounds of the loop", "grid", ("round", "kept", "refused"), (("1", 10, 90), ("2", 40, 60))),
            ]

    monkeypatch.setattr(recipes, "get", lambda name: Later())
    html = page(load(build))
    assert "Pass at k &lt;b&gt;" in html
    assert "Rounds of the loop" in html
    assert (
        html.count("<svg") == len(re.findall(r"class=\"picture\"", html)) == 2 + 1 + 1 + 1
    )  # metrics, pass@k, loss, drafts


def test_a_build_without_data_or_training_still_has_a_page(build):
    html = page(load([path for path in build if path.name == "eval.json"]))
    assert "mode accuracy" in html
    assert "Loss by step" not in html


@pytest.mark.parametrize("path", ["elsewhere/special_tokens/x.json", "data/unknown/validation.json"])
def test_a_file_of_no_known_place_is_one_message(build, path):
    with pytest.raises(UserError, match=f"{path}: expected data/RECIPE/"):
        load([*build, Path(path)])


def test_a_row_without_a_score_is_named(build):
    scores = Path("results/special_tokens/sft/scores.jsonl")
    lines = scores.read_text().splitlines(keepends=True)
    scores.write_text("".join(lines[1:]))
    with pytest.raises(UserError, match="special_tokens: sft: row .*: expected a score, found none"):
        load(build)
