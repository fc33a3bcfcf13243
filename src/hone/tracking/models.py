"""Models as MLflow knows them: made by one run, used by others, and recognised by the hash of their manifest."""

from typing import Any

from hone.events import Log
from hone.tracking.stores import Store

DIGEST = "hone.digest"  # tag of a logged model


def link(store: Store, experiment: str, run_id: str, log: Log) -> None:
    """Log the models that a run made, as its outputs, and tie those that it read to it as inputs. Again is no more."""
    from mlflow.entities import LoggedModelInput, LoggedModelOutput

    run = store.client.get_run(run_id)
    made = {output.model_id for output in (run.outputs.model_outputs if run.outputs else [])}
    for path, digest in sorted(log.files.get("models", {}).items()):
        model = _found(store, digest) or _logged(store, experiment, run_id, path, digest, log)
        if model not in made:
            store.client.log_outputs(run_id, [LoggedModelOutput(model, step=0)])
    used = {given.model_id for given in (run.inputs.model_inputs if run.inputs else [])}
    known = [_found(store, digest) for digest in sorted(log.inputs.values())]
    new = [LoggedModelInput(model) for model in known if model and model not in used]
    if new:
        store.client.log_inputs(run_id, models=new)


def _found(store: Store, digest: str) -> str:
    everywhere = [experiment.experiment_id for experiment in store.client.search_experiments()]
    found = store.client.search_logged_models(everywhere, filter_string=f"tags.`{DIGEST}` = '{digest}'", max_results=1)
    return str(found[0].model_id) if found else ""


def _logged(store: Store, experiment: str, run_id: str, path: str, digest: str, log: Log) -> str:
    """A new logged model; its weights stay where the build keeps them."""
    facts: dict[str, Any] = {"path": path, DIGEST: digest, "dvc": log.files.get("outputs", {}).get(path, "")}
    name = path.removeprefix("models/").replace("/", "-")
    model = store.client.create_logged_model(experiment, name, run_id, tags=facts, model_type="safetensors")
    store.client.finalize_logged_model(model.model_id, "READY")
    return str(model.model_id)
