"""Tracking, against a real MLflow on a database of its own."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hone import events, tracking
from hone.events import Events
from hone.tracking import import_events

DIGEST = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    """MLflow takes seconds to make its tables: once is enough."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def uri(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path}/mlflow.db"


@pytest.fixture
def client(uri):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)


def begin(work: Path, stage: str = "toy-sft", key: str = "a" * 16) -> Events:
    return Events.open(work / stage / key, stage, {"rank": 8, "block": {"lr": 1e-4}}, {"data/toy/train.jsonl": DIGEST})


def runs(client, experiment="toy"):
    found = client.get_experiment_by_name(experiment)
    return client.search_runs([found.experiment_id]) if found else []


def curve(client, run, name="loss"):
    return sorted((p.step, p.value) for p in client.get_metric_history(run.info.run_id, name))


def test_a_run_arrives_whole_and_an_import_again_changes_nothing(tmp_path, uri, client):
    with begin(tmp_path / "work") as log:
        for step in range(1, 4):
            log.log(step, loss=3.0 - step)
        (log.folder / events.ARTIFACTS).mkdir()
        (log.folder / events.ARTIFACTS / "picture.png").write_bytes(b"png")
        log.end(best_loss=0.0)
    assert import_events(tmp_path / "work", uri) == 1
    assert import_events(tmp_path / "work", uri) == 0
    (run,) = runs(client)
    assert run.data.params == {"rank": "8", "block.lr": "0.0001"}
    assert curve(client, run) == [(1, 2.0), (2, 1.0), (3, 0.0)]
    assert run.data.metrics["best_loss"] == 0.0
    assert run.info.status == "FINISHED"
    (dataset,) = run.inputs.dataset_inputs
    assert (dataset.dataset.name, dataset.dataset.digest) == ("data/toy/train.jsonl", DIGEST[:32])
    assert [a.path for a in client.list_artifacts(run.info.run_id)] == ["picture.png"]


def test_a_killed_run_is_closed_and_its_resume_goes_on_in_the_same_run(tmp_path, uri, client):
    with begin(tmp_path / "work") as log:
        log.log(1, loss=2.0)
        log.log(2, loss=1.5)
    import_events(tmp_path / "work", uri)
    (run,) = runs(client)
    assert run.info.status == "KILLED"
    with begin(tmp_path / "work") as log:
        log.log(2, loss=1.5)  # the step after the last checkpoint is made again
        log.log(3, loss=1.0)
        assert import_events(tmp_path / "work", uri) == 1
        assert runs(client)[0].info.status == "RUNNING"
        log.end()
    assert import_events(tmp_path / "work", uri) == 1
    (resumed,) = runs(client)
    assert resumed.info.run_id == run.info.run_id
    assert resumed.info.status == "FINISHED"
    assert curve(client, resumed) == [(1, 2.0), (2, 1.5), (3, 1.0)]


def test_a_past_that_was_rewritten_leaves_one_run_with_the_later_values(tmp_path, uri, client):
    with begin(tmp_path / "work") as log:
        log.log(1, loss=2.0)
    import_events(tmp_path / "work", uri)
    with begin(tmp_path / "work") as log:
        log.log(1, loss=9.0)
        log.end()
    import_events(tmp_path / "work", uri)
    (run,) = runs(client)
    assert curve(client, run) == [(1, 9.0)]


def test_recipes_are_experiments_and_keys_are_runs(tmp_path, uri, client):
    begin(tmp_path / "work", "one-sft", "a" * 16).end()
    begin(tmp_path / "work", "one-sft", "b" * 16).end()
    begin(tmp_path / "work", "two-eval", "a" * 16).end(**{"sft.mode_accuracy": 0.9})
    assert import_events(tmp_path / "work", uri) == 3
    assert len(runs(client, "one")) == 2
    (run,) = runs(client, "two")
    assert run.data.metrics.keys() == {"sft.mode_accuracy", "seconds"}


def test_more_points_than_one_call_takes_all_arrive(tmp_path, uri, client):
    with begin(tmp_path / "work") as log:
        for step in range(1, 2502):
            log.log(step, loss=1 / step)
        log.end()
    import_events(tmp_path / "work", uri)
    (run,) = runs(client)
    assert curve(client, run) == [(step, 1 / step) for step in range(1, 2502)]


WRITERS = """
import multiprocessing, sys
from pathlib import Path
import mlflow  # once for all: it takes seconds
from hone.events import Events
from hone.tracking import import_events

def job(key):
    with Events.open(Path(sys.argv[1], "toy-sft", key * 16), "toy-sft", {"rank": 8}, {}) as log:
        for step in range(1, 21):
            log.log(step, loss=1 / step)
        import_events(Path(sys.argv[1]), sys.argv[2])
        for step in range(21, 41):
            log.log(step, loss=1 / step)
        log.end(best_loss=1 / 40)
    import_events(Path(sys.argv[1]), sys.argv[2])

jobs = [multiprocessing.get_context("fork").Process(target=job, args=(digit,)) for digit in "01234567"]
for each in jobs:
    each.start()
for each in jobs:
    each.join()
sys.exit(any(each.exitcode for each in jobs))
"""


@pytest.mark.thorough
def test_eight_jobs_that_write_and_import_at_once_lose_nothing_and_double_nothing(tmp_path):
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path}/new/mlflow.db"
    subprocess.run([sys.executable, "-c", WRITERS, str(tmp_path / "work"), uri], check=True)
    assert import_events(tmp_path / "work", uri) == 0
    client = MlflowClient(tracking_uri=uri)
    found = runs(client)
    assert sorted(run.data.tags[tracking.runs.KEY] for run in found) == [
        f"toy-sft/{digit * 16}" for digit in "01234567"
    ]
    for run in found:
        assert curve(client, run) == [(step, 1 / step) for step in range(1, 41)]
        assert run.info.status == "FINISHED"


KILLED = """
import os, signal, sys
from pathlib import Path
from mlflow import MlflowClient
from hone.tracking import import_events
left = int(sys.argv[3])
def dying(name):
    real = getattr(MlflowClient, name)
    def call(*args, **kwargs):
        global left
        result = real(*args, **kwargs)
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(MlflowClient, name, call)
for name in ("create_experiment", "create_run", "log_batch", "log_inputs", "create_logged_model", "log_outputs", "set_tag"):
    dying(name)
import_events(Path(sys.argv[1]), sys.argv[2])
"""


def test_an_import_that_is_killed_anywhere_and_done_again_leaves_what_one_would(tmp_path, uri, client, monkeypatch):
    monkeypatch.setenv("HONE_BUILDS", json.dumps({"toy": "b" * 16}))
    with begin(tmp_path / "work") as log:
        for step in range(1, 1500):
            log.log(step, loss=1 / step)
        log.call(CALL)
        log.end(best_loss=0.1)
    events.noted(log.folder, FILES)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "work"), uri]
    kills = 0
    for nth in (3, 7):  # each goes on from where the one before it was killed
        kills += subprocess.run([*command, str(nth)], check=False).returncode == -signal.SIGKILL
    assert kills == 2
    import_events(tmp_path / "work", uri)
    child, parent = sorted(runs(client), key=lambda run: "hone.build" in run.data.tags)
    assert curve(client, child) == [(step, 1 / step) for step in range(1, 1500)]
    assert child.data.params == {"rank": "8", "block.lr": "0.0001"}
    assert len(child.inputs.dataset_inputs) == len(child.outputs.model_outputs) == 1
    assert parent.data.params == {"sft.rank": "8", "sft.block.lr": "0.0001"}
    assert len(client.search_logged_models([child.info.experiment_id])) == 1
    child.uri = uri
    assert len(traces(child)) == 1


CALL = {
    "ask": "k", "model": "teacher-1", "messages": [{"role": "user", "content": "Write a bug."}], "answer": "x = 1",
    "finish": "stop", "prompt_tokens": 7, "completion_tokens": 3, "usd": 0.25, "seconds": 1.5,
}  # fmt: skip
MODEL = "ab" * 32
FILES = {
    "inputs": {"data/toy/train.jsonl": "1" * 32},
    "outputs": {"models/toy/sft": "2" * 32 + ".dir"},
    "models": {"models/toy/sft": MODEL},
}


def traces(run):
    from mlflow.tracing.client import TracingClient

    return TracingClient(run.uri).search_traces(locations=[run.info.experiment_id], run_id=run.info.run_id)


def test_runs_of_one_build_lie_below_a_parent_that_has_all_parameters_and_figures(tmp_path, uri, client, monkeypatch):
    monkeypatch.setenv("HONE_BUILDS", json.dumps({"toy": "b" * 16}))
    begin(tmp_path / "work", "toy-sft").end(best_loss=0.5)
    begin(tmp_path / "work", "toy-eval").end(**{"sft.accuracy": 0.9, "sft.accuracy.low": 0.8})
    import_events(tmp_path / "work", uri)
    by_name = {run.info.run_name.split()[0]: run for run in runs(client)}
    parent = by_name.pop("build")
    assert by_name.keys() == {"toy-sft", "toy-eval"}
    assert {run.data.tags["mlflow.parentRunId"] for run in by_name.values()} == {parent.info.run_id}
    assert parent.data.params["sft.rank"] == "8"
    assert parent.data.metrics == {"sft.best_loss": 0.5, "sft.accuracy": 0.9, "sft.accuracy.low": 0.8}
    assert parent.info.status == "FINISHED"
    assert {"stage", "build", "machine", "dirty", "mlflow.source.git.commit"} <= by_name["toy-sft"].data.tags.keys()
    assert import_events(tmp_path / "work", uri) == 0


def test_a_model_is_the_output_of_the_run_that_made_it_and_the_input_of_those_that_used_it(tmp_path, uri, client):
    begin(tmp_path / "work", "toy-sft").end()
    events.noted(tmp_path / "work/toy-sft" / ("a" * 16), FILES)
    Events.open(tmp_path / "work/toy-complete-sft/b", "toy-complete-sft", {}, {"models/toy/sft": MODEL}).end()
    import_events(tmp_path / "work", uri)
    import_events(tmp_path / "work", uri)
    by_stage = {run.data.tags["stage"]: client.get_run(run.info.run_id) for run in runs(client)}
    (model,) = client.search_logged_models([by_stage["toy-sft"].info.experiment_id])
    assert (model.name, model.source_run_id) == ("toy-sft", by_stage["toy-sft"].info.run_id)
    assert [out.model_id for out in by_stage["toy-sft"].outputs.model_outputs] == [model.model_id]
    assert [used.model_id for used in by_stage["toy-complete-sft"].inputs.model_inputs] == [model.model_id]
    assert by_stage["toy-sft"].data.tags["dvc.out.models/toy/sft"] == "2" * 32 + ".dir"


def test_a_call_of_a_teacher_is_a_trace_with_tokens_seconds_and_money(tmp_path, uri, client):
    with begin(tmp_path / "work", "toy-drafts") as log:
        log.call(CALL)
        log.end()
    import_events(tmp_path / "work", uri)
    (run,) = runs(client)
    run.uri = uri
    (trace,) = traces(run)
    (span,) = trace.data.spans
    assert span.inputs == {"model": "teacher-1", "messages": CALL["messages"]}
    assert span.outputs == {"answer": "x = 1", "finish": "stop"}
    assert trace.info.token_usage == {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    assert (trace.info.execution_duration, trace.info.tags["usd"]) == (1500, "0.25")


def test_a_step_that_is_taken_again_at_another_speed_goes_on_in_the_same_run(tmp_path, uri, client):
    with begin(tmp_path / "work") as log:
        log.log(1, loss=2.0, tokens_per_second=10.0)
    import_events(tmp_path / "work", uri)
    (before,) = runs(client)
    with begin(tmp_path / "work") as log:
        log.log(1, loss=2.0, tokens_per_second=30.0)
        log.end()
    import_events(tmp_path / "work", uri)
    (after,) = runs(client)
    assert after.info.run_id == before.info.run_id
    assert curve(client, after, "tokens_per_second") == [(1, 10.0)]


def test_what_the_machine_does_is_among_the_system_metrics(tmp_path, uri, client):
    with Events.open(tmp_path / "work/toy-sft/a", "toy-sft", {}, {}, meter_s=0.01) as log:
        while (log.folder / events.FILE).read_text().count("system") < 2:
            time.sleep(0.01)
        log.end()
    import_events(tmp_path / "work", uri)
    (run,) = runs(client)
    assert {"system/cpu_utilization_percentage", "system/process_memory_megabytes"} <= run.data.metrics.keys()


def test_runs_are_followed_while_a_job_writes(tmp_path, client, uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    said = []
    with begin(tmp_path / "work") as log:

        def say(line):
            said.append(line)
            (run,) = runs(client)
            assert curve(client, run) == [(step, 1.0) for step in range(1, len(said))]
            if len(said) == 3:
                raise KeyboardInterrupt
            log.log(len(said), loss=1.0)

        with pytest.raises(KeyboardInterrupt):
            tracking.follow(tmp_path / "work", 0.01, say)
    assert said == ["tracked: 1 runs new or changed"] * 3


def test_no_logs_need_no_database(tmp_path):
    assert import_events(tmp_path / "work", f"sqlite:///{tmp_path}/mlflow.db") == 0
    assert not (tmp_path / "mlflow.db").exists()


def test_telemetry_is_off_before_mlflow_is_imported():
    source = "import os, sys, hone.tracking;print(os.environ['MLFLOW_DISABLE_TELEMETRY'], 'mlflow' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["true", "False"]


def test_the_default_database_lies_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    begin(tmp_path / "work").end()
    assert import_events(Path("work")) == 1
    assert (tmp_path / "mlflow.db").is_file()
    assert tracking.DEFAULT_URI == "sqlite:///mlflow.db"
