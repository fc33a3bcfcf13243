"""The training loop: steps, validation, best weights, and an exact way to stop and go on.

What decides a step is the weights, the optimiser's moments and the step's number: its rows (batches.py), its
learning rate and its dropout's seed all follow from that number. So a run that was stopped and resumed ends
in the same bits as one that was not. A stop is looked for between micro-batches; the step at hand is then
given up and taken again later. One process, one device. Test rows never come here: the best weights are
chosen by the validation rows.
"""

import contextlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from hone.chat import Encoded
from hone.config import TrainParams
from hone.errors import UserError
from hone.events import Events
from hone.progress import Progress
from hone.training import checkpoints
from hone.training.attention import in_blocks
from hone.training.batches import Batch, Step, by_length, collate, steps_of_epoch
from hone.training.checkpoints import Interrupted, Stop, Tensors
from hone.training.lean import lean
from hone.training.loss import summed_loss
from hone.training.methods import without_dropout

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
        events: Events,
        autocast: bool = False,
    ) -> None:
        self.model, self.params, self.folder, self.events = model, params, folder, events
        self.device = next(model.parameters()).device
        self.rows = train
        self.steps = plan([len(row.ids) for row in train], params)
        given = params.validate_every
        self.validate_every = max(1, round(given if given >= 1 else given * len(self.steps) / params.epochs))
        groups = by_length([len(row.ids) for row in val], range(len(val)), params.tokens_per_batch)
        self.val = [collate([val[row] for row in group]) for group in groups]
        self.trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.optimiser = adamw(list(self.trainable.values()), params)
        self.autocast = autocast
        self.state = State()

    def run(self, stop: Stop) -> State:
        """Train to the end and leave the best weights in the model. `Interrupted` if stopped and saved."""
        self._resume()
        try:
            to_go = len(self.steps) - self.state.step
            with lean(self.model), in_blocks(self.model), Progress(to_go, "train", "steps") as progress:
                while not self._finished():
                    self._advance(progress, stop)
        except Interrupted:
            self._save()
            raise
        for name, tensor in self.state.best.items():
            self.trainable[name].data.copy_(tensor)
        return self.state

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
        if not self._validation_due():
            progress.advance(**self._step(stop))
            return
        loss = self._validate(stop)
        self.state.validation[self.state.step] = self._finite(loss, 0.0)
        if self.state.best_step == self.state.step:
            self.state.best = {name: p.detach().clone() for name, p in self.trainable.items()}
        self._save()
        self.events.log(self.state.step, validation_loss=loss)
        progress.advance(0, validation_loss=loss)

    def _step(self, stop: Stop) -> dict[str, float]:
        """One optimiser step. Its loss: the sum over its supervised tokens, divided once by their number."""
        began = time.perf_counter()
        number = self.state.step
        batches = [collate([self.rows[row] for row in group]) for group in self.steps[number]]
        supervised = sum(int(batch.supervised.sum()) for batch in batches)
        self.model.train()
        # Dropout: the same masks whenever this step is taken.
        torch.manual_seed(self.params.seed * 1_000_003 + number)
        total = torch.zeros((), device=self.device)
        for batch in batches:
            self._look(stop)
            loss = self._summed(batch) / supervised
            loss.backward()
            total += loss.detach()
        self._look(stop)
        rate = learning_rate(number, len(self.steps), self.params)
        norm = self._update(rate)
        self.state.losses.append(self._finite(float(total), norm))
        self.state.step += 1
        tokens = sum(int(batch.mask.sum()) for batch in batches)
        speed = tokens / (time.perf_counter() - began)
        self.events.log(number + 1, loss=float(total), learning_rate=rate, grad_norm=norm, tokens_per_second=speed)
        return {"loss": float(total), "tokens_per_second": speed}

    def _update(self, rate: float) -> float:
        """Clip the gradients, take the step, and return the norm before clipping."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        norm = torch.nn.utils.clip_grad_norm_(list(self.trainable.values()), self.params.max_grad_norm)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return float(norm)

    def _validate(self, stop: Stop) -> float:
        """Mean loss of all supervised validation tokens, dropout off."""
        without_dropout(self.model)
        total = 0.0
        with torch.no_grad():
            for batch in self.val:
                self._look(stop)
                total += float(self._summed(batch))
        return total / sum(int(batch.supervised.sum()) for batch in self.val)

    def _summed(self, batch: Batch) -> torch.Tensor:
        cast = torch.autocast(self.device.type, torch.bfloat16) if self.autocast else contextlib.nullcontext()
        with cast:
            return summed_loss(self.model, batch.to(self.device))

    def _look(self, stop: Stop) -> None:
        """Give up what is being done if a stop was asked for: the last finished step stands."""
        if stop.requested:
            raise Interrupted(f"stopped after step {self.state.step} of {len(self.steps)}")

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
        facts = {"losses": self.state.losses, "validation": sorted(self.state.validation.items())}
        checkpoints.save(self.folder, self.state.step, tensors, facts)

    def _resume(self) -> None:
        """Go on from the saved state, if there is one."""
        shapes = {f"now/{name}": p.shape for name, p in self.trainable.items()}
        saved = checkpoints.load(self.folder, expected=shapes)
        if saved is None:
            return
        tensors, facts = saved
        for name, p in self.trainable.items():
            p.data.copy_(tensors[f"now/{name}"])
            moments = {key: tensors.get(f"adam/{name}/{key}") for key in MOMENTS}
            self.optimiser.state[p] = {k: t.to(self.device) for k, t in moments.items() if t is not None}
        best = {name: tensors[f"best/{name}"] for name in self.trainable if f"best/{name}" in tensors}
        self.state = State(facts["step"], facts["losses"], dict(map(tuple, facts["validation"])), best)


def plan(lengths: Sequence[int], params: TrainParams) -> list[Step]:
    """All steps of all epochs; of the last, as large a part as `epochs` says."""
    sizes = (params.tokens_per_batch, params.tokens_per_step, params.seed)
    epochs = [steps_of_epoch(lengths, *sizes, epoch) for epoch in range(math.ceil(params.epochs))]
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
