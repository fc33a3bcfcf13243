"""What the machine does while a step works: processor, memory, and the GPU of a step that works with torch."""

import contextlib
import sys
import threading
from collections.abc import Callable

import psutil

MEGABYTE = 1_000_000


class Meter:
    """Tells `say` every `every_s` seconds, in a thread that ends with `stop`."""

    def __init__(self, say: Callable[[dict[str, float]], None], every_s: float) -> None:
        self._say, self._every_s = say, every_s
        self._done = threading.Event()
        self._process = psutil.Process()
        self._process.cpu_percent()  # from here on it counts
        psutil.cpu_percent()
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; `say` is not called any more."""
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._every_s):
            self._say(self._look())

    def _look(self) -> dict[str, float]:
        return {
            "cpu_utilization_percentage": psutil.cpu_percent(),
            "process_cpu_percentage": self._process.cpu_percent(),
            "process_memory_megabytes": self._process.memory_info().rss / MEGABYTE,
            "system_memory_usage_percentage": psutil.virtual_memory().percent,
            **_gpu(),
        }


def _gpu() -> dict[str, float]:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return {}
    found = {"gpu_0_memory_usage_megabytes": torch.cuda.memory_allocated() / MEGABYTE}
    with contextlib.suppress(ModuleNotFoundError, RuntimeError):  # NVIDIA's library is not installed everywhere
        found["gpu_0_utilization_percentage"] = float(torch.cuda.utilization())
    return found
