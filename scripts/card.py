"""The card of a recipe's tuned model, as the hub reads it.

    python scripts/card.py --params '{"base_model": {"source": "packaged"}}' --file results/R/eval.json \
        --file models/R/sft --out models/R/README.md
"""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.config import BaseModelParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import write_text
from hone.core.progress import set_log
from hone.report.build import load
from hone.report.card import card


def main(
    file: Annotated[list[Path], typer.Option(help="eval.json of one recipe, or what the build made of it; repeat it")],
    out: Annotated[Path, typer.Option(help="README.md to write")],
    params: Annotated[str, typer.Option(help='JSON: {"base_model": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Write the card."""
    with one_message():
        set_log(log)
        skills = load(file)
        if len(skills) != 1:
            raise UserError(f"--file: expected the eval.json of one recipe, found {len(skills)} recipes")
        write_text(out, card(skills[0], block(params, "base_model", BaseModelParams)))


if __name__ == "__main__":
    typer.run(main)
