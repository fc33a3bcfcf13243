"""Draft rows: for each sampled problem, what the recipe's teacher proposes. Nothing is proven here.

Which split a problem serves is decided before drafting, since a split has phrases of its own. What was drafted of a
problem is kept in --work: only problems that are new or were edited are drafted again.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.config import DatasetParams, DraftsParams, block
from hone.dataset import assign
from hone.errors import one_message
from hone.problems import read_problems
from hone.progress import say, set_log, track
from hone.records import Row, write_jsonl
from hone.reuse import Reuse
from hone.runners import Limits, Sandbox


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    samples: Annotated[Path, typer.Option(help="parquet of the problems to draft from")],
    out: Annotated[Path, typer.Option(help="drafts.jsonl to write")],
    params: Annotated[str, typer.Option(help='JSON: {"drafts": ..., "dataset": ..., "tokens": ...}')] = "{}",
    work: Annotated[Path | None, typer.Option(help="where drafts are kept for the next build")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Propose rows for every sampled problem."""
    with one_message():
        set_log(log)
        skill = recipes.get(recipe)
        drafts = block(params, "drafts", DraftsParams)
        dataset = block(params, "dataset", DatasetParams)
        problems = read_problems(samples)
        splits = assign((problem.id for problem in problems), dataset)
        given = {name: value for name, value in json.loads(params).items() if name != "dataset"}
        default = Path("work") / f"{out.parent.name}-drafts"  # as the stage is called
        runner = Sandbox(limits=Limits(cpu_s=1))  # most that hang are mutants

        def drafted(*asked: Any) -> tuple[Row, ...]:
            return tuple(skill.draft(*asked))

        rows: list[Row] = []
        with Reuse(drafted, tuple[Row, ...], work or default, recipe, runner, unsure=()) as draft:
            for problem in track(problems, len(problems), "drafts", unit="problems"):
                split = splits[problem.id]
                rows += draft(problem, split, getattr(dataset, split).per_problem, drafts.seed, given)
            say(f"drafts: {draft.made} of {len(problems)} problems drafted, {draft.known} known")
        write_jsonl(out, rows)


if __name__ == "__main__":
    typer.run(main)
