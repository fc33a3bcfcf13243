"""Event logs: nothing lost by a kill, nothing counted twice after a resume."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hone import events
from hone.core.errors import UserError
from hone.events import Events

INPUTS = {"train.jsonl": "ab" * 32}


def begin(folder: Path) -> Events:
    return Events.open(folder, "toy-sft", {"rank": 8}, INPUTS)


def test_a_run_reads_back_as_it_was_written(tmp_path):
    log = begin(tmp_path)
    log.log(1, loss=2.5, learning_rate=1e-4)
    log.end(best_loss=2.5)
    read = events.read(tmp_path / events.FILE)
    assert (read.stage, read.params, read.inputs) == ("toy-sft", {"rank": 8}, INPUTS)
    assert {key: value for key, (value, _) in read.values.items()} == {
        (1, "loss"): 2.5,
        (1, "learning_rate"): 1e-4,
    }
    assert read.final == {"best_loss": 2.5}
    assert read.ended is not None


def test_every_event_is_in_the_file_before_the_call_returns(tmp_path):
    log = begin(tmp_path)
    log.log(1, loss=1.0)
    assert len((tmp_path / events.FILE).read_text().splitlines()) == 2
    log.close()


def test_a_resume_goes_on_in_the_same_file_and_a_repeated_step_counts_once_with_its_later_value(tmp_path):
    first = begin(tmp_path)
    first.log(1, loss=2.0)
    first.log(2, loss=1.0)
    first.close()
    again = begin(tmp_path)
    again.log(2, loss=1.5)
    again.close()
    read = events.read(tmp_path / events.FILE)
    assert {key: value for key, (value, _) in read.values.items()} == {(1, "loss"): 2.0, (2, "loss"): 1.5}


def test_a_last_line_torn_by_a_kill_is_cut_off_and_never_glued_to_the_next(tmp_path):
    log = begin(tmp_path)
    log.log(1, loss=2.0)
    log.close()
    path = tmp_path / events.FILE
    with path.open("a") as stream:
        stream.write('{"step": 2, "val')
    assert set(events.read(path).values) == {(1, "loss")}
    again = begin(tmp_path)
    again.log(2, loss=1.0)
    again.close()
    assert all(json.loads(line) for line in path.read_text().splitlines())
    assert set(events.read(path).values) == {(1, "loss"), (2, "loss")}


def test_a_resume_takes_back_the_end_of_the_run_before(tmp_path):
    begin(tmp_path).end(best_loss=1.0)
    begin(tmp_path).close()
    read = events.read(tmp_path / events.FILE)
    assert read.ended is None
    assert read.final == {}


def test_a_log_is_alive_only_while_its_writer_lives(tmp_path):
    source = (
        "import sys; from pathlib import Path; from hone.events import Events;"
        f"log = Events.open(Path({str(tmp_path)!r}), 's', {{}}, {{}});"
        "print('open', flush=True); sys.stdin.read()"
    )
    path = tmp_path / events.FILE
    writer = subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"open\n"
    assert events.read(path).alive
    writer.kill()
    writer.communicate()
    assert not events.read(path).alive


def test_not_a_number_survives(tmp_path):
    log = begin(tmp_path)
    log.log(1, loss=float("nan"))
    log.close()
    value, _ = events.read(tmp_path / events.FILE).values[1, "loss"]
    assert value != value


@pytest.mark.parametrize("text", ["", '{"step": 1, "values": {}, "time": 0}\n', "what\n"])
def test_a_file_that_is_no_event_log_is_one_clear_error(tmp_path, text):
    (tmp_path / events.FILE).write_text(text)
    with pytest.raises(UserError, match=r"events\.jsonl"):
        events.read(tmp_path / events.FILE)


def test_what_is_noted_of_a_run_after_its_end_leaves_it_ended(tmp_path):
    log = begin(tmp_path)
    log.tag(engine="python 3.11")
    log.call({"model": "m", "answer": "x"})
    log.end(best_loss=2.5)
    events.noted(tmp_path, {"outputs": {"out.json": "ab"}})
    read = events.read(tmp_path / events.FILE)
    assert read.ended is not None
    assert (read.tags, read.files) == ({"engine": "python 3.11"}, {"outputs": {"out.json": "ab"}})
    assert [call["answer"] for call in read.calls] == ["x"]


def test_a_run_knows_its_build_its_commit_and_its_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HONE_BUILDS", json.dumps({"toy": "b" * 16, "": "s" * 16}))
    begin(tmp_path).end()
    origin = events.read(tmp_path / events.FILE).origin
    assert origin["build"] == "b" * 16
    assert len(origin["commit"]) == 40
    assert origin["dirty"] in ("true", "false")
    assert "cores" in origin["machine"]


def test_a_log_whose_first_line_is_still_being_written_is_not_among_the_logs(tmp_path):
    for name, text in (("empty", ""), ("torn", '{"event": "sta')):
        (tmp_path / "stage" / name).mkdir(parents=True)
        (tmp_path / "stage" / name / events.FILE).write_text(text)
    begin(tmp_path / "stage" / "whole").end()
    assert events.logs(tmp_path) == [tmp_path / "stage" / "whole" / events.FILE]
