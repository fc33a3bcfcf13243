"""Two revisions of a build compared: parameters, data by DVC's hashes, and metrics on the test rows that both have.

What a revision is, git and DVC say: params.yaml, dvc.lock and results/eval.json as committed, scores out of DVC's cache
or its remote. `WORKSPACE` is what stands on disk. Not covered: rows with equal words but another id.
"""

import io
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from hone.core.errors import UserError
from hone.core.records import Score
from hone.evaluation.statistics import Value, compare
from hone.evaluation.summarise import Key, values
from hone.evaluation.table import grid, interval, ordered

WORKSPACE = "workspace"
DIGITS = 8  # of a hash that are shown


@dataclass
class Revision:
    """One side: `scores` by recipe and variant, as far as they can be had."""

    name: str
    params: Mapping[str, str]
    outputs: Mapping[str, str]  # path -> DVC's hash
    recipes: Mapping[str, Any]  # of eval.json
    scores: dict[tuple[str, str], dict[Key, Score]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # scores that cannot be had


def revision(name: str) -> Revision:
    """What git and DVC know of a revision. Raises: UserError where git does not know it, or it has no evaluation."""
    params, lock = _yaml(name, "params.yaml"), _yaml(name, "dvc.lock", optional=True)
    found = Revision(name, dict(_flat(params)), _outputs(lock), _yaml(name, "results/eval.json")["recipes"])
    for recipe, block in found.recipes.items():
        for variant in block["variants"]:
            text = _scores(name, f"results/{recipe}/{variant}/scores.jsonl")
            if text is None:
                found.missing.append(f"{recipe}/{variant}")
            else:
                adapter = TypeAdapter(Score)
                scores = [adapter.validate_json(line) for line in io.StringIO(text)]
                found.scores[recipe, variant] = {(score.row_id, score.sample): score for score in scores}
    return found


def compared(a: Revision, b: Revision) -> Iterator[str]:
    """The lines to print."""
    yield from _changes("parameters", a.params, b.params)
    yield ""
    yield from _changes("data and models", a.outputs, b.outputs)
    for side in (a, b):
        if side.missing:
            yield f"\nscores of {', '.join(side.missing)} at {side.name} are in no cache or remote: `dvc fetch` them"
    for recipe in sorted(a.recipes.keys() & b.recipes.keys()):
        yield ""
        yield from _metrics(recipe, a, b)


def _metrics(recipe: str, a: Revision, b: Revision) -> Iterator[str]:
    variants, metrics = ordered(b.recipes[recipe])
    rows = [
        [variant, metric, *_line(recipe, variant, metric, a, b)]
        for variant in variants
        for metric in metrics
        if metric in b.recipes[recipe]["variants"][variant]
    ]
    header = ["variant", "metric", a.name, b.name, "difference", "p", "wins/losses/ties"]
    yield f"{recipe}: values over each revision's own test rows; differences on those that both have"
    yield grid(header, rows)


def _line(recipe: str, variant: str, metric: str, a: Revision, b: Revision) -> list[str]:
    figures = [side.recipes[recipe]["variants"].get(variant, {}).get(metric) for side in (a, b)]
    told = [f"{found['value']:.2f} {interval(found['ci95'])} {found['n']}" if found else "-" for found in figures]
    left, right = (_values(side, recipe, variant, metric) for side in (a, b))
    result = compare(left, right)
    if result is None:
        return [*told, "-", "-", "-"]
    difference = f"{result.delta:+.2f} {interval(result.ci95)}"
    return [*told, difference, f"{result.p_value:.2g}", f"{result.wins}/{result.losses}/{result.ties}"]


def _values(side: Revision, recipe: str, variant: str, metric: str) -> dict[Key, Value]:
    return values(side.scores.get((recipe, variant), {}), metric)


def _changes(what: str, a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[str]:
    names = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
    yield f"{what}: {f'{len(names)} differ' if names else 'the same'}"
    yield from (f"  {name}: {a.get(name, 'none')} -> {b.get(name, 'none')}" for name in names)


def _outputs(lock: Mapping[str, Any]) -> dict[str, str]:
    """What stages made of data and models; what is below results/ follows from these and is compared as figures."""
    outs = [out for stage in lock.get("stages", {}).values() for out in stage.get("outs", [])]
    return {out["path"]: out["md5"][:DIGITS] for out in outs if out["path"].startswith(("data/", "models/"))}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _yaml(name: str, file: str, optional: bool = False) -> dict[str, Any]:
    """A YAML or JSON file of a revision."""
    text = _on_disk(file) if name == WORKSPACE else _in_git(name, file)
    if text is None and not optional:
        raise UserError(f"{name}: expected {file} there, found none; build, `hone save` and commit it")
    found: dict[str, Any] = yaml.safe_load(text or "{}")
    return found


def _in_git(name: str, file: str) -> str | None:
    known = subprocess.run(["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], capture_output=True)
    if known.returncode:
        raise UserError(f"{name}: expected a revision that git knows (a commit, branch or tag), or {WORKSPACE!r}")
    done = subprocess.run(["git", "show", f"{name}:./{file}"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def _on_disk(file: str) -> str | None:
    path = Path(file)
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _scores(name: str, file: str) -> str | None:
    """Out of DVC's cache or its remote; None where neither has it."""
    if name == WORKSPACE:
        return _on_disk(file)
    import dvc.api  # a second
    from dvc.exceptions import DvcException

    try:
        return str(dvc.api.read(file, rev=name, encoding="utf-8"))
    except (DvcException, OSError):
        return None
