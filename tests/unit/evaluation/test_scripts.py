"""The evaluation's commands: nothing goes missing between rows, completions, scores and figures."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hone.core.errors import UserError
from hone.core.files import write_json
from hone.core.records import Completion, Message, Row, Score, read_jsonl, write_jsonl
from hone.runners import Case, Tests

SCRIPTS = Path(__file__).parents[3] / "scripts"


def script(name):
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(name):
    return Row(name, f"of {name}", "test", "EDIT", (Message("user", "q"), Message("assistant", "a")))


def completion(name, sample=0, variant="base"):
    return Completion(name, variant, sample, "text", (1, 2), (), "stop")


@pytest.fixture(scope="module")
def score():
    return script("score")


def test_rows_meet_their_completions_in_the_order_of_the_rows(score):
    found = score.joined([row("b"), row("a")], [completion("a"), completion("b")], Path("c.jsonl"))
    assert [(r.id, c.row_id) for r, c in found] == [("b", "b"), ("a", "a")]


def test_a_row_without_a_completion_is_named(score):
    with pytest.raises(UserError, match=r"c\.jsonl: row b: expected a completion of sample 0, found none"):
        score.joined([row("a"), row("b")], [completion("a")], Path("c.jsonl"))
    both = [completion("a"), completion("a", 1), completion("b")]
    with pytest.raises(UserError, match="row b: expected a completion of sample 1"):
        score.joined([row("a"), row("b")], both, Path("c.jsonl"))


@pytest.mark.parametrize(
    ("completions", "message"),
    [
        ([completion("a"), completion("z")], "row z: not among the test rows"),
        ([completion("a"), completion("a")], "one completion for each row"),
        ([], "row a: expected a completion"),
    ],
)
def test_strangers_doubles_and_empty_files_are_refused(score, completions, message):
    with pytest.raises(UserError, match=message):
        score.joined([row("a")], completions, Path("c.jsonl"))


def test_kept_completions_score_to_the_same_bytes_each_time_and_in_any_order(score, tmp_path, monkeypatch):
    class Skill:
        language, rooms = "python", ()

        def scores(self, answered, runner):
            tests = Tests("double", (Case(args=(2,), expected=4),))
            return [(None, {"passes": runner.verdict(c.text, tests).passed}) for _, c in answered]

    monkeypatch.setattr(score.recipes, "get", lambda name: Skill())
    texts = ("def double(n):\n    return 2 * n\n", "def double(n):\n    return n + 3\n", "raise ValueError", "")
    made = [replace(completion(f"r{i}"), text=text) for i, text in enumerate(texts)]
    write_jsonl(tmp_path / "rows.jsonl", [row(c.row_id) for c in made])
    found = []
    for number, order in enumerate((made, made[::-1])):
        place = tmp_path / str(number)
        write_jsonl(place / "completions.jsonl", order)
        score.main("toy", tmp_path / "rows.jsonl", place / "completions.jsonl", place / "scores.jsonl")
        found.append((place / "scores.jsonl").read_bytes())
    assert found[0] == found[1]
    scores = read_jsonl(place / "scores.jsonl", Score)
    assert [s.metrics["passes"] for s in scores] == [True, False, False, False]
    assert all("rlimits" in s.isolation and s.engine.startswith("python") for s in scores)


def test_the_rule_or_the_oracle_answers_every_row_and_sample_without_a_model():
    class Skill:
        def rule(self, row):
            return f"rule for {row.id}"

    made = script("complete").without_model(Skill(), "keyword", [row("a"), row("b")], samples=2)
    assert [(c.row_id, c.sample, c.text) for c in made] == [
        ("a", 0, "rule for a"),
        ("a", 1, "rule for a"),
        ("b", 0, "rule for b"),
        ("b", 1, "rule for b"),
    ]
    assert all(c.token_ids == () and c.finish == "stop" for c in made)
    assert [c.text for c in script("complete").without_model(Skill(), "oracle", [row("a")], samples=1)] == ["a"]


def test_evaluate_writes_figures_and_picture_and_leaves_a_run_for_the_tracking(tmp_path):
    from hone.events import ARTIFACTS, FILE, read

    paths = []
    for variant, right in (("base", False), ("sft", True)):
        scores = [
            Score(f"r{i}", f"p{i}", variant, 0, "EDIT", "EDIT" if right else None, {"mode_accuracy": right}, "", ())
            for i in range(4)
        ]
        paths.append(tmp_path / f"{variant}.jsonl")
        write_jsonl(paths[-1], scores)
    out, picture, work = tmp_path / "eval.json", tmp_path / "comparison.png", tmp_path / "work" / "toy-eval"
    points = tmp_path / "comparison.json"
    for _ in range(2):  # a second build gives the same bytes
        script("evaluate").main("special_tokens", paths, out, picture, points, work, None)
    block = json.loads(out.read_text())["recipes"]["special_tokens"]
    assert block["variants"]["sft"]["mode_accuracy"]["value"] == 1.0
    (log,) = work.glob(f"*/{FILE}")
    final = read(log).final
    assert (final["base.mode_accuracy"], final["sft.mode_accuracy"]) == (0.0, 1.0)
    assert (final["sft.mode_accuracy.low"], final["sft.mode_accuracy.n"]) == (pytest.approx(0.51, abs=0.01), 4)
    assert [(p["variant"], p["value"], p["n"]) for p in json.loads(points.read_text())] == [
        ("base", 0, 4),
        ("sft", 1, 4),
    ]
    assert (log.parent / ARTIFACTS / "comparison.png").read_bytes() == picture.read_bytes()


def test_gather_joins_recipes(tmp_path):
    for name in "ab":
        write_json(tmp_path / f"{name}.json", {"schema": 1, "recipes": {name: {"test_rows": 1}}})
    script("gather").main([tmp_path / "b.json", tmp_path / "a.json"], tmp_path / "eval.json", None)
    assert list(json.loads((tmp_path / "eval.json").read_text())["recipes"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.json", '{"Query": "x"}', "expected a JSON list of .* found dict"),
        (
            "q.json",
            '[{"Query": "x"}, {"query": "y"}]',
            'query 2: expected an object with a text under "Query"',
        ),
        ("q.json", '["x"]', "query 1"),
        ("q.json", '[{"Query": " "}]', "query 1"),
        ("q.json", "[]", "found an empty list"),
        ("q.json", "[{", "expected JSON"),
        ("q.jsonl", '{"Query": "x"}\n{"Query": 3}\n', "query 2"),
    ],
)
def test_queries_that_are_no_list_of_queries_are_one_clear_error(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=message):
        script("answer").read_queries(tmp_path / name)


def test_queries_come_as_a_list_or_a_line_each(tmp_path):
    (tmp_path / "q.json").write_text('[{"Query": "x", "id": 1}]')
    (tmp_path / "q.jsonl").write_text('{"Query": "x", "id": 1}\n')
    read = script("answer").read_queries
    assert read(tmp_path / "q.json") == read(tmp_path / "q.jsonl") == [{"Query": "x", "id": 1}]


def test_a_model_that_was_not_built_is_said_before_anything_is_loaded(tmp_path):
    missing = tmp_path / "models"
    with pytest.raises(UserError, match=r"models: expected a built model, found nothing there"):
        script("answer").answer([{"Query": "x"}], None, (missing, missing, missing), None, tmp_path / "out")


def test_scores_survive_their_file_with_true_numbers_and_nothing_told_apart(tmp_path):
    metrics = {"a": True, "b": 1.0, "c": None, "d": False, "e": 0.0}
    want = Score("r", "p", "base", 0, "EDIT", None, metrics, "python 3.11", ("rlimits", "seccomp"))
    write_jsonl(tmp_path / "s.jsonl", [want])
    (found,) = read_jsonl(tmp_path / "s.jsonl", Score)
    assert found == want
    assert [type(v) for v in found.metrics.values()] == [bool, float, type(None), bool, float]
