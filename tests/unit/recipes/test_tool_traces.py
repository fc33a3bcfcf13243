import dataclasses
import json

import pytest

from hone import recipes
from hone.calls import Call
from hone.core.config import TrainParams
from hone.core.records import Completion, Message
from hone.problems import questions
from hone.recipes.tool_traces import RECIPE
from hone.runners import Sandbox


@pytest.fixture(scope="module")
def runner():
    with Sandbox(workers=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def problem():
    return next(problem for problem in questions.load() if problem.title == "longer_life")


@pytest.fixture(scope="module")
def steps(problem, runner):
    return list(RECIPE.draft(problem, "test", 9, 0, {}, runner))


@pytest.fixture(scope="module")
def trace(problem, runner):
    (row,) = RECIPE.draft(problem, "train", 1, 0, {}, runner)
    return row


def said(row, text):
    return row, Completion(row.id, "sft", 0, text, (1,), (), "stop")


def spelt(name, **arguments):
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


def perfect(row):
    if row.messages[-1].role != "call":
        return row.reply
    call = Call.of(row.messages[-1])
    return spelt(call.name, **call.arguments)


def scores(*answered):
    return [metrics for _, metrics in RECIPE.scores(answered, None)]


def test_the_recipe_is_found_by_its_name():
    assert recipes.get("tool_traces") is RECIPE


def test_a_trace_is_one_row_to_learn_from_and_a_row_a_turn_to_be_tested_on(steps, trace, runner, problem):
    assert len(steps) == 6
    assert [len(row.messages) for row in steps] == [3, 5, 7, 9, 11, 13]
    assert trace.messages == steps[-1].messages
    single = list(RECIPE.draft(problem, "train", 1, 0, {"rows": "steps"}, runner))
    assert [row.messages for row in single] == [row.messages for row in steps]


def test_a_model_is_asked_as_it_was_taught_and_a_bare_question_comes_with_the_tools(steps):
    for row in steps:
        assert RECIPE.prompt(row, "sft") == row.prompt
    bare = dataclasses.replace(steps[0], messages=steps[0].messages[1:])
    assert RECIPE.prompt(bare, "sft") == steps[0].prompt


def test_the_answer_is_never_in_a_prompt_before_a_tool_told_it(steps):
    for row in steps[:-1]:
        assert row.meta["answer"] not in row.prompt[1].content.split()


@pytest.mark.parametrize(
    ("place", "change", "reason"),
    [
        (3, lambda text: text.replace("was", "is"), "observation"),
        (2, lambda text: text.replace("search", "serch"), "unknown_tool"),
        (2, lambda text: text.replace("query", "quest"), "schema"),
        (-1, lambda text: text + "0", "wrong_answer"),
        (2, lambda text: text[:-1], "conversation"),
        (1, lambda text: text + " ", "changed"),
    ],
)
def test_a_row_that_was_touched_is_refused_with_the_reason(trace, runner, place, change, reason):
    messages = list(trace.messages)
    messages[place] = Message(messages[place].role, change(messages[place].content))
    assert RECIPE.verify(dataclasses.replace(trace, messages=tuple(messages)), runner).reason == reason


def test_a_call_without_its_answer_is_refused(trace, runner):
    messages = (*trace.messages[:3], *trace.messages[4:])
    assert RECIPE.verify(dataclasses.replace(trace, messages=messages), runner).reason == "conversation"


def test_perfect_predictions_score_everything(steps):
    for metrics in scores(*[said(row, perfect(row)) for row in steps]):
        assert {value for name, value in metrics.items() if name != "name_edits"} <= {True}
        assert metrics.get("name_edits", 0) == 0


@pytest.mark.parametrize("text", ["", " ", "<think>a</think>"])
def test_a_vacuous_prediction_scores_nothing(steps, text):
    first, *others = scores(*[said(row, text) for row in steps])
    for metrics in (first, *others):
        assert not any(value for name, value in metrics.items() if name != "name_edits")
    assert first["name_edits"] == 1.0


def test_the_right_tool_with_other_arguments_is_the_right_name_only(steps):
    (metrics,) = scores(said(steps[0], spelt("search", query="another")))
    assert (metrics["call_name_accuracy"], metrics["call_match_rate"], metrics["call_exact_rate"]) == (
        True,
        False,
        False,
    )


def test_the_same_call_in_other_words_matches_and_is_not_exact(steps):
    call = Call.of(steps[0].messages[-1])
    (metrics,) = scores(said(steps[0], spelt("search", query=call.arguments["query"].upper())))
    assert (metrics["call_match_rate"], metrics["call_exact_rate"]) == (True, False)


def test_an_invented_tool_is_counted_and_a_repeated_call_is_not_fresh(steps):
    row = steps[2]
    before = Call.of(row.messages[2])
    (invented,) = scores(said(row, spelt("teleport", to="there")))
    assert (invented["known_tool_rate"], invented["valid_rate"]) == (False, False)
    (again,) = scores(said(row, spelt(before.name, **before.arguments)))
    assert again["fresh_rate"] is False


def test_stopping_early_and_going_on_too_long_are_wrong(steps):
    early, late = scores(said(steps[0], "42"), said(steps[-1], spelt("search", query="x")))
    assert early["stop_accuracy"] is late["stop_accuracy"] is False
    assert late["answer_accuracy"] is False


def test_names_are_compared_as_a_sequence_in_the_order_of_the_trace(steps):
    texts = [perfect(row) for row in steps]
    texts[1] = spelt("weekday", date="2000-01-01")
    mixed = list(zip(steps, texts, strict=True))[::-1]
    found = [metrics for metrics in scores(*[said(*pair) for pair in mixed]) if "name_f1" in metrics]
    assert len(found) == 1
    assert found[0]["name_edits"] == pytest.approx(1 / 6)
    assert found[0]["name_f1"] == pytest.approx(5 / 6)


def test_rows_are_exported_as_the_apis_have_them(trace):
    (row,) = RECIPE.exported([trace])
    assert row["tools"][0]["type"] == "function"
    assert row["messages"][1]["tool_calls"][0]["function"]["name"] == "search"
    assert row["messages"][-1] == {"role": "assistant", "content": trace.reply}


def test_whole_traces_need_every_turn_to_be_learned():
    assert TrainParams(learn="every").learn == "every"
