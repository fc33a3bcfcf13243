"""One file of results over all recipes."""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import one_message
from hone.core.files import read_json, write_json
from hone.core.progress import set_log
from hone.evaluation.summarise import gather


def main(
    evals: Annotated[list[Path], typer.Option("--eval", help="eval.json of a recipe; once for each")],
    out: Annotated[Path, typer.Option(help="eval.json to write")],
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Put the recipes' figures into one file."""
    with one_message():
        set_log(log)
        write_json(out, gather((str(path), read_json(path)) for path in evals))


if __name__ == "__main__":
    typer.run(main)
