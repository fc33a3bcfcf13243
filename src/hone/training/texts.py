"""Plain documents as rows to train on, for pretraining: one after the other, cut into blocks of equal length.

Every token is learned, and the end of a document too. A document that spells a special token stays text.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hone.chat import Chat, Encoded
from hone.core.config import TrainParams
from hone.core.errors import UserError
from hone.core.records import Text, read_jsonl

END = "<|endoftext|>"  # what base models were shown between documents, where their tokenizer has it


def blocks(builder: Chat, path: Path, params: TrainParams) -> list[Encoded]:
    """The documents of a JSONL file ({text}) as blocks of `max_tokens`, the last one shorter. Raises: UserError."""
    if params.curriculum != "mixed":
        raise UserError(
            f"pretrain.curriculum: expected mixed, found {params.curriculum}; documents are of no difficulty or label"
        )
    ids = list(_joined(builder, (text.text for text in read_jsonl(path, Text))))
    if len(ids) < 2:
        raise UserError(f"{path}: expected documents to train on, found none")
    cuts = [ids[start : start + params.max_tokens] for start in range(0, len(ids), params.max_tokens)]
    return [Encoded(tuple(block), (True,) * len(block), 0) for block in cuts if len(block) > 1]


def _joined(builder: Chat, texts: Iterable[str]) -> Iterator[int]:
    end = builder.tokenizer.get_vocab().get(END, builder.end_id)
    for text in texts:
        yield from builder.plain(text)
        yield end
