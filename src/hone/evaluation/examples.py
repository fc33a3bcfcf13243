"""Rows side by side, as Markdown: what was asked, the right turn, what base and tuned wrote, and the verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hone.core.records import Row

_MOST_CHARS = 1500  # of what was said before


def page(
    recipe: str, rows: Sequence[Row], lines: Sequence[Mapping[str, Any]], said: Mapping[str, Sequence[str]]
) -> str:
    """A page: changed rows first, those where base was better before those where the tuned model was. `lines`: of
    comparison.jsonl; `said`: what each variant wrote, by its name."""
    order = {"base": 0, "lora": 1, None: 2, "tie": 3}
    places = sorted(range(len(rows)), key=lambda place: (order[lines[place]["winner"]], place))
    counted = {name: sum(line["winner"] == name for line in lines) for name in order}
    head = (
        f"# {recipe}: {len(rows)} rows\n\nBetter: tuned {counted['lora']}, base {counted['base']}, neither "
        f"{counted['tie']}, not judged {counted[None]}. Those where base was better come first.\n"
    )
    return "\n".join(
        [head, *(_row(rows[p], lines[p], {name: texts[p] for name, texts in said.items()}) for p in places)]
    )


def _row(row: Row, line: Mapping[str, Any], said: Mapping[str, str]) -> str:
    asked = "\n".join(f"{message.role}: {message.content}" for message in row.prompt if message.role != "tools")
    shown = asked if len(asked) <= _MOST_CHARS else f"...{asked[-_MOST_CHARS:]}"
    scores = f"base {line['base_score']:g}, tuned {line['lora_score']:g}"
    flipped = " (the judge's choice changed with the order)" if line["flipped"] else ""
    parts: Iterable[tuple[str, str]] = [("asked", shown), ("right", row.reply), *said.items()]
    told = "".join(f"**{name}**\n\n{_fenced(text)}\n" for name, text in parts)
    reasons = "".join(f"- {' '.join(str(reason).split())}\n" for reason in line["reasons"])
    return f"## {row.id} ({row.label}): {line['winner'] or 'not judged'}{flipped}; {scores}\n\n{told}{reasons}"


def _fenced(text: str) -> str:
    """A block that no text ends early."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}\n"
