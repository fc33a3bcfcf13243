"""Bad parameters: each kind of fault is one line with the file, the key path, what was expected and what was found."""

from pathlib import Path

import pytest
from pydantic import model_validator

from hone.core.config import BaseModelParams, Block, NewToken, TrainParams
from hone.core.errors import UserError
from hone.pipeline.params import check_params, tree

GOOD = "base_model: {source: packaged}\nskill:\n  sft: {rank: 8}\n"


class Skill(Block):
    sft: TrainParams
    tokens: tuple[NewToken, ...] = ()

    @model_validator(mode="after")
    def _together(self) -> "Skill":
        if self.sft.rank > 64:
            raise ValueError("expected a rank that fits the tokens")
        return self


class Tree(Block):
    base_model: BaseModelParams
    skill: Skill


def fault(tmp_path: Path, text: str) -> list[str]:
    """The lines of the error that `text` as params.yaml gives, without the file's name."""
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(UserError) as error:
        check_params(file, Tree)
    lines = str(error.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines), lines
    return [line.removeprefix(f"{file}: ") for line in lines]


def sft(block: str) -> str:
    return f"base_model: {{source: packaged}}\nskill:\n  sft: {{{block}}}\n"


def test_values_are_handed_on_as_written_without_defaults(tmp_path: Path):
    (tmp_path / "params.yaml").write_text(GOOD)
    values = check_params(tmp_path / "params.yaml", Tree)
    assert values == {"base_model": {"source": "packaged"}, "skill": {"sft": {"rank": 8}}}


def test_numbers_are_read_as_dvc_reads_them(tmp_path: Path):
    (tmp_path / "params.yaml").write_text(sft("learning_rate: 2e-4"))
    assert check_params(tmp_path / "params.yaml", Tree)["skill"]["sft"]["learning_rate"] == 2e-4


def test_the_params_of_this_repository_are_valid():
    root = Path(__file__).parents[3]
    assert "base_model" in check_params(root / "params.yaml", tree())


def test_a_misspelt_key_names_the_nearest(tmp_path: Path):
    (line,) = fault(tmp_path, sft("learning_rte: 0.1"))
    assert line.startswith(
        "skill.sft.learning_rte: unknown key; did you mean 'learning_rate'?; expected one of method, "
    )


def test_a_misspelt_block_is_one_fault_and_not_two(tmp_path: Path):
    (line,) = fault(tmp_path, GOOD.replace("base_model", "base_modl"))
    assert line == "base_modl: unknown key; did you mean 'base_model'?; expected one of base_model, skill"


def test_a_key_in_a_list_is_named_by_its_place(tmp_path: Path):
    (line,) = fault(tmp_path, GOOD + "  tokens: [{name: A, token: '<a>', desc: x, description: y}]\n")
    assert line.startswith("skill.tokens[0].desc: unknown key; did you mean 'description'?")


def test_a_missing_block_is_named_with_its_keys(tmp_path: Path):
    (line,) = fault(tmp_path, "base_model: {source: packaged}\n")
    assert line == "skill: missing; expected a block with keys from sft, tokens"


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("rank: 0", "skill.sft.rank: expected a whole number >= 1, found 0"),
        ("rank: '8'", "skill.sft.rank: expected a whole number >= 1, found '8'"),
        ("rank: true", "skill.sft.rank: expected a whole number >= 1, found True"),
        ("rank: 1.5", "skill.sft.rank: expected a whole number >= 1, found 1.5"),
        ("rank: null", "skill.sft.rank: expected a whole number >= 1, found nothing"),
        ("dropout: 1.0", "skill.sft.dropout: expected a number >= 0.0 and < 1.0, found 1.0"),
        ("warmup: fast", "skill.sft.warmup: expected a number >= 0.0 and <= 1.0, found 'fast'"),
        ("learning_rate: .inf", "skill.sft.learning_rate: expected a finite number, found inf"),
        ("method: lra", "skill.sft.method: expected one of full, lora, qlora, found 'lra'; did you mean 'lora'?"),
        ("rank: 65", "skill: expected a rank that fits the tokens, found {'sft': {'rank': 65}}"),
    ],
)
def test_a_value_that_cannot_be_tells_what_can(tmp_path: Path, block: str, line: str):
    assert fault(tmp_path, sft(block)) == [line]


def test_every_fault_has_its_line(tmp_path: Path):
    assert [line.split(":")[0] for line in fault(tmp_path, sft("rank: 0, epochs: 0, sed: 1"))] == [
        "skill.sft.sed",
        "skill.sft.rank",
        "skill.sft.epochs",
    ]


def test_a_block_where_a_value_belongs_is_an_error(tmp_path: Path):
    assert fault(tmp_path, sft("rank: {a: 1}")) == ["skill.sft.rank: expected a whole number >= 1, found {'a': 1}"]


def test_a_value_where_a_block_belongs_is_an_error(tmp_path: Path):
    (line,) = fault(tmp_path, "base_model: packaged\nskill: {sft: {}}\n")
    assert line == "base_model: expected a block with keys from source, id, revision, path, dtype, found 'packaged'"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: {c: 1\n", "line 3, column 1: expected YAML: "),
        (sft("rank: 8, rank: 9"), 'line 3, column 18: expected YAML: found duplicate key "rank"'),
        ("base_model: {}\nbase_model: {}\n", 'line 2, column 1: expected YAML: found duplicate key "base_model"'),
        ("a:\n\tb: 1\n", "line 2, column 1: expected YAML: found character"),
        ("", "expected blocks of parameters, found nothing"),
        ("- a\n", "expected blocks of parameters, found ['a']"),
        ("1: a\n", "1: expected a key that is text, found 1; put it in quotes"),
        ("a: 2024-01-01\n", "a: expected text or a number, found date 2024-01-01; put it in quotes"),
    ],
)
def test_a_file_that_is_no_tree_of_parameters_says_where(tmp_path: Path, text: str, line: str):
    (found,) = fault(tmp_path, text)
    assert found.startswith(line)


def test_a_file_that_is_missing_or_no_text_is_an_error(tmp_path: Path):
    with pytest.raises(UserError, match="found nothing there"):
        check_params(tmp_path / "params.yaml", Tree)
    (tmp_path / "params.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(UserError, match="expected UTF-8 text, found byte 0xff"):
        check_params(tmp_path / "params.yaml", Tree)


@pytest.mark.parametrize(
    ("drafts", "told"),
    [
        ("{teacher: openai}", "special_tokens.drafts: expected model, the name of the model at openai"),
        ("{teacher: openai, model: m, max_usd: 5}", "special_tokens.drafts: expected a price of m in prices"),
        ("{teacher: opeanai}", "special_tokens.drafts.teacher: expected one of offline, openai, gemini"),
        (
            "{teacher: openai, model: m, prices: {m: {input: 1, ouput: 2}}}",
            "special_tokens.drafts.prices.m.ouput: unknown key",
        ),
    ],
)
def test_a_teacher_that_cannot_be_asked_is_told_before_any_job(tmp_path: Path, drafts: str, told: str):
    text = (Path(__file__).parents[3] / "params.yaml").read_text()
    file = tmp_path / "params.yaml"
    file.write_text(
        text.replace("    teacher: offline\n    seed: 17\n", "").replace("  drafts:\n", f"  drafts: {drafts}\n")
    )
    with pytest.raises(UserError) as error:
        check_params(file, tree())
    assert told in str(error.value)


def test_greedy_samples_which_are_all_alike_are_told_before_any_job(tmp_path: Path):
    text = (Path(__file__).parents[3] / "params.yaml").read_text()
    (tmp_path / "params.yaml").write_text(text.replace("    samples: 1\n  rl:", "    samples: 4\n  rl:"))
    with pytest.raises(
        UserError, match=r"q_language\.generate: expected a temperature: 4 greedy samples are all alike"
    ):
        check_params(tmp_path / "params.yaml", tree())
