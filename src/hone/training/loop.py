"""The training loop: steps, validation, best weights, and an exact way to stop and go on.

What decides a step is the weights, the optimiser's moments and the step's number: its rows (batches.py), its
learning rate and its dropout's seed all follow from that number. So a run that was stopped and resumed ends
in the same bits as one that was not. A stop is looked for between micro-batches; the step at hand is then
given up and taken again later. Several processes share the micro-batches of each step, and sum up to the same
step (ranks.py). Test rows never come here: the best weights are chosen by the validation rows.
"""

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor

from hone.attention import in_blocks
from hone.chat import Encoded
from hone.core.config import TrainParams
from hone.core.errors import Interrupted, UserError
from hone.core.progress import Progress
from hone.events import Events
from hone.training import checkpoints
from hone.training.batches import Batch, Step, by_length, collate, steps_of_epoch
from hone.training.checkpoints import Copy, Stop, Superseded, Tensors
from hone.training.lean import lean
from hone.training.loss import Objective
from hone.training.methods import without_dropout
from hone.training.ranks import Ranks, laid_out_as, local, whole

MOMENTS = ("step", "exp_avg", "exp_avg_sq")  # what AdamW keeps of each parameter


@dataclass
class State:
    """How far a run is. Losses are mean nats a supervised token."""

    step: int = 0  # steps finished
    losses: list[float] = field(default_factory=list)  # of each finished step
    validation: dict[int, float] = field(default_factory=dict)  # step -> loss after it
    best: Tensors = field(default_factory=dict)  # the trainable tensors with the lowest validation loss

    @property
    def best_step(self) -> int:
        """The first step with the lowest validation loss."""
        return min(self.validation, key=lambda step: (self.validation[step], step))


class Loop:
    """Trains the parameters of `model` that require a gradient; `folder` holds its checkpoint. Runs once."""

    def __init__(
        self,
        model: Any,
        train: Sequence[Encoded],
        val: Sequence[Encoded],
        params: TrainParams,
        folder: Path,
        events: Events | None,
        ranks: Ranks,
        autocast: bool = False,
    ) -> None:
        self.model, self.params, self.folder, self.events, self.ranks = model, params, folder, events, ranks
        self.rows = train
        steps = plan([len(row.ids) for row in train], params, [row.stage for row in train])
        given = params.validate_every
        # Rounded up: half of 301 steps is 151, so that the last validation is not one step after another.
        self.validate_every = math.ceil(given if given >= 1 else round(given * len(steps) / params.epochs, 6))
        self.steps = steps[: params.max_steps or None]
        groups = by_length([len(row.ids) for row in val], range(len(val)), params.tokens_per_batch)
        self.val = [collate([val[row] for row in group]) for group in groups]
        self.objective = ranks.together(Objective(model, autocast))
        self.trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.optimiser = adamw(list(self.trainable.values()), params)
        self.device = next(iter(self.trainable.values())).device
        self.state = State()

    def run(self, stop: Stop) -> State:
        """Train to the end and leave the best weights in the model.

        Raises: Interrupted if stopped and saved; Superseded if another copy of the run has begun.
        """
        # First: from now on no earlier copy can save anything.
        self.copy = Copy(self.folder, self.ranks.told(Copy(self.folder).folder if self.ranks.first else None))
        self._resume()
        try:
            to_go = len(self.steps) - self.state.step
            # What is sharded is put together by hooks on PEFT's own layers.
            leaner = contextlib.nullcontext() if self.ranks.sharded else lean(self.model)
            with leaner, in_blocks(self.model), Progress(to_go, "train", "steps") as progress:
                while not self._finished():
                    self._advance(progress, stop)
        except Superseded:
            raise
        except Interrupted:
            self._save()
            raise
        self.copy.check()
        for name, tensor in self.state.best.items():
            self.trainable[name].data.copy_(tensor)
        return self.state

    def learned(self) -> Tensors:
        """The trained tensors, whole; every process must ask at once."""
        return {name: whole(p.detach()) for name, p in self.trainable.items()}

    def _finished(self) -> bool:
        return (self.state.step == len(self.steps) or self._settled()) and not self._validation_due()

    def _settled(self) -> bool:
        """Have the last `patience` validations found nothing better? Then the best weights are already known."""
        validation = self.state.validation
        worse = sum(step > self.state.best_step for step in validation) if validation else 0
        return 0 < self.params.patience <= worse

    def _validation_due(self) -> bool:
        step = self.state.step
        at = step > 0 and (step % self.validate_every == 0 or step == len(self.steps))
        return at and step not in self.state.validation

    def _advance(self, progress: Progress, stop: Stop) -> None:
        """One validation with its checkpoint where one is due, else one step."""
        self.copy.check()
        if not self._validation_due():
            progress.advance(**self._step(stop))
            return
        loss = self._validate(stop)
        self.state.validation[self.state.step] = self._finite(loss, 0.0)
        if self.state.best_step == self.state.step:
            self.state.best = {name: p.detach().clone() for name, p in self.trainable.items()}
        self._save()
        self._log(self.state.step, validation_loss=loss)
        progress.advance(0, validation_loss=loss)

    def _step(self, stop: Stop) -> dict[str, float]:
        """One optimiser step. Its loss: the sum over its supervised tokens, divided once by their number."""
        began = time.perf_counter()
        number = self.state.step
        step = self.steps[number]
        supervised = sum(sum(self.rows[row].supervised[1:]) for group in step for row in group)
        shares = self.ranks.share(list(enumerate(step)))
        self.model.train()
        total = torch.zeros((), device=self.device)
        for turn, ((place, group), counts) in enumerate(shares, start=1):
            self._look(stop)
            # Dropout: the same masks whenever, and by whichever process, this micro-batch is taken.
            torch.manual_seed((self.params.seed * 1_000_003 + number) * 1_009 + place)
            with self.ranks.adding_up(self.objective, last=turn == len(shares)):
                part = self._summed(collate([self.rows[row] for row in group])) * counts / supervised
                (part * self.ranks.count).backward()  # several processes take the mean of their gradients
            total += part.detach()
        self._look(stop)
        rate = learning_rate(number, len(self.steps), self.params)
        norm = self._update(rate)
        loss = float(self.ranks.sum(total))
        self.state.losses.append(self._finite(loss, norm))
        self.state.step += 1
        tokens = sum(len(self.rows[row].ids) for group in step for row in group)
        speed = tokens / (time.perf_counter() - began)
        self._log(number + 1, loss=loss, learning_rate=rate, grad_norm=norm, tokens_per_second=speed)
        return {"loss": loss, "tokens_per_second": speed}

    def _update(self, rate: float) -> float:
        """Clip the gradients, take the step, and return the norm before clipping."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        norm = torch.nn.utils.clip_grad_norm_(list(self.trainable.values()), self.params.max_grad_norm)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return float(whole(norm))

    def _validate(self, stop: Stop) -> float:
        """Mean loss of all supervised validation tokens, dropout off."""
        without_dropout(self.model)
        total = torch.zeros((), device=self.device)
        with torch.no_grad():
            for batch, counts in self.ranks.share(self.val):
                self._look(stop)
                total += self._summed(batch) * counts
        return float(self.ranks.sum(total)) / sum(int(batch.supervised.sum()) for batch in self.val)

    def _summed(self, batch: Batch) -> torch.Tensor:
        loss: torch.Tensor = self.objective(batch.to(self.device))
        return loss

    def _log(self, step: int, **values: float) -> None:
        if self.events is not None:
            self.events.log(step, **values)

    def _look(self, stop: Stop) -> None:
        """Give up what is being done if a stop was asked for: the last finished step stands."""
        if self.ranks.any(stop.requested):
            raise Interrupted(f"training: stopped after step {self.state.step} of {len(self.steps)}")

    def _finite(self, loss: float, norm: float) -> float:
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise UserError(
                f"training: step {self.state.step + 1}: expected a finite loss, found {loss} with a "
                f"gradient norm of {norm}; lower learning_rate"
            )
        return loss

    def _save(self) -> None:
        """Weights, moments (none before the first step) and the best weights so far."""
        tensors = {f"now/{name}": p for name, p in self.trainable.items()}
        tensors |= {f"best/{name}": tensor for name, tensor in self.state.best.items()}
        for name, p in self.trainable.items():
            tensors |= {f"adam/{name}/{key}": value for key, value in self.optimiser.state[p].items()}
        self.copy.check()
        # What every process holds whole, the first writes; of what is sharded each writes its part.
        mine = {
            name: local(tensor) for name, tensor in tensors.items() if self.ranks.first or isinstance(tensor, DTensor)
        }
        step, writes = self.state.step, self.ranks.first or self.ranks.sharded
        parts = self.ranks.all(self.copy.write(step, mine, self.ranks.number) if writes else None)
        if self.ranks.first:
            facts = {"losses": self.state.losses, "validation": sorted(self.state.validation.items())}
            self.copy.publish(step, [part for part in parts if part], facts)
        self.ranks.wait()

    def _resume(self) -> None:
        """Go on from the saved state, if there is one, whatever the number of processes that saved it."""
        shapes = {f"now/{name}": p.shape for name, p in self.trainable.items()}
        saved = checkpoints.load(self.folder, expected=shapes)
        if saved is None:
            return
        tensors, facts = saved
        best = {}
        for name, p in self.trainable.items():
            local(p.data).copy_(local(laid_out_as(p.data, tensors[f"now/{name}"])))
            moments = {key: tensors[f"adam/{name}/{key}"] for key in MOMENTS if f"adam/{name}/{key}" in tensors}
            self.optimiser.state[p] = {
                key: laid_out_as(p.data, value) if value.ndim else value.to(self.device)
                for key, value in moments.items()
            }
            if f"best/{name}" in tensors:
                best[name] = laid_out_as(p.data, tensors[f"best/{name}"])
        self.state = State(facts["step"], facts["losses"], dict(map(tuple, facts["validation"])), best)


def plan(lengths: Sequence[int], params: TrainParams, stages: Sequence[int] = ()) -> list[Step]:
    """All steps of all epochs; of the last, as large a part as `epochs` says."""
    sizes = (params.tokens_per_batch, params.tokens_per_step, params.seed)
    epochs = [steps_of_epoch(lengths, *sizes, epoch, stages) for epoch in range(math.ceil(params.epochs))]
    part = params.epochs - (len(epochs) - 1)
    epochs[-1] = epochs[-1][: max(1, round(part * len(epochs[-1])))]
    return [step for steps in epochs for step in steps]


def learning_rate(step: int, steps: int, params: TrainParams) -> float:
    """The rate of step `step` (from 0): up in a line over the warm-up, then down by half a cosine."""
    warmup = round(params.warmup * steps)
    if step < warmup:
        return params.learning_rate * (step + 1) / warmup
    return params.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def adamw(trainable: Sequence[torch.nn.Parameter], params: TrainParams) -> torch.optim.AdamW:
    """AdamW; weights decay but biases and norms do not."""
    groups = [
        {"params": [p for p in trainable if p.ndim > 1], "weight_decay": params.weight_decay},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]
    filled = [group for group in groups if group["params"]]
    return torch.optim.AdamW(filled, lr=params.learning_rate, fused=True)
