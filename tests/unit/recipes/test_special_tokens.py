"""Rows of special_tokens: real evidence, proofs that notice any change, and a baseline that is no walk-over."""

import json
import re
from dataclasses import replace

import pytest

from hone.core.errors import UserError
from hone.core.records import Completion, Message
from hone.recipes import get
from hone.recipes.special_tokens import drafts
from hone.recipes.special_tokens.bugs import Bug, bugs, in_prose, with_failed_assertion
from hone.recipes.special_tokens.bugs import Case as Shown
from hone.recipes.special_tokens.drafts import row_id
from hone.recipes.special_tokens.grammar import parse
from hone.recipes.special_tokens.requests import WEIGHTS, phrases, request, styles_for
from hone.runners import Case, Tests

RECIPE = get("special_tokens")
MARKERS = {"AGENT": "<|AGENT|>", "EDIT": "<|EDIT|>"}


def with_reply(row, reply):
    messages = (*row.prompt, Message("assistant", reply))
    return replace(row, id=row_id(row.split, row.label, messages), messages=messages)


def edit_row(rows):
    return next(row for row in rows if row.label == "EDIT")


def agent_row(rows):
    return next(row for row in rows if row.label == "AGENT")


def test_every_bug_really_fails_and_its_solution_passes(problem, runner):
    tests = Tests.parse(problem.tests)
    for bug in bugs(problem, 1, runner, enough=5):
        assert not runner.verdict(bug.code, tests).passed
        assert runner.verdict(bug.solution, tests).passed


def test_drafts_are_both_labels_and_all_are_proven(rows, runner):
    assert {row.label for row in rows} == {"AGENT", "EDIT"}
    assert [RECIPE.verify(row, runner) for row in rows] == [RECIPE.verify(rows[0], runner)] * len(rows)
    assert RECIPE.verify(rows[0], runner).ok


def test_a_draft_is_the_same_whenever_it_is_made(problem, rows, runner):
    assert list(RECIPE.draft(problem, "train", 6, 1, {}, runner)) == rows
    assert list(RECIPE.draft(problem, "train", 6, 2, {}, runner)) != rows


def test_a_value_of_another_type_is_not_told_as_a_failed_assertion(problem, runner, monkeypatch):
    code, solution = (f"def same(a, b):\n    return {value}" for value in ("a == b", "int(a == b)"))
    tests = Tests("same", (Case((1, 1), 1), Case((1, 2), 0)))
    calls = [(1, 1), (1, 2)]
    shown = tuple(
        Shown(f"same{call}", f"({call},)", repr(call[0] == call[1]), repr(int(call[0] == call[1]))) for call in calls
    )
    bug = Bug("wrong_type", code, solution, tests, 0, shown, ())
    assert not runner.verdict(code, tests).passed
    assert not with_failed_assertion(bug, shown[0], runner).trace
    monkeypatch.setattr(drafts, "bugs", lambda *_args, **_more: [replace(bug, kind=str(n)) for n in range(40)])
    styles = {row.meta["style"] for seed in range(3) for row in RECIPE.draft(problem, "train", 8, seed, {}, runner)}
    assert styles >= {"result", "assertion"}
    assert "traceback" not in styles


def test_a_quoted_traceback_is_what_the_program_really_printed(problem, runner):
    bug = next(bug for bug in bugs(problem, 1, runner, enough=5) if bug.raises)
    shown = [case for case in runner.verdict(bug.code, Tests.parse(problem.tests)).cases if case.traceback]
    assert bug.trace in {case.traceback.strip() for case in shown}


def test_the_error_that_a_reply_goes_by_is_drawn_from_the_request_and_none_where_none_is_told(problem, runner):
    styles = set()
    for row in RECIPE.draft(problem, "train", 12, 3, {}, runner):
        think = parse(row.reply, MARKERS).think
        told = re.fullmatch(r"(.+) Wrong: (.+?)\.(?: Right: (.+)\.)? That names (a|no) concrete error, so I .+", think)
        assert told is not None, think
        quote, wrong, right, concrete = told.groups()
        assert (concrete == "a") == (row.label == "EDIT")
        assert (right is not None) == (row.meta["style"] in ("assertion", "result"))
        styles.add(row.meta["style"])
        if row.label == "AGENT":
            assert wrong == "not known"
            continue
        for fact in (wrong, right or ""):
            assert fact.removesuffix("...") in quote
            assert fact.removesuffix("...") in row.prompt[-1].content
    assert styles >= {"traceback", "assertion", "result", "fault", "works", "vague"}


def test_the_statement_and_the_code_are_in_every_request(problem, rows):
    for row in rows:
        assert problem.statement in row.prompt[-1].content
        assert row.meta["code"] in row.prompt[-1].content


def test_a_swapped_marker_is_refused(rows, runner):
    for row in rows:
        other = "AGENT" if row.label == "EDIT" else "EDIT"
        swapped = row.reply.replace(MARKERS[row.label], MARKERS[other])
        assert not RECIPE.verify(with_reply(row, swapped), runner).ok


def test_any_changed_character_of_a_fix_is_refused(rows, runner):
    row = edit_row(rows)
    place = row.reply.index('"modified_code"') + 20
    for i in range(place, len(row.reply) - 3, 7):
        changed = row.reply[:i] + ("x" if row.reply[i] != "x" else "y") + row.reply[i + 1 :]
        messages = (*row.prompt, Message("assistant", changed))
        assert not RECIPE.verify(replace(row, messages=messages), runner).ok


def test_a_fix_that_fails_a_test_is_refused_even_under_a_fresh_id(rows, runner):
    row = edit_row(rows)
    reply = parse(row.reply, MARKERS)
    unfixed = replace(reply, arguments={**reply.arguments, "modified_code": row.meta["code"]})
    assert RECIPE.verify(with_reply(row, unfixed.render(MARKERS)), runner).reason == "fix_fails"


def test_original_code_must_be_the_users(rows, runner):
    row = edit_row(rows)
    reply = parse(row.reply, MARKERS)
    other = replace(reply, arguments={**reply.arguments, "original_code": "print(1)"})
    assert RECIPE.verify(with_reply(row, other.render(MARKERS)), runner).reason == "original_code"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("{code}\nraise ValueError", "diagnostic_fails"),
        ("{code}", "diagnostic_fails"),
        ("print('hello')", "diagnostic_code"),
        ("{code}\nprint('hello')", "diagnostic_blind"),
    ],
)
def test_a_diagnostic_that_shows_nothing_of_the_bug_is_refused(rows, runner, script, reason):
    row = agent_row(rows)
    reply = parse(row.reply, MARKERS)
    code = script.replace("{code}", row.meta["code"])
    other = replace(reply, arguments={"code": code})
    assert RECIPE.verify(with_reply(row, other.render(MARKERS)), runner).reason == reason


def test_splits_share_no_phrase():
    said = {split: set() for split in ("train", "val", "test")}
    for split, found in said.items():
        pool = phrases()[split]
        for group in (
            pool["layouts"],
            pool["openers"],
            pool["closers"],
            *pool["styles"].values(),
            phrases()["logs"][split],
        ):
            found.update(text.strip().casefold() for text in group if text)
    assert not said["train"] & said["val"]
    assert not said["train"] & said["test"]
    assert not said["val"] & said["test"]


def test_every_split_has_every_style_and_train_has_many_phrasings():
    styles = {style for label in WEIGHTS.values() for style in label}
    for split in ("train", "val", "test"):
        assert phrases()[split]["styles"].keys() == styles
    assert sum(map(len, phrases()["train"]["styles"].values())) >= 50


def test_hard_negatives_stand_on_both_sides(problem, runner):
    import random

    found = list(bugs(problem, 1, runner, enough=8))
    told = {}
    for bug in found:
        for label in WEIGHTS:
            for style in styles_for(bug, label):
                asserted = style == "traceback" and not bug.raises
                told_of = with_failed_assertion(bug, bug.failing[0], runner) if asserted else bug
                for seed in range(16):
                    text = request(told_of, style, "", "train", random.Random(seed)).text.replace(bug.code, "")
                    told.setdefault(style, []).append(text)
    assert not any(re.search(r"Error\b|Traceback", text) for style in ("result", "fault") for text in told[style])
    assert any(re.search(r"(?i)error", text) for text in told["denied"])
    assert any("ERROR" in text or "FAILED" in text for text in told["log"])


def test_an_exception_is_told_in_prose_without_its_name():
    assert in_prose("IndexError", "list index out of range") == "the index lies beyond the end"
    assert in_prose("NameError", "name 'tota' is not defined") == "nothing is called `tota`"
    assert "error" not in in_prose("ValueError", "an Error occurred").casefold()


def completion(row, text, singles=()):
    return Completion(row.id, "sft", 0, text, (1, 2), singles, "stop")


def scored(row, completion, runner):
    (found,) = RECIPE.scores([(row, completion)], runner)
    return found


def test_a_perfect_reply_scores_on_every_metric(rows, runner):
    row = edit_row(rows)
    mode, metrics = scored(row, completion(row, row.reply, ("<|EDIT|>",)), runner)
    assert mode == "EDIT"
    assert metrics == dict.fromkeys(RECIPE.metrics, True)


def test_fix_rate_does_not_apply_to_agent_rows(rows, runner):
    row = agent_row(rows)
    assert scored(row, completion(row, row.reply, ("<|AGENT|>",)), runner)[1]["fix_rate"] is None


def test_a_marker_written_in_pieces_is_not_a_single_token(rows, runner):
    row = edit_row(rows)
    metrics = scored(row, completion(row, row.reply), runner)[1]
    assert metrics["marker_single_token"] is False
    assert metrics["mode_accuracy"] is True


def test_an_empty_reply_fails_and_stays_in_the_denominator(rows, runner):
    row = edit_row(rows)
    mode, metrics = scored(row, completion(row, ""), runner)
    assert mode is None
    assert metrics == dict.fromkeys(RECIPE.metrics, False)


def test_a_fix_is_scored_by_running_it(rows, runner):
    row = edit_row(rows)
    unfixed = row.reply.replace(json.dumps(row.meta["solution"])[1:-1], json.dumps(row.meta["code"])[1:-1])
    assert unfixed != row.reply
    assert scored(row, completion(row, unfixed, ("<|EDIT|>",)), runner)[1]["fix_rate"] is False


def test_prompted_variant_explains_both_modes_and_others_see_the_row_alone(rows):
    row = rows[0]
    assert RECIPE.prompt(row, "base") == RECIPE.prompt(row, "sft") == row.prompt
    system, *rest = RECIPE.prompt(row, "prompted")
    assert tuple(rest) == row.prompt
    assert all(marker in system.content for marker in MARKERS.values())


def test_alpaca_and_query_output_files_are_checked_too(tmp_path, rows, runner):
    row = edit_row(rows)
    alpaca = tmp_path / "a.json"
    alpaca.write_text(json.dumps(RECIPE.exported([row])))
    queries = tmp_path / "q.jsonl"
    queries.write_text(json.dumps({"Query": row.prompt[-1].content, "Output": row.reply.replace('"code"', "")}) + "\n")
    assert [RECIPE.verify(r, runner).ok for r in RECIPE.imported(alpaca)] == [True]
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps({"Query": "q", "Output": "no marker"}) + "\n")
    assert [RECIPE.verify(r, runner).reason for r in RECIPE.imported(bad)] == ["no_call"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{}", "expected a JSON list"), ('[{"a": 1}]', "row 1: expected our rows"), ("[3]", "row 1: expected an object")],
)
def test_a_file_in_no_known_layout_is_refused_with_its_row(tmp_path, text, message):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        list(RECIPE.imported(path))
