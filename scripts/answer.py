"""Answer a user's own queries with the tuned model; special tokens stay in the text.

In: a JSON list (or JSONL) of objects with "Query". Out: the same objects, each with "Output".
"""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import GenerateParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import read_json, write_json
from hone.core.progress import set_log
from hone.core.records import Message, Row, json_lines
from hone.recipes.base import Recipe

VARIANT = "sft"


def main(
    queries: Annotated[Path, typer.Option(help='JSON list or JSONL of {"Query": ...}')],
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    out: Annotated[Path, typer.Option(help="JSON list to write: the queries with their Output")],
    base: Annotated[Path, typer.Option(help="base model's folder")] = Path("models/base"),
    tokenizer: Annotated[Path | None, typer.Option(help="default: models/RECIPE/tokenizer")] = None,
    adapter: Annotated[Path | None, typer.Option(help="default: models/RECIPE/sft")] = None,
    params: Annotated[str, typer.Option(help='JSON: {"generate": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Write an Output to every Query."""
    with one_message():
        set_log(log)
        folder = Path("models") / recipe
        answer(
            read_queries(queries),
            recipes.get(recipe),
            (base, tokenizer or folder / "tokenizer", adapter or folder / VARIANT),
            block(params, "generate", GenerateParams),
            out,
        )


def answer(
    queries: list[dict[str, Any]],
    skill: Recipe,
    model: tuple[Path, Path, Path],
    params: GenerateParams,
    out: Path,
) -> None:
    """Write `queries` to `out`, an "Output" with each. A model that was not built is a `UserError`."""
    for path in model:
        if not path.is_dir():
            raise UserError(f"{path}: expected a built model, found nothing there; run `make eval` first")
    from hone.generation.replies import Folders, replies  # here: bad queries need no torch to be told

    names = [f"query {number}" for number, _ in enumerate(queries, start=1)]
    prompts = [skill.prompt(as_row(query["Query"], name), VARIANT) for query, name in zip(queries, names, strict=True)]
    one = params.model_copy(update={"samples": 1})
    with tempfile.TemporaryDirectory() as folder:
        made = replies(Folders(*model), prompts, names, one, Path(folder) / "batches.jsonl")
    write_json(out, [query | {"Output": reply.text} for query, reply in zip(queries, made, strict=True)])


def as_row(query: str, name: str) -> Row:
    """A query as a test row whose reply nobody knows."""
    return Row(name, name, "test", "", (Message("user", query), Message("assistant", "")))


def read_queries(path: Path) -> list[dict[str, Any]]:
    """The queries of a file; anything but a list of objects with a "Query" is a `UserError`."""
    listed = [line for _, line in json_lines(path)] if path.suffix == ".jsonl" else read_json(path)
    if not isinstance(listed, list):
        raise UserError(f'{path}: expected a JSON list of {{"Query": ...}}, found {type(listed).__name__}')
    for number, query in enumerate(listed, start=1):
        text = query.get("Query") if isinstance(query, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise UserError(f'{path}: query {number}: expected an object with a text under "Query"')
    if not listed:
        raise UserError(f"{path}: expected at least one query, found an empty list")
    return listed


if __name__ == "__main__":
    typer.run(main)
