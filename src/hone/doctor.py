"""What this machine offers: versions, cores, memory, accelerator, how untrusted code would be confined, and whether the
teachers that params.yaml names can be asked. Nothing is spent."""

import asyncio
import importlib
import importlib.metadata
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hone.core.errors import UserError
from hone.pipeline.names import did_you_mean

if TYPE_CHECKING:
    from hone.core.config import EndpointParams

REACH_S = 20.0
PACKAGES = ("torch", "transformers", "peft", "snakemake", "dvc", "mlflow")


def lines() -> Iterator[str]:
    """One `name: fact` a line."""
    yield f"python: {platform.python_version()} on {platform.system()} {platform.machine()}"
    for package in PACKAGES:
        yield f"{package}: {_version(package)}"
    yield f"cores: {len(os.sched_getaffinity(0))}, memory: {_gibibytes():.1f} GiB"
    yield f"device: {_device()}"
    yield f"isolation of untrusted code: {_isolation()}"
    yield from _teachers()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed; `make test` sets up .venv"


def _gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _device() -> str:
    import torch

    if not torch.cuda.is_available():
        return f"cpu, {torch.get_num_threads()} threads"
    found = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    return ", ".join(f"{gpu.name} ({gpu.total_memory / 2**30:.0f} GiB)" for gpu in found)


def _teachers() -> Iterator[str]:
    from hone.core.config import APIS, AnswersParams, DraftsParams, JudgeParams
    from hone.pipeline.params import check_params, tree

    for recipe, values in check_params(Path("params.yaml"), tree()).items():
        asked: dict[str, EndpointParams] = {"teacher": DraftsParams.model_validate(values.get("drafts", {}))}
        asked |= {"judge": JudgeParams.model_validate(values.get("judge", {}))}
        asked |= {"endpoint": AnswersParams.model_validate(values.get("endpoint", {}))}
        for what, params in asked.items():
            if params.api in APIS:
                yield f"{what} of {recipe}: {params.api} {params.model}: {asyncio.run(_asked(params))}"


async def _asked(params: "EndpointParams") -> str:
    """Whether a model's key is taken, the endpoint can be reached, and the model and its price are known."""
    from hone.teachers.teaching import client

    try:
        endpoint = client(params)
    except UserError as error:
        return str(error)
    try:
        async with asyncio.timeout(REACH_S):
            served = await endpoint.models()
    except TimeoutError:
        return f"no answer in {REACH_S:g} s"
    except Exception as error:  # whatever it is, it is what the user asked for
        return str(error)
    finally:
        await endpoint.close()
    near = did_you_mean(params.model, served)
    model = "serves the model" if params.model in served else f"does not list the model{f'; {near}?' if near else ''}"
    price = params.prices.get(params.model)
    cost = f"${price.input:g} and ${price.output:g} a million tokens" if price else "no price in prices"
    return f"answers, takes the key, {model}; {cost}"


def _isolation() -> str:
    from hone.runners import Sandbox, Tests
    from hone.runners.isolation import LAYERS, offered

    tests = Tests.parse('{"entry": "f", "cases": [{"args": [1], "expected": 2}]}')
    with Sandbox(workers=1) as runner:
        verdict = runner.verdict("def f(x):\n    return x + 1\n", tests)
    state = "a trial program passed" if verdict.passed else f"a trial program failed: {verdict.reason}"
    missing = [layer for layer in LAYERS if layer not in offered()]
    lacks = f"; cannot be had here, so that `isolation: strict` would refuse: {', '.join(missing)}" if missing else ""
    return f"{', '.join(verdict.isolation)}; {state}{lacks}"
