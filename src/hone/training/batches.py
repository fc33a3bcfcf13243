"""Which rows are trained together, in which order, and as which tensors.

A micro-batch holds rows of nearly one length, so that little is padded; an optimiser step is a fixed group of
micro-batches. Both are counted in padded tokens. The order is a pure function of (seed, epoch): to resume at
step k is to look up step k, and no random state has to be wound forward. Rows are never cut and never packed
into one another. Rows of different stages (curriculum.py) are never in one step.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from hone.chat import Encoded

T = TypeVar("T")
MicroBatch = tuple[int, ...]  # indices of rows
Step = tuple[MicroBatch, ...]


@dataclass(frozen=True)
class Batch:
    """Rows as tensors, each [rows, longest]. Padded on the right: what looks back never sees a pad."""

    ids: torch.Tensor  # int64; a pad is 0 and is known by the mask, never by its id
    mask: torch.Tensor  # int64; 1 for a token, 0 for a pad
    supervised: torch.Tensor  # bool; this token is learned, from the hidden state at the place before it

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.ids.to(device), self.mask.to(device), self.supervised.to(device))


def collate(rows: Sequence[Encoded]) -> Batch:
    """One micro-batch as tensors."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros(len(rows), longest, dtype=torch.int64)
    supervised = torch.zeros(len(rows), longest, dtype=torch.bool)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.tensor(row.ids)
        mask[number, : len(row.ids)] = 1
        supervised[number, : len(row.ids)] = torch.tensor(row.supervised)
    supervised[:, 0] = False  # nothing stands before the first token that could predict it
    return Batch(ids, mask, supervised)


def by_length(lengths: Sequence[int], order: Iterable[int], tokens: int) -> list[MicroBatch]:
    """Micro-batches of at most `tokens` padded tokens, like lengths together; `order` decides between equals.

    A row longer than `tokens` stands alone.
    """
    ordered = sorted(order, key=lambda row: lengths[row])
    # Sorted upwards, the row that is added is the longest: it sets the width of all.
    return _cut(ordered, tokens, lambda group: len(group) * lengths[group[-1]])


def steps_of_epoch(
    lengths: Sequence[int],
    tokens_per_batch: int,
    tokens_per_step: int,
    seed: int,
    epoch: int,
    stages: Sequence[int] = (),
) -> list[Step]:
    """All rows once, as optimiser steps of at most `tokens_per_step` padded tokens each.

    With `stages`, one of each row, the steps of a lower stage come before those of a higher one.
    """
    chance = random.Random(f"order {seed} {epoch}")
    order = chance.sample(range(len(lengths)), len(lengths))
    stage_of = stages or [0] * len(lengths)
    steps: list[Step] = []
    for stage in sorted(set(stage_of)):
        some = [row for row in order if stage_of[row] == stage]
        micro_batches = by_length(lengths, some, min(tokens_per_batch, tokens_per_step))
        chance.shuffle(micro_batches)
        steps += _cut(micro_batches, tokens_per_step, lambda group: sum(padded(lengths, batch) for batch in group))
    return steps


def padded(lengths: Sequence[int], batch: MicroBatch) -> int:
    """Tokens of a micro-batch, pads included."""
    return len(batch) * max(lengths[row] for row in batch)


def _cut(items: Iterable[T], limit: int, cost: Callable[[Sequence[T]], int]) -> list[tuple[T, ...]]:
    """Cut a sequence into runs, each as long as `cost(run) <= limit` allows, each of one item at least."""
    groups: list[list[T]] = []
    for item in items:
        if groups and cost([*groups[-1], item]) <= limit:
            groups[-1].append(item)
        else:
            groups.append([item])
    return [tuple(group) for group in groups]
