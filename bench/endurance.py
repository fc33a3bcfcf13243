"""Many programs in one run: memory, open files and processes stay as they are after the first.

`python bench/endurance.py [N]` runs N (100,000) programs, right, wrong, hostile in turn, in one sandbox, prints what
is held every tenth part, and fails if a verdict is wrong or if anything has grown: open files and processes not at
all, memory by no more than 32 MiB after the first tenth.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from hone.core.progress import Progress
from hone.runners import Case, Limits, Sandbox, Tests

TESTS = Tests("f", (Case((1,), 2), Case((41,), 42)))
PROGRAMS = {
    "def f(x):\n    return x + 1\n": "passed",
    "def f(x):\n    return x\n": "wrong",
    "import os\nos._exit(0)\n": "missing",
    "import threading\nthreading.Thread(target=threading.Event().wait).start()\ndef f(x):\n    return 0\n": "wrong",
    "def f(x):\n    return ' ' * 300_000\n": "wrong",
    "import os\nos.fork()\n": "raised",
}
GROWTH = 32 << 20


def processes() -> list[int]:
    """This process and all below it."""
    found = [os.getpid()]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def held() -> tuple[int, int, int]:
    """Resident bytes, open files and number of all processes."""
    pids = processes()
    resident = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return resident * os.sysconf("SC_PAGE_SIZE"), sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids), len(pids)


def work(n: int) -> Iterator[tuple[str, Tests]]:
    return ((source, TESTS) for source in itertools.islice(itertools.cycle(PROGRAMS), n))


def main() -> int:
    """Run them all; 0 if nothing grew."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    cores = len(os.sched_getaffinity(0))
    found = []
    with Sandbox(cores, Limits(cpu_s=1, wall_s=10.0)) as runner, Progress(n, "endurance", "programs") as progress:
        expected = itertools.cycle(PROGRAMS.values())
        for part in range(10):
            for verdict, reason in zip(runner.stream(work(n // 10)), itertools.islice(expected, n // 10), strict=True):
                progress.advance()
                if verdict.reason != reason:
                    print(f"expected {reason}, found {verdict}")
                    return 1
            expected = itertools.cycle(PROGRAMS.values())
            found.append(held())
            memory, files, running = found[-1]
            print(f"{(part + 1) * (n // 10)} programs: {memory >> 20} MiB, {files} files, {running} processes")
    first, last = found[0], found[-1]
    return 0 if last[0] - first[0] <= GROWTH and last[1:] == first[1:] else 1


if __name__ == "__main__":
    sys.exit(main())
