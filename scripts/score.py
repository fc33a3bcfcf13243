"""Score the completions of one variant: pure and deterministic, so a changed metric regenerates no text.

Every row must have its completions, and no completion may be left without a row: a failed generation is an
empty text that scores nothing, never a missing line. Scores are kept in --work: only new completions are scored.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hone import recipes
from hone.core.errors import UserError, one_message
from hone.core.progress import set_log, track
from hone.core.records import Completion, Row, Score, read_jsonl, write_jsonl
from hone.parts import Part, PartOption, WorkersOption
from hone.recipes.base import Scored
from hone.reuse import Reuse
from hone.runners import Runner, Sandbox, language


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    rows: Annotated[Path, typer.Option(help="test.jsonl")],
    completions: Annotated[Path, typer.Option(help="completions.jsonl of one variant")],
    out: Annotated[Path, typer.Option(help="scores.jsonl to write")],
    work: Annotated[Path | None, typer.Option(help="where scores are kept for the next build")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    part: PartOption = "",
    workers: WorkersOption = 2,
) -> None:
    """Write one score for every completion."""
    with one_message():
        set_log(log)
        share = Part.parse(part)
        answered = joined(read_jsonl(rows, Row), read_jsonl(completions, Completion), completions)
        groups = share.share(by_problem(answered))
        default = Path("work") / f"{out.parent.parent.name}-scores-{out.parent.name}"  # as the stage is called
        scores: dict[tuple[str, int], Score] = {}
        runner = Sandbox(workers, language=language(recipes.get(recipe).language))
        with Reuse(scored, tuple[Scored, ...], work or default, recipe, runner, unsure=["timeout"]) as known:
            worth = known.each((recipe, group) for group in groups)
            for group, each in zip(track(groups, len(groups), "scores", unit="problems"), worth, strict=True):
                for (row, completion), found in zip(group, each, strict=True):
                    key = (row.id, row.problem_id, completion.variant, completion.sample)
                    score = Score(*key, row.label, *found, runner.engine, runner.isolation, groups_of(row))
                    scores[row.id, completion.sample] = score
        if share.whole:
            write_jsonl(out, [scores[row.id, completion.sample] for row, completion in answered])


def scored(recipe: str, group: Sequence[tuple[Row, Completion]], runner: Runner) -> tuple[Scored, ...]:
    """What the completions of one problem are worth."""
    return tuple(recipes.get(recipe).scores(group, runner))


def groups_of(row: Row) -> tuple[str, ...]:
    """The groups of rows that a row is in, beside its label: its difficulty and tags, where the recipe says them."""
    return (*filter(None, [row.meta.get("difficulty", "")]), *row.meta.get("tags", ()))


def by_problem(answered: Sequence[tuple[Row, Completion]]) -> list[list[tuple[Row, Completion]]]:
    """The rows of one problem together, a group a sample."""
    groups: dict[tuple[str, int], list[tuple[Row, Completion]]] = {}
    for row, completion in answered:
        groups.setdefault((row.problem_id, completion.sample), []).append((row, completion))
    return list(groups.values())


def joined(rows: Sequence[Row], completions: Sequence[Completion], source: Path) -> list[tuple[Row, Completion]]:
    """Rows with their completions, in the order of both. A gap, a stranger or a double is a `UserError`."""
    found = {(c.row_id, c.sample): c for c in completions}
    samples = sorted({c.sample for c in completions}) or [0]
    keys = [(row.id, sample) for row in rows for sample in samples]
    missing = [key for key in keys if key not in found]
    strangers = sorted(found.keys() - set(keys))
    if missing:
        raise UserError(
            f"{source}: row {missing[0][0]}: expected a completion of sample {missing[0][1]}, found none "
            f"({len(missing)} of {len(keys)} are missing)"
        )
    if strangers:
        raise UserError(f"{source}: row {strangers[0][0]}: not among the test rows; complete them again")
    if len(found) != len(completions) or len({c.variant for c in completions}) > 1:
        raise UserError(f"{source}: expected one completion for each row and sample, of one variant")
    return [(row, found[row.id, sample]) for row in rows for sample in samples]


if __name__ == "__main__":
    typer.run(main)
