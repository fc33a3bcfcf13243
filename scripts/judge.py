"""Base against tuned, row by row: by exact comparison, and by a judge where one is named. Written are

results.jsonl: a line for each answer ({id, variant, accuracy, judged, gold_raw, pred_raw, latency, ...}),
comparison.jsonl: a line for each row ({id, base_score, lora_score, winner, reasons, ...}), examples.md: the same, to be
read, and judging.json: how far the judge can be trusted. `latency` is null: outputs hold nothing that changes from run
to run; seconds stand in the event logs. What a judge said is kept beside --work, and never paid for twice.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import APIS, JudgeParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import digest, key_of, write_json, write_text
from hone.core.progress import say, set_log
from hone.core.records import Completion, Row, Score, read_jsonl, write_lines
from hone.dataset import prompt_text
from hone.evaluation.examples import page
from hone.evaluation.judge import Judged, Pair, account, judge
from hone.events import Events
from hone.parts import Part, PartOption
from hone.teachers import asking
from hone.teachers.budget import Budget
from hone.teachers.teaching import asks

BASE, TUNED = "base", "sft"
SIDES = {"a": "base", "b": "lora", "tie": "tie"}  # the names of the published layout


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    rows: Annotated[Path, typer.Option(help="test.jsonl")],
    completions: Annotated[list[Path], typer.Option(help="completions.jsonl of base and of the tuned model")],
    scores: Annotated[list[Path], typer.Option(help="scores.jsonl of both")],
    results: Annotated[Path, typer.Option(help="results.jsonl to write")],
    comparison: Annotated[Path, typer.Option(help="comparison.jsonl to write")],
    examples: Annotated[Path, typer.Option(help="examples.md to write")],
    out: Annotated[Path, typer.Option(help="judging.json to write")],
    params: Annotated[str, typer.Option(help='JSON: {"judge": ...}')] = "{}",
    work: Annotated[Path | None, typer.Option(help="the stage's folder; answers are kept beside it")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    part: PartOption = "",
) -> None:
    """Compare both variants on every row."""
    with one_message():
        set_log(log)
        share = Part.parse(part)
        skill = recipes.get(recipe)
        settings = block(params, "judge", JudgeParams)
        tested = read_jsonl(rows, Row)
        said = {name: of_variant(completions, Completion, name, tested) for name in (BASE, TUNED)}
        exact = {
            name: {key: score.right(skill.right) for key, score in of_variant(scores, Score, name, tested).items()}
            for name in (BASE, TUNED)
        }
        pairs = [Pair(prompt_text(row), row.reply, said[BASE][row.id].text, said[TUNED][row.id].text) for row in tested]
        rights = [(exact[BASE][row.id], exact[TUNED][row.id]) for row in tested]
        work = work or Path("work") / f"{recipe}-judge"  # as the stage is called
        judged = None
        if settings.api in APIS:
            ledger = work.parent / "answers" / f"{recipe}-judge.jsonl"
            with noting(work, params, part, [rows, *completions, *scores]) as events:
                judged = by_judge(share.share(pairs), settings, ledger, events)
        if not share.whole:
            return
        write_lines(results, [line for i, row in enumerate(tested) for line in answers(row, said, exact, judged, i)])
        lines = [compared(row, rights[i], judged[i] if judged else None) for i, row in enumerate(tested)]
        write_lines(comparison, lines)
        texts = {name: [completions_of[row.id].text for row in tested] for name, completions_of in said.items()}
        write_text(examples, page(recipe, tested, lines, texts))
        told = {"judge": settings.judge, "model": settings.model} | (account(judged, rights) if judged else {})
        write_json(out, {"schema": 1, **told})
        say(f"judge: {len(tested)} rows compared" + (f" by {settings.model}" if judged else " exactly"))


def of_variant(files: Sequence[Path], kind: type[Any], variant: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The first sample's record of each row. Raises: UserError if one is missing."""
    found = {
        each.row_id: each for f in files for each in read_jsonl(f, kind) if (each.variant, each.sample) == (variant, 0)
    }
    missing = [row.id for row in rows if row.id not in found]
    if missing:
        names = ", ".join(map(str, files))
        raise UserError(f"{names}: row {missing[0]}: expected a {kind.__name__.lower()} of {variant}, found none")
    return found


def noting(work: Path, params: str, part: str, inputs: Sequence[Path]) -> Events:
    """The event log of a judge's work, or of a part of it."""
    given = json.loads(params) | ({"part": part} if part else {})
    digests = {str(path): digest(path) for path in inputs}
    return Events.open(work / key_of(given, inputs), work.name, given, digests)


def by_judge(pairs: Sequence[Pair], settings: JudgeParams, ledger: Path, events: Events) -> list[Judged]:
    """What the judge says of all pairs."""
    budget = Budget(settings.prices, settings.max_usd, settings.batch)

    async def go() -> list[Judged]:
        async with asks(settings, ledger, budget, events.call) as source:
            found = await judge(pairs, source, settings)
            say(f"judge: {source.asked} answers paid for, {source.known} known")
            events.end(pairs=len(pairs), answers=source.asked, known=source.known, usd=budget.spent)
            return found

    return asking.run(go())


def answers(
    row: Row,
    said: Mapping[str, Mapping[str, Completion]],
    exact: Mapping[str, Mapping[str, bool]],
    judged: Sequence[Judged] | None,
    place: int,
) -> list[dict[str, Any]]:
    """A line for each variant's answer to a row."""
    wrote = {name: completions[row.id] for name, completions in said.items()}
    grades = (judged[place].a_right, judged[place].b_right) if judged else (None, None)
    return [
        {
            "id": row.id, "variant": variant, "accuracy": exact[variant][row.id], "judged": grade, "latency": None,
            "gold_raw": row.reply, "pred_raw": wrote[variant].text, "tokens": len(wrote[variant].token_ids),
        }
        for variant, grade in zip((BASE, TUNED), grades, strict=True)
    ]  # fmt: skip


def compared(row: Row, rights: tuple[bool, bool], judged: Judged | None) -> dict[str, Any]:
    """The line of a row: exact comparison decides where it tells the two apart, the judge where it does not."""
    exact = "tie" if rights[0] == rights[1] else "base" if rights[0] else "lora"
    winner: str | None = exact
    if judged is not None and exact == "tie" and not rights[0]:
        winner = SIDES[judged.winner] if judged.winner else None
    return {
        "id": row.id, "base_score": float(rights[0]), "lora_score": float(rights[1]), "winner": winner,
        "exact_winner": exact, "judge_winner": SIDES.get(judged.winner or "") if judged else None,
        "flipped": bool(judged and judged.flipped), "reasons": list(judged.reasons) if judged else [],
    }  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
