"""How fast q runs here: loops, long lists, start-up in the fork server, and programs a second with isolation on.

    python bench/q_programs.py

Beside each figure is the one that is wanted; exit 0 if all are met. No timing of KX's q is taken or kept.
"""

import json
import os
import sys
import time
from collections.abc import Callable

from hone.runners import Case, Limits, Sandbox, Tests
from hone.runners import q as q_engines
from qsubset import Session

PROGRAMS = (
    ("solve:{sum x}", [([1, 2, 3],), ([],), ([-5],), ([7, 7],)], sum),
    ("solve:{x~reverse x}", [("level",), ("ab",), ("x",), ("abba",)], lambda s: s == s[::-1]),
    ("solve:{[n] r:0 1; do[n;r,:sum -2#r]; r n}", [(0,), (1,), (10,), (50,)], lambda n: fibonacci(n)),
    ("solve:{first idesc count each group x}", [("aab",), ("zzz",), ("hello",), ("abcabcaa",)], lambda s: most(s)),
    ("solve:{[a;t] i:0; while[i<count a; j:a?t-a i; if[(j<count a)&j>i; :(i;j)]; i+:1]; ()}",
     [([2, 7, 11, 15], 9), ([3, 2, 4], 6), ([1, 2], 9), ([5, 5], 3)], lambda a, t: two_sum(a, t)),
)  # fmt: skip
MANY = 1500


def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def most(text: str) -> str:
    return max(dict.fromkeys(text), key=text.count)


def two_sum(numbers: list[int], target: int) -> list[int]:
    for i, number in enumerate(numbers):
        j = numbers.index(target - number) if target - number in numbers else -1
        if j > i:
            return [i, j]
    return []


def seconds(action: Callable[[], object], times: int = 3) -> float:
    """The best of a few."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best


def console(line: str) -> Callable[[], object]:
    session = Session()

    def run() -> None:
        assert "'" not in session.repl(line)

    return run


def batch(many: int) -> list[tuple[str, Tests]]:
    made = []
    for i in range(many):
        source, inputs, answer = PROGRAMS[i % len(PROGRAMS)]
        made.append((source, Tests("solve", tuple(Case(args=args, expected=answer(*args)) for args in inputs))))
    return made


def main() -> int:
    figures = {
        "100,000 turns of a while loop, s": (seconds(console("i:0;while[i<100000;i+:1]")), 0.5),
        "sum til 1000000, s": (seconds(console("sum til 1000000")), 0.2),
    }
    with Sandbox(workers=1, limits=Limits(), language=q_engines.subset()) as one:
        empty = ("solve:{x}", Tests("solve", (Case(args=(1,), expected=1),)))
        one.verdicts([empty] * 20)
        cpu = sorted(verdict.cpu_s for verdict in one.verdicts([empty] * 100))[50]
        figures["a program that does nothing, CPU ms in its child"] = (1000 * cpu, 2.0)
    programs = batch(MANY)
    with Sandbox(workers=os.cpu_count() or 2, limits=Limits(), language=q_engines.subset()) as sandbox:
        sandbox.verdicts(programs[:100])
        began = time.perf_counter()
        found = sandbox.verdicts(programs)
        rate = MANY / (time.perf_counter() - began)
    assert all(verdict.passed for verdict in found), next(v for v in found if not v.passed)
    for name, (figure, wanted) in figures.items():
        print(f"{name}: {figure:.3f} (wanted at most {wanted})")
    print(f"{json.dumps(found[0].isolation)}: {rate:.0f} programs/s of 4 tests (wanted at least 700)")
    return 0 if rate >= 700 and all(figure <= wanted for figure, wanted in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
