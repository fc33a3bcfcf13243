"""Causal attention on a processor, block of queries by block of queries: torch's values in less than half the time.

torch's fused attention is made for GPUs; on a processor most of a short row's time goes beside the matrix
products. Here each block of queries meets only the keys up to its own end, in plain batched products over
whole groups of heads (keys and values are never repeated), and the probabilities are kept for the way back.
Memory, if there is a way back: rows x heads x length^2 / 2 numbers a layer, which is small for what a processor can
train. Rows of a batch may be padded, as prompts are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.amp import custom_bwd, custom_fwd
from torch.autograd import Function
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import causal_mask_function, sdpa_mask

Tensor = torch.Tensor
NAME = "causal_blocks"
BLOCK = 128  # queries at a time: their scores stay in a processor's cache


@contextmanager
def in_blocks(model: Any) -> Iterator[None]:
    """On a processor, the model attends in blocks inside this `with`; elsewhere nothing is changed."""
    body = model.get_base_model() if hasattr(model, "get_base_model") else model
    before = body.config._attn_implementation
    if body.device.type == "cpu" and before == "sdpa":
        body.set_attn_implementation(NAME)
    try:
        yield
    finally:
        body.set_attn_implementation(before)


def _attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **kwargs: Any
) -> tuple[Tensor, None]:
    """transformers' interface: q [rows, heads, length, size], k and v with fewer heads -> [rows, length, heads, size].

    What is not plain causal attention over whole rows (a sliding window, one more token, dropout) stays torch's.
    """
    length = query.shape[2]
    pads = attention_mask is not None and attention_mask.shape[2] < length  # all that `_mask` told
    if length != key.shape[2] or kwargs.get("dropout") or not (pads or attention_mask is None):
        whole = attention_mask & _causal(length) if pads and attention_mask is not None else attention_mask
        return sdpa_attention_forward(module, query, key, value, whole, **kwargs)
    scale = kwargs.get("scaling")
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    out: Tensor = CausalBlocks.apply(query, key, value, scale, None if attention_mask is None else attention_mask[:, 0])
    return out, None


def _causal(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril()


def _mask(**asked: Any) -> Tensor | None:
    """transformers' interface: a bool mask, True for what is seen. Of plain causal attention over whole rows only the
    pads are told, [rows, 1, 1, length], for the rest is known; else the whole, [rows, 1, queries, keys], or None."""
    length, pads = asked["q_length"], asked.get("attention_mask")
    plain = asked.get("mask_function") is causal_mask_function and length == asked["kv_length"] > 1
    if pads is not None and pads.shape[-1] == length and plain:
        return None if bool(pads.all()) else pads[:, None, None].bool()
    mask: Tensor | None = sdpa_mask(**asked)
    return mask


AttentionInterface.register(NAME, _attend)
AttentionMaskInterface.register(NAME, _mask)


class CausalBlocks(Function):
    """softmax(scale q k' below the diagonal) v. q: [B, H, S, D], k and v: [B, K, S, D], K divides H -> [B, S, H, D].

    `seen`: bool [B, 1, S], False for keys that are pads, or None. What comes out for a query that is one means nothing.
    """

    @staticmethod
    @custom_fwd(device_type="cpu", cast_inputs=torch.bfloat16)  # only under autocast, as torch's attention does
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, scale: float, seen: Tensor | None = None) -> Tensor:
        rows, heads, length, size = q.shape
        shared = k.shape[1]
        group = heads // shared
        grouped = q.reshape(rows * shared, group, length, size)
        k, v = k.reshape(-1, length, size), v.reshape(-1, length, size)
        out = q.new_empty(rows, length, shared, group, size)
        unseen = None if seen is None else _unseen(seen, q.dtype).repeat_interleave(shared, 0)
        kept = []
        for start, end in _blocks(length):
            queries = grouped[:, :, start:end].flatten(1, 2)  # [B K, G block, D]
            ahead = q.new_full((end - start, end), float("-inf")).triu_(start + 1).repeat(group, 1)
            scores = torch.baddbmm(ahead.expand(len(k), -1, -1), queries, k[:, :end].mT, alpha=scale)
            if unseen is not None:
                scores[:, :, : unseen.shape[-1]] += unseen[:, :, :end]
            p = torch.softmax(scores, -1)
            mixed = (p @ v[:, :end]).view(rows, shared, group, end - start, size)
            out[:, start:end] = mixed.permute(0, 3, 1, 2, 4)
            if any(ctx.needs_input_grad):
                kept.append(p)
        ctx.save_for_backward(grouped, k, v, *kept)
        ctx.scale, ctx.shape = scale, (rows, shared, group, length, size)
        return out.flatten(2, 3)

    @staticmethod
    @custom_bwd(device_type="cpu")
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        q, k, v, *kept = ctx.saved_tensors
        rows, shared, group, length, size = ctx.shape
        outer = grad.view(rows, length, shared, group, size).permute(0, 2, 3, 1, 4)  # [B, K, G, S, D]
        q_grad = torch.empty_like(q)
        # Summed over the blocks of queries, so in float32.
        k_grad, v_grad = (torch.zeros(k.shape, dtype=torch.float32) for _ in range(2))
        for p, (start, end) in zip(kept, _blocks(length), strict=True):
            queries = q[:, :, start:end].flatten(1, 2)
            g = outer[:, :, :, start:end].reshape(queries.shape)
            v_grad[:, :end] += p.mT @ g
            scores_grad = torch._softmax_backward_data(g @ v[:, :end].mT, p, -1, p.dtype)
            q_grad[:, :, start:end] = (scores_grad @ k[:, :end]).view(-1, group, end - start, size).mul_(ctx.scale)
            k_grad[:, :end] += scores_grad.mT @ queries
        k_grad *= ctx.scale
        like_k = (rows, shared, length, size)
        return (
            q_grad.view(rows, shared * group, length, size),
            k_grad.to(k.dtype).view(like_k),
            v_grad.to(v.dtype).view(like_k),
            None,
            None,
        )


def _blocks(length: int) -> list[tuple[int, int]]:
    return [(start, min(start + BLOCK, length)) for start in range(0, length, BLOCK)]


def _unseen(seen: Tensor, dtype: torch.dtype) -> Tensor:
    """What is added to the scores of keys, [B, 1, W]: nothing, or for a pad so much that it counts for nothing (but
    not infinity: a pad sees only pads, and a mean over nothing is no number). W: up to the last pad of any row."""
    columns = (~seen).any(0).any(0).nonzero()
    width = int(columns[-1]) + 1 if len(columns) else 0
    return torch.zeros_like(seen[..., :width], dtype=dtype).masked_fill_(~seen[..., :width], torch.finfo(dtype).min / 4)
