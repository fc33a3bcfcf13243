"""Fold an adapter into its base, as a model of its own for serving."""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import one_message


def main(
    base: Annotated[Path, typer.Option(help="folder of the base model")],
    tokenizer: Annotated[Path, typer.Option(help="folder of the tokenizer with the new tokens")],
    adapter: Annotated[Path, typer.Option(help="folder of the adapter")],
    out: Annotated[Path, typer.Option(help="folder to make")],
) -> None:
    """Merge, save, read back and compare."""
    with one_message():
        from hone import models

        models.save_merged(base, tokenizer, adapter, out)


if __name__ == "__main__":
    typer.run(main)
