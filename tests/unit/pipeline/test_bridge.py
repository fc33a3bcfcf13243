"""What the bridge reads off the disk; what it does with the real tools is proven in tests/workflow."""

import json
import os
from pathlib import Path

import pytest
from snakemake.persistence.file import FilePersistence

from hone.files import atomic_folder, write_text
from hone.pipeline import bridge


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recorded(file: str) -> None:
    """Record `file` as Snakemake does: with the mtime that it has now."""
    bridge._record_path(file).parent.mkdir(parents=True, exist_ok=True)
    bridge._record_path(file).write_text(json.dumps({"endtime": os.lstat(file).st_mtime}))


@pytest.mark.parametrize("file", ["results/eval.json", "data/" + "long/" * 60 + "x.json"])
def test_a_record_is_where_snakemake_writes_it(here: Path, file: str):
    FilePersistence(path=here / ".snakemake")._io_write(str(here / ".snakemake/metadata"), {"endtime": 7.0}, file)
    assert bridge._record(file) == {"endtime": 7.0}


def test_a_file_is_ours_until_another_stands_in_its_place(here: Path):
    write_text(Path("a.json"), "1")
    assert not bridge._absent_or_ours("a.json")
    recorded("a.json")
    assert bridge._absent_or_ours("a.json")
    os.utime("a.json", (5, 5))
    assert not bridge._absent_or_ours("a.json")
    assert bridge._absent_or_ours("never-made.json")


def test_a_folder_is_ours_while_it_holds_what_its_manifest_names(here: Path):
    with atomic_folder(Path("model")) as folder:
        (folder / "weights").write_text("1234")
    recorded("model/manifest.json")
    assert bridge._absent_or_ours("model/manifest.json")
    Path("model/weights").write_text("123")
    assert not bridge._absent_or_ours("model/manifest.json")


def test_a_torn_record_is_none(here: Path):
    write_text(Path("a.json"), "1")
    recorded("a.json")
    bridge._record_path("a.json").write_text('{"endti')
    assert not bridge._absent_or_ours("a.json")


def test_a_disowned_file_is_older_than_any_input_and_keeps_its_content(here: Path):
    write_text(Path("a.json"), "1")
    bridge._disown("a.json")
    assert os.stat("a.json").st_mtime == bridge.ANCIENT
    assert Path("a.json").read_text() == "1"
    assert not bridge._record_path("a.json").exists()
