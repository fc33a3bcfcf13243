"""Two runs compared in a real `mlflow ui`, and the same import over HTTP as into a database."""

import re
import subprocess
import sys

import pytest
from mlflow import MlflowClient

from hone import events
from hone.events import Events
from hone.tracking import import_events

RATES = (0.0003, 0.0007)
LOSSES = {0.0003: 1.25, 0.0007: 0.75}


@pytest.fixture(scope="module")
def client(mlflow_url, tmp_path_factory):
    """The server after `hone track` has brought it two builds with different learning rates."""
    folder = tmp_path_factory.mktemp("runs")
    for rate, digit in zip(RATES, "ab", strict=True):
        key = digit * 16
        with Events.open(
            folder / "work/special_tokens-sft" / key,
            "special_tokens-sft",
            {"learning_rate": rate, "rank": 8},
            {"data/special_tokens/train.jsonl": "1" * 64},
        ) as log:
            for step in range(1, 31):
                log.log(step, loss=LOSSES[rate] + 1 / step, grad_norm=1.0)
            log.call(
                {"model": "m", "messages": [{"role": "user", "content": "?"}], "answer": "!", "finish": "stop",
                 "prompt_tokens": 1, "completion_tokens": 1, "usd": 0.5, "seconds": 1.0}
            )  # fmt: skip
            (log.folder / events.ARTIFACTS).mkdir()
            (log.folder / events.ARTIFACTS / "picture.png").write_bytes(b"png")
            log.end(best_validation_loss=LOSSES[rate])
        events.noted(
            log.folder, {"inputs": {}, "outputs": {}, "models": {f"models/special_tokens/{digit}": digit * 64}}
        )
    command = [sys.executable, "-m", "hone.cli", "track", "--work", str(folder / "work")]
    for found in ("2 runs", "0 runs"):  # the second time there is nothing to bring
        done = subprocess.run(command, env={"MLFLOW_TRACKING_URI": mlflow_url}, capture_output=True, text=True)
        assert found in done.stdout, done.stderr
    assert import_events(folder / "work", mlflow_url) == 0
    return MlflowClient(tracking_uri=mlflow_url)


@pytest.fixture(scope="module")
def runs(client):
    found = client.search_runs([client.get_experiment_by_name("special_tokens").experiment_id])
    return {float(run.data.params["learning_rate"]): client.get_run(run.info.run_id) for run in found}


def test_a_server_gets_the_same_as_a_database(client, runs):
    from mlflow.tracing.client import TracingClient

    assert sorted(runs) == sorted(RATES)
    for rate, run in runs.items():
        points = client.get_metric_history(run.info.run_id, "loss")
        assert [(p.step, p.value) for p in points] == [(step, LOSSES[rate] + 1 / step) for step in range(1, 31)]
        assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["picture.png"]
        assert len(run.outputs.model_outputs) == len(run.inputs.dataset_inputs) == 1
        traces = TracingClient(client.tracking_uri)
        assert len(traces.search_traces(locations=[run.info.experiment_id], run_id=run.info.run_id)) == 1


def test_two_runs_are_selected_and_compared_by_parameters_metrics_and_loss_curves(
    browser, mlflow_url, runs, screenshots
):
    view = browser.new_page(viewport={"width": 1400, "height": 1000})
    experiment = next(iter(runs.values())).info.experiment_id
    view.goto(f"{mlflow_url}/#/experiments/{experiment}/runs")
    view.locator(".ag-row").first.wait_for(timeout=60_000)
    if view.get_by_role("button", name="Close").count():  # of the assistant's pane
        view.get_by_role("button", name="Close").first.click()
    for run in runs.values():
        row = view.locator(".ag-row", has_text=run.info.run_name).first
        row.wait_for(timeout=60_000)
        view.locator(f'.ag-row[row-id="{row.get_attribute("row-id")}"] input[type=checkbox]').first.check(force=True)
    view.screenshot(path=screenshots / "mlflow-runs.png")
    view.get_by_role("button", name="Compare").click()
    view.wait_for_url(re.compile("compare-runs"), timeout=60_000)
    text = view.locator("body")
    for told in ("learning_rate", *map(str, RATES), "best_validation_loss", *map(str, LOSSES.values())):
        text.get_by_text(told, exact=True).first.wait_for(timeout=60_000, state="attached")
    view.screenshot(path=screenshots / "mlflow-compare.png")
    view.get_by_role("link", name="loss", exact=True).first.click()
    drawn = "[...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot.data ?? [])"
    view.wait_for_function(f"{drawn}.length >= 2", timeout=60_000)
    curves = view.evaluate(f"{drawn}.map(curve => [curve.name, Array.from(curve.x), Array.from(curve.y)])")
    steps = list(range(1, 31))
    expected = {run.info.run_name: [LOSSES[rate] + 1 / step for step in steps] for rate, run in runs.items()}
    assert {name: ys for name, xs, ys in curves if xs == steps} == expected
    view.screenshot(path=screenshots / "mlflow-loss.png")
    view.close()
