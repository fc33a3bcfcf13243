import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.distributions import constraints
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

import hone
from hone import tokens
from hone.chat import Chat
from hone.core.config import NewToken
from hone.core.errors import UserError
from hone.core.records import Message, Row, write_jsonl

NEW = (
    NewToken(token="<|AGENT|>", description="explore with a tool first, because no concrete error is known"),
    NewToken(token="<|EDIT|>", description="edit the code directly, because the error is known"),
)
SCRIPT = Path(__file__).parents[2] / "scripts/tokenizer.py"


def rows(count: int) -> list[Row]:
    """Replies that hold one marker each."""
    return [
        Row(
            f"row-{i}",
            f"p-{i}",
            "train",
            "EDIT",
            (Message("user", f"fix {i}"), Message("assistant", f"<think>é{i}</think>\n{NEW[i % 2].token}\ndone")),
        )
        for i in range(count)
    ]


def model_in(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(folder)


def matrices(model: Any) -> list[torch.Tensor]:
    """Input matrix and output matrix, [vocabulary, hidden] each."""
    return [model.get_input_embeddings().weight.detach(), model.get_output_embeddings().weight.detach()]


@pytest.fixture(scope="module")
def built(base_folder: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "tokenizer"
    tokens.build(base_folder(), NEW, rows(25), out)
    return out


KINDS = [("llama", True, 0), ("llama", False, 0), ("qwen3", True, 8), ("qwen3", False, 8), ("qwen3", True, 1)]


@pytest.fixture(params=KINDS, ids=lambda k: f"{k[0]}-{'tied' if k[1] else 'untied'}-{k[2]}-spare")
def base(request: Any, base_folder: Callable[..., Path]) -> Path:
    """Models without, with enough, and with too few spare rows; their tokenizer is that of `built`."""
    kind, tied, spare = request.param
    return base_folder(kind, tied, spare)


def test_each_new_token_is_one_id_after_the_others(built: Path, tokenizer_folder: Path) -> None:
    first = len(AutoTokenizer.from_pretrained(tokenizer_folder))
    tokenizer = AutoTokenizer.from_pretrained(built)
    assert [tokenizer.encode(t.token) for t in NEW] == [[first], [first + 1]]
    assert [(t.token, t.id) for t in tokens.added(built)] == [(NEW[0].token, first), (NEW[1].token, first + 1)]


def test_a_description_is_encoded_by_the_tokenizer_that_the_model_was_trained_with(built: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(built)
    assert [tokenizer.decode(t.description_ids) for t in tokens.added(built)] == [t.description for t in NEW]


def test_the_report_tells_ids_round_trips_and_lengths_before_and_after(built: Path) -> None:
    report = json.loads((built / "report.json").read_text())
    assert report["tokens"] == {t.token: t.id for t in tokens.added(built)}
    assert report["round_trip"] == {"rows": 20, "equal": 20}
    lengths = report["tokens_per_row"]
    assert lengths["rows"] == 25
    marker = len(Chat.load(built).plain("<|AGENT|>")), len(Chat.load(built).plain("<|EDIT|>"))
    saved = (13 * (marker[0] - 1) + 12 * (marker[1] - 1)) / 25
    assert lengths["before"] - lengths["after"] == pytest.approx(saved, abs=0.01)


def test_the_template_of_training_is_saved_for_serving(built: Path, tokenizer_folder: Path) -> None:
    before, after = (AutoTokenizer.from_pretrained(folder) for folder in (tokenizer_folder, built))
    assert after.chat_template
    assert after.chat_template == before.chat_template
    assert (after.eos_token, after.pad_token) == (before.eos_token, before.pad_token)


def test_the_same_inputs_give_the_same_bytes_anywhere(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    for place in ("one", "other"):
        tokens.build(base_folder(), NEW, rows(3), tmp_path / place)
    one, other = ({f.name: f.read_bytes() for f in (tmp_path / place).iterdir()} for place in ("one", "other"))
    assert one == other
    assert str(base_folder()).encode() not in b"".join(one.values())


def test_the_matrix_never_shrinks_and_grows_no_more_than_needed(base: Path, built: Path) -> None:
    model = model_in(base)
    before = matrices(model)[0].shape[0]
    tokens.extend(model, built)
    needed = max(t.id for t in tokens.added(built)) + 1
    assert [m.shape[0] for m in matrices(model)] == [max(before, needed)] * 2


def test_new_rows_are_set_by_id_to_the_mean_of_their_description(base: Path, built: Path) -> None:
    model = model_in(base)
    before = [m.clone() for m in matrices(model)]
    tokens.extend(model, built)
    for old, matrix in zip(before, matrices(model), strict=True):
        for token in tokens.added(built):
            expected = old[list(token.description_ids)].mean(dim=0)
            torch.testing.assert_close(matrix[token.id], expected)
            assert matrix[token.id].norm() <= old.norm(dim=1).max()


def test_growing_asks_nothing_about_the_covariance_of_the_matrix(
    base: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow for a real vocabulary, refused for many real models, and of no use to rows that are set by hand."""
    model = model_in(base)
    monkeypatch.setattr(constraints.positive_definite, "check", lambda covariance: pytest.fail("asked"))
    tokens.extend(model, built)


def test_the_other_rows_stay_as_they_were(base: Path, built: Path) -> None:
    model = model_in(base)
    before = [m.clone() for m in matrices(model)]
    tokens.extend(model, built)
    new = [t.id for t in tokens.added(built)]
    for old, matrix in zip(before, matrices(model), strict=True):
        kept = [i for i in range(old.shape[0]) if i not in new]
        assert torch.equal(matrix[kept], old[kept])


def test_ties_stay_as_they_were(base: Path, built: Path, tmp_path: Path) -> None:
    model = model_in(base)
    tied = AutoConfig.from_pretrained(base).tie_word_embeddings
    tokens.extend(model, built)
    model.save_pretrained(tmp_path)
    for found in (model, model_in(tmp_path)):
        one, other = found.get_input_embeddings().weight, found.get_output_embeddings().weight
        assert (one.data_ptr() == other.data_ptr()) == tied
        assert found.config.tie_word_embeddings == tied


def test_a_saved_model_has_the_new_rows_and_says_how_many_there_are(base: Path, built: Path, tmp_path: Path) -> None:
    model = model_in(base)
    tokens.extend(model, built)
    model.save_pretrained(tmp_path)
    found = model_in(tmp_path)
    assert found.config.vocab_size == matrices(model)[0].shape[0] == model.config.vocab_size
    ids = torch.tensor([[1, 5, *(t.id for t in tokens.added(built)), 7]])
    with torch.no_grad():
        assert torch.equal(found(ids).logits, model(ids).logits)


def test_new_ids_of_the_real_qwen3_fall_on_spare_rows_and_only_those_are_set(
    qwen_tokenizer_folder: Path, tmp_path: Path
) -> None:
    tokens.build(qwen_tokenizer_folder, NEW, [], tmp_path / "tokenizer")
    sizes: dict[str, Any] = {"intermediate_size": 8, "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 8}
    config = Qwen3Config(vocab_size=151_936, hidden_size=8, num_hidden_layers=1, tie_word_embeddings=True, **sizes)
    model = Qwen3ForCausalLM(config)
    before = matrices(model)[0].clone()
    tokens.extend(model, tmp_path / "tokenizer")
    changed = (matrices(model)[0] != before).any(dim=1).nonzero().flatten().tolist()
    assert changed == [151_669, 151_670] == [t.id for t in tokens.added(tmp_path / "tokenizer")]
    assert model.config.vocab_size == 151_936


def test_a_token_that_the_base_has_already_keeps_its_trained_row(
    base_folder: Callable[..., Path], tmp_path: Path
) -> None:
    known = NewToken(token="<|endoftext|>", description="the end")
    tokens.build(base_folder(), (known, NEW[0]), [], tmp_path / "tokenizer")
    model = model_in(base_folder())
    token = tokens.added(tmp_path / "tokenizer")[0]
    before = matrices(model)[0][token.id].clone()
    tokens.extend(model, tmp_path / "tokenizer")
    assert torch.equal(matrices(model)[0][token.id], before)


def test_no_new_tokens_give_the_base_tokenizer_and_leave_the_model_alone(
    base_folder: Callable[..., Path], tmp_path: Path
) -> None:
    tokens.build(base_folder(), (), rows(1), tmp_path / "tokenizer")
    model = model_in(base_folder())
    before = matrices(model)[0].clone()
    tokens.extend(model, tmp_path / "tokenizer")
    assert torch.equal(matrices(model)[0], before)


def test_a_token_that_is_listed_twice_is_an_error(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=re.escape("expected each token once, found '<|EDIT|>' 2 times")):
        tokens.build(base_folder(), (*NEW, NEW[1]), [], tmp_path / "tokenizer")
    assert not (tmp_path / "tokenizer").exists()


def test_a_damaged_token_list_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text('[{"token": "<|EDIT|>"}]')
    with pytest.raises(UserError, match=r"tokens\.json: expected a list of token, id"):
        tokens.added(tmp_path)


def test_the_script_takes_flags_and_makes_the_folder(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train.jsonl", rows(2))
    flags = {"base": base_folder(), "rows": tmp_path / "train.jsonl", "out": tmp_path / "tokenizer"}
    flags["params"] = json.dumps({"tokens": [t.model_dump() for t in NEW]})
    line = [sys.executable, str(SCRIPT), *(part for name, value in flags.items() for part in (f"--{name}", str(value)))]
    done = subprocess.run(
        line,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(hone.__file__).parents[1])},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [t.token for t in tokens.added(tmp_path / "tokenizer")] == [t.token for t in NEW]
    assert (tmp_path / "tokenizer/manifest.json").exists()
