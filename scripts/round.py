"""One round of the bootstrap loop: the best model so far tries what nobody has solved, and what is proven is learned.

Known at the start are the replies of a share of the training rows (`bootstrap.known`). A round lets the model try the
other rows, with solved rows like each of them as examples; a reply that the recipe's scoring finds right and its
verifier proves joins the pool. A model is then trained from the base on the pool, and takes the place of the best one
if it answers the validation rows no worse. The loop stops where a round reaches the target, or finds nothing though a
model was trained on all that is known; rounds after that hand on what they were given. Test rows have no way in. All
of it resumes: tries are kept as they are made, training by step.
"""

import contextlib
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hone import recipes
from hone.core.config import BootstrapParams, GenerateParams, TrainParams, block
from hone.core.errors import UserError, one_message
from hone.core.files import MANIFEST, atomic_folder, key_of, read_json, write_json
from hone.core.progress import say, set_log
from hone.core.records import Completion, Message, Row, is_right, read_jsonl, write_jsonl
from hone.dataset import rank
from hone.recipes.base import Recipe, row_id
from hone.retrieval import shown
from hone.runners import Runner, Sandbox, language


def main(
    recipe: Annotated[str, typer.Option(help="name of the skill")],
    number: Annotated[int, typer.Option(help="of the round, from 1")],
    params: Annotated[str, typer.Option(help='JSON: {"bootstrap": ..., "sft": ..., "generate": ...}')],
    base: Annotated[Path, typer.Option(help="the base model's folder")],
    tokenizer: Annotated[Path, typer.Option(help="the folder of the tokenizer")],
    train: Annotated[Path, typer.Option(help="train.jsonl: the problems; replies are known of a share of them")],
    val: Annotated[Path, typer.Option(help="val.jsonl: the rows that decide whether a model is accepted")],
    pool: Annotated[Path, typer.Option(help="pool.jsonl to write: all rows that are solved")],
    metadata: Annotated[Path, typer.Option(help="metadata.json to write: what the round did")],
    out: Annotated[Path, typer.Option(help="the folder of the best model so far, to publish")],
    before: Annotated[Path | None, typer.Option(help="pool.jsonl of the round before, metadata beside it")] = None,
    model: Annotated[Path | None, typer.Option(help="the model of the round before")] = None,
    work: Annotated[Path | None, typer.Option(help="where resumable state is kept")] = None,
    log: Annotated[Path | None, typer.Option(help="append progress lines to this file")] = None,
) -> None:
    """Try, prove, learn, and accept what is no worse."""
    with one_message(), contextlib.ExitStack() as opened:
        set_log(log)
        skill = recipes.get(recipe)
        runner = opened.enter_context(Sandbox(language=language(skill.language)))
        settings = block(params, "bootstrap", BootstrapParams)
        work = (work or Path("work") / f"{recipe}-round-{number}") / key_of(
            {"params": params, "round": number}, [p for p in (base, tokenizer, train, val, before, model) if p]
        )
        last: dict[str, Any] = read_json(before.parent / "metadata.json") if before else {"stopped": ""}
        rows, judged = (asked(read_jsonl(path, Row), settings, path) for path in (train, val))
        this = Round(skill, number, params, (base, tokenizer), judged, work, runner)
        solved = read_jsonl(before, Row) if before else given(rows, settings)
        if last["stopped"]:
            told, grown, best = last | {"round": number}, solved, model
        else:
            told, grown, best = this.go(rows, solved, model, last.get("accuracy"))
        handed_on(best, out)
        write_json(metadata, told)
        write_jsonl(pool, grown)
        say(
            "round {round}: {found} more rows, {solved} of {problems} problems solved, accuracy {accuracy:.3f}".format(
                **told
            )
        )


class Round:
    """What the steps of a round share."""

    def __init__(
        self,
        skill: Recipe,
        number: int,
        params: str,
        model: tuple[Path, Path],
        val: Sequence[Row],
        work: Path,
        runner: Runner,
    ) -> None:
        self.skill, self.number, self.model, self.val = skill, number, model, val
        self.work, self.runner = work, runner
        self.settings = block(params, "bootstrap", BootstrapParams)
        self.sft, self.generate = block(params, "sft", TrainParams), block(params, "generate", GenerateParams)

    def go(
        self, rows: Sequence[Row], solved: Sequence[Row], model: Path | None, accuracy: float | None
    ) -> tuple[dict[str, Any], list[Row], Path]:
        """The round's metadata, the pool, and the best model so far; `model` and `accuracy` are of the round before."""
        found, tried = self.solve(rows, solved, model)
        pool = [*solved, *found]
        before = self.accuracy(None) if accuracy is None else accuracy
        learned = self.learn(pool)
        new = self.accuracy(learned)
        best = learned if model is None or new >= before else model
        known, done, problems = (len({row.problem_id for row in of}) for of in (solved, pool, rows))
        reached = done >= self.settings.target * problems
        return {
            "schema": 1, "round": self.number, "problems": problems, "tried": tried, "solved_before": known,
            "solved": done, "found": len(found), "pool": len(pool), "accuracy_before": before, "accuracy_new": new,
            "accepted": new >= before, "accuracy": new if best is learned else before,
            "stopped": "target" if reached else "no gain" if not found and model else "",
        }, pool, best  # fmt: skip

    def solve(self, rows: Sequence[Row], solved: Sequence[Row], model: Path | None) -> tuple[list[Row], int]:
        """New proven rows, at most so many a problem and none like another; and how many rows were tried."""
        have = Counter(row.problem_id for row in solved)
        seen = {normalised(row.reply) for row in solved}
        unsolved = [row for row in rows if not have[row.problem_id]]
        given = self.settings
        # Each round draws anew: what a model missed before it may find now.
        how = {"samples": given.samples, "temperature": given.temperature, "seed": given.seed + self.number}
        drawn = self.generate.model_copy(update=how)
        prompts = [shown(row, solved, self.settings.examples) for row in unsolved]
        found: list[Row] = []
        for number, text in enumerate(self.replies(prompts, [row.id for row in unsolved], drawn, model, "tries")):
            row = unsolved[number // self.settings.samples]
            reply = tidy(row, text)
            fits = have[row.problem_id] < self.settings.per_problem and normalised(text) not in seen
            if fits and self.right(row, text) and self.skill.verify(reply, self.runner).ok:
                have[row.problem_id] += 1
                seen.add(normalised(text))
                found.append(reply)
        return found, len(unsolved)

    def learn(self, pool: Sequence[Row]) -> Path:
        """A model trained from the base on the pool."""
        from hone.training import run

        rows, val = self.work / "pool.jsonl", self.work / "val_rows.jsonl"
        write_jsonl(rows, pool)
        write_jsonl(val, self.val)
        out = self.work / "model"
        if not (out / MANIFEST).exists():
            run.train(self.sft, run.Inputs(*self.model, rows, val), out, self.work / "training")
        return out

    def accuracy(self, model: Path | None) -> float:
        """The share of validation rows that a model answers rightly, without examples, greedily."""
        greedy = self.generate.model_copy(update={"samples": 1, "temperature": 0.0})
        prompts = [row.messages[:-1] for row in self.val]
        name = "val-base" if model is None else "val"
        texts = self.replies(prompts, [row.id for row in self.val], greedy, model, name)
        return sum(self.right(row, text) for row, text in zip(self.val, texts, strict=True)) / len(self.val)

    def right(self, row: Row, text: str) -> bool:
        """Whether the recipe's scoring finds an answer right."""
        ((_, metrics),) = self.skill.scores([(row, Completion(row.id, "round", 0, text, (), (), "stop"))], self.runner)
        return is_right(metrics, self.skill.right)

    def replies(
        self,
        prompts: Sequence[Sequence[Message]],
        names: Sequence[str],
        params: GenerateParams,
        model: Path | None,
        what: str,
    ) -> list[str]:
        """What a model says to the prompts, sample by sample; kept as it is made."""
        from hone.generation.replies import Folders, replies

        if not prompts:
            return []
        cache = self.work / f"{what}.jsonl"
        return [reply.text for reply in replies(Folders(*self.model, model), prompts, names, params, cache)]


def asked(rows: Sequence[Row], settings: BootstrapParams, path: Path) -> list[Row]:
    """The rows of the kinds that the loop is about."""
    kept = [row for row in rows if not settings.labels or row.label in settings.labels]
    if not kept:
        raise UserError(f"{path}: expected rows labelled {', '.join(settings.labels) or 'at all'}, found none")
    return kept


def given(rows: Sequence[Row], settings: BootstrapParams) -> list[Row]:
    """The rows whose replies are known at the start: those of a share of the problems, drawn by seed."""
    problems = sorted({row.problem_id for row in rows}, key=lambda name: rank(settings.seed, name))
    known = set(problems[: max(1, round(settings.known * len(problems)))])
    return [row for row in rows if row.problem_id in known]


def tidy(row: Row, text: str) -> Row:
    """The row with another reply, and a name to match."""
    messages = (*row.messages[:-1], Message("assistant", text))
    return replace(row, messages=messages, id=row_id(row.split, row.label, messages))


def normalised(text: str) -> str:
    return re.sub(r"\s+", "", text)


def handed_on(model: Path | None, out: Path) -> None:
    """Publish the model in a folder as `out`."""
    if model is None:
        raise UserError(f"{out}: expected a model of the round before, found none")
    with atomic_folder(out) as folder:
        shutil.copytree(model, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))


if __name__ == "__main__":
    typer.run(main)
