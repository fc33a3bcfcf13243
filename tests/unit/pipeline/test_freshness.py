"""What is read off the disk about freshness; what the bridge does with it is proven in tests/workflow."""

import json
import os
from pathlib import Path

import pytest
from snakemake.persistence.file import FilePersistence

from hone.core.files import atomic_folder, write_text
from hone.pipeline import freshness
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Stage


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(".snakemake").mkdir()
    write_text(Path("in.py"), "1")
    write_text(Path("out.json"), "1")
    return tmp_path


def stage(output: str = "out.json", n: int = 1) -> Stage:
    return Stage("s", "s", "", "", ("in.py",), (output,), ("in.py",), ("in.py",), (output,), {"r.s": {"n": n}}, "")


def record(made: Stage, contents: Contents, began: float = 0.0) -> None:
    """Record a stage as Snakemake does when its job has ended."""
    for output in made.outputs:
        facts = {
            "starttime": began or os.lstat("in.py").st_mtime + 1e-6,
            "endtime": os.lstat(output).st_mtime,
            "params": [repr(output), repr(made.json())],
            "input_checksums": {file: f"sha256:{contents.digest(file)}" for file in made.inputs},
        }
        records.path_of(output).parent.mkdir(parents=True, exist_ok=True)
        records.path_of(output).write_text(json.dumps(facts))


@pytest.mark.parametrize("file", ["results/eval.json", "data/" + "long/" * 60 + "x.json"])
def test_a_record_is_where_snakemake_writes_it(here: Path, file: str):
    FilePersistence(path=here / ".snakemake")._io_write(str(here / ".snakemake/metadata"), {"endtime": 7.0}, file)
    assert records.read(file) == {"endtime": 7.0}
    records.drop(file)
    assert records.read(file) == {}


def test_a_torn_record_is_none():
    records.path_of("out.json").parent.mkdir(parents=True)
    records.path_of("out.json").write_text('{"endti')
    assert records.read("out.json") == {}


def test_a_stage_is_fresh_until_an_output_a_parameter_or_an_input_differs():
    with Contents() as contents:
        record(stage(), contents)
        assert freshness.differences(stage(), contents) == []
        write_text(Path("out.json"), "2")
        write_text(Path("in.py"), "2")
        found = {(d.kind, d.name) for d in freshness.differences(stage(n=2), contents)}
    assert found == {("output", "out.json"), ("param", "r.s.n"), ("file", "in.py")}


def test_times_alone_make_nothing_stale():
    with Contents() as contents:
        record(stage(), contents)
        freshness.differences(stage(), contents)
    os.utime("out.json", (5, 5))
    os.utime("in.py")
    with Contents() as later:
        assert freshness.differences(stage(), later) == []


def test_an_edit_that_puts_the_time_and_the_size_back_is_seen():
    with Contents() as contents:
        record(stage(), contents)
        freshness.differences(stage(), contents)
    for file in ("in.py", "out.json"):
        before = os.stat(file)
        Path(file).write_text("2")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with Contents() as later:
        assert {d.name for d in freshness.differences(stage(), later)} == {"in.py", "out.json"}


def test_an_output_without_a_record_or_with_another_time_than_its_record_tells_is_not_believed():
    with Contents() as contents:
        assert [d.was for d in freshness.outputs(stage(), contents)] == [None]
        record(stage(), contents)
        os.utime("out.json", (5, 5))
        assert [d.was for d in freshness.outputs(stage(), contents)] == [None]


def test_an_input_that_was_edited_while_the_job_ran_is_told():
    with Contents() as contents:
        os.utime("in.py", (50, 50))
        os.utime("out.json", (60, 60))
        record(stage(), contents, began=40.0)
        assert freshness.edited_meanwhile(stage()) == ["in.py"]
        assert [d.was for d in freshness.outputs(stage(), contents)] == [None]
        record(stage(), contents, began=55.0)
        assert freshness.edited_meanwhile(stage()) == []


@pytest.mark.parametrize("damage", ["edit", "lose", "add"])
def test_a_folder_is_compared_whole(damage: str):
    with atomic_folder(Path("model")) as folder:
        (folder / "weights").write_text("1234")
    made = stage("model/manifest.json")
    with Contents() as contents:
        record(made, contents)
        assert freshness.differences(made, contents) == []
        if damage == "edit":
            Path("model/weights").write_text("1235")
        elif damage == "lose":
            Path("model/weights").unlink()
        else:
            Path("model/more").write_text("1")
        assert [d.name for d in freshness.differences(made, contents)] == ["model/manifest.json"]


def test_a_job_without_an_end_is_known():
    assert not records.unfinished()
    mark = records.path_of("out.json", "incomplete")
    mark.parent.mkdir(parents=True)
    mark.write_text('{"external_jobid": null}')
    assert records.unfinished()
