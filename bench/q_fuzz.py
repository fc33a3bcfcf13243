"""Whether anything of Python's leaks out of the q interpreter, over as many random programs as one likes.

    PYTHONPATH=src python bench/q_fuzz.py --programs 100000 --seed 1

Prints how many programs ended how and how many a second; exit 1 at the first that made Python raise, end or hang, with
that program, cut down. A program of more than 2 s is told and does not fail it. With --all it goes on to the end, and
tells one program of each kind of leak.
"""

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.unit.qsubset.fuzzing import Finding, programs, smaller, survey

BATCH = 500  # programs in one child


def told(found: Finding) -> None:
    if found.what != "slow":
        found = smaller(found)
    print(f"{found.what} ({found.mode}): {found.program[:1000]!r}\n{found.trace[-800:]}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="go on after a leak")
    options = parser.parse_args()
    source = programs(options.seed, options.programs)
    outcomes: Counter[str] = Counter()
    seen: set[str] = set()
    seconds = 0.0
    while batch := list(islice(source, BATCH)):
        found = survey(batch)
        outcomes += found.outcomes
        seconds += found.seconds
        leaks = [one for one in found.findings if one.what != "slow"]
        for one in found.findings:
            if one.where not in seen and (one.what == "slow" or options.all or one is leaks[0]):
                seen.add(one.where)
                told(one)
        if leaks and not options.all:
            break
    for name, many in outcomes.most_common():
        print(f"{many:8d}  {name}")
    print(f"{outcomes.total():8d}  programs, {outcomes.total() / max(seconds, 1e-9):.0f} a second")
    return int(any(name.startswith("leak") for name in outcomes))


if __name__ == "__main__":
    sys.exit(main())
