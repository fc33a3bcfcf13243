"""Let one variant answer the test rows. With --base a model on this machine does; with a block `endpoint` in --params
one behind an endpoint; else it is a variant without a model: the recipe's rule answers, or, as "oracle", the reply of
the row itself, which has to score all that can be scored.

All variants see the same rows in the same order with the same seeds; one that was trained by reinforcement learning is
asked as it was there, for thoughts or not (a block `rl` in --params). Finished batches are kept in --work, so that a
run which was killed goes on where it stopped; what an endpoint answered is kept beside it, and never paid for twice.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from hone import reasoning, recipes
from hone.core.config import APIS, AnswersParams, Format, GenerateParams, RLParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import digest, key_of
from hone.core.progress import say, set_log
from hone.core.records import Completion, Row, read_jsonl, write_jsonl
from hone.events import Events
from hone.parts import Part, PartOption
from hone.recipes.base import Recipe
from hone.teachers import asking
from hone.teachers.asking import LEFT, Outcome
from hone.teachers.asks import Answer, Ask, SetAside
from hone.teachers.budget import Budget
from hone.teachers.teaching import asks

ORACLE = "oracle"
ROLES = ("system", "user", "assistant")  # of the turns that every endpoint takes
REASONS = 5  # that are told, of those for which there is no answer


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    variant: Annotated[str, typer.Option(help="name of the variant, for instance base or sft")],
    rows: Annotated[Path, typer.Option(help="test.jsonl")],
    out: Annotated[Path, typer.Option(help="completions.jsonl to write")],
    base: Annotated[Path | None, typer.Option(help="base model's folder")] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="folder of the tokenizer with the new tokens")] = None,
    adapter: Annotated[Path | None, typer.Option(help="folder of the tuned model")] = None,
    params: Annotated[str, typer.Option(help='JSON: {"generate": ..., "endpoint": ...}')] = "{}",
    work: Annotated[Path | None, typer.Option(help="the stage's folder for resumable state")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    part: PartOption = "",
) -> None:
    """Write one completion for every row and sample."""
    with one_message():
        set_log(log)
        share = Part.parse(part)
        skill = recipes.get(recipe)
        generate, form = block(params, "generate", GenerateParams), block(params, "rl", RLParams).format
        tested = read_jsonl(rows, Row)
        if not tested:
            raise UserError(f"{rows}: expected test rows, found none")
        if "endpoint" in json.loads(params):
            given = block(params, "endpoint", AnswersParams)
            stage = work or Path("work") / f"{recipe}-complete-{variant}"  # as the stage is called
            found = by_endpoint(skill, variant, tested, generate, given, stage, rows, share, form)
        elif base is None:
            found = without_model(skill, variant, tested, generate.samples)
        elif tokenizer is None:
            raise UserError("--tokenizer: expected a folder beside --base, found nothing")
        else:
            with state(work) as folder:
                model = (base, tokenizer, adapter)
                found = by_model(skill, variant, tested, generate, model, folder, rows, share, form)
        if share.whole:
            write_jsonl(out, found)


def without_model(skill: Recipe, variant: str, rows: list[Row], samples: int) -> list[Completion]:
    """What the recipe's rule answers, or the oracle: the same for every sample."""
    return [
        Completion(row.id, variant, sample, row.reply if variant == ORACLE else skill.rule(row), (), (), "stop")
        for row in rows
        for sample in range(samples)
    ]


def by_model(
    skill: Recipe,
    variant: str,
    rows: list[Row],
    params: GenerateParams,
    model: tuple[Path, Path, Path | None],
    work: Path,
    source: Path,
    part: Part,
    form: Format,
) -> list[Completion]:
    """What a model answers; nothing for a part, which is only kept. `UserError` for a row whose prompt does not fit."""
    from hone.generation.replies import CODE, Folders, replies  # here: the rule needs no torch

    folders = Folders(*model)
    facts = params.model_dump() | {"recipe": skill.name, "variant": variant, "format": form}
    folder = work / key_of(facts, [*folders.paths, source, *CODE])
    inputs = {str(path): digest(path) for path in (*folders.paths, source)}
    prompts = [reasoning.asked(skill.prompt(row, variant), form) for row in rows]
    asked = (folders, prompts, [f"row {row.id}" for row in rows], params, folder / "batches.jsonl")
    if not part.whole:
        replies(*asked, part)
        return []
    with Events.open(folder, work.name, facts, inputs) as events:
        events.tag(engine=params.engine)
        made = replies(*asked)
        cut = Counter(reply.finish for reply in made)
        tokens = sum(len(reply.token_ids) for reply in made)
        events.end(
            completions=len(made), completion_tokens=tokens, cut_at_length=cut["length"], cut_in_circles=cut["loop"]
        )
    ids = [(row.id, sample) for row in rows for sample in range(params.samples)]
    return [
        Completion(row_id, variant, sample, reply.text, reply.token_ids, reply.single_tokens, reply.finish)
        for (row_id, sample), reply in zip(ids, made, strict=True)
    ]


def by_endpoint(
    skill: Recipe,
    variant: str,
    rows: list[Row],
    params: GenerateParams,
    endpoint: AnswersParams,
    work: Path,
    source: Path,
    part: Part,
    form: Format,
) -> list[Completion]:
    """What a model behind an endpoint answers, "" where no usable answer came; nothing for a part, which is only kept.
    `UserError` for a row with turns that endpoints do not take, and where the budget ended before the rows."""
    if endpoint.api not in APIS:
        raise UserError(f"endpoint.teacher: expected one of {', '.join(APIS)}, found {endpoint.teacher!r}")
    asked = []
    for row in rows:
        prompt = tuple(reasoning.asked(skill.prompt(row, variant), form))
        odd = [message.role for message in prompt if message.role not in ROLES]
        if odd:
            raise UserError(
                f"row {row.id}: expected turns of {', '.join(ROLES)} for an endpoint, found one of {odd[0]}"
            )
        for sample in range(params.samples):
            asked.append(Ask(endpoint.model, prompt, params.temperature, endpoint.max_tokens, sample=sample))
    facts = {"recipe": skill.name, "variant": variant, "endpoint": endpoint.model_dump()} | params.model_dump()
    facts |= {} if part.whole else {"part": f"{part.number}/{part.of}"}
    with Events.open(work / key_of(facts, [source]), work.name, facts, {str(source): digest(source)}) as events:
        events.tag(engine=endpoint.api)
        outcomes = answered(part.share(asked), endpoint, work.parent / "answers" / f"{work.name}.jsonl", events)
    if not part.whole:
        return []
    ids = [(row.id, sample) for row in rows for sample in range(params.samples)]
    texts = [outcome.text if isinstance(outcome, Answer) else "" for outcome in outcomes]
    return [
        Completion(row_id, variant, sample, text, (), (), "stop")
        for (row_id, sample), text in zip(ids, texts, strict=True)
    ]


def answered(asked: Sequence[Ask], endpoint: AnswersParams, ledger: Path, events: Events) -> list[Outcome]:
    """What came of each ask, in their order."""
    budget = Budget(endpoint.prices, endpoint.max_usd, endpoint.batch)

    async def go() -> list[Outcome]:
        async with asks(endpoint, ledger, budget, events.call) as source:
            outcomes = await asking.every(source, asked, "complete")
            if LEFT in outcomes:
                raise UserError(
                    "endpoint.max_usd is used up; what was answered is kept: raise it and run the same command again"
                )
            say(f"complete: {source.asked} answers paid for, {source.known} known")
            lost = Counter(outcome.reason for outcome in outcomes if isinstance(outcome, SetAside))
            for reason, n in lost.most_common(REASONS):
                say(f"complete: {n} of {len(asked)} answers are empty, since none came: {reason}")
            counts = {"completions": len(asked), "lost": lost.total()}
            events.end(**counts, answers=source.asked, known=source.known, usd=budget.spent)
            return outcomes

    return asking.run(go())


@contextmanager
def state(work: Path | None) -> Iterator[Path]:
    """The folder for resumable state, or one that goes away."""
    if work is not None:
        yield work
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


if __name__ == "__main__":
    typer.run(main)
