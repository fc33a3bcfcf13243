"""A step that takes milliseconds in place of every script: what it writes is a hash of itself and all that it was given.

It stands under each name in scripts/ of a test's copy of the pipeline; Snakefile, rules, dvc.yaml and params.yaml are
the real ones. A path without a suffix is a folder, as everywhere. What `dvc metrics` and `dvc plots` read has the real
shape, its figures made of that hash.
"""

import hashlib
import json
import sys
from pathlib import Path

import hone
from hone.core.files import MANIFEST, atomic_folder, write_text

OUTPUTS = {"--out", "--picture", "--comparison", "--alpaca", "--validation", "--report"}
WRITTEN_BY = {
    "problems": {"--account"}, "dataset": {"--train", "--val", "--test"}, "drafts": {"--account"},
    "judge": {"--results", "--examples"}, "corpus": {"--train", "--val", "--account"}, "round": {"--pool", "--metadata"},
}  # fmt: skip
UNHASHED = {"--work", "--log"}


def main() -> None:
    """Read the flags of any script; hash inputs and params; write every output."""
    assert Path(hone.__file__).is_relative_to(Path.cwd()), f"expected the hone of {Path.cwd()}, found {hone.__file__}"
    script = Path(sys.argv[0]).stem
    outputs = OUTPUTS | WRITTEN_BY.get(script, set())
    pairs = list(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    with Path("runs.log").open("a") as log:
        log.write(" ".join([script, *(value for flag, value in pairs if flag in ("--variant", "--part"))]) + "\n")
    if "--part" in dict(pairs):
        return
    facts = [
        Path(sys.argv[0]).read_text(),
        *((flag, _content(value)) for flag, value in pairs if flag not in outputs | UNHASHED),
    ]
    for flag, path in pairs:
        if flag in outputs:
            _write(Path(path), hashlib.sha256(json.dumps([flag, *facts]).encode()).hexdigest())


def _content(value: str) -> str:
    path = Path(value)
    if not value.startswith("{") and path.exists():
        return (path / MANIFEST if path.is_dir() else path).read_text()
    return value


def _write(path: Path, made_of: str) -> None:
    value = int(made_of[:4], 16) / 0xFFFF
    figure = {"value": value, "ci95": [value / 2, value], "n": 8}
    text = json.dumps({"made_of": made_of}) + "\n"
    if path.name == "eval.json":
        block = {"variants": {"sft": {"mode_accuracy": figure}}}
        recipe = path.parent.name if path.parent.name != "results" else "special_tokens"
        write_text(path, json.dumps({"schema": 1, "recipes": {recipe: block}}) + "\n")
    elif path.name == "comparison.json":
        point = {"variant": "sft", "metric": "mode_accuracy", "value": value, "low": value / 2, "high": value, "n": 8}
        write_text(path, json.dumps([point]) + "\n")
    elif path.suffix:
        write_text(path, text)
    else:
        with atomic_folder(path) as folder:
            write_text(folder / "content.json", text)
            if path.name == "sft":
                write_text(folder / "training_loss.tsv", f"step\tloss\n1\t{value + 1}\n2\t{value}\n")
                write_text(folder / "validation_loss.tsv", f"step\tloss\n2\t{value}\n")


main()
