"""An evaluation of one recipe as a picture: a group of bars for each metric, a bar for each variant, with
intervals.

Equal figures give equal bytes (with one version of matplotlib): no date, no program name, fonts that it
ships.
"""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hone.core.files import atomic
from hone.evaluation.table import ordered

# Okabe and Ito's palette, told apart by most colour-blind readers.
COLOURS = ("#999999", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#F0E442")
WIDTH = 0.8  # of a group of bars; groups are 1 apart


def draw(recipe: str, block: dict[str, Any], path: Path) -> None:
    """Write the picture of a recipe's block of eval.json to `path` (PNG)."""
    variants, metrics = ordered(block)
    figure = Figure(figsize=(max(6.0, 0.5 * (len(variants) + 1) * len(metrics)), 4.2), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for place, variant in enumerate(variants):
        _bars(axes, place, len(variants), variant, block["variants"][variant], metrics)
    axes.set_xticks(range(len(metrics)), [metric.replace("_", " ") for metric in metrics])
    axes.set_title(f"{recipe}: {block['test_rows']} test rows, 95 % intervals", pad=28)
    axes.legend(ncols=len(variants), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    figure.tight_layout()
    with atomic(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _bars(axes: Axes, place: int, of: int, variant: str, figures: dict[str, Any], metrics: list[str]) -> None:
    """One variant's bars. A metric that the variant lacks leaves a gap."""
    shown = [(i, figures[metric]) for i, metric in enumerate(metrics) if metric in figures]
    x = [i + WIDTH * ((place + 0.5) / of - 0.5) for i, _ in shown]
    heights = [f["value"] for _, f in shown]
    low = [max(f["value"] - f["ci95"][0], 0.0) for _, f in shown]
    high = [max(f["ci95"][1] - f["value"], 0.0) for _, f in shown]
    colour = COLOURS[place % len(COLOURS)]
    axes.bar(x, heights, WIDTH / of, color=colour, label=variant)
    axes.errorbar(x, heights, yerr=[low, high], fmt="none", ecolor="black", elinewidth=1, capsize=3)
    for at, height, top in zip(x, heights, high, strict=True):
        axes.annotate(f"{height:.2f}", (at, height + top), (0, 2), textcoords="offset points", ha="center", fontsize=7)
