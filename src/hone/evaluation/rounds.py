"""A bootstrap loop as a picture: problems solved by round, those known at the start apart, and validation accuracy.

Equal figures give equal bytes, as in picture.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hone.core.files import atomic
from hone.evaluation.picture import COLOURS


def draw(rounds: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the picture of the rounds' metadata, in order, to `path` (PNG)."""
    known = rounds[0]["solved_before"]
    numbers, solved = [0, *(each["round"] for each in rounds)], [known, *(each["solved"] for each in rounds)]
    figure = Figure(figsize=(6.0, 4.2), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.bar(numbers, solved, 0.6, color=COLOURS[1], label="solved by the loop")
    axes.bar(numbers, [known] * len(numbers), 0.6, color=COLOURS[0], label="known at the start")
    for at, height in zip(numbers, solved, strict=True):
        axes.annotate(str(height), (at, height), (0, 2), textcoords="offset points", ha="center", fontsize=8)
    axes.axhline(rounds[0]["problems"], color="black", linewidth=1, linestyle=":", label="all problems")
    axes.set(xlabel="round", ylabel="problems solved", xticks=numbers)
    right = axes.twinx()
    accuracies = [rounds[0]["accuracy_before"], *(each["accuracy"] for each in rounds)]
    right.plot(numbers, accuracies, color=COLOURS[6], marker="o", label="validation accuracy")
    right.set(ylabel="validation accuracy", ylim=(0.0, 1.0))
    handles, labels = axes.get_legend_handles_labels()
    line, told = right.get_legend_handles_labels()
    figure.legend(handles + line, labels + told, ncols=2, loc="upper center", frameon=False, fontsize=8)
    axes.spines["top"].set_visible(False)
    right.spines["top"].set_visible(False)
    figure.tight_layout(rect=(0, 0, 1, 0.9))
    with atomic(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
