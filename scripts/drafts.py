"""Draft rows: for each sampled problem, what the recipe's teacher proposes. Nothing is proven here.

Which split a problem serves is decided before drafting, since a split has phrases of its own. What was drafted of a
problem is kept in --work, and what an endpoint answered in the ledger beside it: only what is new or was edited is
made again. Every row that was asked for is accounted for in --account.
"""

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import DatasetParams, DraftsParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import digest, key_of, write_json
from hone.core.progress import say, set_log, track
from hone.core.records import Problem, Row, Split, write_jsonl
from hone.dataset import assign, counts
from hone.events import Events
from hone.parts import WorkersOption
from hone.problems import read_problems
from hone.recipes.base import Place, Recipe
from hone.reuse import Reuse
from hone.runners import Limits, Sandbox, language
from hone.teachers.asking import together
from hone.teachers.budget import Budget
from hone.teachers.lessons import Lost, NoMoney, Teacher
from hone.teachers.teaching import EndpointTeacher, Estimate, asks

LIMITS = Limits(cpu_s=1)  # most that hang are mutants


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    samples: Annotated[Path, typer.Option(help="parquet of the problems to draft from")],
    out: Annotated[Path, typer.Option(help="drafts.jsonl to write")],
    account: Annotated[Path, typer.Option(help="drafting.json to write: what became of each row that was asked for")],
    params: Annotated[str, typer.Option(help='JSON: {"drafts": ..., "dataset": ..., "tokens": ...}')] = "{}",
    work: Annotated[Path | None, typer.Option(help="where drafts are kept for the next build")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    workers: WorkersOption = 2,
) -> None:
    """Propose rows for every sampled problem."""
    with one_message():
        set_log(log)
        work = work or Path("work") / f"{out.parent.name}-drafts"  # as the stage is called
        problems = read_problems(samples)
        skill = recipes.get(recipe)
        strata = {p.id: " ".join((skill.stratum(p), *skill.labels_of(p))) for p in problems}
        splits = assign(strata, block(params, "dataset", DatasetParams))
        if block(params, "drafts", DraftsParams).teacher == "offline":
            rows, facts = offline(recipe, problems, splits, params, work, workers)
        else:
            key = key_of({"params": params}, [samples])
            with Events.open(work / key, work.name, json.loads(params), {str(samples): digest(samples)}) as events:
                rows, facts = asyncio.run(by_endpoint(recipe, problems, splits, params, work, events, workers))
        write_json(account, facts)
        write_jsonl(out, rows)


def offline(
    recipe: str, problems: Sequence[Problem], splits: Mapping[str, Split], params: str, work: Path, workers: int
) -> tuple[list[Row], dict[str, Any]]:
    """All rows by the teacher that needs no endpoint, and the account of them."""
    skill, sizes = recipes.get(recipe), block(params, "dataset", DatasetParams)
    seed = block(params, "drafts", DraftsParams).seed
    given = {name: value for name, value in json.loads(params).items() if name != "dataset"}

    def drafted(*asked: Any) -> tuple[Row, ...]:
        return tuple(skill.draft(*asked))

    rows: list[Row] = []
    runner = Sandbox(workers, LIMITS, language(skill.language))
    with Reuse(drafted, tuple[Row, ...], work, recipe, runner, unsure=()) as draft:
        asked = ((p, splits[p.id], getattr(sizes, splits[p.id]).per_problem, seed, given) for p in problems)
        for some in track(draft.each(asked), len(problems), "drafts", unit="problems"):
            rows += some
        say(f"drafts: {draft.made} of {len(problems)} problems drafted, {draft.known} known")
    return rows, {"schema": 1, "teacher": "offline", "drafted": len(rows)}


async def by_endpoint(
    recipe: str,
    problems: Sequence[Problem],
    splits: Mapping[str, Split],
    params: str,
    work: Path,
    events: Events,
    workers: int,
) -> tuple[list[Row], dict[str, Any]]:
    """All rows by a teacher behind an endpoint, and the account of them. Raises: UserError where the money ended
    before the rows; what was answered is in the ledger, and the same call goes on from there."""
    skill, drafts = recipes.get(recipe), block(params, "drafts", DraftsParams)
    places = wanted(skill, problems, splits, params)
    budget = Budget(drafts.prices, drafts.max_usd, drafts.batch)
    with Sandbox(workers, LIMITS, language(skill.language)) as runner:
        ledger = work.parent / "answers" / f"{recipe}.jsonl"
        async with asks(drafts, ledger, budget, events.call) as source:
            await estimate(skill, places, params, budget, runner)
            teacher = EndpointTeacher(source, drafts)
            try:
                made = await together(ask_for(skill, places, params, teacher, runner), source, "drafts", "rows")
            except* UserError as several:
                raise several.exceptions[0] from None
            finally:
                events.log(source.asked, answers=source.asked, known=source.known, usd=budget.spent)
    rows = [row for row in made if isinstance(row, Row)]
    lost = [str(reason) for reason in made if isinstance(reason, Lost)]
    left = sum(isinstance(reason, NoMoney) for reason in made)
    say(f"drafts: {len(rows)} of {len(places)} rows drafted; {source.asked} answers paid for, {source.known} known")
    for reason, n in counts(lost).items():
        say(f"drafts: lost {n}: {reason}")
    if left:
        raise UserError(
            f"drafts.max_usd: ${budget.max_usd:g} is used up (${budget.spent:.4f} spent): {left} of {len(places)} rows "
            "are left to be asked for; what was answered is kept: raise max_usd and run the same command again"
        )
    rounds = counts(str(row.meta.get("rounds", "")) for row in rows)
    facts = {
        "schema": 1, "teacher": drafts.teacher, "model": drafts.model, "asked": len(places), "drafted": len(rows),
        "lost": counts(lost), "rounds": rounds, **teacher.account(),
    }  # fmt: skip
    events.end(rows=len(rows), lost=len(lost), usd=facts["usd"], answers=facts["answers"])
    return rows, facts


def wanted(skill: Recipe, problems: Sequence[Problem], splits: Mapping[str, Split], params: str) -> list[Place]:
    """A place for each row to be asked for: somewhat more than the dataset needs."""
    sizes, surplus = block(params, "dataset", DatasetParams), block(params, "drafts", DraftsParams).surplus
    return [
        Place(problem, splits[problem.id], label, number)
        for problem in problems
        for label in skill.labels_of(problem)
        for share in [getattr(sizes, splits[problem.id]).per_problem / len(skill.labels_of(problem))]
        for number in range(math.ceil(share * surplus))
    ]


def ask_for(skill: Recipe, places: Sequence[Place], params: str, teacher: Teacher, runner: Sandbox) -> list[Any]:
    """A coroutine for each place, that gives its row, or the `Lost` that says why there is none."""
    given, seed = json.loads(params), block(params, "drafts", DraftsParams).seed

    async def one(place: Place) -> Row | Lost:
        try:
            return await skill.taught(place, seed, given, teacher, runner)
        except Lost as reason:
            return reason

    return [one(place) for place in places]


async def estimate(skill: Recipe, places: Sequence[Place], params: str, budget: Budget, runner: Sandbox) -> None:
    """Tell, before anything is asked, what it takes if nothing is known and every answer is as long as it may be."""
    source, drafts = Estimate(), block(params, "drafts", DraftsParams)
    for one in ask_for(skill, places, params, EndpointTeacher(source, drafts), runner):
        await one
    n = skill.asks_a_row
    prompt = n * sum(ask.prompt_tokens for ask in source.noted)
    usd = f"${n * budget.estimate(source.noted):.2f}" if drafts.model in drafts.prices else "no price in prices"
    limit = f", limit ${budget.max_usd:g}" if budget.max_usd is not None else ""
    say(
        f"drafts: {len(places)} rows of {drafts.model}: {n * len(source.noted)} answers, about {prompt} prompt tokens "
        f"and at most {n * len(source.noted) * drafts.max_tokens} of answers, {usd} at most{limit}; "
        f"${budget.spent:.4f} were spent before"
    )


if __name__ == "__main__":
    typer.run(main)
