"""The problems that are used: n of them, drawn by seed, as many of each difficulty as its share."""

from pathlib import Path
from typing import Annotated

import typer

from hone import problems
from hone.core.config import SamplesParams, block
from hone.core.errors import one_message
from hone.core.progress import say, set_log


def main(
    problems_file: Annotated[Path, typer.Option("--problems", help="problems.parquet to draw from")],
    out: Annotated[Path, typer.Option(help="samples.parquet to write, sorted by id")],
    params: Annotated[str, typer.Option(help='JSON: {"samples": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Write samples.parquet, whole or not at all. Reads the tests of the drawn problems only."""
    with one_message():
        set_log(log)
        drawn = problems.sample(problems_file, block(params, "samples", SamplesParams))
        problems.write_problems(out, drawn)
        say(f"samples: {len(drawn)} problems")


if __name__ == "__main__":
    typer.run(main)
