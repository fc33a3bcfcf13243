"""Go on from a tuned adapter by reinforcement learning: answers are drawn, run, and learned from by their worth.

    python scripts/rl.py --recipe R --params '{"rl": {"steps": 20}}' --base models/base --tokenizer models/R/tokenizer \
        --start models/R/sft --train data/R/train.jsonl --val data/R/val.jsonl --out models/R/rl

An answer is worth the share of its tests that it passes, and one more if it is right; programs run in the sandbox.
Where thoughts are asked for (rl.format), an answer without any is worth nothing.
SIGTERM and SIGUSR1 save the state and end with exit status 75; the same command then goes on from there.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hone import reasoning, recipes
from hone.core.config import Format, RLParams, block
from hone.core.errors import UserError, one_message
from hone.core.progress import set_log
from hone.core.records import Completion, Row, is_right
from hone.recipes.base import Recipe
from hone.runners import Sandbox, language


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    params: Annotated[str, typer.Option(help='the stage\'s params as JSON: {"rl": {...}}')],
    base: Annotated[Path, typer.Option(help="the base model's folder")],
    tokenizer: Annotated[Path, typer.Option(help="the folder of the tokenizer")],
    start: Annotated[Path, typer.Option(help="the adapter to go on from")],
    train: Annotated[Path, typer.Option(help="rows whose prompts are answered (JSONL)")],
    val: Annotated[Path, typer.Option(help="rows that choose the best weights (JSONL)")],
    out: Annotated[Path, typer.Option(help="the folder to publish")],
    work: Annotated[Path | None, typer.Option(help="where resumable state is kept")] = None,
    log: Annotated[Path | None, typer.Option(help="append progress lines to this file")] = None,
) -> None:
    """Learn from what answers are worth, resumably, and publish what validated best."""
    with one_message():
        set_log(log)
        settings = block(params, "rl", RLParams)
        skill = recipes.get(recipe)
        if not skill.graded:
            raise UserError(f"{recipe}: expected a recipe whose metrics tell the share of tests that pass, found none")
        default = Path("work") / f"{out.parent.name}-{out.name}"  # as the stage is called
        from hone.training import grpo  # not before the parameters are known to be good: torch takes seconds to come

        inputs = grpo.Inputs(base, tokenizer, start, train, val)
        with Sandbox(language=language(skill.language)) as runner:
            grpo.train(settings, inputs, lambda made: worth(skill, made, runner, settings.format), out, work or default)


def worth(skill: Recipe, answered: Sequence[tuple[Row, str]], runner: Sandbox, form: Format) -> list[float]:
    """The share of tests passed, and one more for an answer that is right. What cannot be run is worth nothing."""

    def reward(row: Row, text: str) -> float:
        if form == "reasoning":
            text = reasoning.answer(text) if reasoning.thought(text) else ""
        ((_, metrics),) = skill.scores([(row, Completion(row.id, "rl", 0, text, (), (), "stop"))], runner)
        return float(metrics.get(skill.graded) or 0.0) + float(is_right(metrics, skill.right))

    return list(runner.each(partial(reward, *each) for each in answered))


if __name__ == "__main__":
    typer.run(main)
