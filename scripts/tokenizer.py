"""Make the tokenizer with the recipe's new tokens, and report what they cost and save."""

from pathlib import Path
from typing import Annotated

import typer

from hone import tokens
from hone.core.config import NewTokens, block
from hone.core.errors import one_message
from hone.core.progress import set_log
from hone.core.records import Row, read_jsonl


def main(
    base: Annotated[Path, typer.Option(help="folder of the base model")],
    rows: Annotated[Path, typer.Option(help="train.jsonl, to measure on")],
    out: Annotated[Path, typer.Option(help="folder to make")],
    params: Annotated[str, typer.Option(help='JSON: {"tokens": [...]}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Add the new tokens."""
    with one_message():
        set_log(log)
        tokens.build(base, block(params, "tokens", NewTokens).root, read_jsonl(rows, Row), out)


if __name__ == "__main__":
    typer.run(main)
