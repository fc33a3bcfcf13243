"""Presets laid over params.yaml."""

from pathlib import Path

import pytest

from hone.core.config import BaseModelParams, Block, TrainParams
from hone.core.errors import UserError
from hone.pipeline import presets
from hone.pipeline.params import check_params, tree

ROOT = Path(__file__).parents[3]
PARAMS = """# The head.
base_model:
  source: packaged            # packaged | hub
sft:
  rank: 8    # small
  learning_rate: 1.0e-3
"""


class Tree(Block):
    base_model: BaseModelParams
    sft: TrainParams


@pytest.fixture
def params(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets/big.yaml").write_text("base_model: {source: hub, id: o/m}\nsft: {rank: 64}\n")
    (tmp_path / "presets/bad.yaml").write_text("sft: {rnk: 64}\n")
    return tmp_path / "params.yaml"


def test_a_preset_changes_what_it_names_and_keeps_the_comments(params: Path):
    changes = presets.apply("big", params, Tree, params.parent / "presets")
    assert changes == ["base_model.source: packaged -> hub", "base_model.id: nothing -> o/m", "sft.rank: 8 -> 64"]
    text = params.read_text()
    assert text.startswith("# The head.\n")
    assert "# packaged | hub" in text
    assert "rank: 64   # small" in text
    assert "learning_rate: 1.0e-3" in text


def test_a_preset_laid_twice_changes_nothing(params: Path):
    presets.apply("big", params, Tree, params.parent / "presets")
    before = params.read_bytes()
    assert presets.apply("big", params, Tree, params.parent / "presets") == []
    assert params.read_bytes() == before


def test_a_bad_preset_leaves_the_file_as_it_was_and_is_named(params: Path):
    with pytest.raises(UserError, match=r"bad.yaml laid over params.yaml: sft.rnk: unknown key; did you mean 'rank'"):
        presets.apply("bad", params, Tree, params.parent / "presets")
    assert params.read_text() == PARAMS
    assert sorted(file.name for file in params.parent.iterdir()) == ["params.yaml", "presets"]


def test_an_unknown_preset_names_the_nearest(params: Path):
    with pytest.raises(UserError, match="expected one of bad, big; did you mean 'big'"):
        presets.apply("bigg", params, Tree, params.parent / "presets")


@pytest.mark.parametrize("name", presets.names(ROOT / "presets"))
def test_each_preset_of_this_repository_fits_its_params(name: str, tmp_path: Path):
    params = tmp_path / "params.yaml"
    params.write_bytes((ROOT / "params.yaml").read_bytes())
    assert presets.apply(name, params, tree(), ROOT / "presets")
    check_params(params, tree())
