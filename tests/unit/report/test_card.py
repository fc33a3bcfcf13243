"""A model's card: what the hub reads of it, and that its figures are the build's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hone.core.config import BaseModelParams
from hone.core.files import read_json
from hone.report.build import load
from hone.report.card import card

ROOT = Path(__file__).parents[3]


@pytest.fixture
def text(build):
    return card(load(build)[0], BaseModelParams())


def test_the_hub_finds_base_licence_library_and_every_figure_of_the_tuned_model(text):
    from huggingface_hub import ModelCard

    found = ModelCard(text).data
    assert (found.base_model, found.license, found.library_name) == (
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "apache-2.0",
        "peft",
    )
    figures = read_json(Path("results/eval.json"))["recipes"]["special_tokens"]["variants"]["sft"]
    assert {result.metric_type: result.metric_value for result in found.eval_results} == {
        name: figure["value"] for name, figure in figures.items()
    }


def test_people_read_figures_with_intervals_data_settings_and_lineage(text):
    for told in (
        "| mode\\_accuracy | 0.60 [",
        "| base -> sft |",
        "32 were kept",
        "learning\\_rate",
        "models/special\\_tokens/sft",
    ):
        assert told in text, told


def test_a_base_of_the_hub_is_named_and_one_from_a_folder_has_no_name(build):
    def metadata(**base):
        return yaml.safe_load(card(load(build)[0], BaseModelParams(**base)).split("---\n")[1])

    assert metadata(source="hub", id="Qwen/Qwen3-8B")["base_model"] == "Qwen/Qwen3-8B"
    assert "license" not in metadata(source="hub", id="Qwen/Qwen3-8B")
    assert "base_model" not in metadata(source="folder", path="x")


def test_the_script_writes_the_same_for_one_recipe_and_refuses_none(build, text):
    command = [
        sys.executable,
        str(ROOT / "scripts/card.py"),
        "--out",
        "README.md",
        "--params",
        json.dumps({"base_model": {}}),
    ]
    files = [part for path in build for part in ("--file", str(path))]
    subprocess.run([*command, *files], check=True)
    assert Path("README.md").read_text() == text
    done = subprocess.run([*command, "--file", str(build[0])], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
