"""Tables as SVG that stands inside a page, in the page's own fonts and colours: right in light and in dark.

Drawn by matplotlib in stand-in colours, which are then replaced by the page's CSS variables. Equal tables give equal
text. A picture is as wide as a phone, so that its letters never shrink.
"""

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, FAINT, LINE, ACCENT = "#010203", "#040506", "#070809", "#0a0b0c"  # no picture has these colours by chance
_VARIABLES = {INK: "var(--ink)", FAINT: "var(--faint)", LINE: "var(--line)", ACCENT: "var(--accent)"}
WIDTH, ROW = 4.2, 0.27  # inches: of a picture, of a line in it
LETTER = 0.08  # inches, of a name's letter
PLOT = 0.66  # share of the width where values begin
_SETTINGS = {
    "svg.fonttype": "none", "svg.hashsalt": "hone", "font.size": 10, "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a dollar in a name is a dollar
}  # fmt: skip

Point = tuple[str, float, float | None, float | None, str]
"""A name, a value, its interval if it has one, and how the value is written."""


@matplotlib.rc_context(_SETTINGS)
def intervals(title: str, points: Sequence[Point], strong: Sequence[str]) -> Markup:
    """A dot with its interval for each name; `strong` names are in the accent colour."""
    figure, axes = _frame([(name, told) for name, _, _, _, told in points], below=0.28)
    for place, (name, value, low, high, _) in enumerate(points):
        colour = ACCENT if name in strong else FAINT
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        axes.plot([value], [place], marker="o", markersize=6, color=colour, linestyle="none")
    low_end = min([0.0, *(p[1] for p in points)])
    high_end = max([1.0, *(p[3] or p[1] for p in points)])
    axes.set_xlim(low_end - 0.03, high_end + 0.03)
    if high_end <= 1:
        axes.set_xticks([low_end, (low_end + 1) / 2, 1.0], [f"{x:g}" for x in (low_end, (low_end + 1) / 2, 1.0)])
    axes.axvline(0, color=LINE, linewidth=1, zorder=0)
    return _svg(figure, title)


@matplotlib.rc_context(_SETTINGS)
def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> Markup:
    """A bar for each (name, value, how the value is written)."""
    figure, axes = _frame([(name, told) for name, _, told in rows], below=0.02)
    most = max([value for _, value, _ in rows], default=1.0) or 1.0
    axes.barh(range(len(rows)), [value for _, value, _ in rows], height=0.56, color=ACCENT)
    axes.set_xlim(0, most)
    axes.set_xticks([])
    axes.axvline(0, color=LINE, linewidth=1)
    return _svg(figure, title)


@matplotlib.rc_context(_SETTINGS)
def lines(title: str, x_label: str, series: Sequence[tuple[str, Sequence[tuple[float, float]], bool]]) -> Markup:
    """A line for each (name, points, strong), named at its end; faint ones lie behind. Strong lines of few points have
    dots."""
    figure = Figure(figsize=(WIDTH, 2.9))
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0.10, 0.17, 0.68, 0.78))
    for _, points, strong in sorted(series, key=lambda one: one[2]):
        if points:
            xs, ys = zip(*points, strict=True)
            dots = "o" if len(points) <= 12 else ""
            colour, width = (ACCENT, 2.0) if strong else (FAINT, 1.1)
            axes.plot(xs, ys, color=colour, linewidth=width, marker=dots, markersize=5)
    _plain(axes)
    axes.set_xlabel(x_label, color=FAINT)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    ends = [(points[-1][1], name, strong) for name, points, strong in series if points]
    for y, name, strong in _apart(ends, 0.09 * (axes.get_ylim()[1] - axes.get_ylim()[0])):
        colour = ACCENT if strong else FAINT
        axes.annotate(name, (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=10, color=colour)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    return _svg(figure, title)


def _apart(ends: Sequence[tuple[float, str, bool]], gap: float) -> list[tuple[float, str, bool]]:
    """The same (y, name, strong), each at least `gap` above the one below it."""
    placed: list[tuple[float, str, bool]] = []
    for y, name, strong in sorted(ends):
        placed.append((max(y, placed[-1][0] + gap) if placed else y, name, strong))
    return placed


def _frame(lines: Sequence[tuple[str, str]], below: float) -> tuple[Figure, Axes]:
    """A line for each (name, how its value is written): names to the left, values to the right, `below` an axis."""
    height = ROW * len(lines) + below
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    left = min(0.45, 0.04 + LETTER * max((len(name) for name, _ in lines), default=0) / WIDTH)
    axes = figure.add_axes((left, below / height, PLOT - 0.025 - left, ROW * len(lines) / height))
    _plain(axes)
    axes.set_yticks([])
    axes.set_ylim(len(lines) - 0.5, -0.5)
    for place, (name, told) in enumerate(lines):
        for text, x, colour in ((name, 0.0, FAINT), (told, PLOT, INK)):
            axes.annotate(
                text, (x, place), xycoords=("figure fraction", "data"), va="center_baseline", color=colour, fontsize=10
            )
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.patch.set_visible(False)
    axes.figure.patch.set_visible(False)
    axes.tick_params(length=0, labelcolor=FAINT, labelsize=10)


def _svg(figure: Any, title: str) -> Markup:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)  # it would be the whole page's
    text = re.sub(r' id="[\w.]+_\d+"', "", text)  # nothing refers to them, and a page has many pictures
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    text = re.sub(r"font-family: [^;\"]*;", "", text)
    text = re.sub(r'^(<svg [^>]*?)(?: width="[^"]*"| height="[^"]*")+', r"\1", text)
    for stand_in, variable in _VARIABLES.items():
        text = text.replace(stand_in, variable)
    label = f'<svg role="img" aria-label="{escape(title)}" '
    return Markup(text.replace("<svg ", label, 1).strip())  # matplotlib escapes what it was given
