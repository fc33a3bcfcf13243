"""What an agent would save that runs the predicted call ahead, while its large model still writes the real one.

`python bench/speculation.py [TARGET_S]`, after tool_traces was built: for base and tuned, the share of turns whose call
was hit (name and arguments; with k samples also by any of them), and the time a turn takes with and without running
ahead. Measured are the tools (each gold call is made again, three times, the median counts) and the draft model (its
stage's seconds a completion, in batches as it ran); TARGET_S is the large model's seconds a turn, 2 if not given. A hit
is ready at max(target, draft + tool); a miss costs nothing but the wasted call.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from hone.calls import Call
from hone.core.records import Row, Score, read_jsonl
from hone.recipes.tool_traces.tools import World
from hone.recipes.tool_traces.traces import observed
from hone.runners import Sandbox

RESULTS = Path("results/tool_traces")


def tool_seconds(rows: list[Row]) -> dict[str, float]:
    """Row id -> seconds that its call takes, for the rows whose next turn is a call."""
    found = {}
    with Sandbox(workers=1) as runner:
        for row in rows:
            if row.messages[-1].role == "call":
                times = []
                for _ in range(3):
                    began = time.perf_counter()
                    observed(Call.of(row.messages[-1]), World(row.meta["files"], runner))
                    times.append(time.perf_counter() - began)
                found[row.id] = statistics.median(times)
    return found


def draft_seconds(variant: str) -> float:
    """Seconds a completion of the last finished run."""
    logs = sorted(
        Path(f"work/tool_traces-complete-{variant}").glob("*/events.jsonl"), key=lambda log: log.stat().st_mtime
    )
    events = [json.loads(line) for line in logs[-1].read_text().splitlines()]
    end = next(event for event in reversed(events) if event["event"] == "end")
    return float((end["time"] - events[0]["time"]) / end["values"]["completions"])


def main() -> None:
    """Print a line a variant."""
    target = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    tools = tool_seconds(read_jsonl(Path("data/tool_traces/test.jsonl"), Row))
    plain = statistics.fmean(target + tool for tool in tools.values())
    print(f"{len(tools)} turns, tools {statistics.fmean(tools.values()) * 1000:.1f} ms, target {target:g} s a turn")
    print(f"{'variant':10} {'hit@1':>7} {'hit@k':>7} {'k':>3} {'draft s':>8} {'s a turn':>9} {'saved':>7}")
    for variant in ("base", "sft"):
        scores = [score for score in read_jsonl(RESULTS / variant / "scores.jsonl", Score) if score.row_id in tools]
        k = 1 + max(score.sample for score in scores)
        hits = {row: [s.metrics["call_match_rate"] for s in scores if s.row_id == row] for row in tools}
        draft = draft_seconds(variant)
        ahead = statistics.fmean(
            max(target, draft + tool) if hits[row][0] and draft < target else target + tool
            for row, tool in tools.items()
        )
        first, some = (
            statistics.fmean(map(bool, found))
            for found in ([h[0] for h in hits.values()], [any(h) for h in hits.values()])
        )
        print(f"{variant:10} {first:7.2f} {some:7.2f} {k:3} {draft:8.2f} {ahead:9.3f} {1 - ahead / plain:7.1%}")


if __name__ == "__main__":
    main()
