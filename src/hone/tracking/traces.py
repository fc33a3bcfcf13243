"""What teachers and judges were asked and answered, as MLflow's traces: one a call, with its tokens, seconds and money.

A trace's id is made of the run and the answer, so that an import again finds it there.
"""

import hashlib
from typing import Any

from hone.core.files import dumps
from hone.events import Log
from hone.tracking.stores import Store

PREVIEW = 1000  # characters
NANO = 1_000_000_000


def log(store: Store, experiment: str, run_id: str, key: str, run: Log) -> None:
    """Log the calls of a run that MLflow does not have."""
    from mlflow.tracing.client import TracingClient

    client = TracingClient(store.uri)
    known = _known(client, experiment, run_id) if run.calls else set()
    for call in run.calls:
        name = hashlib.sha256(dumps([key, call]).encode()).hexdigest()
        if f"tr-{name[:32]}" not in known:
            info = client.start_trace(_info(experiment, run_id, name, call, run.stage))
            client.log_spans(experiment, [_span(name, call, info.trace_id)])


def _known(client: Any, experiment: str, run_id: str) -> set[str]:
    """The ids of the run's traces that have their span."""
    found: set[str] = set()
    token = None
    while True:
        page = client.search_traces(
            locations=[experiment], run_id=run_id, include_spans=False, max_results=500, page_token=token
        )
        found |= {trace.info.trace_id for trace in page}
        token = page.token
        if not token:
            return found


def _info(experiment: str, run_id: str, name: str, call: dict[str, Any], stage: str) -> Any:
    from mlflow.entities import TraceInfo, TraceLocation, TraceState

    seconds = call["seconds"] or 0.0
    usage = _usage(call)
    return TraceInfo(
        trace_id=f"tr-{name[:32]}",
        trace_location=TraceLocation.from_experiment_id(experiment),
        request_time=int((call["time"] - seconds) * 1000),
        execution_duration=int(seconds * 1000),
        state=TraceState.OK,
        request_preview=call["messages"][-1]["content"][:PREVIEW],
        response_preview=call["answer"][:PREVIEW],
        trace_metadata={"mlflow.sourceRun": run_id, "mlflow.trace.tokenUsage": dumps(usage)},
        tags={"mlflow.traceName": call["model"], "stage": stage, "usd": repr(call["usd"])},
    )


def _usage(call: dict[str, Any]) -> dict[str, int]:
    prompt, written = call["prompt_tokens"], call["completion_tokens"]
    return {"input_tokens": prompt, "output_tokens": written, "total_tokens": prompt + written}


def _span(name: str, call: dict[str, Any], trace_id: str) -> Any:
    from mlflow.entities import Span

    end = int(call["time"] * NANO)
    attributes = {
        "mlflow.traceRequestId": trace_id,
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanInputs": {"model": call["model"], "messages": call["messages"]},
        "mlflow.spanOutputs": {"answer": call["answer"], "finish": call["finish"]},
        "mlflow.chat.tokenUsage": _usage(call),
        "usd": call["usd"],
    }
    return Span.from_dict(
        {
            "name": call["model"],
            "context": {"trace_id": f"0x{name[:32]}", "span_id": f"0x{name[32:48]}"},
            "parent_id": None,
            "start_time": end - int((call["seconds"] or 0.0) * NANO),
            "end_time": end,
            "attributes": {key: dumps(value) for key, value in attributes.items()},
            "status_code": "OK",
            "status_message": "",
            "events": [],
        }
    )
