"""Trains a tiny model in several processes that meet by gloo: `python -m tests.unit.training.several JOBS`.

JOBS is JSON, a list of {"processes", "sharded", "params", "result", ...}: with "loop", the folder of its checkpoint, the training loop
over random rows; with "inputs" and "out", a whole run. "looks": the last process is asked to stop at that look. The
first process writes what it found to "result". Processes are forked: to start each anew takes longer than their work.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from tests.unit.training.conftest import NEW_IDS, StopAfter, params, rows, tiny

from hone.core.errors import Interrupted
from hone.events import Events
from hone.training import run
from hone.training.checkpoints import Stop
from hone.training.loop import Loop
from hone.training.methods import prepare
from hone.training.ranks import Ranks

Job = dict[str, Any]


def loop(job: Job) -> Job:
    settings = params(**job["params"])
    ranks = Ranks()
    folder = Path(job["loop"])
    events = Events.open(folder, "sft", {}, {}) if ranks.first else None
    model = prepare(tiny(), settings, NEW_IDS)
    made = Loop(model, rows(24), rows(5), settings, folder / "checkpoint", events, ranks)
    stop = StopAfter(job["looks"]) if "looks" in job and ranks.number == ranks.count - 1 else Stop()
    try:
        made.run(stop)
        ended = "whole"
    except Interrupted:
        ended = "stopped"
    learned = sum(float(tensor.double().abs().sum()) for tensor in made.learned().values())
    losses = [*made.state.losses, *made.state.validation.values()]
    return {"losses": losses, "steps": made.state.step, "learned": learned, "ended": ended}


def whole_run(job: Job) -> Job:
    folders = [Path(path) for path in job["inputs"]]
    run.train(params(**job["params"]), run.Inputs(*folders), Path(job["out"]), Path(job["out"] + "-work"))
    return {}


def process(number: int, job: Job, port: int) -> None:
    """What a launcher would set, then the job."""
    count = job["processes"]
    if count > 1:
        sizes = {"RANK": number, "LOCAL_RANK": number, "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count}
        os.environ.update({name: str(size) for name, size in sizes.items()})
        os.environ.update({"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)})
        os.environ["HONE_SHARDED"] = str(job.get("sharded", False))
    found = loop(job) if "loop" in job else whole_run(job)
    if number == 0:
        Path(job["result"]).write_text(json.dumps(found))


def together(job: Job) -> int:
    """Fork the processes of a job; 0 if all of them ended well."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    children = []
    for number in range(job["processes"]):
        child = os.fork()
        if not child:
            status = 1
            try:
                process(number, job, port)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    return max([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])


if __name__ == "__main__":
    sys.exit(max([together(job) for job in json.loads(sys.argv[1])]))
