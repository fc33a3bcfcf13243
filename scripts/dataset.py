"""Prove every draft by running it, then choose the splits: by problem, balanced, no duplicates, no contamination.

Out come train, val and test as JSONL, the training rows as Alpaca JSON, validation.json (every draft is accounted
for, by reason) and the same as a page to read. Verdicts are kept in --work: only rows that are new or were edited are
run again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import DatasetParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import read_json, write_json, write_text
from hone.core.progress import say, set_log, track
from hone.core.records import Row, read_jsonl, write_jsonl
from hone.dataset import SPLITS, balanced, counts, described, without_duplicates, without_overlaps
from hone.parts import Part, PartOption, WorkersOption
from hone.recipes.base import Check
from hone.reuse import Reuse
from hone.runners import Sandbox, language


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    drafts: Annotated[Path, typer.Option(help="drafts.jsonl, unproven")],
    account: Annotated[Path, typer.Option(help="drafting.json, what became of each row that was asked for")],
    train: Annotated[Path, typer.Option(help="train.jsonl to write")],
    val: Annotated[Path, typer.Option(help="val.jsonl to write")],
    test: Annotated[Path, typer.Option(help="test.jsonl to write")],
    alpaca: Annotated[Path, typer.Option(help="the training rows as Alpaca JSON, to write")],
    validation: Annotated[Path, typer.Option(help="validation.json to write")],
    report: Annotated[Path, typer.Option(help="validation.md to write, for people")],
    params: Annotated[str, typer.Option(help='JSON: {"dataset": ...}')] = "{}",
    work: Annotated[Path | None, typer.Option(help="where verdicts are kept for the next build")] = None,
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
    part: PartOption = "",
    workers: WorkersOption = 2,
) -> None:
    """Keep what is proven, and say what became of the rest."""
    with one_message():
        set_log(log)
        share = Part.parse(part)
        skill = recipes.get(recipe)
        sizes = block(params, "dataset", DatasetParams)
        drafted, drafting = read_jsonl(drafts, Row), read_json(account)
        if not drafted:
            raise UserError(f"{drafts}: expected drafts, found none; what became of them: {drafting.get('lost')}")
        default = Path("work") / f"{train.parent.name}-dataset"  # as the stage is called
        runner = Sandbox(workers, language=language(skill.language))
        with Reuse(skill.verify, Check, work or default, recipe, runner, unsure=["timeout"]) as verify:
            proven, refused = prove(share.share(drafted), verify)
        if not share.whole:
            return
        if not proven:
            raise UserError(f"expected proven rows, found none among {len(drafted)} drafts: {counts(refused.values())}")
        engine = {"engine": runner.engine, "isolation": list(runner.isolation)}
        unique, twice = without_duplicates(proven)
        clean, overlaps = without_overlaps(unique, sizes.ngram)
        splits = balanced(clean, sizes, skill.labels)
        reasons = counts([*refused.values(), *("duplicate" for _ in twice), *("contaminated" for _ in overlaps)])
        rounds = by_rounds(drafted, refused)
        found = described(drafted, splits, reasons) | engine | {"drafting": drafting, "rounds": rounds}
        for path, split in zip((train, val, test), SPLITS, strict=True):
            write_jsonl(path, splits[split])
        write_json(alpaca, skill.exported(splits["train"]))
        write_json(validation, found)
        write_text(report, as_page(recipe, found, splits["train"]))


def prove(rows: Sequence[Row], verify: Reuse[Check]) -> tuple[list[Row], dict[str, str]]:
    """The rows that the recipe's verifier proved, and why each of the others was refused, by row id."""
    proven: list[Row] = []
    refused: dict[str, str] = {}
    checks = verify.each((row,) for row in rows)
    for row, check in zip(track(rows, len(rows), "verify"), checks, strict=True):
        if check.ok:
            proven.append(row)
        else:
            refused[row.id] = check.reason
    say(f"verify: {verify.made} of {len(rows)} rows verified, {verify.known} known")
    return proven, refused


def by_rounds(rows: Sequence[Row], refused: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """How many rows took how many tries of their teacher, and how many of those were proven: whether what is kept
    leans towards rows that needed several is there to be seen."""
    told = [row for row in rows if "rounds" in row.meta]
    drafted = counts(row.meta["rounds"] for row in told)
    proven = counts(row.meta["rounds"] for row in told if row.id not in refused)
    return {number: {"drafted": n, "proven": proven.get(number, 0)} for number, n in drafted.items()}


def as_page(recipe: str, found: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """validation.json as Markdown, with the first two rows whole."""
    lines = [f"# Data of {recipe}", "", f"{found['drafted']} drafts, {found['kept']} rows kept.", ""]
    lines += ["| split | rows | problems | balance | prompt characters (median, longest) |", "|---|---|---|---|---|"]
    for name, split in found["splits"].items():
        balance = ", ".join(f"{label} {n}" for label, n in split["balance"].items())
        chars = split["prompt_chars"]
        lines.append(
            f"| {name} | {split['rows']} | {split['problems']} | {balance} | {chars['median']}, {chars['longest']} |"
        )
    lines += ["", *_drafting(found)]
    lines += ["", "| drafts not kept because | rows |", "|---|---|"]
    lines += [f"| {reason} | {n} |" for reason, n in found["reasons"].items()]
    for row in rows[:2]:
        lines += ["", f"## {row.id} ({row.label}, {row.problem_id})"]
        for message in row.messages:
            lines += ["", f"**{message.role}**", "", "~~~~", message.content, "~~~~"]
    return "\n".join(lines) + "\n"


def _drafting(found: Mapping[str, Any]) -> list[str]:
    """What a teacher behind an endpoint took; nothing for the one that works offline."""
    account = found["drafting"]
    if "answers" not in account:
        return []
    lines = [
        f"{account['model']} was asked for {account['asked']} rows: {account['answers']} answers of "
        f"{account['completion_tokens']} tokens, ${account['usd']}.",
        "", "| tries of the teacher | drafts | proven |", "|---|---|---|",
        *(f"| {number} | {n['drafted']} | {n['proven']} |" for number, n in found["rounds"].items()),
    ]  # fmt: skip
    if account["lost"]:
        lines += ["", "| rows without a draft because | rows |", "|---|---|"]
        lines += [f"| {reason} | {n} |" for reason, n in account["lost"].items()]
    return lines


if __name__ == "__main__":
    typer.run(main)
