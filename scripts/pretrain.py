"""Go on pretraining a model on plain documents, and publish a base model: what the adapter learned is folded in.

    python scripts/pretrain.py --params '{"pretrain": {"method": "lora"}}' --base models/base \
        --tokenizer models/R/tokenizer --train data/R/corpus.jsonl --val data/R/corpus_val.jsonl --out models/R/base

SIGTERM and SIGUSR1 save the state and end with exit status 75; the same command then goes on from there.
"""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from hone.core.config import TrainParams, block
from hone.core.errors import one_message
from hone.core.files import MANIFEST
from hone.core.progress import set_log


def main(
    params: Annotated[str, typer.Option(help='the stage\'s params as JSON: {"pretrain": {...}}')],
    base: Annotated[Path, typer.Option(help="the base model's folder")],
    tokenizer: Annotated[Path, typer.Option(help="the folder of the tokenizer")],
    train: Annotated[Path, typer.Option(help="documents to learn (JSONL of {text})")],
    val: Annotated[Path, typer.Option(help="documents that choose the best weights")],
    out: Annotated[Path, typer.Option(help="the folder to publish")],
    work: Annotated[Path | None, typer.Option(help="where resumable state is kept")] = None,
    log: Annotated[Path | None, typer.Option(help="append progress lines to this file")] = None,
) -> None:
    """Train on documents, resumably, and publish a whole model with its tokenizer."""
    with one_message():
        set_log(log)
        settings = block(params, "pretrain", TrainParams)
        work = work or Path("work") / f"{out.parent.name}-pretrain"
        from hone import models  # not before the parameters are known to be good: torch takes seconds to come
        from hone.training import run, texts
        from hone.training.ranks import Ranks

        inputs = run.Inputs(base, tokenizer, train, val)
        ranks = Ranks()
        learned = run.state_of(settings, inputs, work) / "learned"
        if not ranks.told((learned / MANIFEST).exists()):  # else a kill came between training and merging
            run.train(settings, inputs, learned, work, texts.blocks)
        if ranks.first:
            more = ("training.json", "training_loss.tsv", "validation_loss.tsv")
            models.save_merged(base, tokenizer, learned, out, more)
            shutil.rmtree(learned)
        ranks.wait()


if __name__ == "__main__":
    typer.run(main)
