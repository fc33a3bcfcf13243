import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone.core.errors import UserError
from hone.problems import gaia

ROWS = [
    {
        "task_id": "a",
        "Question": "How many?",
        "Level": 1,
        "Final answer": "3",
        "file_name": "",
        "Annotator Metadata": {},
    },
    {"task_id": "b", "Question": "Who?", "Level": "2", "Final answer": "Ada", "file_name": "a.csv"},
    {"task_id": "c", "Question": "Where?", "Level": 3, "Final answer": "There", "file_name": "c.png"},
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\xff")
    return tmp_path


def test_a_folder_is_read_with_its_files_as_far_as_they_are_text(folder, capfd):
    a, b, c = gaia.load(folder)
    assert (a.id, a.statement, a.difficulty, json.loads(a.tests)["answer"]) == ("a", "How many?", "1", "3")
    assert json.loads(b.tests)["files"] == {"a.csv": "x,y\n1,2\n"}
    assert json.loads(c.tests)["files"] == {}
    assert "1 of level 1, 1 of level 2, 1 of level 3; files that are no text: 1" in "".join(capfd.readouterr())


def test_a_parquet_is_read_alike(folder, tmp_path):
    plain = [{key.lower().replace(" ", "_"): str(value) for key, value in row.items() if key[0] != "A"} for row in ROWS]
    pq.write_table(pa.Table.from_pylist(plain), tmp_path / "metadata.parquet")
    assert list(gaia.load(tmp_path / "metadata.parquet")) == list(gaia.load(folder / "metadata.jsonl"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Level": 4}, "level: expected 1, 2 or 3"),
        ({"Final answer": ""}, "found no final_answer"),
        ({"file_name": "../b"}, "without a folder"),
        ({"file_name": "gone.txt"}, "found nothing"),
    ],
)
def test_a_bad_row_is_named(folder, change, told):
    (folder / "metadata.jsonl").write_text(json.dumps(ROWS[0] | change) + "\n")
    with pytest.raises(UserError, match=told):
        list(gaia.load(folder))


def test_nothing_there_is_told(tmp_path):
    with pytest.raises(UserError, match="found neither"):
        list(gaia.load(tmp_path))
