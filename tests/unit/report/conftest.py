"""The files of a small build, made by the real functions that make them: what report and card are made of."""

from pathlib import Path

import pytest

from hone.core.files import atomic_folder, write_json, write_text
from hone.core.records import Completion, Message, Row, Score, write_jsonl, write_lines
from hone.dataset import described
from hone.evaluation.summarise import gather, points, summarise
from hone.recipes.base import row_id

METRICS = ("mode_accuracy", "fix_rate")
VARIANTS = {"keyword": 0.6, "base": 0.1, "sft": 0.9}  # the share of rows that each gets right
HOSTILE = "</pre><script>document.title='taken'</script><img src=x onerror=alert(1)> $x$ ```"


def rows(split: str, n: int) -> list[Row]:
    found = []
    for number in range(n):
        label = ("AGENT", "EDIT")[number % 2]
        messages = (
            Message("user", f"Question {number} of {split}. {HOSTILE}"),
            Message("assistant", f"Reply {number}."),
        )
        meta = {"bug": ("syntax", "logic")[number % 3 > 0], "style": "vague", "markers": {}}
        found.append(Row(row_id(split, label, messages), f"p/{split}{number}", split, label, messages, meta))
    return found


def make(root: Path, recipe: str = "special_tokens", shift: int = 0, tested: list[Row] | None = None) -> list[Path]:
    """Write a build below `root`, of test rows of its own if none are given; another `shift`, other figures. Returns the
    files that the report takes."""
    splits = {split: rows(split, n) for split, n in (("train", 8), ("val", 4), ("test", 20))}
    splits["test"] = tested or splits["test"]
    data, models, results = (root / kind / recipe for kind in ("data", "models", "results"))
    drafts = [row for split in splits.values() for row in split]
    found = described(drafts, splits, {"contaminated": 3, "surplus": 5})
    account = {
        "schema": 1,
        "teacher": "openai",
        "answers": 9,
        "prompt_tokens": 700,
        "completion_tokens": 90,
        "usd": 0.125,
    }
    write_json(data / "validation.json", found | {"drafting": account})
    write_jsonl(data / "test.jsonl", splits["test"])
    with atomic_folder(root / "models/base") as folder:
        write_json(folder / "config.json", {})
    with atomic_folder(models / "tokenizer") as folder:
        write_json(folder / "tokens.json", [])
    with atomic_folder(models / "sft") as folder:
        losses = [2.5 - 0.1 * step - 0.01 * shift for step in range(10)]
        write_json(folder / "training.json", training(losses, shift))
        write_text(folder / "training_loss.tsv", curve(enumerate(losses, start=1)))
        write_text(folder / "validation_loss.tsv", curve([(10, 1.5 - 0.01 * shift)]))
    scores = [
        score
        for variant, share in VARIANTS.items()
        for score in answered(results, variant, share, splits["test"], shift)
    ]
    summary = summarise(recipe, METRICS, scores)
    write_json(results / "eval.json", summary)
    write_json(results / "comparison.json", points(summary["recipes"][recipe]))
    write_json(root / "results/eval.json", gather([("", summary)]))  # for DVC
    write_lines(results / "comparison.jsonl", [{"winner": "lora" if n < 15 else "tie"} for n in range(20)])
    made = [
        data / "validation.json",
        data / "test.jsonl",
        models / "tokenizer",
        models / "sft",
        results / "comparison.jsonl",
    ]
    made += sorted(results.glob("*/*.jsonl"))
    return [path.relative_to(root) for path in (*made, results / "eval.json", root / "models/base")]


def curve(points):
    return "".join(["step\tloss\n", *(f"{step}\t{loss!r}\n" for step, loss in points)])


def training(losses, shift):
    return {
        "settings": {"method": "lora", "learning_rate": 1e-4 * (1 + shift), "rank": 8}, "inputs": {"base": "ab" * 32},
        "steps": len(losses), "loss": losses, "validation_loss": [{"step": 10, "loss": 1.5 - 0.01 * shift}], "best_step": 10,
        "rows": 8, "supervised_tokens": 80, "tokens": 400, "trained_parameters": 1234,
    }  # fmt: skip


def answered(results: Path, variant: str, share: float, tested: list[Row], shift: int) -> list[Score]:
    ids = () if variant == "keyword" else (1, 2, 3)
    said = [
        Completion(row.id, variant, 0, f"{row.reply} Said by {variant}. {HOSTILE}", ids, (), "stop") for row in tested
    ]
    scores = []
    for number, row in enumerate(tested):
        right = (number * 7 + shift) % 20 < 20 * share
        metrics = {
            "mode_accuracy": right,
            "fix_rate": right and number % 3 == 0 if row.label == "EDIT" and ids else None,
        }
        scores.append(
            Score(row.id, row.problem_id, variant, 0, row.label, row.label if right else None, metrics, "python", ())
        )
    write_jsonl(results / variant / "completions.jsonl", said)
    write_jsonl(results / variant / "scores.jsonl", scores)
    return scores


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of a build, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return make(tmp_path)
