"""Problems in one schema, from the source that the params name (`src/hone/problems/`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import problems, recipes
from hone.core.config import block
from hone.core.errors import one_message
from hone.core.files import write_json
from hone.core.progress import say, set_log, track
from hone.core.records import Problem
from hone.dataset import counts


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill, whose block of params this is")],
    out: Annotated[Path, typer.Option(help="problems.parquet to write")],
    account: Annotated[Path, typer.Option(help="problems.json to write: how many there are, and why others are not")],
    params: Annotated[str, typer.Option(help='JSON: {"problems": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Write problems.parquet, whole or not at all."""
    with one_message():
        set_log(log)
        skill = recipes.get(recipe)
        kind: Any = skill.Params.model_fields["problems"].annotation
        given = block(params, "problems", kind)
        dropped: dict[str, str] = {}
        found = track(skill.problems(problems.load(given), given), None, "problems", unit="problems")
        kept = problems.write_problems(out, fit(found, dropped))
        write_json(account, {"schema": 1, "problems": kept, "dropped": dropped})
        for reason, n in counts(dropped.values()).items():
            say(f"problems: dropped {n}: {reason}")


def fit(found: Iterable[tuple[Problem, str]], dropped: dict[str, str]) -> Iterator[Problem]:
    """The problems that can be used; `dropped` is told of the others, with the reason."""
    for problem, reason in found:
        if reason:
            dropped[problem.id] = reason
        else:
            yield problem


if __name__ == "__main__":
    typer.run(main)
