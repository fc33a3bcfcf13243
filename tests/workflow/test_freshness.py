"""Snakemake and DVC agree about what is stale: the real Snakefile, rules, dvc.yaml and bridge, with toy steps.

Each call of either tool costs seconds, so a test goes through several states of one repository.
"""

import os
import re
import shutil
import time

import pytest
from tests.workflow.conftest import toy

from hone.pipeline.spec import Pipeline

pytestmark = [pytest.mark.workflow]

LEARNING_RATE = "special_tokens.sft.learning_rate"
RESULTS = {"special_tokens_eval", "special_tokens_card", "report", "eval"}
STEPS = ["card", "evaluate", "gather", "report"]  # of these, sorted
OF_SFT = {
    "special_tokens_sft",
    "special_tokens_complete_sft",
    "special_tokens_scores_sft",
    *RESULTS,
}


def test_a_saved_build_stays_fresh_through_touches_and_edits_of_what_no_step_reads(repo):
    for file in ("README.md", "src/hone/cli.py", "Snakefile"):
        repo.edit(file)
    for file in (
        "dvc.yaml",
        "src/hone/training/loss.py",
        "data/special_tokens/train.jsonl",
        "models/base/manifest.json",
    ):
        (repo.path / file).touch()
    assert "Nothing to be done" in repo.snakemake("results/eval.json")
    assert repo.ran() == []
    assert repo.stale() == set()


def test_a_file_dated_ahead_of_the_clock_makes_nothing_stale_and_loses_nothing(repo):
    before, ahead = repo.content(), time.time() + 1000
    (repo.path / ".snakemake/hone.json").unlink()  # all is in doubt, and made known anew
    for file in ("src/hone/dataset.py", "data/special_tokens/train.jsonl"):
        os.utime(repo.path / file, (ahead, ahead))
    assert repo.planned() == repo.stale() == set()
    assert repo.content() == before
    repo.edit("scripts/evaluate.py")
    os.utime(repo.path / "scripts/evaluate.py", (ahead, ahead))
    repo.snakemake("results/eval.json")
    assert repo.ran() == STEPS


def test_a_learning_rate_makes_stale_training_and_what_follows_until_it_is_reverted(repo):
    params = repo.path / "params.yaml"
    before = params.read_text()
    repo.set(LEARNING_RATE, 0.5)
    assert repo.planned() == OF_SFT
    assert repo.stale() == {"special_tokens-sft"}
    params.write_text(before)
    assert repo.planned() == set()
    assert repo.stale() == set()


def test_an_edit_of_a_module_or_a_rule_file_makes_stale_the_stages_that_use_it(repo):
    repo.edit("src/hone/generation/decode.py")
    repo.edit("rules/problems.smk")
    everything = {stage.rule for stage in Pipeline(repo.path).stages.values()}
    assert repo.planned() == everything - {"base_model"}
    kinds = ("-problems", "-complete-")
    assert repo.stale() == {name for name in Pipeline(repo.path).stages if any(kind in name for kind in kinds)}


def test_dvc_repro_and_snakemake_run_the_same_steps_and_make_and_record_the_same(repo, tmp_path):
    repo.edit("scripts/evaluate.py")
    other = repo.copy(tmp_path / "other")
    repo.snakemake("results/eval.json")
    other.dvc("repro", "eval")
    assert repo.ran() == other.ran() == STEPS
    assert repo.content() == other.content()
    assert other.planned() == set()
    repo.hone("save")
    assert (repo.path / "dvc.lock").read_text() == (other.path / "dvc.lock").read_text()
    assert repo.stale() == set()


def test_a_clone_with_pulled_data_has_nothing_to_do_and_then_only_what_an_edit_makes_stale(repo, tmp_path):
    repo.dvc("remote", "add", "-d", "shared", str(tmp_path / "remote"))
    repo.ok("git", "commit", "-qam", "Share")
    repo.dvc("push")
    clone = repo.clone(tmp_path / "clone")
    clone.dvc("pull")
    said = clone.snakemake("-n", "results/eval.json")
    assert "Nothing to be done" in said
    assert "taken from dvc.lock as fresh" in said
    clone.set(LEARNING_RATE, 0.5)
    assert clone.planned() == OF_SFT
    assert clone.stale() == {"special_tokens-sft"}


def test_a_branch_switch_is_stale_for_both_until_dvc_checkout_brings_its_files(repo):
    first = repo.content()
    repo.edit("scripts/evaluate.py")
    repo.snakemake("results/eval.json")
    repo.hone("save")
    repo.ok("git", "commit", "-qam", "Evaluate otherwise")
    assert repo.content() != first
    repo.ok("git", "checkout", "-q", "HEAD~1")
    assert repo.planned() == RESULTS
    assert repo.stale() == {"special_tokens-eval", "special_tokens-card", "report", "eval"}
    repo.dvc("checkout")
    assert repo.content() == first
    assert repo.planned() == set()
    assert repo.stale() == set()


def test_what_was_edited_by_hand_or_lost_is_built_again_byte_for_byte(repo):
    before = repo.content()
    scores = repo.path / "results/special_tokens/keyword/scores.jsonl"
    scores.unlink()
    scores.write_text("better\n")
    (repo.path / "models/special_tokens/sft/content.json").unlink()
    assert repo.planned() == {"special_tokens_scores_keyword"} | OF_SFT
    assert repo.stale() >= {"special_tokens-scores-keyword", "special_tokens-sft"}
    shutil.rmtree(repo.path / "data/special_tokens")
    repo.snakemake("results/eval.json")
    assert repo.content() == before


def test_save_records_only_what_is_fresh_and_the_build_ends_by_naming_it(repo):
    repo.edit("scripts/gather.py")
    repo.edit("scripts/evaluate.py")
    lock = (repo.path / "dvc.lock").read_text()
    done = repo.run("hone", "save")
    assert done.returncode == 1
    assert done.stdout.strip().endswith(
        "; not recorded, since stale: special_tokens-eval, special_tokens-card, report, eval"
    )
    assert (repo.path / "dvc.lock").read_text() == lock
    assert repo.stale() == {"special_tokens-eval", "eval"}
    assert "`hone save` records it" in repo.snakemake("results/eval.json")
    shutil.rmtree(repo.path / ".dvc/cache")  # as in a clone that built what its dvc.lock tells of
    repo.hone("save")
    assert repo.stale() == set()


def test_with_autosave_a_bare_build_is_recorded_by_itself(repo):
    repo.set("pipeline.autosave", True)
    assert repo.planned() == repo.stale() == set()
    repo.edit("scripts/gather.py")
    assert "recorded in dvc.lock" in repo.snakemake("results/eval.json")
    assert repo.ran() == ["gather"]
    assert repo.planned() == repo.stale() == set()


@pytest.mark.thorough
def test_with_autosave_what_a_failed_build_had_made_is_recorded_by_the_next_command(repo):
    repo.set("pipeline.autosave", True)
    repo.edit("scripts/evaluate.py")
    gather = repo.path / "scripts/gather.py"
    right = gather.read_text()
    gather.write_text("raise SystemExit(1)\n")
    assert repo.run("snakemake", "results/eval.json").returncode != 0
    assert repo.stale() == {"special_tokens-eval", "special_tokens-card", "report", "eval"}
    assert repo.planned() == repo.stale() == {"eval"}
    gather.write_text(right)
    repo.ran()
    repo.snakemake("results/eval.json")
    assert repo.ran() == ["gather"]
    assert repo.planned() == repo.stale() == set()


@pytest.mark.thorough
def test_with_autosave_what_another_branch_had_made_is_recorded_when_the_same_is_wanted_here(repo):
    repo.set("pipeline.autosave", True)
    repo.ok("git", "commit", "-qam", "here")
    repo.ok("git", "checkout", "-qb", "other")
    repo.set("special_tokens.samples.n", 7)
    repo.snakemake("results/eval.json")
    repo.ok("git", "commit", "-qam", "there")
    repo.ok("git", "checkout", "-q", "-")  # the outputs stay as the other branch made them
    assert "special_tokens_samples" in repo.planned()
    repo.set("special_tokens.samples.n", 7)
    assert repo.planned() == RESULTS  # outputs of two of them are in git
    assert repo.stale() == {"special_tokens-eval", "special_tokens-card", "report", "eval"}


@pytest.mark.parametrize("command", [("snakemake", "results/eval.json"), ("dvc", "repro", "special_tokens-sft")])
def test_a_misspelt_parameter_is_one_line_before_any_job(repo, command: tuple[str, ...]):
    repo.set("special_tokens.sft.learning_rte", 0.5)
    done = repo.run(*command)
    assert done.returncode != 0
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "learning_rte" in line]
    assert len(lines) == 1
    assert "params.yaml: special_tokens.sft.learning_rte: unknown key; did you mean 'learning_rate'?" in lines[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert repo.ran() == []


def test_each_rule_has_the_inputs_and_outputs_of_its_stage(tmp_path):
    unbuilt = toy(tmp_path / "repo")
    stages = Pipeline(unbuilt.path).stages.values()
    said = unbuilt.snakemake("-n", *(path for stage in stages for path in stage.outputs))
    blocks = re.findall(r"^(?:local)?rule (\w+):\n(?:    input: (.*)\n)?    output: (.*)$", said, re.MULTILINE)
    found = {
        rule: (set(filter(None, inputs.split(", "))), set(outputs.split(", "))) for rule, inputs, outputs in blocks
    }
    assert found == {stage.rule: (set(stage.inputs), set(stage.outputs)) for stage in stages}


def test_explain_tells_what_changed_and_what_building_would_run(repo):
    results = "results/special_tokens/eval.json"
    assert repo.hone("explain", results).startswith(f"{results}: fresh; stage special_tokens-eval makes it")
    repo.set(LEARNING_RATE, 0.5)
    repo.edit("src/hone/generation/decode.py")
    said = repo.hone("explain", results)
    assert said.startswith(f"{results}: stale")
    assert "special_tokens-sft: param special_tokens.sft.learning_rate: 0.0005 -> 0.5\n" in said
    assert "special_tokens-complete-base: file src/hone/generation/decode.py: " in said
    assert "building it runs: special_tokens-complete-keyword, special_tokens-scores-keyword, " in said
    assert "special_tokens-drafts: fresh\n" in said
    assert repo.hone("explain", "rules/problems.smk").strip().endswith("makes stale: special_tokens-problems")
    done = repo.run("hone", "explain", "results/evil.json")
    assert done.returncode == 2
    assert "did you mean 'results/eval.json'?" in done.stderr
