"""The report as one file of HTML: nothing is fetched, and what models wrote is text, whatever it looks like."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hone import recipes
from hone.dataset import SPLITS
from hone.evaluation.summarise import BASE, RULE, TUNED
from hone.evaluation.table import interval, ordered, words
from hone.recipes.base import Chart
from hone.report import pictures
from hone.report.build import Skill
from hone.report.examples import examples

HERE = Path(__file__).parent
HEX = 12  # digits of a hash that are shown


def page(skills: Sequence[Skill]) -> str:
    """The whole file."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"words": words, "count": _count, "size": _size, "short": lambda name: name[:HEX]}
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))  # ours
    return environment.get_template("page.html.jinja").render(skills=[_shown(skill) for skill in skills], style=style)


def _shown(skill: Skill) -> dict[str, Any]:
    """What the template shows of a recipe."""
    variants, metrics = ordered(skill.block)
    return {
        "name": skill.name,
        "skill": skill,
        "variants": variants,
        "headlines": _headlines(skill),
        "flow": _flow(skill),
        "metrics": [_metric(skill, variants, metric) for metric in metrics],
        "duels": _duels(skill),
        "judged": _judged(skill),
        "judge": skill.block.get("judge", {}),
        "confusion": _confusion(skill, variants),
        "charts": [(chart, _drawn(chart)) for chart in _charts(skill)],
        "loss": _loss(skill),
        "reasons": _reasons(skill),
        "splits": _splits(skill),
        "examples": examples(skill, BASE, TUNED),
        "sides": (BASE, TUNED),
        "cost": _cost(skill),
        "inputs": skill.training.get("inputs", {}),
        "settings": dict(sorted(skill.training.get("settings", {}).items())),
    }


def _headlines(skill: Skill) -> list[dict[str, Any]]:
    """The leading metric of the tuned model against base, and against the rule."""
    lines = [line for line in skill.block["comparison"] if line["b"] == TUNED and line["a"] in (BASE, RULE)]
    first = {line["a"]: line for line in reversed(lines)}
    return [
        {**first[a], "from": _value(skill, a, first[a]["metric"]), "to": _value(skill, TUNED, first[a]["metric"])}
        for a in (BASE, RULE)
        if a in first
    ]


def _value(skill: Skill, variant: str, metric: str) -> float | None:
    found = skill.block["variants"].get(variant, {}).get(metric)
    return float(found["value"]) if found else None


def _flow(skill: Skill) -> list[tuple[str, str, str]]:
    """What was built from what, step by step: a name, a number, and what it counts."""
    found, training = skill.validation, skill.training
    steps = []
    if found:
        splits = _splits(skill)
        rows = ", ".join(f"{name} {split['rows']}" for name, split in splits.items())
        problems = sum(split["problems"] for split in splits.values())
        steps += [
            ("Problems", _count(problems), "each in one split only"),
            ("Drafts", _count(found["drafted"]), f"by teacher {found['drafting'].get('teacher', '?')}"),
            ("Proven rows", _count(found["kept"]), rows),
        ]
    if training:
        method = training["settings"].get("method", "")
        told = f"{_count(training['trained_parameters'])} parameters ({method}), best after {training['best_step']}"
        steps.append(("Training steps", _count(training["steps"]), told))
    answered = sum(number for number, _ in skill.written.values())
    if answered:
        steps.append(("Completions", _count(answered), ", ".join(sorted(skill.written))))
    return [*steps, ("Test rows", _count(skill.block["test_rows"]), "scored for each variant")]


def _metric(skill: Skill, variants: Sequence[str], metric: str) -> dict[str, Any]:
    figures = [(v, skill.block["variants"][v][metric]) for v in variants if metric in skill.block["variants"][v]]
    points = [(v, f["value"], *f["ci95"], f"{f['value']:.2f} {interval(f['ci95'])}") for v, f in figures]
    return {"name": metric, "figures": figures, "picture": pictures.intervals(words(metric), points, [TUNED])}


def _duels(skill: Skill) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Comparisons by pair of variants, each with the shares of its rows."""
    pairs = dict.fromkeys((line["a"], line["b"]) for line in skill.block["comparison"])
    return [
        (a, b, [_shares(line) for line in skill.block["comparison"] if (line["a"], line["b"]) == (a, b)])
        for a, b in pairs
    ]


def _shares(line: Mapping[str, Any]) -> dict[str, Any]:
    rows = line["wins"] + line["ties"] + line["losses"]
    shares = {f"{name}_share": round(100 * line[name] / rows, 3) if rows else 0.0 for name in ("wins", "losses")}
    return {**line, **shares, "told": f"{line['delta']:+.2f} {interval(line['ci95'])}"}


def _judged(skill: Skill) -> list[tuple[str, int]]:
    """How many rows which side won, where rows were compared one by one."""
    names = {"lora": "tuned model better", "tie": "neither", "base": "base better", None: "not judged"}
    counted = [(told, sum(line["winner"] == name for line in skill.judged)) for name, told in names.items()]
    return [pair for pair in counted if skill.judged and (pair[1] or pair[0] != "not judged")]


def _confusion(skill: Skill, variants: Sequence[str]) -> list[tuple[str, list[str], list[tuple[str, list[Any]]]]]:
    """For each variant: what can be chosen, and by label how many rows chose it, with their share."""
    tables = skill.block.get("confusion", {})
    chosen = sorted({name for table in tables.values() for counts in table.values() for name in counts})
    return [
        (variant, chosen, [(label, _cells(counts, chosen)) for label, counts in tables[variant].items()])
        for variant in variants
        if variant in tables
    ]


def _cells(counts: Mapping[str, int], chosen: Sequence[str]) -> list[tuple[int, int]]:
    rows = sum(counts.values()) or 1
    return [(counts.get(name, 0), round(100 * counts.get(name, 0) / rows)) for name in chosen]


def _charts(skill: Skill) -> list[Chart]:
    """What the recipe itself wants shown."""
    if skill.name not in recipes.names() or not skill.rows:
        return []
    return [chart for chart in recipes.get(skill.name).charts(skill.rows, skill.scored()) if chart.rows]


def _drawn(chart: Chart) -> Markup:
    """A recipe's chart as a picture; a grid is its table, so it has none."""
    if chart.kind == "bars":
        told = [(words(str(name)), float(value or 0), n) for name, value, n in chart.rows]
        rows = [(name, value, f"{value:.2f}, n {n}") for name, value, n in told]
        return pictures.bars(chart.title, rows)
    if chart.kind == "lines":
        series = [
            (name, [(float(row[0] or 0), float(y)) for row in chart.rows if (y := row[place]) is not None])
            for place, name in enumerate(chart.columns[1:], start=1)
        ]
        return pictures.lines(chart.title, chart.columns[0], [(n, points, n == TUNED) for n, points in series])
    return Markup("")


def _loss(skill: Skill) -> dict[str, Any] | None:
    if not skill.training:
        return None
    steps = list(enumerate(skill.training["loss"], start=1))
    validation = [(line["step"], line["loss"]) for line in skill.training["validation_loss"]]
    picture = pictures.lines("Loss by step", "step", [("training", steps, False), ("validation", validation, True)])
    return {"picture": picture, "steps": steps, "validation": dict(validation)}


def _reasons(skill: Skill) -> dict[str, Any] | None:
    if not skill.validation:
        return None
    counted = sorted(skill.validation["reasons"].items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [("kept", skill.validation["kept"]), *counted]
    drawn_rows = [(words(name), float(number), _count(number)) for name, number in rows]
    return {"picture": pictures.bars("What became of the drafts", drawn_rows), "rows": rows}


def _splits(skill: Skill) -> dict[str, Any]:
    """By name, in the order in which they are used."""
    found = skill.validation.get("splits", {})
    return {name: found[name] for name in SPLITS if name in found}


def _cost(skill: Skill) -> list[tuple[str, str]]:
    """What was asked, learned and written: what the build's outputs know of its cost."""
    rows = []
    account = skill.validation.get("drafting", {})
    if "answers" in account:
        rows += [
            ("Answers of the teacher", _count(account["answers"])),
            ("Tokens asked of the teacher", _count(account["prompt_tokens"])),
            ("Tokens written by the teacher", _count(account["completion_tokens"])),
            ("Money, by the price table", f"${account['usd']:.4f}"),
        ]
    elif account:
        rows.append(("Teacher", f"{account.get('teacher', '?')}: no endpoint was asked, no money spent"))
    if skill.training:
        rows += [
            ("Tokens in the training rows", _count(skill.training["tokens"])),
            ("of them learned (supervised)", _count(skill.training["supervised_tokens"])),
        ]
    return rows + [
        (f"Tokens written by {variant}", _count(tokens)) for variant, (_, tokens) in skill.written.items() if tokens
    ]


def _count(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _size(size: int) -> str:
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
