"""dvc.yaml as Snakemake sees it, on a small one and on this repository's."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from hone.core.errors import UserError
from hone.pipeline.code import closure
from hone.pipeline.params import check_params, tree
from hone.pipeline.spec import SOURCES, Pipeline, Stage

ROOT = Path(__file__).parents[3]
REAL = Pipeline(ROOT)

DVC = """
stages:
  base:
    cmd: hone run base
    deps: [rules/base.smk]
    params: [base]
    outs: [models/base]
  r-sft-big:
    cmd: hone run r-sft-big
    deps: [models/base, data/train.jsonl, rules/sft.smk, src/lib]
    params: [r.sft]
    outs: [models/r/sft, {notes.md: {cache: false}}]
    metrics: [{results/eval.json: {cache: false}}]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "dvc.yaml").write_text(DVC)
    (tmp_path / "params.yaml").write_text("base: 1\nr: {sft: {prompt: 'say {name}', rank: 8}}\n")
    (tmp_path / "src/lib/__pycache__").mkdir(parents=True)
    for name in ("b.py", "a.py", "phrases.yaml", "__pycache__/a.pyc"):
        (tmp_path / "src/lib" / name).write_text("")
    return tmp_path


def test_a_folder_that_a_stage_makes_is_known_by_its_manifest(small: Path):
    pipeline = Pipeline(small)
    assert pipeline["base"].outputs == ("models/base/manifest.json",)
    assert pipeline["r-sft-big"].inputs[:2] == ("models/base/manifest.json", "data/train.jsonl")


def test_a_folder_of_code_is_all_its_files_in_order_and_no_bytecode(small: Path):
    assert Pipeline(small)["r-sft-big"].inputs[3:] == ("src/lib/a.py", "src/lib/b.py", "src/lib/phrases.yaml")


def test_outs_and_metrics_are_outputs_alike(small: Path):
    assert Pipeline(small)["r-sft-big"].outputs == ("models/r/sft/manifest.json", "notes.md", "results/eval.json")


def test_a_name_tells_recipe_and_variant_and_the_rule_file_the_kind(small: Path):
    stage = Pipeline(small)["r-sft-big"]
    assert (stage.recipe, stage.kind, stage.variant, stage.rule) == ("r", "sft", "big", "r_sft_big")


def test_params_go_to_the_script_by_their_last_key_braces_and_all(small: Path):
    assert json.loads(Pipeline(small)["r-sft-big"].json()) == {"sft": {"prompt": "say {name}", "rank": 8}}


def test_a_role_is_looked_up_by_the_end_of_its_path(small: Path):
    stage = Pipeline(small)["r-sft-big"]
    assert stage.dep("train.jsonl") == "data/train.jsonl"
    assert stage.out("sft") == "models/r/sft"
    with pytest.raises(
        UserError, match=r"stage r-sft-big: expected one path in deps that ends in val.jsonl, found \[\]"
    ):
        stage.dep("val.jsonl")


def test_an_unknown_stage_names_the_nearest(small: Path):
    with pytest.raises(UserError, match="did you mean 'r-sft-big'"):
        Pipeline(small)["r_sft_big"]


def test_params_that_do_not_exist_are_an_error_with_the_nearest(small: Path):
    (small / "params.yaml").write_text("base: 1\nr: {stf: 1}\n")
    with pytest.raises(UserError, match="r.sft: expected a value, which stage r-sft-big .* did you mean 'stf'"):
        Pipeline(small)


@pytest.mark.parametrize("text", ["stages: [a", "a: 1", ""])
def test_a_dvc_yaml_that_is_none_is_an_error(small: Path, text: str):
    (small / "dvc.yaml").write_text(text)
    with pytest.raises(UserError, match="dvc.yaml"):
        Pipeline(small)


@pytest.mark.parametrize("stage", REAL.stages.values(), ids=lambda stage: stage.name)
def test_a_stage_lists_all_code_that_its_script_imports(stage: Stage):
    (script,) = (dep for dep in stage.deps if dep.startswith("scripts/"))
    code = closure(Path(script), ROOT)
    if stage.recipe and Path("src/hone/recipes/__init__.py") in code:  # it finds its recipe by name
        found = [Path("src/hone/recipes", stage.recipe, "__init__.py"), Path("src/hone/recipes", f"{stage.recipe}.py")]
        code |= closure(next(file for file in found if (ROOT / file).is_file()), ROOT)
    missing = sorted(str(file) for file in code if str(file) not in stage.inputs and not _says_nothing(ROOT / file))
    assert not missing, f"dvc.yaml: stage {stage.name}: add to deps: {', '.join(missing)}"


def test_how_endpoints_are_asked_makes_no_data_set_score_or_table_stale():
    after = [stage for stage in REAL.stages.values() if stage.kind in ("dataset", "scores", "eval", "report")]
    assert [stage.name for stage in after if "src/hone/teachers/asking.py" in stage.inputs] == []
    assert "src/hone/teachers/asking.py" in REAL["special_tokens-drafts"].inputs


@pytest.mark.parametrize("stage", REAL.stages.values(), ids=lambda stage: stage.name)
def test_every_path_and_command_of_a_stage_is_real(stage: Stage):
    made = {out for other in REAL.stages.values() for out in other.outs}
    assert [dep for dep in stage.deps if dep not in made and not (ROOT / dep).exists()] == []
    assert all(dep.startswith(SOURCES) for dep in stage.deps if dep not in made)
    assert stage.command == f"hone run {stage.name}"


def test_the_snakefile_includes_the_rules_of_every_kind_of_stage():
    included = set(re.findall(r'^include: "rules/(\w+)\.smk"$', (ROOT / "Snakefile").read_text(), re.M))
    assert included == {stage.kind for stage in REAL.stages.values()}


def test_plots_and_artifacts_name_what_a_stage_makes_or_what_lies_in_it():
    """DVC wants these paths once more than the stages do."""
    raw = yaml.safe_load((ROOT / "dvc.yaml").read_text())
    drawn = {path for entry in raw["plots"] for plot in entry.values() for path in plot["y"]}
    named = drawn | {artifact["path"] for artifact in raw["artifacts"].values()}
    outs = {out for stage in REAL.stages.values() for out in stage.outs}
    assert {path for path in named if not outs & {path, *map(str, Path(path).parents)}} == set()
    assert {artifact["path"] for artifact in raw["artifacts"].values()} <= outs


def test_an_edit_of_the_pipeline_or_the_cli_makes_nothing_stale():
    inputs = {file for stage in REAL.stages.values() for file in stage.inputs}
    assert not {file for file in inputs if file.startswith(("src/hone/pipeline", "src/hone/cli"))}


def test_training_does_not_hang_on_what_a_recipe_does_with_rows():
    for name in ("special_tokens-tokenizer", "special_tokens-sft"):
        assert not [file for file in REAL[name].inputs if file.startswith("src/hone/recipes")]


def test_the_stages_that_the_readme_adds_for_an_endpoint_are_whole(tmp_path: Path):
    """Its block is put into dvc.yaml as it stands there."""
    for name in ("src", "scripts", "rules"):
        (tmp_path / name).symlink_to(ROOT / name)
    blocks = (ROOT / "README.md").read_text().split("```")
    (block,) = (block for block in blocks if "q_language-complete-endpoint:" in block)
    added = block.removeprefix("yaml\n")
    dvc, params = ((ROOT / name).read_text() for name in ("dvc.yaml", "params.yaml"))
    (tmp_path / "dvc.yaml").write_text(dvc.replace("stages:\n", f"stages:\n{added}\n", 1))
    endpoint = "\nq_language:\n  endpoint: {teacher: openai, model: m}\n"
    (tmp_path / "params.yaml").write_text(params.replace("\nq_language:\n", endpoint))
    check_params(tmp_path / "params.yaml", tree())
    pipeline = Pipeline(tmp_path)
    complete, scores = pipeline["q_language-complete-endpoint"], pipeline["q_language-scores-endpoint"]
    for stage in (complete, scores):
        test_a_stage_lists_all_code_that_its_script_imports(stage)
    assert (complete.kind, complete.variant, complete.data("base")) == ("complete", "endpoint", [])
    assert json.loads(complete.json())["endpoint"] == {"teacher": "openai", "model": "m"}
    assert scores.dep("completions.jsonl") == complete.out("completions.jsonl")


def _says_nothing(file: Path) -> bool:
    """Nothing but a docstring: no edit of it changes what a step does."""
    return all(isinstance(node, ast.Expr) for node in ast.parse(file.read_text()).body)
