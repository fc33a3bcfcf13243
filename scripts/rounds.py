"""The rounds of a bootstrap loop, told in one file and one picture: how much was solved, and how well models answer."""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import one_message
from hone.core.files import read_json, write_json
from hone.core.progress import set_log
from hone.evaluation.rounds import draw


def main(
    metadata: Annotated[list[Path], typer.Option(help="metadata.json of a round; once for each, in order")],
    out: Annotated[Path, typer.Option(help="rounds.json to write")],
    picture: Annotated[Path, typer.Option(help="rounds.png to write")],
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Put the rounds side by side."""
    with one_message():
        set_log(log)
        rounds = [read_json(path) for path in metadata]
        draw(rounds, picture)
        write_json(out, {"schema": 1, "rounds": rounds})


if __name__ == "__main__":
    typer.run(main)
