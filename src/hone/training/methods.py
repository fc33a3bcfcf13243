"""What is trained of a model: all of it (`full`), or an adapter on it frozen (`lora`, and in 4 bits `qlora`).

What is trained is held in float32, whatever the frozen weights are: a bfloat16 weight swallows small updates.
"""

from collections.abc import Sequence
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from hone.core.config import TrainParams


def prepare(model: Any, params: TrainParams, new_ids: Sequence[int]) -> Any:
    """Give back the model with exactly what `params.method` trains requiring a gradient.

    `new_ids`: rows of the embedding (and of an untied head) that an adapter trains beside its LoRA matrices.
    """
    torch.manual_seed(params.seed)  # LoRA matrices begin random
    if params.method == "full":
        return model.float().requires_grad_(True)
    adapted = get_peft_model(model, _lora(model, params, list(new_ids)))
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return adapted


def without_dropout(model: Any) -> Any:
    """The model in eval mode, but for 4-bit layers.

    On a CPU those repack their weights in eval mode for a kernel that has no gradient: from the first validation
    on, nothing would be learned, without an error (bitsandbytes 0.50, Linear4bit.forward).
    """
    model.eval()
    for module in model.modules():
        if type(module).__module__.startswith("bitsandbytes"):
            module.training = True
    return model


def _lora(model: Any, params: TrainParams, new_ids: list[int]) -> LoraConfig:
    """LoRA on all linear layers but the head, and the new rows."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=params.rank,
        lora_alpha=params.alpha,
        lora_dropout=params.dropout,
        target_modules="all-linear",
        trainable_token_indices=rows_of(model, new_ids) if new_ids else None,
    )


def rows_of(model: Any, new_ids: list[int]) -> dict[str, list[int]]:
    """Module name -> rows to train: of a tied matrix once, of an untied pair in both."""
    embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    names = {module: name.rpartition(".")[2] for name, module in model.named_modules()}
    if embedding.weight is head.weight:
        return {names[embedding]: new_ids}
    return {names[embedding]: new_ids, names[head]: new_ids}
