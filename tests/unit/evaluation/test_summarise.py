"""From scores to eval.json, to the table and the picture."""

import json

import pytest

from hone.core.errors import UserError
from hone.core.records import Score
from hone.evaluation.picture import draw
from hone.evaluation.statistics import newcombe, wilson
from hone.evaluation.summarise import gather, pairs, points, summarise
from hone.evaluation.table import table

METRICS = ("accuracy", "fix_rate", "never")


def scores(variant, right, fixes=None):
    """One score a row: label by row's parity, predicted where right."""
    fixes = fixes or [None] * len(right)
    labels = ["EDIT" if i % 2 else "AGENT" for i in range(len(right))]
    return [
        Score(
            row_id=f"r{i}",
            problem_id=f"p{i}",
            variant=variant,
            sample=0,
            label=label,
            predicted=label if ok else None,
            metrics={"accuracy": ok, "fix_rate": fix, "never": None},
            engine="python 3.11",
            isolation=("rlimits",),
        )
        for i, (label, ok, fix) in enumerate(zip(labels, right, fixes, strict=True))
    ]


@pytest.fixture
def summary():
    return summarise(
        "toy",
        METRICS,
        [
            *scores("keyword", [True, False, True, False]),
            *scores("base", [False] * 4, [None, False, None, False]),
            *scores("prompted", [True, False, False, False], [None, False, None, False]),
            *scores("sft", [True] * 4, [None, True, None, False]),
        ],
    )


def test_the_shape_is_the_one_that_every_recipe_keeps(summary):
    assert summary["schema"] == 1
    block = summary["recipes"]["toy"]
    assert block["test_rows"] == 4
    low, high = wilson(4, 4)
    assert block["variants"]["sft"]["accuracy"] == {
        "value": 1.0,
        "ci95": [pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6)],
        "n": 4,
    }
    (line,) = [x for x in block["comparison"] if (x["a"], x["b"]) == ("base", "sft") and x["metric"] == "accuracy"]
    low, high = newcombe(0, 4, 0, 0)
    assert line == {
        "a": "base",
        "b": "sft",
        "metric": "accuracy",
        "delta": 1.0,
        "ci95": [pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5)],
        "p_value": 0.125,
        "wins": 4,
        "losses": 0,
        "ties": 0,
    }
    assert json.loads(json.dumps(summary)) == summary


def test_none_leaves_the_denominator_and_a_failure_stays_in_it(summary):
    variants = summary["recipes"]["toy"]["variants"]
    assert variants["sft"]["fix_rate"]["n"] == 2
    assert variants["sft"]["fix_rate"]["value"] == 0.5
    assert variants["base"]["fix_rate"]["n"] == 2
    assert variants["base"]["fix_rate"]["value"] == 0.0


def test_a_metric_without_values_is_left_out(summary):
    variants = summary["recipes"]["toy"]["variants"]
    assert set(variants["keyword"]) == {"accuracy"}
    assert all("never" not in figures for figures in variants.values())


def test_base_meets_every_other_model_and_the_rule_meets_the_tuned_one(summary):
    met = [(x["a"], x["b"], x["metric"]) for x in summary["recipes"]["toy"]["comparison"]]
    assert met == [
        ("base", "prompted", "accuracy"),
        ("base", "prompted", "fix_rate"),
        ("base", "sft", "accuracy"),
        ("base", "sft", "fix_rate"),
        ("keyword", "sft", "accuracy"),
    ]
    assert pairs(["base"]) == []
    assert pairs(["keyword", "sft"]) == [("keyword", "sft")]


def test_the_confusion_counts_what_was_chosen_and_what_chose_nothing(summary):
    confusion = summary["recipes"]["toy"]["confusion"]
    assert confusion["sft"] == {"AGENT": {"AGENT": 2}, "EDIT": {"EDIT": 2}}
    assert confusion["prompted"] == {"AGENT": {"AGENT": 1, "none": 1}, "EDIT": {"none": 2}}


def sampled(variant, correct, samples=4):
    """Rows of which so many samples are right; even rows are easy."""
    return [
        Score(f"r{i}", f"p{i}", variant, sample, f"L{i // 2}", None, {"accuracy": sample < right}, "none", (),
              ("hard" if i % 2 else "easy", "tag"))
        for i, right in enumerate(correct)
        for sample in range(samples)
    ]  # fmt: skip


def test_pass_at_k_is_told_for_all_rows_by_label_and_by_group_for_each_k_up_to_the_samples():
    summary = summarise("toy", METRICS, sampled("base", [4, 2, 1, 0]), ["accuracy"])
    found = summary["recipes"]["toy"]["pass_at_k"]["base"]
    assert list(found) == ["L0", "L1", "all", "easy", "hard", "tag"]
    assert {k: figure["value"] for k, figure in found["all"].items()} == {
        "1": pytest.approx(7 / 16), "2": pytest.approx((1 + 5 / 6 + 1 / 2) / 4, abs=1e-5), "4": 0.75,
    }  # fmt: skip
    assert found["easy"]["1"]["value"] == pytest.approx(5 / 8)
    assert found["hard"]["4"]["value"] == 0.5
    assert found["all"]["1"]["n"] == 4
    low, high = found["all"]["2"]["ci95"]
    assert low < found["all"]["2"]["value"] < high


def test_pass_at_one_of_one_sample_is_the_metric_with_its_interval():
    summary = summarise("toy", METRICS, scores("base", [True, False, True, False]), ["accuracy"])
    block = summary["recipes"]["toy"]
    assert block["pass_at_k"]["base"]["all"] == {"1": block["variants"]["base"]["accuracy"]}


def test_what_no_sample_solved_has_an_interval_that_is_not_a_point():
    summary = summarise("toy", METRICS, sampled("base", [0, 0, 0]), ["accuracy"])
    assert summary["recipes"]["toy"]["pass_at_k"]["base"]["all"]["4"]["ci95"] == [0.0, pytest.approx(wilson(0, 3)[1])]


def test_the_oracle_is_compared_with_nothing():
    assert pairs(["oracle", "keyword", "base", "sft"]) == [("base", "sft"), ("keyword", "sft")]
    assert pairs(["base", "sft", "rl"]) == [("base", "sft"), ("base", "rl"), ("sft", "rl")]


def test_the_table_shows_pass_at_k_for_all_k_and_of_groups_the_least_and_greatest():
    summary = summarise("toy", METRICS, sampled("base", [4, 2, 1, 0]), ["accuracy"])
    lines = [" ".join(line.split())[:11] for line in table(summary).splitlines()]
    assert [line for line in lines if line.startswith("pass@")][:5] == [
        "pass@1 all ", "pass@2 all ", "pass@4 all ", "pass@1 L0 0", "pass@4 L0 1",
    ]  # fmt: skip


def test_a_row_without_a_completion_is_an_error_that_names_it():
    with pytest.raises(UserError, match=r"sft: row r2, sample 0 is missing and 1 more"):
        summarise("toy", METRICS, [*scores("base", [True] * 4), *scores("sft", [True] * 4)[:2]])


def test_a_score_that_stands_twice_is_an_error():
    with pytest.raises(UserError, match="row r0, sample 0 stands twice"):
        summarise("toy", METRICS, scores("base", [True]) * 2)


def test_no_scores_are_an_error():
    with pytest.raises(UserError, match="found none"):
        summarise("toy", METRICS, [])


def test_gathering_keeps_every_recipe_and_refuses_other_schemas_and_doubles(summary):
    other = {"schema": 1, "recipes": {"another": summary["recipes"]["toy"]}}
    assert list(gather([("b", summary), ("a", other)])["recipes"]) == ["another", "toy"]
    with pytest.raises(UserError, match=r"old\.json: expected an evaluation of schema 1"):
        gather([("old.json", {"schema": 0})])
    with pytest.raises(UserError, match="recipe toy was already given"):
        gather([("a", summary), ("b", summary)])


def test_points_are_each_figure_with_the_names_it_stands_under(summary):
    found = points(summary["recipes"]["toy"])
    assert [(p["variant"], p["metric"]) for p in found] == [
        ("base", "accuracy"),
        ("base", "fix_rate"),
        ("keyword", "accuracy"),
        ("prompted", "accuracy"),
        ("prompted", "fix_rate"),
        ("sft", "accuracy"),
        ("sft", "fix_rate"),
    ]
    figure = summary["recipes"]["toy"]["variants"]["sft"]["fix_rate"]
    assert found[-1] == {
        "variant": "sft",
        "metric": "fix_rate",
        "value": figure["value"],
        "low": figure["ci95"][0],
        "high": figure["ci95"][1],
        "n": 2,
    }


def test_the_table_shows_figures_comparisons_and_confusion(summary):
    text = table(summary)
    assert "toy: 4 test rows" in text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "metric keyword base prompted sft" in lines
    assert "fix_rate - 0.00 [0.00, 0.66] 2 0.00 [0.00, 0.66] 2 0.50 [0.09, 0.91] 2" in lines
    assert any(line.startswith("base -> sft accuracy +1.00 [") and line.endswith("0.12 4/0/0") for line in lines)
    assert "variant expected chose AGENT chose EDIT chose none" in lines
    assert "sft EDIT 0 2 0" in lines
    assert max(map(len, text.splitlines())) < 140


def test_a_summary_read_back_from_sorted_json_gives_the_same_table(summary):
    assert table(json.loads(json.dumps(summary, sort_keys=True))) == table(summary)


def test_equal_figures_give_a_picture_of_equal_bytes(summary, tmp_path):
    block = summary["recipes"]["toy"]
    draw("toy", block, tmp_path / "one.png")
    draw("toy", json.loads(json.dumps(block, sort_keys=True)), tmp_path / "two.png")
    picture = (tmp_path / "one.png").read_bytes()
    assert picture == (tmp_path / "two.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert b"Software" not in picture
    assert b"Date" not in picture
    block["variants"]["sft"]["accuracy"]["value"] = 0.5
    draw("toy", block, tmp_path / "other.png")
    assert picture != (tmp_path / "other.png").read_bytes()
