"""Documents to go on pretraining with: made by the recipe, or read from files or a table, and sieved.

    python scripts/corpus.py --recipe q_language --params '{"corpus": {"source": "files", "path": "notes"}}' \
        --rows data/R/train.jsonl --held-out data/R/val.jsonl --held-out data/R/test.jsonl \
        --train data/R/corpus.jsonl --val data/R/corpus_val.jsonl --account data/R/corpus.json

Out come documents to learn, others to choose the weights by, and an account of every one that was dropped, by reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import CorpusParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import atomic, dumps, write_json
from hone.core.progress import say, set_log, track
from hone.core.records import Row, Text, iter_jsonl, read_jsonl
from hone.corpus import Sieve, documents, is_val
from hone.dataset import counts
from hone.recipes.base import WritesDocuments
from hone.runners import Sandbox, language


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    rows: Annotated[Path, typer.Option(help="train.jsonl, which the recipe makes documents of")],
    held_out: Annotated[list[Path], typer.Option(help="val.jsonl, test.jsonl: no document shares text with them")],
    train: Annotated[Path, typer.Option(help="corpus.jsonl to write")],
    val: Annotated[Path, typer.Option(help="corpus_val.jsonl to write")],
    account: Annotated[Path, typer.Option(help="corpus.json to write: what was kept, and what dropped and why")],
    params: Annotated[str, typer.Option(help='JSON: {"corpus": ...}')] = "{}",
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Keep the documents that are worth learning, and say what became of the rest."""
    with one_message():
        set_log(log)
        given = block(params, "corpus", CorpusParams)
        found = documents(given) if given.source != "made" else made(recipe, rows, given.seed)
        sieve = Sieve(given, (row for path in held_out for row in iter_jsonl(path, Row)))
        seen = split(track(found, None, "corpus", unit="documents"), sieve, train, val)
        write_json(account, {"schema": 1, "source": given.source, **seen})
        for reason, n in seen["dropped"].items():
            say(f"corpus: dropped {n}: {reason}")


def made(recipe: str, rows: Path, seed: int) -> Iterator[Text]:
    """What the recipe makes itself."""
    skill = recipes.get(recipe)
    if not isinstance(skill, WritesDocuments):
        raise UserError(
            f"corpus.source: expected files or table, since recipe {recipe} makes no documents itself; found 'made'"
        )
    with Sandbox(language=language(skill.language)) as runner:
        for text in skill.documents(read_jsonl(rows, Row), seed, runner):
            yield Text(text, f"{recipe}, {runner.engine}")


def split(found: Iterable[Text], sieve: Sieve, train: Path, val: Path) -> dict[str, Any]:
    """Write both files, a document at a time; how much was kept, and how much dropped. Raises: UserError."""
    kept, chars, dropped = {train: 0, val: 0}, 0, Counter[str]()
    with ExitStack() as stack:
        new = {path: stack.enter_context(atomic(path)) for path in kept}
        streams = {path: stack.enter_context(file.open("w", encoding="utf-8")) for path, file in new.items()}
        for document in found:
            if reason := sieve.reason(document):
                dropped[reason] += 1
                continue
            place = val if is_val(document.text, sieve.params) else train
            streams[place].write(dumps(asdict(document)) + "\n")
            kept[place] += 1
            chars += len(document.text)
        if not all(kept.values()):
            raise UserError(
                f"corpus: expected documents to learn and to validate by, found {kept[train]} and {kept[val]}; "
                f"dropped: {counts(dropped.elements())}; allow more, give more, or change val_share"
            )
    total = kept[train] + kept[val]
    return {"kept": total, "val": kept[val], "characters": chars, "dropped": counts(dropped.elements())}


if __name__ == "__main__":
    typer.run(main)
