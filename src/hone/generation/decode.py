"""One batch through a causal language model, token by token, with a key-value cache.

Our own loop, for three things that `generate` of transformers does not do: a row that has ended leaves the
batch, a greedy row that goes in circles ends (loops.py), and each row draws from its own random stream, so that
its sample does not depend on its neighbours.
Prompts are padded on the left, masked and counted from each row's first token, so in exact arithmetic a
row's completion is the one that it would get alone. In bfloat16 sums are rounded differently in batches of
other shapes, and an early near-tie may fall the other way: keep completions, do not count on making them
again elsewhere.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch

from hone.generation.growing import growing_cache
from hone.generation.loops import Loops

Finish = Literal["stop", "length", "loop"]


@torch.inference_mode()
def decode(
    model: Any,
    prompts: Sequence[Sequence[int]],
    stops: frozenset[int],
    max_new_tokens: int,
    temperature: float,
    streams: Sequence[np.random.Generator],
    tick: Callable[[int, int], None] = lambda ended, running: None,
) -> list[tuple[list[int], Finish]]:
    """Each prompt's new tokens, in order: without the prompt, with the stop token that ended it ("stop").

    What has none was cut, at `max_new_tokens` ("length") or where it began to say the same for ever ("loop").

    `streams`: a source of random numbers for each prompt, not touched at temperature 0. The model must be in
    evaluation mode. `tick` is told after every token how many rows just ended and how many still run.
    """
    replies: list[list[int]] = [[] for _ in prompts]
    finish: list[Finish] = ["length" for _ in prompts]
    rows = list(range(len(prompts)))  # the rows that still run, by place in the batch
    ids, mask = _left_padded(prompts, model.device)  # [B, T], [B, T]
    positions = (mask.cumsum(-1) - 1).clamp(min=0)  # [B, T]
    cache = growing_cache(model.config)
    loops = Loops(len(prompts))
    for _ in range(max_new_tokens):
        logits = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]  # [B, V]
        tokens = _choose(logits.float(), temperature, [streams[row] for row in rows])
        going = []
        # What is sampled may leave a circle by chance.
        circling = loops.add(tokens) if temperature == 0.0 else [False] * len(rows)
        for place, (token, circles) in enumerate(zip(tokens, circling, strict=True)):
            replies[rows[place]].append(token)
            if token not in stops and not circles:
                going.append(place)
            else:
                finish[rows[place]] = "stop" if token in stops else "loop"
        tick(len(rows) - len(going), len(going))
        if not going:
            break
        if len(going) < len(rows):
            rows = [rows[place] for place in going]
            keep = torch.tensor(going, device=mask.device)
            cache.batch_select_indices(keep)
            loops.keep(going)
            mask, positions = mask[keep], positions[keep]
        ids = torch.tensor([[tokens[place]] for place in going], device=mask.device)  # [B, 1]
        mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
        positions = positions[:, -1:] + 1
    else:
        tick(len(rows), 0)
    return list(zip(replies, finish, strict=True))


def _left_padded(prompts: Sequence[Sequence[int]], device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask [B, T]. Which id pads does not matter: it is masked."""
    width = max(len(prompt) for prompt in prompts)
    ids = [[0] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def _choose(logits: torch.Tensor, temperature: float, streams: Sequence[np.random.Generator]) -> list[int]:
    """A token for each row of [B, V]: the likeliest, or one drawn by inverting the distribution function."""
    if temperature == 0.0:
        return [int(token) for token in logits.argmax(-1).tolist()]
    total = (logits / temperature).softmax(-1).double().cumsum(-1)  # [B, V]
    drawn = torch.tensor([[stream.random()] for stream in streams], dtype=torch.float64, device=logits.device)
    chosen = torch.searchsorted(total, drawn * total[:, -1:], right=True)  # [B, 1]
    return [int(token) for token in chosen.clamp(max=logits.shape[-1] - 1).flatten().tolist()]
