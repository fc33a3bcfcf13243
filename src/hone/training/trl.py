"""TRL's GRPO trainer, told to use what is ours: prompts, decoding, reward, progress, and a stop that saves."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from hone.core.config import RLParams
from hone.core.progress import Progress
from hone.training.checkpoints import Stop

if TYPE_CHECKING:
    from hone.training.grpo import Run

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # it warns that rollout_func may change; the version is pinned


def trainer(run: "Run", model: Any, stop: Stop, progress: Progress) -> Any:
    """A trainer over the run's train rows; rows go through it by their number, for prompts are built by us."""
    from datasets import Dataset
    from transformers import AutoTokenizer, PrinterCallback, TrainerCallback
    from trl import GRPOTrainer
    from trl.trainer import utils

    # Without Triton, TRL scores prompts and padding too, since some devices would recompile: most of a step's work.
    utils._use_triton = lambda device: True
    params, rows = run.params, run.rows["train"]

    def rollout(numbers: Sequence[str], trainer: Any) -> dict[str, Any]:
        step = trainer.state.global_step
        by_row = {number: run.prompt(int(number), step) for number in dict.fromkeys(numbers)}
        prompts = [by_row[number] for number in numbers]
        made = run.answers(model, prompts, params.temperature, [params.seed, 1 + step])
        return {"prompt_ids": prompts, "completion_ids": made, "logprobs": None}

    def reward(prompts: Sequence[str], completion_ids: Sequence[Sequence[int]], **_: Any) -> list[float]:
        answered = [(rows[int(number)], run.said(ids)) for number, ids in zip(prompts, completion_ids, strict=True)]
        return list(run.reward(answered))

    class Told(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
            if "reward" in logs:
                told = run.told({**logs, "step": state.global_step})
                step = int(told.pop("step"))
                run.events.log(step, **told)
                progress.advance(reward=told["reward"], kl=told.get("kl", 0.0))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            due = state.global_step % params.validate_every == 0 or state.global_step == params.steps
            if due:
                run.validate(model, state.global_step)
            if due or stop.requested:
                control.should_save = True
            if stop.requested:
                control.should_training_stop = True

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = GRPOTrainer(
            model=model,
            reward_funcs=[reward],
            args=config(params, run.folder / "checkpoint"),
            train_dataset=Dataset.from_dict({"prompt": [str(number) for number in range(len(rows))]}),
            processing_class=AutoTokenizer.from_pretrained(run.inputs.tokenizer, local_files_only=True),
            callbacks=[Told()],
            rollout_func=rollout,
        )
    made.remove_callback(PrinterCallback)
    return made


def config(params: RLParams, folder: Path) -> Any:
    """Our parameters as TRL's; checkpoints go into `folder`, and only when the callback says so."""
    from trl import GRPOConfig

    return GRPOConfig(
        output_dir=str(folder),
        max_steps=params.steps,
        per_device_train_batch_size=params.batch_size,
        gradient_accumulation_steps=max(1, params.prompts_per_step * params.generations // params.batch_size),
        num_generations=params.generations,
        max_completion_length=params.max_new_tokens,
        temperature=params.temperature,
        learning_rate=params.learning_rate,
        lr_scheduler_type="constant",
        max_grad_norm=params.max_grad_norm,
        beta=params.kl,
        seed=params.seed,
        bf16=False,
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=torch.cuda.is_available(),
        logging_steps=1,
        save_strategy="no",
        save_total_limit=1,
        report_to=[],
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
