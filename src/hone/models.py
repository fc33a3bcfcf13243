"""Models in folders: how base, new tokens and adapter become one model, and how what was trained is saved.

Weights are safetensors, always: nothing is unpickled, and no code of a model's repository is run. A model that is not
whole (a missing or misshapen tensor, a damaged file) is an error: the libraries would go on with random weights.

Limits: decoder-only language models; adapters are LoRA with trained token rows, as `training/` makes them.
"""

import json
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging import ERROR, getLogger
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, logging

from hone import tokens
from hone.chat import TOKENS_FILE
from hone.core.errors import UserError
from hone.core.files import atomic_folder, read_json, write_json

logging.set_verbosity_error()
logging.disable_progress_bar()
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)  # peft asks for it
getLogger("bitsandbytes").setLevel(ERROR)  # it warns, whoever imports it, of a kernel that it can do without

WANTED = ("*.safetensors", "*.json", "*.txt", "*.jinja", "*.model")
_OURS = ("manifest.json", "report.json", "training.json")  # about a folder, not part of the model in it
_ADAPTER = "adapter_config.json"
_BASE = "base.json"  # beside an adapter: in what form the base was that it was trained on
# How far merged and unmerged logits may lie apart, as a share of the largest, by the dtype that is merged into.
_ROUNDING = {torch.float32: 1e-3, torch.float16: 0.02, torch.bfloat16: 0.1}


def load(
    base: Path,
    tokenizer: Path | None = None,
    adapter: Path | None = None,
    merge: bool = False,
    method: str | None = None,
    dtype: torch.dtype | None = None,
) -> Any:
    """The model in eval mode: `base`, with the rows of `tokenizer`'s new tokens, with `adapter` on it.

    `adapter` is a LoRA folder or a folder with a whole model; `merge` folds a LoRA into the weights, computed in
    float32. `dtype` is the stored one by default. Method "qlora" loads the base in 4 bits (NF4); the default is what
    the adapter was trained on, since its matrices make up for that base's rounding and for no other's.
    A base that has its own tokens.json (one that `save_merged` made) keeps its trained rows.

    Raises: UserError for a folder without a model, a damaged one, and an adapter that does not fit the base.
    """
    if adapter is not None and not (adapter / _ADAPTER).exists():
        return _weights(adapter, "full", dtype).eval()
    model = _weights(base, method or _trained_on(adapter), dtype)
    if tokenizer is not None and not (base / TOKENS_FILE).exists():
        tokens.extend(model, tokenizer)
    if adapter is not None:
        model = _adapted(model, adapter, merge)
    return model.eval()


def save_adapter(model: Any, folder: Path) -> None:
    """Save what was trained: LoRA matrices and the new tokens' rows, or a whole model. The base is not in it."""
    from peft import PeftModel

    if isinstance(model, PeftModel):
        model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)  # a template that says nothing
        _without_place(folder / _ADAPTER)
        quantised = getattr(model.get_base_model(), "is_quantized", False)
        write_json(folder / _BASE, {"base": "nf4" if quantised else str(model.dtype).removeprefix("torch.")})
    else:
        model.save_pretrained(folder)


def save_merged(base: Path, tokenizer: Path, adapter: Path, out: Path, beside: Sequence[str] = ()) -> None:
    """Write folder `out`: adapter folded into the base, with the tokenizer, and merge.json, which tells the gap.

    Read back, it must answer bit by bit as the merged model in memory, and within rounding as base and adapter do.
    `beside`: files of the adapter's folder that are copied too.
    """
    probe = _probe(tokenizer)
    apart = _logits(load(base, tokenizer, adapter), probe)
    model = load(base, tokenizer, adapter, merge=True)
    merged = _logits(model, probe)
    gap, largest = float((merged - apart).abs().max()), float(apart.abs().max())
    if not gap <= _ROUNDING[model.dtype] * largest:
        raise UserError(f"{adapter}: expected the merged model to answer as the adapter, found logits {gap:.3g} apart")
    with atomic_folder(out) as folder:
        model.save_pretrained(folder)
        copy_model(tokenizer, folder)
        for name in beside:
            shutil.copyfile(adapter / name, folder / name)
        facts = {"base": _trained_on(adapter), "logits_apart": gap, "largest_logit": largest}
        write_json(folder / "merge.json", facts | {"dtype": str(model.dtype).removeprefix("torch.")})
        if not torch.equal(_logits(load(folder), probe), merged):
            raise UserError(f"{out}: expected the saved model to answer as the merged one; nothing was published")


def _probe(tokenizer: Path) -> torch.Tensor:
    """Ids [1, T] to compare models on: words, for roundings are magnified where a model has never been, and the new
    tokens, whose rows are where merges go wrong."""
    encode = AutoTokenizer.from_pretrained(tokenizer, local_files_only=True, trust_remote_code=False)
    words = encode("Sort the numbers, then return the sum of the first three.", add_special_tokens=False).input_ids
    return torch.tensor([[*words[:8], *(token.id for token in tokens.added(tokenizer)), *words[8:]]])


def cast(model: Any, dtype: torch.dtype) -> Any:
    """The same model, its weights in `dtype`. Buffers stay: rotary frequencies in bfloat16 would misplace tokens."""
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    return model


@contextmanager
def folded(model: Any) -> Iterator[None]:
    """The adapter folded into the weights while the block runs, so that a token costs what it costs the base.

    Afterwards the weights are what they were, to the bit: to unmerge by subtraction would leave roundings behind.
    """
    kept = {name: weight.detach().clone() for name, weight in model.named_parameters() if ".base_layer." in name}
    model.merge_adapter()
    try:
        yield
    finally:
        model.unmerge_adapter()
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name in kept:
                    weight.copy_(kept[name])


def _weights(folder: Path, method: str, dtype: torch.dtype | None) -> Any:
    """The model in `folder`, whole, in the dtype that its config names if none is given."""
    if not (folder / "config.json").exists():
        raise UserError(f"{folder}: expected a model folder with config.json, found none")
    stored = read_json(folder / "config.json")
    if dtype is None:
        dtype = getattr(torch, stored.get("dtype") or stored.get("torch_dtype") or "float32")
    more: dict[str, Any] = {}
    if method == "qlora":
        more["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
        )
    with one_cause(folder):
        model, found = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            **more,
        )
    if lost := sorted(map(str, (*found["missing_keys"], *found["mismatched_keys"]))):
        raise UserError(f"{folder}: expected all tensors of the model, {len(lost)} are missing, among them {lost[0]}")
    return model


def _adapted(model: Any, adapter: Path, merge: bool) -> Any:
    from peft import PeftModel

    stored = model.dtype
    _check_rows(model, adapter)
    if merge:
        model = (model.dequantize() if getattr(model, "is_quantized", False) else model).float()
    with one_cause(adapter), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Found missing adapter keys")
        adapted = PeftModel.from_pretrained(model, adapter)
    for name, parameter in adapted.named_parameters():
        if "lora_" in name or "trainable_tokens" in name:
            parameter.data = parameter.data.float()
    if not merge:
        return adapted
    merged = cast(adapted.merge_and_unload(), stored)
    merged.tie_weights()
    return merged


def _check_rows(model: Any, adapter: Path) -> None:
    """The rows that `adapter` trained are in the matrix: peft would only fail when the first text holds one."""
    trained = read_json(adapter / _ADAPTER).get("trainable_token_indices") or []
    lists = trained.values() if isinstance(trained, dict) else [trained]
    last, rows = max(map(max, filter(None, lists)), default=-1), model.get_input_embeddings().weight.shape[0]
    if last >= rows:
        raise UserError(f"{adapter}: it trained token {last}, the model has {rows}; load it with its tokenizer")


def _trained_on(adapter: Path | None) -> str:
    """The method that loads the base as it was when `adapter` was trained."""
    known = adapter is not None and (adapter / _BASE).exists()
    return "qlora" if adapter and known and read_json(adapter / _BASE) == {"base": "nf4"} else "lora"


def _logits(model: Any, ids: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = model(ids.to(model.device), use_cache=False).logits
    return logits.float().cpu()


@contextmanager
def one_cause(folder: Path) -> Iterator[None]:
    """The many errors that the libraries raise for a damaged or foreign folder, as a `UserError` that names it."""
    try:
        yield
    except (SafetensorError, RuntimeError, ValueError, LookupError, TypeError, OSError, Warning) as error:
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UserError(f"{folder}: expected a whole model or adapter that fits its base, found: {first}") from error


def copy_model(place: Path, folder: Path) -> None:
    """Copy what makes up a model or tokenizer from `place` to `folder`: files by kind, at the top level only."""
    for file in sorted({file for pattern in WANTED for file in place.glob(pattern)}):
        if file.name not in _OURS:
            shutil.copyfile(file, folder / file.name)


def _without_place(path: Path) -> None:
    """Take out of adapter_config.json where the base lay and the order of sets: the same adapter, the same bytes."""
    config = json.loads(path.read_text("utf-8"))
    config["base_model_name_or_path"] = None
    config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")
