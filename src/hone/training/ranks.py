"""The processes of one run: which of them this is, what its share of the work is, and what all of them add up to.

`accelerate launch` (or torchrun) starts the processes; alone is one process that meets nobody. Each holds the whole
model (DDP, by accelerate), or where HONE_SHARDED says so a part of it (FSDP2: torch's own, for accelerate's would
not run without GPUs, and so could not be tested everywhere). Not covered: splitting one layer or one row.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, gather_object
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

SHARDED = "HONE_SHARDED"  # set by the Snakefile from `config: [sharded=true]` in a profile

T = TypeVar("T")


class Ranks:
    """How this process stands among those of its run."""

    def __init__(self) -> None:
        self._accelerator = Accelerator(cpu=not torch.cuda.is_available())
        self.number: int = self._accelerator.process_index
        self.count: int = self._accelerator.num_processes
        self.first = self.number == 0
        self.device: torch.device = self._accelerator.device
        self.sharded = self.count > 1 and os.environ.get(SHARDED, "").lower() == "true"

    def share(self, items: Sequence[T]) -> list[tuple[T, bool]]:
        """This process's part of `items`, and whether each counts.

        All have equally many, for they meet at each; where items run out, one is done again and counts for nothing.
        """
        rounds = -(-len(items) // self.count) * self.count
        return [(items[place % len(items)], place < len(items)) for place in range(self.number, rounds, self.count)]

    def together(self, objective: Any) -> Any:
        """The module that all processes call at once, so that its gradients are the mean of theirs."""
        if self.sharded:
            mesh = init_device_mesh(self.device.type, (self.count,))
            for module in list(objective.modules()):
                if type(module).__name__ in objective.blocks:
                    fully_shard(module, mesh=mesh)
            return fully_shard(objective, mesh=mesh)
        return objective if self.count == 1 else self._accelerator.prepare(objective, device_placement=[False])

    @contextmanager
    def adding_up(self, objective: Any, last: bool) -> Iterator[None]:
        """Around each backward pass of a step: whole models exchange gradients in the last one only."""
        if last or self.count == 1 or self.sharded:
            yield
        else:
            with self._accelerator.no_sync(objective):
                yield

    def sum(self, value: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, for each of them."""
        if self.count == 1:
            return value
        total: torch.Tensor = self._accelerator.reduce(value, "sum")
        return total

    def any(self, flag: bool) -> bool:
        """Whether it is so for one process at least: all of them then do the same."""
        return flag if self.count == 1 else bool(self.sum(torch.tensor(int(flag), device=self.device)))

    def told(self, value: T) -> T:
        """What the first process has there."""
        return value if self.count == 1 else broadcast_object_list([value])[0]

    def all(self, value: T) -> list[T]:
        """What each process has there, in order."""
        return [value] if self.count == 1 else gather_object([value])

    def wait(self) -> None:
        """Go on when all are here."""
        self._accelerator.wait_for_everyone()


def local(tensor: torch.Tensor) -> torch.Tensor:
    """The part of a tensor that this process holds: all of it, unless it is sharded."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """All of a tensor; every process must ask at once."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def laid_out_as(model: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """The whole `values`, split over the processes as `model` is, with its device and dtype."""
    values = values.to(device=model.device, dtype=model.dtype)
    if not isinstance(model, DTensor):
        return values
    return distribute_tensor(values, model.device_mesh, model.placements, src_data_rank=None)
