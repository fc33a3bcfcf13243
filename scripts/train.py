"""Train a model on rows and publish an adapter (or, with method full, a model).

    python scripts/train.py --params '{"sft": {"rank": 8}}' --base models/base \
        --tokenizer models/R/tokenizer --train data/R/train.jsonl --val data/R/val.jsonl --out models/R/sft

SIGTERM and SIGUSR1 save the state and end with exit status 75; the same command then goes on from there and
ends in the same bytes. Validation rows choose the best weights; test rows have no way in.
"""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.config import TrainParams, block
from hone.core.errors import one_message
from hone.core.progress import set_log


def main(
    params: Annotated[str, typer.Option(help='the stage\'s params as JSON: {"sft": {...}}')],
    base: Annotated[Path, typer.Option(help="the base model's folder")],
    tokenizer: Annotated[Path, typer.Option(help="the folder of the tokenizer with the new tokens")],
    train: Annotated[Path, typer.Option(help="rows to learn (JSONL)")],
    val: Annotated[Path, typer.Option(help="rows that choose the best weights (JSONL)")],
    out: Annotated[Path, typer.Option(help="the folder to publish")],
    work: Annotated[Path | None, typer.Option(help="where resumable state is kept")] = None,
    log: Annotated[Path | None, typer.Option(help="append progress lines to this file")] = None,
) -> None:
    """Train, resumably, and publish what validated best."""
    with one_message():
        set_log(log)
        settings = block(params, "sft", TrainParams)
        default = Path("work") / f"{out.parent.name}-{out.name}"  # as the stage is called
        # Not before the parameters are known to be good: torch takes seconds to come.
        from hone.training.run import Inputs
        from hone.training.run import train as run

        run(settings, Inputs(base, tokenizer, train, val), out, work or default)


if __name__ == "__main__":
    typer.run(main)
