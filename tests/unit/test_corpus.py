"""Which documents are kept to go on pretraining with, and where they are read from."""

import importlib.util
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from hone.core.config import CorpusParams
from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Message, Row, Text, read_jsonl, write_jsonl, write_lines
from hone.corpus import Sieve, documents, is_val, odd_share, repeated_share

ROOT = Path(__file__).parents[2]
SHOWN = "the task which nobody who learns may have read before it is asked for"
SECRET = "the answer that is right and that has to stay where it was put"
HELD_OUT = Row("r", "p", "test", "A", (Message("user", SHOWN), Message("assistant", SECRET)))
GOOD = [f"Document {i} tells of {i * i} things that are worth {i} words." for i in range(60)]


def params(**given):
    return CorpusParams(**{"min_chars": 20, "max_chars": 400, "ngram": 6, "val_share": 0.3, **given})


def reasons(texts, licence="", **given):
    sieve = Sieve(params(**given), [HELD_OUT])
    return [sieve.reason(Text(text, "here", licence)) for text in texts]


def script():
    spec = importlib.util.spec_from_file_location("script_corpus", ROOT / "scripts/corpus.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("", GOOD[0]),
        ("short", "til 5"),
        ("long", "many words, " * 40),
        ("odd", "a program\x00\x01\x02 as it was compiled"),
        ("odd", b"words in \xff\xfe another encoding".decode("utf-8", "replace")),
        ("repeated", "Home | About | Contact\n" * 5 + "and a word of its own"),
        ("contaminated", f"A blog says: {SHOWN.upper()}!"),
        ("contaminated", f"A blog says: {SECRET[:40]}"),
    ],
)
def test_a_document_is_dropped_for_one_reason_that_has_a_name(reason, text):
    assert reasons([text]) == [reason]


def test_what_differs_in_white_space_alone_is_a_duplicate():
    assert reasons([GOOD[0], GOOD[0].replace(" ", "\n  "), GOOD[0] + "\n", GOOD[1]]) == ["", *["duplicate"] * 2, ""]


def test_a_shorter_run_of_held_out_words_is_nobodys():
    assert reasons([" ".join(SHOWN.split()[:5]) + ", said somebody"]) == [""]


def test_code_and_text_in_any_script_are_not_odd_and_a_line_alone_is_not_repeated():
    assert odd_share("f:{x+1}\t/ größer, больше, 更大\r\n") == 0
    assert repeated_share("one line") == 0
    assert repeated_share("ab\nab\ncd\n") == pytest.approx(2 / 9)


def test_licences_are_an_allow_list_and_empty_allows_all():
    allowed = {"source": "table", "path": "t.jsonl", "licences": ["MIT", "Apache-2.0"]}
    assert reasons(GOOD[:1], "mit", **allowed) == [""]
    assert reasons(GOOD[:1], "GPL-3.0", **allowed) == reasons(GOOD[:1], "", **allowed) == ["licence"]
    assert reasons(GOOD[:1], "GPL-3.0") == [""]


def test_who_validates_hangs_on_content_and_seed_alone():
    drawn = [is_val(text, params()) for text in GOOD]
    assert 5 < sum(drawn) < 35
    assert [is_val(f"  {text}\n", params()) for text in reversed(GOOD)] == drawn[::-1]
    assert [is_val(text, params(seed=1)) for text in GOOD] != drawn


@pytest.mark.parametrize(
    "given",
    [{"source": "files"}, {"source": "table"}, {"licences": ["MIT"]}, {"min_chars": 900}, {"val_share": 0.0}],
)
def test_params_that_do_not_fit_together_are_refused(given):
    with pytest.raises(ValidationError):
        params(**given)


def test_files_of_a_folder_come_in_order_with_their_suffixes_alone(tmp_path):
    for name in ("b/two.q", "a.md", "b/a.q", "b/picture.png", "z.txt.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found = list(documents(params(source="files", path=str(tmp_path))))
    assert [(text.text, text.source) for text in found] == [(name, name) for name in ("a.md", "b/a.q", "b/two.q")]
    (alone,) = documents(params(source="files", path=str(tmp_path / "z.txt.gz")))
    assert alone.source == "z.txt.gz"


def test_of_a_file_that_is_too_long_no_more_is_read_than_shows_it(tmp_path):
    (tmp_path / "big.txt").write_text("ä" * 5000)
    (found,) = documents(params(source="files", path=str(tmp_path)))
    assert 400 < len(found.text) < 1000
    assert reasons([found.text]) == ["long"]


@pytest.mark.parametrize("column", ["licence", "license"])
@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_table_is_read_with_its_licences_in_either_form_and_spelling(tmp_path, suffix, column):
    path = tmp_path / f"t.{suffix}"
    rows = [{"text": f"{text}", column: "MIT" if i % 2 else None, "stars": i} for i, text in enumerate(GOOD)]
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=7)
    else:
        write_lines(path, rows)
    found = list(documents(params(source="table", path=str(path))))
    assert [(text.text, text.licence) for text in found] == [(row["text"], row[column] or "") for row in rows]


def test_half_a_character_is_odd_and_can_be_written(tmp_path):
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": "half \ud83d, whole \ud83d\ude00"}))
    (found,) = documents(params(source="table", path=str(tmp_path / "t.jsonl")))
    assert found.text == "half \ufffd, whole \U0001f600"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.jsonl", '{"text": "a", "licence": "MIT"}\n{"body": "b"}\n', "line 2: expected text in text, found nothing"),
        ("t.jsonl", '{"text": 3}\n', "line 1: expected text in text, found int"),
        ("t.jsonl", "[]\n", "line 1: expected text in text, found list"),
        ("t.jsonl", "{\n", "line 1: expected a JSON object"),
        ("t.jsonl", '{"text": "a"}\n', "line 1: expected licence or license, which corpus.licences asks for"),
        ("t.jsonl", "\udcff", "expected UTF-8, found other bytes"),
        ("t.parquet", "no such", "expected a parquet file"),
        ("t.csv", "text\n", "expected a table, .parquet or .jsonl"),
    ],
)
def test_a_table_that_is_none_is_named_with_its_line(tmp_path, name, content, message):
    (tmp_path / name).write_text(content, errors="surrogateescape")
    with pytest.raises(UserError, match=f"{name}.*{message}"):
        list(documents(params(source="table", path=str(tmp_path / name), licences=["MIT"])))


def test_a_column_that_is_missing_and_a_place_with_nothing_are_named(tmp_path):
    pq.write_table(pa.table({"body": ["a"]}), tmp_path / "t.parquet")
    with pytest.raises(UserError, match="expected columns text; found body"):
        list(documents(params(source="table", path=str(tmp_path / "t.parquet"))))
    with pytest.raises(UserError, match=r"expected files that end in \.q, \.k, \.txt, \.md, found none"):
        list(documents(params(source="files", path=str(tmp_path))))
    with pytest.raises(UserError, match="expected a file or a folder of documents, found nothing there"):
        list(documents(params(source="files", path=str(tmp_path / "none"))))


def build(folder, texts, recipe="special_tokens", **given):
    """The script, on a table of texts; where its outputs are."""
    folder.mkdir()
    write_jsonl(folder / "t.jsonl", [Text(text) for text in texts])
    write_jsonl(folder / "test.jsonl", [HELD_OUT])
    write_jsonl(folder / "rows.jsonl", [])
    block = {"min_chars": 20, "max_chars": 400, "val_share": 0.3, "ngram": 6, "source": "table",
             "path": str(folder / "t.jsonl"), **given}  # fmt: skip
    out = folder / "out"
    script().main(recipe, folder / "rows.jsonl", [folder / "test.jsonl"], out / "corpus.jsonl",
                  out / "corpus_val.jsonl", out / "corpus.json", json.dumps({"corpus": block}))  # fmt: skip
    return out


def test_every_document_is_kept_or_counted_by_the_reason_why_it_is_not(tmp_path):
    out = build(tmp_path / "b", [*GOOD, GOOD[3], "short", f"{SHOWN}."])
    kept = [read_jsonl(out / name, Text) for name in ("corpus.jsonl", "corpus_val.jsonl")]
    assert sorted(text.text for texts in kept for text in texts) == sorted(GOOD)
    assert read_json(out / "corpus.json") == {
        "schema": 1, "source": "table", "kept": len(GOOD), "val": len(kept[1]),
        "characters": sum(map(len, GOOD)), "dropped": {"contaminated": 1, "duplicate": 1, "short": 1},
    }  # fmt: skip
    assert all(is_val(text.text, params()) for text in kept[1])


@pytest.mark.parametrize(
    ("texts", "given", "message"),
    [
        (["short"], {}, "expected documents to learn and to validate by, found 0 and 0; dropped: {'short': 1}"),
        (GOOD, {"source": "made", "path": ""}, "expected files or table, since recipe special_tokens makes no"),
        (GOOD, {"path": ""}, "--params: corpus: Value error, expected path, the place of the documents"),
    ],
)
def test_what_cannot_be_built_is_one_line_and_leaves_nothing(tmp_path, capsys, texts, given, message):
    with pytest.raises(SystemExit):
        build(tmp_path / "b", texts, **given)
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.rglob("corpus*.json*"))
