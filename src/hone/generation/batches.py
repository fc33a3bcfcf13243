"""Prompts -> completions, in batches that a kill does not lose.

Rows are sorted by length, so that a batch has little padding, and cut into batches once and for all: a
rerun makes exactly the batches that are missing, and its result is that of a run which was never
interrupted. A finished batch goes into a ledger at once, under the hash of its prompts and seeds, as [[ids, finish],
...]; several jobs may fill one ledger, each with a part of the batches. The ledger's folder answers for the model being
the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from hone.attention import in_blocks
from hone.core.config import GenerateParams
from hone.core.errors import UserError
from hone.core.progress import Progress
from hone.generation.decode import Finish, decode
from hone.ledger import Ledger, content_key
from hone.parts import Part

Completed = tuple[tuple[int, ...], Finish]


class Ending(Protocol):
    """What generation needs to know of `hone.chat.Chat`."""

    @property
    def end_id(self) -> int:
        """The token that ends a turn."""


@dataclass(frozen=True)
class _Job:
    """One completion to be made: `place` is where it goes in the result."""

    place: int
    prompt: tuple[int, ...]
    stream: tuple[int, int, int]  # seed, prompt, sample: the entropy of its random numbers


def complete(
    model: Any,
    chat: Ending,
    prompts: Sequence[Sequence[int]],
    params: GenerateParams,
    cache: Path,
    names: Sequence[str] = (),
    part: Part = Part(),
) -> list[Completed]:
    """New token ids and how they ended, for each prompt and sample: prompt 0's samples first, then prompt
    1's.

    The ids hold the token that ended them ("stop"), so they are never empty, and not the prompt. A completion that
    was cut has none: "length" at `max_new_tokens`, "loop" as it went in circles. A prompt without room for that many
    in the model's context is a `UserError`. The model is put into evaluation mode meanwhile. `cache` is the ledger of
    finished batches; `names` are the prompts' names in errors. Of a `part`, only its batches are made and given.
    """
    _fits(model, prompts, params, names)
    batches = part.share(_batches(prompts, params))
    stops = _stops(model, chat)
    found: dict[int, Completed] = {}
    progress = Progress(sum(map(len, batches)), "generation", "completions")
    with progress, evaluating(model), in_blocks(model), Ledger.open(cache) as known:
        for batch in batches:
            key = _key(batch, params)
            if known.get(key) is None:
                known.put(key, _run(model, batch, stops, params, progress))
            else:
                progress.advance(len(batch))
            found |= _placed(batch, known.get(key))
    return [found[place] for place in sorted(found)]


def recall(prompts: Sequence[Sequence[int]], params: GenerateParams, cache: Path) -> list[Completed] | None:
    """What `complete` would give, without a model, if all of it is in the ledger."""
    found: dict[int, Completed] = {}
    with Ledger.open(cache) as known:
        for batch in _batches(prompts, params):
            made = known.get(_key(batch, params))
            if made is None:
                return None
            found |= _placed(batch, made)
    return [found[place] for place in sorted(found)]


def _placed(batch: Sequence[_Job], made: Sequence[Any]) -> dict[int, Completed]:
    return {job.place: (tuple(ids), finish) for job, (ids, finish) in zip(batch, made, strict=True)}


def _batches(prompts: Sequence[Sequence[int]], params: GenerateParams) -> list[list[_Job]]:
    """Longest first: what does not fit in memory fails at once, and the time left is never told too short."""
    jobs = [
        _Job(i * params.samples + sample, tuple(prompt), (params.seed % 2**32, i, sample))
        for i, prompt in enumerate(prompts)
        for sample in range(params.samples)
    ]
    jobs.sort(key=lambda job: (-len(job.prompt), job.place))
    return [jobs[i : i + params.batch_size] for i in range(0, len(jobs), params.batch_size)]


def _run(
    model: Any, batch: Sequence[_Job], stops: frozenset[int], params: GenerateParams, progress: Progress
) -> list[Completed]:
    streams = [np.random.default_rng(job.stream) for job in batch]
    made = decode(
        model=model,
        prompts=[job.prompt for job in batch],
        stops=stops,
        max_new_tokens=params.max_new_tokens,
        temperature=params.temperature,
        streams=streams,
        tick=lambda ended, running: progress.advance(ended, running=running),
    )
    return [(tuple(ids), finish) for ids, finish in made]


def _key(batch: Sequence[_Job], params: GenerateParams) -> str:
    return content_key(params.model_dump(), [[list(job.prompt), list(job.stream)] for job in batch])


def _stops(model: Any, chat: Ending) -> frozenset[int]:
    """The turn's end, and whatever the model itself counts as an end."""
    own = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    listed = own if isinstance(own, list) else [own]
    return frozenset({chat.end_id, *(token for token in listed if token is not None)})


def _fits(model: Any, prompts: Sequence[Sequence[int]], params: GenerateParams, names: Sequence[str]) -> None:
    context = getattr(model.config, "max_position_embeddings", None)
    for i, prompt in enumerate(prompts):
        name = f"prompt of {names[i]}" if names else f"prompt {i}"
        if not prompt:
            raise UserError(f"{name}: expected at least one token, found none")
        if context is not None and len(prompt) + params.max_new_tokens > context:
            raise UserError(
                f"{name}: {len(prompt)} tokens and generate.max_new_tokens = {params.max_new_tokens} "
                f"do not fit into the model's context of {context}; lower max_new_tokens or leave the row out"
            )


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Dropout off, and the mode put back: in training mode a completion would be noise, and slow."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
