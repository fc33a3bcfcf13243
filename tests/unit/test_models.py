import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

import hone
from hone import models, tokens
from hone.core.config import NewToken, TrainParams
from hone.core.errors import UserError
from hone.training.methods import prepare

NEW = (
    NewToken(token="<|AGENT|>", description="explore with a tool first"),
    NewToken(token="<|EDIT|>", description="edit the code directly"),
)
SCRIPT = Path(__file__).parents[2] / "scripts/merge.py"
KINDS = {
    "llama-tied": ("llama", True, 0),
    "llama-untied": ("llama", False, 0),
    "qwen3-tied-padded": ("qwen3", True, 8),
    "qwen3-untied-padded": ("qwen3", False, 8),
}


@pytest.fixture(scope="module")
def tokenizer(base_folder: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("new") / "tokenizer"
    tokens.build(base_folder(), NEW, [], out)
    return out


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def base(request: Any, base_folder: Callable[..., Path]) -> Path:
    return base_folder(*request.param)


def ids_of(tokenizer: Path) -> torch.Tensor:
    """A conversation that holds both new tokens: [1, 12]."""
    new = [token.id for token in tokens.added(tokenizer)]
    return torch.tensor([[1, 40, 41, new[0], 42, 43, new[1], 44, 45, 46, 47, 2]])


def logits(model: Any, ids: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(ids, use_cache=False).logits
    return found.float()


def trained(base: Path, tokenizer: Path, method: str = "lora") -> Any:
    """A model whose adapter and new rows are far from where they began, as after training."""
    model = models.load(base, tokenizer, method=method)
    model = prepare(model, TrainParams(method=method, rank=4, alpha=8), [t.id for t in tokens.added(tokenizer)])
    torch.manual_seed(2)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.05 * torch.randn_like(parameter)
    return model.eval()


def saved(model: Any, folder: Path) -> Path:
    folder.mkdir(parents=True)
    models.save_adapter(model, folder)
    return folder


def is_tied(model: Any) -> bool:
    one, other = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    return bool(one.data_ptr() == other.data_ptr())


def test_an_adapter_read_back_answers_as_the_one_that_was_trained(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    model, ids = trained(base, tokenizer), ids_of(tokenizer)
    found = models.load(base, tokenizer, saved(model, tmp_path / "sft"))
    assert torch.equal(logits(found, ids), logits(model, ids))
    assert (logits(found, ids) - logits(models.load(base, tokenizer), ids)).abs().max() > 0.1


def test_a_merged_model_saved_and_read_back_answers_as_the_adapter(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    model, ids = trained(base, tokenizer), ids_of(tokenizer)
    models.save_merged(base, tokenizer, saved(model, tmp_path / "sft"), tmp_path / "merged")
    found = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    torch.testing.assert_close(logits(found, ids), logits(model, ids), atol=1e-4, rtol=1e-4)


def test_a_merged_model_is_tied_exactly_if_its_base_is(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    adapter = saved(trained(base, tokenizer), tmp_path / "sft")
    models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    tied = is_tied(models.load(base))
    assert is_tied(models.load(base, tokenizer, adapter, merge=True)) == tied
    assert is_tied(models.load(tmp_path / "merged")) == tied
    assert ("lm_head.weight" in load_file(tmp_path / "merged/model.safetensors")) != tied


def test_a_merged_model_needs_neither_peft_nor_hone(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    models.save_merged(base, tokenizer, saved(trained(base, tokenizer), tmp_path / "sft"), tmp_path / "merged")
    assert not [file.name for file in (tmp_path / "merged").iterdir() if "adapter" in file.name]
    names = load_file(tmp_path / "merged/model.safetensors")
    assert not [name for name in names if "lora" in name or "token_adapter" in name or "base_layer" in name]
    served, taught = (AutoTokenizer.from_pretrained(folder) for folder in (tmp_path / "merged", tokenizer))
    assert [served.encode(t.token) for t in NEW] == [[t.id] for t in tokens.added(tokenizer)]
    assert served.chat_template == taught.chat_template
    assert served.chat_template


def test_with_the_adapter_off_the_base_answers_as_before(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    adapter, ids = saved(trained(base, tokenizer), tmp_path / "sft"), ids_of(tokenizer)
    model = models.load(base, tokenizer, adapter)
    with model.disable_adapter():
        assert torch.equal(logits(model, ids), logits(models.load(base, tokenizer), ids))
    old = ids[ids < tokens.added(tokenizer)[0].id].unsqueeze(0)
    plain = logits(models.load(base), old)
    assert torch.equal(logits(models.load(base, tokenizer), old)[..., : plain.shape[-1]][..., :300], plain[..., :300])


def test_an_adapter_is_the_same_bytes_anywhere_and_is_much_smaller_than_the_model(
    base: Path, tokenizer: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(base, tmp_path / "elsewhere")
    folders = [saved(trained(place, tokenizer), tmp_path / name) for name, place in (("a", base), ("b", moved))]
    one, other = ({f.name: f.read_bytes() for f in folder.iterdir()} for folder in folders)
    assert one == other
    assert str(base).encode() not in one["adapter_config.json"]
    config = json.loads(one["adapter_config.json"])
    assert config["target_modules"] == sorted(config["target_modules"])
    names = load_file(folders[0] / "adapter_model.safetensors")
    assert all("lora_" in name or "trainable_tokens" in name for name in names)


def test_lora_and_new_rows_are_float32_over_a_bfloat16_base(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path
) -> None:
    base = base_folder("llama", dtype="bfloat16")
    model, ids = trained(base, tokenizer), ids_of(tokenizer)
    found = models.load(base, tokenizer, saved(model, tmp_path / "sft"))
    dtypes = {p.dtype for name, p in found.named_parameters() if "lora_" in name or "trainable_tokens" in name}
    assert dtypes == {torch.float32}
    assert found.dtype == torch.bfloat16
    assert torch.equal(logits(found, ids), logits(model, ids))


def test_merging_into_bfloat16_rounds_once_and_tells_the_gap(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path
) -> None:
    base = base_folder("llama", dtype="bfloat16")
    adapter = saved(trained(base, tokenizer), tmp_path / "sft")
    models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    exact = models.load(base, tokenizer, adapter, merge=True, dtype=torch.float32)
    merged = models.load(tmp_path / "merged")
    for (name, one), (_, other) in zip(exact.named_parameters(), merged.named_parameters(), strict=True):
        assert torch.equal(one.to(torch.bfloat16), other), name
    told = json.loads((tmp_path / "merged/merge.json").read_text())
    assert 0 < told["logits_apart"] < 0.1 * told["largest_logit"]
    assert (told["base"], told["dtype"]) == ("lora", "bfloat16")


def test_a_folded_adapter_answers_as_the_merged_model_and_leaves_every_weight_as_it_was(
    base_folder: Callable[..., Path], tmp_path: Path
) -> None:
    base, plain = base_folder("llama", dtype="bfloat16"), tmp_path / "tokenizer"
    tokens.build(base, (), [], plain)
    model = trained(base, plain)
    adapter, ids = saved(model, tmp_path / "sft"), torch.tensor([[1, 40, 41, 42, 2]])
    model = models.load(base, plain, adapter)
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    with models.folded(model):
        assert torch.equal(logits(model, ids), logits(models.load(base, plain, adapter, merge=True), ids))
    assert all(torch.equal(before[name], weight) for name, weight in model.named_parameters())


def test_casting_and_merging_leave_rotary_frequencies_in_float32(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path
) -> None:
    base = base_folder("llama", dtype="bfloat16")
    merged = models.load(base, tokenizer, saved(trained(base, tokenizer), tmp_path / "sft"), merge=True)
    plain = models.load(base)
    for model in (merged, models.cast(models.load(base, dtype=torch.float32), torch.bfloat16)):
        assert model.dtype == torch.bfloat16
        assert torch.equal(model.model.rotary_emb.inv_freq, plain.model.rotary_emb.inv_freq)


def test_a_merged_model_used_as_a_base_keeps_its_trained_rows(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    ids, adapter = ids_of(tokenizer), saved(trained(base, tokenizer), tmp_path / "sft")
    models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    alone, given = models.load(tmp_path / "merged"), models.load(tmp_path / "merged", tokenizer)
    assert torch.equal(logits(alone, ids), logits(given, ids))


def test_a_folder_with_a_whole_model_is_loaded_as_the_model(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    model, ids = trained(base, tokenizer, "full"), ids_of(tokenizer)
    found = models.load(base, tokenizer, saved(model, tmp_path / "sft"))
    assert torch.equal(logits(found, ids), logits(model, ids))


@pytest.fixture
def quantised(base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path) -> tuple[Path, Any, Path]:
    """Base, an adapter trained on it in 4 bits, and the folder that it is saved in."""
    base = base_folder("llama", dtype="bfloat16")
    model = trained(base, tokenizer, "qlora")
    return base, model, saved(model, tmp_path / "sft")


def test_a_qlora_adapter_is_loaded_on_the_rounded_base_that_it_was_trained_on(
    quantised: tuple[Path, Any, Path], tokenizer: Path
) -> None:
    base, model, adapter = quantised
    ids = ids_of(tokenizer)
    assert torch.equal(logits(models.load(base, tokenizer, adapter), ids), logits(model, ids))
    assert not torch.equal(logits(models.load(base, tokenizer, adapter, method="lora"), ids), logits(model, ids))


def test_a_qlora_adapter_is_merged_into_the_rounded_base_that_it_was_trained_on(
    quantised: tuple[Path, Any, Path], tokenizer: Path, tmp_path: Path
) -> None:
    base, model, adapter = quantised
    models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    found, ids = models.load(tmp_path / "merged"), ids_of(tokenizer)
    right = (logits(found, ids) - logits(model, ids)).abs().mean()
    unrounded = models.load(base, tokenizer, adapter, merge=True, method="lora")
    wrong = (logits(unrounded, ids) - logits(model, ids)).abs().mean()
    assert right < wrong / 4
    assert json.loads((tmp_path / "merged/merge.json").read_text())["base"] == "qlora"
    assert "quantization_config" not in json.loads((tmp_path / "merged/config.json").read_text())


def test_a_merge_that_answers_otherwise_than_its_adapter_is_not_published(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, load = base_folder(), models.load
    adapter = saved(trained(base, tokenizer), tmp_path / "sft")

    def forgetful(*given: Any, merge: bool = False, **more: Any) -> Any:
        return load(*given[:2]) if merge else load(*given, **more)

    monkeypatch.setattr(models, "load", forgetful)
    with pytest.raises(UserError, match="expected the merged model to answer as the adapter"):
        models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_merged_model_that_comes_back_from_disk_otherwise_is_not_published(
    base: Path, tokenizer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, copy = saved(trained(base, tokenizer), tmp_path / "sft"), models.copy_model

    def spoil(place: Path, folder: Path) -> None:
        """The new tokens' rows are lost between memory and disk."""
        copy(place, folder)
        tensors = load_file(folder / "model.safetensors")
        for name in {"model.embed_tokens.weight", "lm_head.weight"} & tensors.keys():
            tensors[name][[token.id for token in tokens.added(tokenizer)]] = 0
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})

    monkeypatch.setattr(models, "copy_model", spoil)
    with pytest.raises(UserError, match="expected the saved model to answer as the merged one"):
        models.save_merged(base, tokenizer, adapter, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_lost_tensor_is_an_error_and_not_a_random_one(base: Path, tmp_path: Path) -> None:
    spoilt = shutil.copytree(base, tmp_path / "base")
    tensors = load_file(spoilt / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, spoilt / "model.safetensors", {"format": "pt"})
    with pytest.raises(UserError, match=r"base: expected all tensors.*layers\.1\.mlp\.up_proj"):
        models.load(spoilt)


def test_a_lost_adapter_matrix_is_an_error(base: Path, tokenizer: Path, tmp_path: Path) -> None:
    adapter = saved(trained(base, tokenizer), tmp_path / "sft")
    tensors = load_file(adapter / "adapter_model.safetensors")
    for kind in ("lora_A", "trainable_tokens"):
        kept = {name: tensor for name, tensor in tensors.items() if kind not in name}
        save_file(kept, adapter / "adapter_model.safetensors", {"format": "pt"})
        with pytest.raises(UserError, match=f"sft: expected a whole model or adapter.*{kind}"):
            models.load(base, tokenizer, adapter)


@pytest.mark.parametrize("name", ["sft/adapter_model.safetensors", "base/model.safetensors"])
def test_a_truncated_file_is_an_error_that_names_the_folder(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path, name: str
) -> None:
    base = shutil.copytree(base_folder(), tmp_path / "base")
    adapter = saved(trained(base, tokenizer), tmp_path / "sft")
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-100])
    with pytest.raises(UserError, match=name.split("/")[0]):
        models.load(base, tokenizer, adapter)


def test_an_adapter_without_its_tokenizer_or_for_another_base_is_an_error(
    base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path
) -> None:
    adapter = saved(trained(base_folder("llama"), tokenizer), tmp_path / "sft")
    with pytest.raises(UserError, match="load it with its tokenizer"):
        models.load(base_folder("llama"), None, adapter)
    narrow = shutil.copytree(base_folder("llama"), tmp_path / "narrow")
    config = AutoConfig.from_pretrained(narrow)
    config.intermediate_size = 64
    AutoModelForCausalLM.from_config(config).save_pretrained(narrow)
    with pytest.raises(UserError, match="sft: expected a whole model or adapter that fits its base"):
        models.load(narrow, tokenizer, adapter)


def test_a_folder_without_a_model_is_an_error_that_names_it(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    for given in ((tmp_path,), (base_folder(), None, tmp_path)):
        with pytest.raises(UserError, match=r"expected a model folder with config\.json"):
            models.load(*given)


def test_pickled_weights_are_never_read(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "base")
    tensors = load_file(spoilt / "model.safetensors")
    (spoilt / "model.safetensors").unlink()
    torch.save(tensors, spoilt / "pytorch_model.bin")
    with pytest.raises(UserError, match="base: expected a whole model"):
        models.load(spoilt)


def test_the_script_merges_and_says_nothing(base_folder: Callable[..., Path], tokenizer: Path, tmp_path: Path) -> None:
    adapter = saved(trained(base_folder(), tokenizer), tmp_path / "sft")
    flags = {"base": base_folder(), "tokenizer": tokenizer, "adapter": adapter, "out": tmp_path / "merged"}
    line = [sys.executable, str(SCRIPT), *(part for name, value in flags.items() for part in (f"--{name}", str(value)))]
    path = {"PYTHONPATH": str(Path(hone.__file__).parents[1])}
    done = subprocess.run(line, capture_output=True, text=True, env={**os.environ, **path}, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "merged/manifest.json").exists()
