"""Cross-entropy of the supervised tokens, with logits only where there is a label.

Most tokens of a row are its prompt, and a vocabulary is large: the hidden states are picked first, and only
they go through the output head. The head is called as a module, so that whatever an adapter put on it (LoRA,
trained rows) takes part in the loss and gets its gradient; to multiply by its weight would pass it by without
an error. The result is a sum: who weighs it divides by the tokens of the whole step, so that the split does
not matter.
"""

import contextlib
from typing import Any

import torch
from torch.autograd import Function

from hone.core.errors import UserError
from hone.training.batches import Batch

# Settings by which some architectures bend their logits after the head, which this shortcut would leave out.
BENT_LOGITS = ("final_logit_softcapping", "logits_scaling", "logit_scale")
ROWS_AT_ONCE = 64  # rows of logits in float32 at a time: small enough for a processor's cache


class Objective(torch.nn.Module):
    """A model and its loss as one module: its call is what several processes meet in.

    In `autocast` the matrix products of a model held in float32 are made in bfloat16.
    """

    def __init__(self, model: Any, autocast: bool) -> None:
        super().__init__()
        self.model = model
        self._autocast = autocast
        self.blocks: frozenset[str] = frozenset(causal_model(model)._no_split_modules)  # class names of its layers

    def forward(self, batch: Batch) -> torch.Tensor:
        """`summed_loss` of the batch."""
        kind = batch.ids.device.type
        with torch.autocast(kind, torch.bfloat16) if self._autocast else contextlib.nullcontext():
            return summed_loss(self.model, batch)


def summed_loss(model: Any, batch: Batch) -> torch.Tensor:
    """Sum of the negative log-likelihoods (nats) of the batch's supervised tokens: a float32 scalar."""
    causal = causal_model(model)
    # Without an attention mask: rows are padded on the right, so no token that counts looks at a pad, and
    # causal attention without a mask is faster.
    body = causal.base_model(input_ids=batch.ids, use_cache=False)
    learned = batch.supervised[:, 1:]  # the token at t + 1 is predicted at t
    hidden = body.last_hidden_state[:, :-1][learned]  # [supervised, hidden size]
    logits = causal.get_output_embeddings()(hidden)  # [supervised, vocabulary]
    total: torch.Tensor = _CrossEntropy.apply(logits, batch.ids[:, 1:][learned])
    return total


class _CrossEntropy(Function):
    """Summed cross-entropy, its gradient made in the same pass: a float32 copy of all logits never exists."""

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        total = torch.zeros((), device=logits.device)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        for some in torch.arange(len(targets), device=logits.device).split(ROWS_AT_ONCE):
            part = slice(int(some[0]), int(some[-1]) + 1)
            log_p = torch.log_softmax(logits[part], dim=-1, dtype=torch.float32)
            total -= log_p.gather(1, targets[part, None]).sum()
            if gradient is not None:
                p = log_p.exp_()
                p[some - some[0], targets[part]] -= 1
                gradient[part] = p
        ctx.gradient = gradient
        return total

    @staticmethod
    def backward(ctx: Any, outer: torch.Tensor) -> tuple[torch.Tensor, None]:
        return ctx.gradient.mul_(outer), None


def causal_model(model: Any) -> Any:
    """The language model inside an adapter, layers still adapted; `UserError` if it bends its logits."""
    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    for name in BENT_LOGITS:
        if getattr(causal.config, name, None) not in (None, 1, 1.0):
            kind = causal.config.model_type
            raise UserError(f"{kind}: expected logits straight from the head, found {name}")
    return causal
