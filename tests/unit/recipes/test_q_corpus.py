"""What q_language writes to go on pretraining with: programs of training rows, and sessions that were run."""

import importlib.util
import json
import random
import re
from pathlib import Path

import pytest

from hone.core.records import Message, Row, Text, read_jsonl, write_jsonl
from hone.recipes import get
from hone.recipes.base import WritesDocuments, row_id
from hone.recipes.q_language import corpus
from hone.recipes.q_language import problems as made
from hone.recipes.q_language.bank.families import tasks
from hone.recipes.q_language.drafts import draft
from hone.runners import Limits, Sandbox, language

ROOT = Path(__file__).parents[3]
RECIPE = get("q_language")


@pytest.fixture(scope="module")
def runner():
    with Sandbox(workers=1, language=language("q"), limits=Limits(cpu_s=2)) as runner:
        yield runner


@pytest.fixture(scope="module")
def rows(runner):
    """Drafts of every kind, of the right answers and of wrong ones."""
    with Sandbox(workers=1) as python:
        found = [made._widened(made.of_task(task), python) for task in tasks()[::90]]
    problems = [problem for problem, reason in found if not reason]
    return [row for problem in problems for row in draft(problem, "train", 1, runner)]


def test_a_program_stands_under_what_it_does_and_the_whole_is_a_program(rows, runner):
    assert {row.label for row in rows} == set(RECIPE.labels)
    for row in rows:
        text = corpus.commented(row)
        assert text.startswith("/ ")
        ran = runner.run(text)
        assert ran.outcome == "passed", f"{text}\n{ran.error}"
        assert "```" not in text
        assert "solve:" in text


def test_a_description_and_python_are_comments_and_an_empty_line_opens_no_block():
    messages = (Message("user", "Add one.\n\nTo all.\n\nWrite it in q as `solve[x]`."),
                Message("assistant", "```q\nsolve:{x+1}\n```"))  # fmt: skip
    row = Row("r", "p", "train", "description_to_q", messages)
    assert corpus.commented(row) == "/ Add one.\n/ To all.\nsolve:{x+1}\n"


def test_every_line_of_the_bank_runs_and_prints(runner):
    for theme in corpus.themes():
        sets = [line for line in theme if corpus._SET.match(line)]
        lines = [corpus._filled(line, random.Random(5)) for line in [*sets, *(set(theme) - set(sets))]]
        shown = corpus.ran(lines, runner)
        printed = dict(re.findall(r"^q\)(.*)\n((?:(?!q\)).*\n)*)", shown, re.MULTILINE))
        assert [line for line in lines if line not in printed] == []
        assert [line for line, answer in printed.items() if bool(answer) == bool(corpus._SET.match(line))] == []


def test_a_session_is_what_the_console_shows(runner):
    lines = ["x:3 1 2", 's:"a \\"b\\""', "x+1", "s", "`a`b!1 2", "f:{x*2}", "f"]
    assert corpus.ran(lines, runner) == (
        'q)x:3 1 2\nq)s:"a \\"b\\""\nq)x+1\n4 2 3\nq)s\n"a \\"b\\""\nq)`a`b!1 2\na| 1\nb| 2\nq)f:{x*2}\nq)f\n{x*2}\n'
    )


def test_a_line_that_fails_is_left_out_and_a_session_that_does_not_end_is_none(runner):
    assert corpus.ran(["1+1", "1+`a", "nobody", "2+2", "x:1+`b"], runner) == "q)1+1\n2\nq)2+2\n4\n"
    assert corpus.ran(["1+1", "exit 0", "2+2"], runner) == ""


def test_equal_seeds_give_equal_documents_and_no_two_are_alike(rows, runner, monkeypatch):
    assert isinstance(RECIPE, WritesDocuments)
    monkeypatch.setattr(corpus, "SESSIONS", 12)
    found = list(RECIPE.documents(rows, 17, runner))
    assert len(found) == len(rows) + 12
    assert len(set(found[-12:])) == 12
    assert list(RECIPE.documents(rows, 17, runner)) == found
    assert not set(RECIPE.documents([], 18, runner)) & set(found)


def test_of_a_program_that_is_held_out_nothing_is_in_the_corpus(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "SESSIONS", 40)
    long = max((row for row in rows if row.label == "python_to_q"), key=lambda row: len(row.prompt[0].content))
    messages = (Message("user", long.prompt[0].content), Message("assistant", "```q\nsolve:{x}\n```"))
    copy = Row(row_id("train", long.label, messages), "other", "train", long.label, messages, long.meta)
    write_jsonl(tmp_path / "train.jsonl", [copy, *(row for row in rows if row.problem_id != long.problem_id)])
    write_jsonl(tmp_path / "test.jsonl", [long])
    spec = importlib.util.spec_from_file_location("script_corpus", ROOT / "scripts/corpus.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    given = json.dumps({"corpus": {"ngram": 12, "val_share": 0.2}})
    script.main("q_language", tmp_path / "train.jsonl", [tmp_path / "test.jsonl"], tmp_path / "corpus.jsonl",
                tmp_path / "corpus_val.jsonl", tmp_path / "corpus.json", given)  # fmt: skip
    kept = [text for name in ("corpus", "corpus_val") for text in read_jsonl(tmp_path / f"{name}.jsonl", Text)]
    assert {text.source for text in kept} == {"q_language, qsubset"}
    assert len(kept) > 40
    assert corpus.commented(copy) not in [text.text for text in kept]
    assert json.loads((tmp_path / "corpus.json").read_text())["dropped"]["contaminated"] >= 1
