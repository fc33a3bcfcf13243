"""Put the model that is to be sharpened into a folder: packaged, from the hub, or from a local folder."""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.config import BaseModelParams, block
from hone.core.errors import one_message
from hone.core.progress import set_log


def main(
    out: Annotated[Path, typer.Option(help="folder to make")],
    params: Annotated[str, typer.Option(help='JSON: {"base_model": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Fetch the base model."""
    with one_message():
        set_log(log)
        source = block(params, "base_model", BaseModelParams)
        from hone import sources  # takes seconds to import: after what can be wrong

        sources.fetch(source, out)


if __name__ == "__main__":
    typer.run(main)
