"""One training run from files to a published model.

Published is what validated best, and only after it was read back from disk and gave the same logits.
Resumable state lives in `work/<key>/`, where the key stands for the params, the inputs and the code; it goes
when the run is published.
"""

import contextlib
import ctypes
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from hone import attention, chat, models, tokens
from hone.chat import Chat, Encoded
from hone.core.config import TrainParams
from hone.core.errors import UserError
from hone.core.files import atomic_folder, digest, key_of, write_json, write_text
from hone.core.records import Row, read_jsonl
from hone.events import Events
from hone.training.batches import Batch
from hone.training.checkpoints import Stop
from hone.training.curriculum import stages
from hone.training.loop import Loop
from hone.training.methods import prepare, without_dropout
from hone.training.ranks import Ranks

ROOMS = [Path(str(room.__file__)) for room in (attention, chat, models, tokens)]
CODE = [*sorted(Path(__file__).parent.glob("*.py")), *ROOMS]

Encoder = Callable[[Chat, Path, TrainParams], list[Encoded]]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, MOST = -1, -3, 2**31 - 1  # names and numbers of malloc.h


@dataclass(frozen=True)
class Inputs:
    """What a run reads: folders `base` and `tokenizer`, rows `train` and `val`."""

    base: Path
    tokenizer: Path
    train: Path
    val: Path


def train(params: TrainParams, inputs: Inputs, out: Path, work: Path, encoded: Encoder | None = None) -> None:
    """Train and publish to folder `out`. `Interrupted`: stopped by a signal, the same call goes on.

    `encoded` makes tokens of a file of rows; by default conversations, of which replies are learned.

    Raises `UserError` for rows that are too long or have nothing to learn, for a damaged checkpoint, and for
    a model that does not come back from disk as it was; what was published before then still stands.
    """
    builder = Chat.load(inputs.tokenizer)
    rows, val = ((encoded or encode)(builder, path, params) for path in (inputs.train, inputs.val))
    folder = state_of(params, inputs, work)
    digests = {name: digest(path) for name, path in asdict(inputs).items()}
    ranks = Ranks()
    if ranks.sharded and params.method == "qlora":
        raise UserError(
            "sft.method: expected lora or full where the model is sharded (FSDP), found qlora; use DDP for it"
        )
    keep_memory()
    read = {str(path): digests[name] for name, path in asdict(inputs).items()}
    with Stop() as stop, contextlib.ExitStack() as opened:
        events = None  # of several processes, the first tells what all of them do
        if ranks.first:
            events = opened.enter_context(Events.open(folder, work.name, params.model_dump(), read))
        # What is to be sharded is moved to its devices piece by piece.
        model, stored = ready(params, inputs, torch.device("cpu") if ranks.sharded else ranks.device)
        loop = Loop(model, rows, val, params, folder / "checkpoint", events, ranks, params.method == "full")
        state = loop.run(stop)
        learned = loop.learned()
        if ranks.first and events:
            if ranks.sharded:
                model, _ = ready(params, inputs, ranks.device)
                for name, tensor in learned.items():
                    model.get_parameter(name).data.copy_(tensor)
            # A full model is published in the dtype that the base is stored in; an adapter stays in float32.
            publish(models.cast(model, stored) if params.method == "full" else model, loop, inputs, out, digests)
            events.end(best_validation_loss=state.validation[state.best_step], best_step=state.best_step)
            shutil.rmtree(folder / "checkpoint", ignore_errors=True)
        ranks.wait()


def state_of(params: TrainParams, inputs: Inputs, work: Path) -> Path:
    """The folder below `work` of the state of just this run."""
    return work / key_of(params.model_dump(), [*asdict(inputs).values(), *CODE])


def ready(params: TrainParams, inputs: Inputs, device: torch.device) -> tuple[Any, torch.dtype]:
    """The base model made ready to be trained, and the dtype that it is stored in."""
    model = on_device(models.load(inputs.base, inputs.tokenizer, method=params.method), params.method, device)
    stored: torch.dtype = model.dtype
    return prepare(model, params, [token.id for token in tokens.added(inputs.tokenizer)]), stored


def encode(builder: Chat, path: Path, params: TrainParams) -> list[Encoded]:
    """The rows of a file as tokens; a `UserError` names one that is too long or has nothing to learn."""
    rows = read_jsonl(path, Row)
    if not rows:
        raise UserError(f"{path}: expected rows to train on, found none")
    every = params.learn == "every"
    encoded = [builder.row(row.messages, row.id, params.max_tokens, every) for row in rows]
    for row, tokens_of_row in zip(rows, encoded, strict=True):
        if not any(tokens_of_row.supervised[1:]):
            raise UserError(f"{path}: row {row.id}: expected tokens to learn, found none; give it a reply")
    return [replace(each, stage=stage) for each, stage in zip(encoded, stages(rows, params, path), strict=True)]


def publish(model: Any, loop: Loop, inputs: Inputs, out: Path, digests: dict[str, str]) -> None:
    """Publish what the loop learned, with its report and its curves."""
    with published(
        model, inputs.base, inputs.tokenizer, loop.params.method, loop.val[0].to(loop.device), out
    ) as folder:
        write_json(folder / "training.json", report(loop, digests))
        write_text(folder / "training_loss.tsv", curve(enumerate(loop.state.losses, start=1)))
        write_text(folder / "validation_loss.tsv", curve(sorted(loop.state.validation.items())))


@contextlib.contextmanager
def published(model: Any, base: Path, tokenizer: Path, method: str, probe: Batch, out: Path) -> Iterator[Path]:
    """The folder `out` with the trained model, to lay more into: it appears whole, or not at all.

    Read back, it must give the same logits as `model` for `probe`. Raises: UserError.
    """
    with atomic_folder(out) as folder:
        models.save_adapter(model, folder)
        yield folder
        fresh = on_device(models.load(base, tokenizer, adapter=folder, method=method), method, probe.ids.device)
        if gap := logits_apart(model, fresh, probe):
            raise UserError(
                f"{out}: expected the saved model to answer as the trained one, found logits {gap:.3g} "
                "apart; nothing was published; this is a fault of Hone or of the installed libraries"
            )


def logits_apart(one: Any, other: Any, batch: Batch) -> float:
    """The largest difference between two models' logits for a batch; 0.0 means bit by bit the same."""
    found = []
    with torch.no_grad():
        for model in (one, other):
            quiet = without_dropout(model)
            found.append(quiet(input_ids=batch.ids, attention_mask=batch.mask, use_cache=False).logits)
    return float((found[0].float() - found[1].float()).abs().max())


def report(loop: Loop, digests: dict[str, str]) -> dict[str, Any]:
    """What training.json tells: settings, inputs and losses, and nothing that changes from run to run."""
    state = loop.state
    return {
        "settings": loop.params.model_dump(),
        "inputs": digests,
        "steps": state.step,
        "loss": state.losses,
        "validation_loss": [{"step": step, "loss": loss} for step, loss in sorted(state.validation.items())],
        "best_step": state.best_step,
        "rows": len(loop.rows),
        "supervised_tokens": sum(sum(row.supervised) for row in loop.rows),
        "tokens": sum(len(row.ids) for row in loop.rows),
        "trained_parameters": sum(p.numel() for p in loop.trainable.values()),
    }


def curve(losses: Iterable[tuple[int, float]]) -> str:
    """(step, loss) pairs as the table that `dvc plots` draws a line of; a file each, for each has its own steps."""
    return "".join(["step\tloss\n", *(f"{step}\t{loss!r}\n" for step, loss in losses)])


def on_device(model: Any, method: str, device: torch.device) -> Any:
    """The model on `device`; a quantised one already lies where it was quantised."""
    return model if method == "qlora" else model.to(device)


def keep_memory() -> None:
    """Let glibc reuse large blocks. Fetching them anew took up to a tenth of the time."""
    with contextlib.suppress(OSError, AttributeError):  # another C library: nothing to tune
        libc = ctypes.CDLL(None)
        for option in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            libc.mallopt(option, MOST)
