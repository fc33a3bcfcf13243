"""Which test rows are worth a look: those that tuning changed most, either way, and its best and worst."""

from collections.abc import Callable
from dataclasses import dataclass

from hone.core.records import Score
from hone.report.build import Skill

EACH = 3  # rows of a kind
MOST = 1600  # characters of a text


@dataclass(frozen=True)
class Example:
    """A row with what two variants wrote: texts, and the metrics that a variant met."""

    row_id: str
    label: str
    asked: str
    right: str
    said: dict[str, str]  # by variant
    met: dict[str, list[tuple[str, str]]]  # by variant: metric and its value


def examples(skill: Skill, base: str, tuned: str) -> list[tuple[str, list[Example]]]:
    """(why, rows) pairs; no row stands twice, and a kind without rows is left out."""
    if not {base, tuned} <= skill.scores.keys() or not {base, tuned} <= skill.completions.keys():
        return []
    worth = {name: {key: _worth(score) for key, score in skill.scores[name].items()} for name in (base, tuned)}
    change = {row.id: worth[tuned][row.id] - worth[base][row.id] for row in skill.rows}
    kinds: list[tuple[str, Callable[[str], float], Callable[[str], bool]]] = [
        ("Gained most by tuning", lambda row: -change[row], lambda row: change[row] > 0),
        ("Lost by tuning", lambda row: change[row], lambda row: change[row] < 0),
        ("Best answers of the tuned model", lambda row: -worth[tuned][row], lambda row: worth[tuned][row] > 0),
        ("Worst answers of the tuned model", lambda row: worth[tuned][row], lambda row: True),
    ]
    shown: set[str] = set()
    found = []
    for why, order, wanted in kinds:
        chosen = [row for row in sorted(change, key=lambda row: (order(row), row)) if wanted(row) and row not in shown]
        shown |= set(chosen[:EACH])
        if chosen:
            found.append((why, [_example(skill, row, (base, tuned)) for row in chosen[:EACH]]))
    return found


def _worth(score: Score) -> float:
    """The mean of the metrics that apply: only for an order of rows, never a figure."""
    values = [float(value) for value in score.metrics.values() if value is not None]
    return sum(values) / len(values) if values else 0.0


def _example(skill: Skill, row_id: str, variants: tuple[str, str]) -> Example:
    row = next(row for row in skill.rows if row.id == row_id)
    asked = "\n".join(f"{m.role}: {m.content}" for m in row.prompt if m.role != "tools")
    return Example(
        row_id,
        row.label,
        shortened(asked),
        shortened(row.reply),
        {name: shortened(skill.completions[name][row_id].text) for name in variants},
        {name: _met(skill.scores[name][row_id]) for name in variants},
    )


def _met(score: Score) -> list[tuple[str, str]]:
    told = [(name, value) for name, value in sorted(score.metrics.items()) if value is not None]
    return [(name, ("yes" if value else "no") if isinstance(value, bool) else f"{value:.2f}") for name, value in told]


def shortened(text: str) -> str:
    """Start and end of a text, with what is left out told."""
    if len(text) <= MOST:
        return text
    half = MOST // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters ...]\n{text[-half:]}"
