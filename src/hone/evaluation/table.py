"""An evaluation as text for a terminal: figures by variant, comparisons, and what was taken for what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def table(summary: dict[str, Any]) -> str:
    """The whole of an eval.json, recipe by recipe."""
    return "\n\n".join(_recipe(name, block) for name, block in sorted(summary["recipes"].items()))


def ordered(block: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Variants and metrics in the order to show them: from no model to the tuned one; the leading metric
    first.

    Neither order survives in JSON with sorted keys; the comparison's does, so metrics take theirs from it.
    """
    known = ["oracle", "keyword", "base", "prompted", "pretrain", "sft", "rl"]
    variants = sorted(block["variants"], key=lambda v: (known.index(v) if v in known else len(known), v))
    compared = list(dict.fromkeys(line["metric"] for line in block["comparison"]))
    others = sorted({metric for figures in block["variants"].values() for metric in figures} - set(compared))
    return variants, compared + others


def _recipe(name: str, block: dict[str, Any]) -> str:
    variants, metrics = ordered(block)
    parts = [
        f"{name}: {block['test_rows']} test rows; value [95 % interval] n",
        grid(
            ["metric", *variants],
            ([m, *(_figure(block["variants"][v].get(m)) for v in variants)] for m in metrics),
        ),
    ]
    if block["comparison"]:
        header = ["comparison", "metric", "difference", "p", "wins/losses/ties"]
        parts.append(grid(header, (_comparison(line) for line in block["comparison"])))
    if block.get("confusion"):
        parts.append(_confusion(block["confusion"], variants))
    if block.get("pass_at_k"):
        parts.append(_pass_at_k(block["pass_at_k"], variants))
    return "\n\n".join(parts)


def _figure(figure: dict[str, Any] | None) -> str:
    if figure is None:
        return "-"
    return f"{figure['value']:.2f} {interval(figure['ci95'])} {figure['n']}"


def _comparison(line: dict[str, Any]) -> list[str]:
    counts = f"{line['wins']}/{line['losses']}/{line['ties']}"
    difference = f"{line['delta']:+.2f} {interval(line['ci95'])}"
    return [f"{line['a']} -> {line['b']}", line["metric"], difference, f"{line['p_value']:.2g}", counts]


def _confusion(confusion: dict[str, dict[str, dict[str, int]]], variants: Sequence[str]) -> str:
    chosen = sorted({c for table in confusion.values() for counts in table.values() for c in counts})
    rows = (
        [variant, label, *(str(counts.get(c, 0)) for c in chosen)]
        for variant in variants
        for label, counts in confusion[variant].items()
    )
    return grid(["variant", "expected", *(f"chose {c}" for c in chosen)], rows)


def _pass_at_k(found: dict[str, dict[str, Any]], variants: Sequence[str]) -> str:
    """All rows for each k; groups of rows for the least and the greatest."""
    first = found[variants[0]]
    lines = [(group, k) for group in sorted(first, key=lambda g: g != "all") for k in sorted(first[group], key=int)]
    shown = [(g, k) for g, k in lines if g == "all" or k in (min(first[g], key=int), max(first[g], key=int))]
    rows = ([f"pass@{k}", group, *(_figure(found[v][group].get(k)) for v in variants)] for group, k in shown)
    return grid(["", "rows", *variants], rows)


def interval(ci95: Sequence[float]) -> str:
    """An interval as it is written everywhere."""
    return f"[{ci95[0]:.2f}, {ci95[1]:.2f}]"


def words(name: str) -> str:
    """A name of code as people write it."""
    return name.replace("_", " ")


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart."""
    cells = [list(header), *map(list, rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells)
