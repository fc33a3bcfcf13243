"""The `hone` command as typed: exit statuses and messages."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hone import checking, doctor
from hone.cli import app
from hone.core.records import Message, Row, write_jsonl
from hone.recipes import get
from hone.recipes.base import Check

SUMMARY = {"schema": 1, "recipes": {"r": {"test_rows": 2, "variants": {"base": {}}, "comparison": []}}}


def typed(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hone.cli", *args], cwd=cwd, capture_output=True, text=True, check=False
    )


def row(name: str, reply: str) -> Row:
    meta = {"markers": {"AGENT": "<|AGENT|>", "EDIT": "<|EDIT|>"}}
    return Row(name, "p", "train", "AGENT", (Message("user", "?"), Message("assistant", reply)), meta)


class Skill:
    """A recipe whose proven replies say yes."""

    language = "python"

    def imported(self, path: Path) -> list[Row]:
        return [row(name, reply) for name, reply in json.loads(path.read_text())]

    def verify(self, row: Row, runner: object) -> Check:
        return Check() if row.reply == "yes" else Check("no_yes", f"it says {row.reply}")


@pytest.fixture
def skill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hone.recipes.get", lambda name: Skill())


def checked(tmp_path: Path, rows: list[list[str]]) -> tuple[checking.Counts, list[str]]:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    said: list[str] = []
    return checking.check(file, "skill", said.append), [line.removeprefix(f"{file}: ") for line in said]


def test_check_names_each_bad_row_and_counts_reasons(tmp_path, skill):
    counts, said = checked(tmp_path, [["a", "yes"], ["b", "no"], ["c", "perhaps"]])
    assert said == ["row b: no_yes: it says no", "row c: no_yes: it says perhaps"]
    assert counts.told == "3 rows, 1 proven, 2 bad (no_yes 2)"
    assert not counts.ok


def test_check_of_good_rows_is_ok_and_of_no_rows_is_not(tmp_path, skill):
    assert checked(tmp_path, [["a", "yes"]])[0].ok
    assert not checked(tmp_path, [])[0].ok


def test_check_finds_the_recipe_by_the_folder_or_asks_for_it(tmp_path):
    folder = tmp_path / "data/special_tokens"
    folder.mkdir(parents=True)
    write_jsonl(folder / "train.jsonl", [row("b", "neither")])
    done = CliRunner().invoke(app, ["check", str(folder / "train.jsonl")])
    assert done.exit_code == 1
    assert "row b: " in done.output
    asked = typed("check", "rows.jsonl", cwd=tmp_path)
    assert asked.returncode == 2
    assert (
        asked.stderr
        == "hone: rows.jsonl: expected --recipe, since the file is not in data/RECIPE/; one of q_language, "
        "special_tokens, tool_traces\n"
    )


def test_an_unknown_stage_is_one_line(tmp_path):
    root = Path(__file__).parents[2]
    done = typed("run", "special_tokens-sf", cwd=root)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "hone: dvc.yaml: expected a stage of that name, found no 'special_tokens-sf'; did you mean 'special_tokens-sft'?"
    ]


def test_show_prints_the_table_of_an_eval(tmp_path):
    (tmp_path / "eval.json").write_text(json.dumps(SUMMARY))
    done = typed("show", "eval.json", cwd=tmp_path)
    assert done.returncode == 0
    assert "r: 2 test rows" in done.stdout
    assert typed("show", "none.json", cwd=tmp_path).returncode == 2


def test_a_preset_without_a_name_lists_the_names():
    root = Path(__file__).parents[2]
    done = typed("preset", cwd=root)
    assert done.returncode == 2
    names = sorted(file.stem for file in (root / "presets").glob("*.yaml"))
    assert f"one of {', '.join(names)}\n" in done.stderr


def test_doctor_says_versions_cores_and_isolation():
    lines = dict(line.split(": ", 1) for line in doctor.lines())
    assert lines["snakemake"].startswith("9.")
    assert "a trial program passed" in lines["isolation of untrusted code"]


def test_help_needs_neither_torch_nor_snakemake(tmp_path):
    code = "import sys, hone.cli; print([m for m in ('torch', 'snakemake', 'mlflow', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_parameter_tree_is_read_without_torch():
    code = "import sys; from hone.pipeline import bridge, params; params.tree(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_recipe_has_its_name():
    assert get("special_tokens").name == "special_tokens"
