"""Conversations -> replies as text, by a model that lies in folders: for evaluation and `hone answer`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from hone import attention, chat, models, tokens
from hone.chat import Chat
from hone.core.config import GenerateParams
from hone.core.records import Message
from hone.generation.batches import complete, recall
from hone.generation.decode import Finish
from hone.parts import Part

ROOMS = (attention, chat, models, tokens)
CODE = (*sorted(Path(__file__).parent.glob("*.py")), *(Path(str(room.__file__)) for room in ROOMS))


@dataclass(frozen=True)
class Folders:
    """Where a model lies: base, tokenizer with the new tokens, and the adapter (or full model) if tuned."""

    base: Path
    tokenizer: Path
    adapter: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """Those that are given, for `files.key_of`."""
        return [path for path in (self.base, self.tokenizer, self.adapter) if path is not None]


@dataclass(frozen=True)
class Reply:
    """What the model said: special tokens kept in `text`, the end token dropped there, and only there."""

    text: str
    token_ids: tuple[int, ...]
    single_tokens: tuple[str, ...]  # the new tokens among the ids, in order
    finish: Finish


def replies(
    folders: Folders,
    conversations: Sequence[Sequence[Message]],
    names: Sequence[str],
    params: GenerateParams,
    cache: Path,
    part: Part = Part(),
) -> list[Reply]:
    """`params.samples` replies to each conversation, conversation by conversation; `names` for errors.

    No model is loaded where all is in `cache` already. Of a `part`, only those that belong to it.
    """
    builder = Chat.load(folders.tokenizer)
    prompts = [builder.prompt(messages) for messages in conversations]
    made = recall(prompts, params, cache)
    if made is None:
        # Folded in, as it is served: a separate adapter copies the whole embedding matrix for every token.
        model = models.load(folders.base, folders.tokenizer, adapter=folders.adapter, merge=folders.adapter is not None)
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
        made = complete(model, builder, prompts, params, cache, names, part)
    new = {token.id: token.token for token in tokens.added(folders.tokenizer)}
    return [_reply(builder, new, *completed) for completed in made]


def _reply(builder: Chat, new: Mapping[int, str], ids: tuple[int, ...], finish: Finish) -> Reply:
    said = ids[:-1] if finish == "stop" else ids  # whichever end token it was
    return Reply(builder.decode(said), ids, tuple(new[i] for i in said if i in new), finish)
