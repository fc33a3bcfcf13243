"""Scores of all variants -> what stands in `results/<recipe>/eval.json`. Pure; the shape is kept by every
recipe:

    {"schema": 1, "recipes": {NAME: {
        "test_rows": rows, of which every variant must have a score for each sample,
        "variants": {VARIANT: {METRIC: {"value", "ci95": [low, high], "n"}}},
        "comparison": [{"a", "b", "metric", "delta", "ci95", "p_value", "wins", "losses", "ties"}],
        "confusion": {VARIANT: {LABEL: {what was chosen, or "none": rows}}},
        "pass_at_k": {VARIANT: {"all", a label or another group of rows: {K: {"value", "ci95", "n": rows}}}}}}}

`n` counts the values that a metric has; a row where it does not apply (None) is not one of them, a failed
completion is. A metric without any value is left out, and so is pass@k for a k of more than the samples.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hone.core.errors import UserError
from hone.core.records import Score
from hone.evaluation.pass_at_k import pass_at_k
from hone.evaluation.statistics import Figure, Value, compare, figure

SCHEMA = 1
BASE, RULE, TUNED, REINFORCED, ORACLE = "base", "keyword", "sft", "rl", "oracle"
KS = (1, 2, 4, 8, 16)
ALL = "all"
NONE = "none"  # the row of a confusion table for completions that chose nothing

Key = tuple[str, int]  # row id, sample
Scores = Mapping[Key, Score]


def summarise(
    recipe: str, metrics: Sequence[str], scores: Iterable[Score], right: Sequence[str] = ()
) -> dict[str, Any]:
    """The content of eval.json. A score that is there twice or not at all is a `UserError` naming its row. `right`:
    the metrics of which the first that applies says whether an answer is right."""
    by_variant = _by_variant(scores)
    _complete(by_variant)
    block = {
        "test_rows": len({row for rows in by_variant.values() for row, _ in rows}),
        "variants": {name: _figures(rows, metrics) for name, rows in by_variant.items()},
        "comparison": _comparisons(by_variant, metrics),
        "confusion": {name: _confusion(rows) for name, rows in by_variant.items()},
        "pass_at_k": {name: _pass_at_k(rows, right) for name, rows in by_variant.items()},
    }
    return {"schema": SCHEMA, "recipes": {recipe: block}}


def gather(summaries: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """One summary of all recipes, from (where it was read, summary) pairs."""
    recipes: dict[str, Any] = {}
    for place, summary in summaries:
        if not isinstance(summary, dict) or summary.get("schema") != SCHEMA or "recipes" not in summary:
            raise UserError(f"{place}: expected an evaluation of schema {SCHEMA}; build it again")
        for name, block in summary["recipes"].items():
            if name in recipes:
                raise UserError(f"{place}: recipe {name} was already given by another file")
            recipes[name] = block
    return {"schema": SCHEMA, "recipes": dict(sorted(recipes.items()))}


def points(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A recipe's block as a list without nesting: one point a variant and metric, as `dvc plots` takes them."""
    return [
        {"variant": variant, "metric": metric, "value": found["value"], "low": low, "high": high, "n": found["n"]}
        for variant, figures in sorted(block["variants"].items())
        for metric, found in sorted(figures.items())
        for low, high in [found["ci95"]]
    ]


def pairs(variants: Sequence[str]) -> list[tuple[str, str]]:
    """Which variants are compared: base with every model, the rule with the tuned one, that with the reinforced one."""
    models = [v for v in variants if v not in (BASE, RULE, ORACLE)]
    chosen = [(BASE, v) for v in models] if BASE in variants else []
    return chosen + [pair for pair in ((RULE, TUNED), (TUNED, REINFORCED)) if set(pair) <= set(variants)]


def _by_variant(scores: Iterable[Score]) -> dict[str, dict[Key, Score]]:
    grouped: dict[str, dict[Key, Score]] = defaultdict(dict)
    for score in scores:
        key = (score.row_id, score.sample)
        if key in grouped[score.variant]:
            raise UserError(f"scores of {score.variant}: row {score.row_id}, sample {score.sample} stands twice")
        grouped[score.variant][key] = score
    if not grouped:
        raise UserError("scores: expected at least one scored row, found none")
    return dict(grouped)


def _complete(by_variant: Mapping[str, Scores]) -> None:
    """Every variant answered the same rows: a failed completion scores nothing, it does not go missing."""
    everything = {key for rows in by_variant.values() for key in rows}
    for variant, rows in by_variant.items():
        missing = sorted(everything - rows.keys())
        if missing:
            (row, sample), more = missing[0], len(missing) - 1
            raise UserError(
                f"scores of {variant}: row {row}, sample {sample} is missing"
                + (f" and {more} more" if more else "")
                + ", though another variant has it; score the variant again"
            )


def _figures(rows: Scores, metrics: Sequence[str]) -> dict[str, Any]:
    figures = {}
    for metric in metrics:
        measured = list(values(rows, metric).values())
        if measured:
            figures[metric] = _told(figure(measured))
    return figures


def _told(found: Figure) -> dict[str, Any]:
    return {"value": _short(found.value), "ci95": _both(found.ci95), "n": found.n}


def _comparisons(by_variant: Mapping[str, Scores], metrics: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for a, b in pairs(list(by_variant)):
        for metric in metrics:
            result = compare(values(by_variant[a], metric), values(by_variant[b], metric))
            if result is not None:
                counts = {"wins": result.wins, "losses": result.losses, "ties": result.ties}
                size = {"delta": _short(result.delta), "ci95": _both(result.ci95)}
                found.append({"a": a, "b": b, "metric": metric, **size, "p_value": _short(result.p_value), **counts})
    return found


def values(rows: Scores, metric: str) -> dict[Key, Value]:
    """The metric's values; rows where it does not apply are left out."""
    found = {}
    for key, score in rows.items():
        value = score.metrics.get(metric)
        if value is not None:
            found[key] = Value(value, score.problem_id)
    return found


def _confusion(rows: Scores) -> dict[str, dict[str, int]]:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for score in rows.values():
        table[score.label][score.predicted or NONE] += 1
    return {label: dict(sorted(counts.items())) for label, counts in sorted(table.items())}


def _pass_at_k(rows: Scores, right: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The mean over the rows of each group, whose samples all count; by group, then by k."""
    samples: dict[str, list[Score]] = defaultdict(list)
    for score in rows.values():
        samples[score.row_id].append(score)
    groups: dict[str, list[list[Score]]] = defaultdict(list)
    for of_row in samples.values():
        for group in dict.fromkeys((ALL, of_row[0].label, *of_row[0].groups)):
            groups[group].append(of_row)
    return {
        group: {str(k): _told(figure(values)) for k in KS if (values := _solved(members, right, k))}
        for group, members in sorted(groups.items())
    }


def _solved(rows: Sequence[Sequence[Score]], right: Sequence[str], k: int) -> list[Value]:
    """pass@k of each row that has k samples; where all are surely solved or surely not, as yes or no."""
    found = [(pass_at_k(len(row), sum(s.right(right) for s in row), k), row[0].problem_id) for row in rows]
    values = [(value, problem) for value, problem in found if value is not None]
    sure = all(value in (0.0, 1.0) for value, _ in values)
    return [Value(bool(value) if sure else value, problem) for value, problem in values]


def _short(number: float) -> float:
    """Six digits: more than any of these figures can bear, and the same on every machine."""
    return float(f"{number:.6g}")


def _both(interval: tuple[float, float]) -> list[float]:
    return [_short(interval[0]), _short(interval[1])]
