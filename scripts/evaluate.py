"""The variants of one recipe side by side: each metric with n and a 95 % interval, comparisons, a picture."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.errors import one_message
from hone.core.files import digest, key_of, read_json, write_json
from hone.core.progress import say, set_log
from hone.core.records import Score, read_jsonl
from hone.evaluation.picture import draw
from hone.evaluation.summarise import points, summarise
from hone.evaluation.table import table
from hone.events import ARTIFACTS, Events


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    scores: Annotated[list[Path], typer.Option(help="scores.jsonl of a variant; once for each")],
    out: Annotated[Path, typer.Option(help="eval.json to write")],
    picture: Annotated[Path, typer.Option(help="comparison.png to write")],
    comparison: Annotated[Path, typer.Option(help="comparison.json to write, the picture's figures for dvc plots")],
    work: Annotated[Path | None, typer.Option(help="the stage's folder for the event log")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    judging: Annotated[Path | None, typer.Option(help="judging.json: how far the judge can be trusted")] = None,
) -> None:
    """Write the figures and the picture, and show the table."""
    with one_message():
        set_log(log)
        skill = recipes.get(recipe)
        scored = [score for path in scores for score in read_jsonl(path, Score)]
        summary = summarise(recipe, skill.metrics, scored, skill.right)
        if judging is not None:
            summary["recipes"][recipe]["judge"] = read_json(judging)
        draw(recipe, summary["recipes"][recipe], picture)
        write_json(comparison, points(summary["recipes"][recipe]))
        write_json(out, summary)
        say(table(summary))
        if work is not None:
            engines = ", ".join(sorted({score.engine for score in scored if score.engine}))
            note(work, scores, summary["recipes"][recipe]["variants"], [out, picture], engines)


def note(work: Path, scores: list[Path], variants: Mapping[str, Any], made: list[Path], engine: str) -> None:
    """Leave figures and pictures for the tracking, as a run that ended."""
    folder = work / key_of({}, scores)
    with Events.open(folder, work.name, {}, {str(path): digest(path) for path in scores}) as events:
        (folder / ARTIFACTS).mkdir(exist_ok=True)
        for path in made:
            shutil.copy(path, folder / ARTIFACTS / path.name)
        events.tag(engine=engine)
        events.end(**dict(flat(variants)))


def flat(variants: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[str, float]]:
    """Every figure by a name of its own, with its interval and n beside it."""
    for variant, figures in variants.items():
        for metric, figure in figures.items():
            name, (low, high) = f"{variant}.{metric}", figure["ci95"]
            yield from ((name, figure["value"]), (f"{name}.low", low), (f"{name}.high", high))
            yield f"{name}.n", figure["n"]


if __name__ == "__main__":
    typer.run(main)
