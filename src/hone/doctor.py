"""What this machine offers: versions, cores, memory, accelerator, and how untrusted code would be confined."""

import importlib
import importlib.metadata
import os
import platform
from collections.abc import Iterator

PACKAGES = ("torch", "transformers", "peft", "snakemake", "dvc", "mlflow")


def lines() -> Iterator[str]:
    """One `name: fact` a line."""
    yield f"python: {platform.python_version()} on {platform.system()} {platform.machine()}"
    for package in PACKAGES:
        yield f"{package}: {_version(package)}"
    yield f"cores: {len(os.sched_getaffinity(0))}, memory: {_gibibytes():.1f} GiB"
    yield f"device: {_device()}"
    yield f"isolation of untrusted code: {_isolation()}"


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
