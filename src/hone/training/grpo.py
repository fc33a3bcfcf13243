"""Reinforcement learning from execution: GRPO by TRL, with our prompts and decoding, and a reward that runs answers.

From each prompt a group of answers is drawn; what is learned is to be like those that were worth more than their
group's mean, and not far from where training began. A group whose answers are all worth the same teaches nothing:
it is skipped, and counted. Published is what validated best (mean reward of greedy answers to the validation rows),
the start included. A stopped run goes on from its last checkpoint. One process; the start must be a LoRA adapter, and
without rows of new tokens: TRL multiplies by the head's weight and would pass them by.
"""

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hone import attention, chat, models, reasoning, retrieval, tokens
from hone.chat import Chat
from hone.core.config import RLParams
from hone.core.errors import Interrupted, UserError
from hone.core.files import atomic_folder, digest, key_of, read_json, write_json, write_text
from hone.core.progress import Progress
from hone.core.records import Message, Row, read_jsonl
from hone.events import Events
from hone.generation import decode as decoding
from hone.generation.batches import evaluating
from hone.generation.decode import decode
from hone.retrieval import shown
from hone.training.batches import collate
from hone.training.checkpoints import Stop
from hone.training.run import curve, published

ROOMS = [Path(str(room.__file__)) for room in (attention, chat, models, reasoning, retrieval, tokens, decoding)]
CODE = [*sorted(Path(__file__).parent.glob("*.py")), *ROOMS]
# What TRL tells of a step, and what we call it.
TOLD = {
    "loss": "loss", "reward": "reward", "reward_std": "reward_std", "kl": "kl", "grad_norm": "grad_norm",
    "learning_rate": "learning_rate", "frac_reward_zero_std": "skipped_groups", "completions/mean_length": "tokens",
}  # fmt: skip

Reward = Callable[[Sequence[tuple[Row, str]]], Sequence[float]]
"""What answers to rows are worth, in order."""


@dataclass(frozen=True)
class Inputs:
    """What a run reads: folders `base`, `tokenizer` and `start` (the adapter to go on from), rows `train` and `val`."""

    base: Path
    tokenizer: Path
    start: Path
    train: Path
    val: Path


def train(params: RLParams, inputs: Inputs, reward: Reward, out: Path, work: Path) -> None:
    """Train and publish to folder `out`. `Interrupted`: stopped by a signal, the same call goes on.

    Raises `UserError` for a start that is no adapter or has new tokens, and for files without rows.
    """
    if not (inputs.start / "adapter_config.json").exists():
        raise UserError(f"{inputs.start}: expected a LoRA adapter to go on from, found none; set sft.method to lora")
    if added := tokens.added(inputs.tokenizer):
        raise UserError(
            f"{inputs.tokenizer}: expected no new tokens, found {added[0].token}; their rows would not be learned here"
        )
    folder = work / key_of(params.model_dump(), [*asdict(inputs).values(), *CODE])
    digests = {name: digest(path) for name, path in asdict(inputs).items()}
    read = {str(path): digests[name] for name, path in asdict(inputs).items()}
    with Stop() as stop, Events.open(folder, work.name, params.model_dump(), read) as events:
        run = Run(params, inputs, reward, folder, events)
        history = run.learn(stop)
        best = read_json(folder / "best" / "best.json")
        model = run.model_of(folder / "best")
        probe = collate([run.chat.row(run.rows["val"][0].messages, "", 1_000_000)])
        with published(model, inputs.base, inputs.tokenizer, "lora", probe.to(model.device), out) as made:
            write_json(made / "training.json", {
                "settings": params.model_dump(), "inputs": digests, "steps": history, "best_step": best["step"],
                "validation_reward": run.validations(), "rows": len(run.rows["train"]),
            })  # fmt: skip
            write_text(made / "reward.tsv", curve((int(each["step"]), each["reward"]) for each in history))
        events.end(best_validation_reward=best["reward"], best_step=best["step"])
    shutil.rmtree(folder / "checkpoint", ignore_errors=True)


class Run:
    """What TRL's trainer is put together from. `folder` keeps its checkpoints, and the best adapter so far."""

    def __init__(self, params: RLParams, inputs: Inputs, reward: Reward, folder: Path, events: Events) -> None:
        self.params, self.inputs, self.reward, self.folder, self.events = params, inputs, reward, folder, events
        self.chat = Chat.load(inputs.tokenizer)
        self.rows = {name: read_jsonl(path, Row) for name, path in (("train", inputs.train), ("val", inputs.val))}
        for name, rows in self.rows.items():
            if not rows:
                raise UserError(f"{getattr(inputs, name)}: expected rows, found none")
        self.solved = self.rows["train"]
        if params.rows:
            chance, rows = random.Random(f"rows {params.seed}"), self.rows["train"]
            self.rows["train"] = chance.sample(rows, min(params.rows, len(rows)))
        self.prompts = {name: [self.ids(row.prompt) for row in rows] for name, rows in self.rows.items()}

    def ids(self, prompt: Sequence[Message]) -> list[int]:
        """A prompt's ids, in the format that replies are asked for in."""
        return self.chat.prompt(reasoning.asked(prompt, self.params.format))

    def prompt(self, number: int, step: int) -> list[int]:
        """The ids of a training row's prompt at a step, counted from 0: at first after solved rows that are like it."""
        examples = round(self.params.examples * (1 - step / (0.75 * self.params.steps)))
        if examples < 1:
            return self.prompts["train"][number]
        row = self.rows["train"][number]
        return self.ids(shown(row, self.solved, examples))

    def model_of(self, adapter: Path) -> Any:
        """The base with an adapter on it."""
        model = models.load(self.inputs.base, self.inputs.tokenizer, adapter=adapter)
        return model.to("cuda" if torch.cuda.is_available() else "cpu")

    def learn(self, stop: Stop) -> list[dict[str, float]]:
        """All steps, from the last checkpoint on; what is told of each."""
        from hone.training.trl import trainer

        model = self.model_of(self.inputs.start)
        for name, p in model.named_parameters():
            p.requires_grad_("lora_" in name or "trainable_tokens" in name)
        kept = {int(at.name.split("-")[1]): at for at in (self.folder / "checkpoint").glob("checkpoint-*")}
        with Progress(self.params.steps, "rl", "steps") as progress:
            made = trainer(self, model, stop, progress)
            if not (self.folder / "best").exists():
                self.validate(model, 0)
            made.train(resume_from_checkpoint=str(kept[max(kept)]) if kept else None)
        if stop.requested:
            raise Interrupted(f"rl: stopped after step {made.state.global_step} of {self.params.steps}")
        return [self.told(each) for each in made.state.log_history if "reward" in each]

    def told(self, logged: dict[str, float]) -> dict[str, float]:
        """What TRL logged of a step, by our names."""
        told = {"step": logged["step"]} | {ours: logged[theirs] for theirs, ours in TOLD.items() if theirs in logged}
        return told | {"skipped_groups": round(told["skipped_groups"] * self.params.prompts_per_step)}  # TRL: a share

    def answers(
        self, model: Any, prompts: Sequence[Sequence[int]], temperature: float, seed: Sequence[int]
    ) -> list[list[int]]:
        """New token ids for each prompt; each draws from a random stream of its own."""
        stops, size = frozenset({self.chat.end_id}), self.params.batch_size
        made: list[list[int]] = []
        with evaluating(model), models.folded(model):
            for start in range(0, len(prompts), size):
                some = prompts[start : start + size]
                streams = [np.random.default_rng([*seed, start + place]) for place in range(len(some))]
                found = decode(model, some, stops, self.params.max_new_tokens, temperature, streams)
                made += [ids for ids, _ in found]
        return made

    def said(self, ids: Sequence[int]) -> str:
        """An answer as text, without the token that ended it."""
        return self.chat.decode(ids[:-1] if ids[-1] == self.chat.end_id else ids)

    def validate(self, model: Any, step: int) -> None:
        """Mean reward of greedy answers to the validation rows; the best adapter is kept."""
        made = self.answers(model, self.prompts["val"], 0.0, [self.params.seed])
        worth = self.reward(list(zip(self.rows["val"], map(self.said, made), strict=True)))
        mean = float(np.mean(worth))
        write_json(self.folder / "validations" / f"{step:08}.json", {"step": step, "reward": mean})
        self.events.log(step, validation_reward=mean)
        best = self.folder / "best"
        if not best.exists() or mean > read_json(best / "best.json")["reward"]:
            with atomic_folder(best) as kept:
                models.save_adapter(model, kept)
                write_json(kept / "best.json", {"step": step, "reward": mean})

    def validations(self) -> list[dict[str, float]]:
        """All of them, by step."""
        return [read_json(file) for file in sorted((self.folder / "validations").glob("*.json"))]
