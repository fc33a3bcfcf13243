"""New special tokens: a tokenizer that knows them, their ids, and the rows that they begin with.

The matrix never shrinks: tokenizers of padded models (Qwen) are shorter than it, and a new id may fall on one of its
spare rows. Rows are set by id, never as a tail slice, to the mean of their description's tokens: an average of known
directions, with a smaller norm than theirs, from which training starts faster than from noise.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from hone.chat import TOKENS_FILE, Chat
from hone.core.config import NewToken
from hone.core.errors import UserError
from hone.core.files import atomic_folder, read_json, write_json
from hone.core.records import Row

_ROUND_TRIPS = 20


@dataclass(frozen=True)
class AddedToken:
    """A token of tokens.json: its id, and the ids whose rows are averaged for its first value."""

    token: str
    id: int
    description: str
    description_ids: tuple[int, ...]


def build(base: Path, new: Sequence[NewToken], rows: Sequence[Row], out: Path) -> None:
    """Write folder `out`: the tokenizer of `base` with the new tokens, tokens.json, and report.json on `rows`.

    Raises: UserError for a token that is listed twice, or that the tokenizer will not take as a single id.
    """
    from transformers import AddedToken as HubToken

    texts = [t.token for t in new]
    if twice := sorted({text for text in texts if texts.count(text) > 1}):
        raise UserError(f"tokens: expected each token once, found {twice[0]!r} {texts.count(twice[0])} times")
    before, tokenizer = Chat.load(base), Chat.load(base).tokenizer
    tokenizer.add_tokens([HubToken(text, special=True, normalized=False) for text in texts], special_tokens=True)
    after = Chat(tokenizer, texts)
    listed = [_listed(t, before, tokenizer.convert_tokens_to_ids(t.token)) for t in new]
    for token in listed:
        if (found := after.reply(token.token)) != [token.id]:
            raise UserError(f"tokens: expected {token.token!r} to become the single id {token.id}, found {found}")
    with atomic_folder(out) as folder:
        tokenizer.save_pretrained(folder)
        write_json(folder / TOKENS_FILE, [asdict(token) for token in listed])
        write_json(folder / "report.json", report(before, after, listed, rows))


def _listed(new: NewToken, before: Chat, number: int) -> AddedToken:
    """A token that the base has already keeps its row, which is trained: it is the mean of itself."""
    known = new.token in before.tokenizer.get_vocab()
    return AddedToken(new.token, number, new.description, (number,) if known else tuple(before.plain(new.description)))


def report(before: Chat, after: Chat, listed: Sequence[AddedToken], rows: Sequence[Row]) -> dict[str, Any]:
    """Ids, whether the first rows come back as they were, and the mean tokens of a row before and after."""
    trips = [_comes_back(after, row) for row in rows[:_ROUND_TRIPS]]
    return {
        "tokens": {token.token: token.id for token in listed},
        "vocabulary": len(after.tokenizer),
        "round_trip": {"rows": len(trips), "equal": sum(trips)},
        "tokens_per_row": {"rows": len(rows), "before": _length(before, rows), "after": _length(after, rows)},
    }


def _comes_back(chat: Chat, row: Row) -> bool:
    """Is each message of the row the same text after encoding and decoding?"""
    prompts = [message.content for message in row.prompt]
    ids = [*map(chat.plain, prompts), chat.reply(row.reply)]
    return [chat.decode(part) for part in ids] == [*prompts, row.reply]


def _length(chat: Chat, rows: Sequence[Row]) -> float:
    """Mean tokens of a whole row: prompt, reply and end."""
    lengths = [len(chat.row(row.messages, row.id, sys.maxsize).ids) for row in rows]
    return round(mean(lengths), 2) if lengths else 0.0


def added(folder: Path) -> list[AddedToken]:
    """The new tokens of a folder that `build` made."""
    listed = read_json(folder / TOKENS_FILE)
    try:
        return [AddedToken(t["token"], t["id"], t["description"], tuple(t["description_ids"])) for t in listed]
    except (KeyError, TypeError):
        raise UserError(f"{folder / TOKENS_FILE}: expected a list of token, id, description, description_ids") from None


def extend(model: Any, folder: Path) -> None:
    """Give `model` the rows of the folder's new tokens; the others, ties and config stay as they should be."""
    import torch

    new = added(folder)
    needed = max((token.id + 1 for token in new), default=0)
    if needed > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(needed, mean_resizing=False)
    embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    with torch.no_grad():
        for matrix in (embedding,) if head is embedding else (embedding, head):  # [vocabulary, hidden]
            for token in new:
                matrix[token.id] = matrix[list(token.description_ids)].float().mean(dim=0).to(matrix.dtype)
