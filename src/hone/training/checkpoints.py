"""The state of an unfinished training run on disk, and the wish to stop that makes it be saved.

Below a run's folder each copy of the run has a numbered folder of its own, and the state that counts is that of the
highest number that saved one: a copy that lives on after its successor has begun (its node was cut off, and the
job requeued elsewhere) writes where nobody looks. A folder holds `state.json`, which is written last and names
the tensor files that belong to it, a file a process, with their hashes: a kill at any moment leaves the state before
or the state after. Tensors are safetensors; nothing is unpickled.
"""

import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from hone.core.errors import Interrupted, UserError
from hone.core.files import atomic, numbered, numbered_folder, read_json, sha256, write_json

STATE = "state.json"
FORMAT = 2
SIGNALS = (signal.SIGTERM, signal.SIGUSR1)

Tensors = dict[str, torch.Tensor]


class Superseded(Interrupted):
    """Another copy of this run has begun: this one must not write any more, its own state included."""


class Stop:
    """A context manager that turns SIGTERM and SIGUSR1 into `requested`, for the loop to look at."""

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> "Stop":
        self._before = {number: signal.signal(number, self._request) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _request(self, number: int, frame: FrameType | None) -> None:
        self.requested = True


class Copy:
    """One copy of a run, the latest when it begins: `folder` is its own below `root`.

    The processes of one copy share it: the first makes it, and the others are told its `folder`.
    """

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.root = root
        self.folder = folder or numbered_folder(root)

    def check(self) -> None:
        """Raises: Superseded if a later copy has begun."""
        latest = max(numbered(self.root), default=None)
        if latest is None or int(self.folder.name) < latest:
            raise Superseded(f"{self.root}: another copy of this run has begun, and this one has ended")

    def write(self, step: int, tensors: Tensors, process: int = 0) -> dict[str, str]:
        """Write one process's tensors after `step`; the result goes into `publish`."""
        file = self.folder / f"tensors-{step:08}-{process}.safetensors"
        with atomic(file) as temporary:
            save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, temporary)
        return {"file": file.name, "sha256": sha256(file)}

    def publish(self, step: int, parts: Sequence[Mapping[str, str]], facts: Mapping[str, Any]) -> None:
        """Make what all processes wrote the state after `step`; what was there before is removed last."""
        self.check()
        write_json(self.folder / STATE, {**facts, "format": FORMAT, "step": step, "tensors": list(parts)})
        current = {part["file"] for part in parts}
        for file in self.folder.glob("*.safetensors"):
            if file.name not in current:
                file.unlink()
        for number, folder in numbered(self.root).items():
            if number < int(self.folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def load(root: Path, expected: Mapping[str, Sequence[int]]) -> tuple[Tensors, dict[str, Any]] | None:
    """The saved tensors, whole however many processes wrote them, and the facts; None where nothing was saved.

    `expected`: name -> shape of tensors that must be there. A damaged state is a `UserError` that names the
    folder and says what to do.
    """
    saved = [folder for _, folder in sorted(numbered(root).items()) if (folder / STATE).exists()]
    if not saved:
        return None
    folder = saved[-1]
    try:
        tensors, facts = _read(folder)
        for name, shape in expected.items():
            if tensors[name].shape != torch.Size(shape):
                raise ValueError(f"{name} has shape {tuple(tensors[name].shape)}, not {tuple(shape)}")
        return tensors, facts
    except (UserError, OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise UserError(
            f"{folder}: expected the saved state of a training run, found a damaged one ({error}); delete "
            "this folder and start the same command again to train anew; what is published is untouched"
        ) from None


def _read(folder: Path) -> tuple[Tensors, dict[str, Any]]:
    facts = read_json(folder / STATE)
    if facts["format"] != FORMAT:
        raise ValueError(f"format {facts['format']}, not {FORMAT}")
    parts = [_part(folder, part) for part in facts["tensors"]]
    pieces: dict[str, list[torch.Tensor]] = {}
    for part in parts:
        for name, tensor in part.items():
            pieces.setdefault(name, []).append(tensor)
    # What was sharded is cut along its first dimension, in the order of the processes; all else only the first wrote.
    return {name: torch.cat(found) if len(found) > 1 else found[0] for name, found in pieces.items()}, facts


def _part(folder: Path, part: Mapping[str, str]) -> Tensors:
    file = folder / part["file"]
    if not file.is_file():
        raise ValueError(f"{file.name} is missing")
    if sha256(file) != part["sha256"]:
        raise ValueError(f"{file.name} does not have the recorded hash")
    return load_file(file)
