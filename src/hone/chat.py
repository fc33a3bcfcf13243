"""Conversation -> token ids, loss mask and prompt. The one builder for training, generation and judging.

The model's own chat template is rendered with placeholders in place of the contents; the template's text is encoded
with its control tokens, contents without any: text that spells `<|im_end|>` stays text, whoever wrote it. Only in
the assistant's reply the recipe's new tokens (and `<think>`, where the vocabulary has it) become single ids.
A row is the prompt's ids, the reply's ids and the end token: the prompt is a prefix by construction, and no template
can drop or rewrite what is to be learned. Where every turn of the assistant is to be learned, each is made so, and the
longest holds the others.

Tools and calls (`calls.py`) are rendered by the template if it knows them, else spelt out as text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hone.calls import Call, Tool, declaration, declared, spelt_out
from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Message

TOKENS_FILE = "tokens.json"
_THINK = ("<think>", "</think>")
_SLOT = "\ue000{}\ue001"  # private-use characters: no template strips or parses them
_ARGUMENTS = re.compile('{"(\ue000\\d+ arguments\ue001)": 0}')  # an object, so that every template makes JSON of it
_OF_CALL = ("name", "arguments")
_SPOKEN = ("assistant", "call")  # roles of the turns that the model writes


@dataclass(frozen=True)
class Encoded:
    """One row as tokens. `supervised[i]`: is `ids[i]` to be learned? The first `prompt_length` never are. In an epoch,
    rows of a lower `stage` come first."""

    ids: tuple[int, ...]
    supervised: tuple[bool, ...]
    prompt_length: int
    stage: int = 0


@dataclass(frozen=True)
class Slot:
    """Where a part of a message stands in the rendered template: its content, or a call's name or arguments."""

    message: int
    kind: str


class Chat:
    """Builds token ids with one tokenizer. `reply_tokens`: texts that become single ids in the assistant's reply."""

    def __init__(self, tokenizer: Any, reply_tokens: Sequence[str] = ()) -> None:
        if not tokenizer.chat_template:
            raise UserError(f"{tokenizer.name_or_path}: expected a tokenizer with a chat template, found none")
        self.tokenizer = tokenizer
        self._added: dict[str, int] = tokenizer.get_added_vocab()
        if lost := [text for text in reply_tokens if text not in self._added]:
            raise UserError(f"{tokenizer.name_or_path}: expected {lost[0]!r} among its added tokens, found none")
        self._single = {text: self._added[text] for text in (*reply_tokens, *_THINK) if text in self._added}
        # Overlapping occurrences count too, hence the lookahead.
        self._controls = _any_of([text for text in self._added if len(text) > 1], "(?={})")
        self._pieces = _any_of(self._added, "({})")
        self._singles = _any_of(self._single, "({})")
        self._knows_tools = self._shows_tools()
        self.end_id = self._end()

    @classmethod
    def load(cls, folder: Path) -> "Chat":
        """The tokenizer in `folder`, with the new tokens that its tokens.json names, if it has one."""
        from transformers import AutoTokenizer

        listed = read_json(folder / TOKENS_FILE) if (folder / TOKENS_FILE).exists() else []
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        return cls(tokenizer, [t["token"] for t in listed])

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The ids up to where the assistant begins to write."""
        shown = messages if self._knows_tools else spelt_out(messages)
        return self._encode(self._parts(shown, generate=True), shown)

    def row(self, messages: Sequence[Message], row_id: str, max_tokens: int, every_turn: bool = False) -> Encoded:
        """Prompt, reply and end token; reply and end token are supervised, with `every_turn` those of every turn.

        Raises: UserError with the row's id if it is longer than `max_tokens`, since cutting it would unlearn the end,
        or if the template rewrites what was said before, so that turns cannot be learned in one row.
        """
        if not messages or messages[-1].role not in _SPOKEN:
            raise UserError(f"row {row_id}: expected the assistant's reply as the last message")
        turns = [place for place, message in enumerate(messages) if message.role in _SPOKEN]
        ids: list[int] = []
        supervised: list[bool] = []
        for place in turns if every_turn else turns[-1:]:
            prompt, reply = self.prompt(messages[:place]), [*self.turn(messages[place]), self.end_id]
            if prompt[: len(ids)] != ids:
                raise UserError(
                    f"row {row_id}: the chat template rewrites earlier turns, so they cannot be learned together: "
                    "set learn: last, and give a row for each turn"
                )
            supervised += [False] * (len(prompt) - len(ids)) + [True] * len(reply)
            ids = prompt + reply
        if len(ids) > max_tokens:
            raise UserError(
                f"row {row_id}: expected at most {max_tokens} tokens, found {len(ids)} ({len(prompt)} of the prompt); "
                "raise max_tokens or use shorter problems"
            )
        return Encoded(tuple(ids), tuple(supervised), supervised.index(True))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids`, special tokens kept; an end token at the end is dropped."""
        kept = list(ids[:-1]) if ids and ids[-1] == self.end_id else list(ids)
        text: str = self.tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text

    def plain(self, text: str) -> list[int]:
        """`text` as text alone: no added token is recognised in it, however it is spelt."""
        cuts = [match.start() + 1 for match in self._controls.finditer(text)]
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return [token for piece in pieces for token in self._ids(piece)]

    def reply(self, text: str) -> list[int]:
        """An assistant's text: reply tokens as single ids, the rest plain."""
        pieces = self._singles.split(text)
        return [
            token
            for piece in pieces
            for token in ([self._single[piece]] if piece in self._single else self.plain(piece))
        ]

    def turn(self, message: Message) -> list[int]:
        """What the model writes for a turn, without the end token: a text, or a call as its template renders it."""
        if message.role == "assistant" or not self._knows_tools:
            return self.reply(spelt_out([message])[0].content)
        asked, after = Message("user", "?"), Message("tool", "!")
        *_, opening = self._parts([asked], generate=True)
        turns = [asked, message, after]
        parts = list(self._parts(turns, generate=False))
        opened, last = str(parts[2]), str(parts[-3])
        closing = last.find(end := self.tokenizer.decode([self.end_id]))
        if closing < 0:
            raise UserError(
                f"the chat template shows tools, but ends a call with {last!r} where a reply ends with {end!r}; a "
                "model could not be taught to end its calls; use a tokenizer whose template ends both alike"
            )
        inner: list[str | Slot] = [opened.removeprefix(str(opening)), *parts[3:-3], last[:closing]]
        return self._encode(inner, turns)

    def _encode(self, parts: "Iterable[str | Slot]", messages: Sequence[Message]) -> list[int]:
        """The ids of rendered parts. A call is encoded with the template's text around it, as the template itself would
        have it, but for control tokens that it spells."""
        ids: list[int] = []
        held = ""  # of a call, and what stands beside it
        listed = list(parts)
        for place, part in enumerate(listed):
            if isinstance(part, Slot) and part.kind in _OF_CALL:
                held += self._said(part, messages)
            elif isinstance(part, Slot):
                ids += self.plain(held)
                held = ""
                message = messages[part.message]
                ids += self.reply(message.content) if message.role == "assistant" else self.plain(message.content)
            elif any(isinstance(n, Slot) and n.kind in _OF_CALL for n in listed[max(0, place - 1) : place + 2]):
                for piece in self._pieces.split(part):
                    if piece in self._added:
                        ids += [*self.plain(held), self._added[piece]]
                        held = ""
                    else:
                        held += piece
            else:
                ids += self._ids(part)
        return ids + self.plain(held)

    def _said(self, slot: "Slot", messages: Sequence[Message]) -> str:
        """The name or the arguments of a call, as they stand in JSON."""
        call = Call.of(messages[slot.message])
        return json.dumps(call.name)[1:-1] if slot.kind == "name" else json.dumps(call.arguments, ensure_ascii=False)

    def _parts(self, messages: Sequence[Message], generate: bool) -> "Iterator[str | Slot]":
        """The rendered template in order: its own text as str, and where which part of which message stands."""
        tools = [tool.declared() for message in messages if message.role == "tools" for tool in declared(message)]
        self._check_harmless(tools)
        slots = [_slots(place, message) for place, message in enumerate(messages) if message.role != "tools"]
        text = self._render(slots, tools, generate)
        pieces = re.split("\ue000(\\d+) (\\w+)\ue001", _ARGUMENTS.sub(r"\1", text))
        found = [Slot(int(place), kind) for place, kind in zip(pieces[1::3], pieces[2::3], strict=True)]
        if found != [slot for place, message in enumerate(messages) for slot in _expected(place, message)]:
            raise UserError(f"{self.tokenizer.name_or_path}: its chat template drops or reorders messages")
        for place, piece in enumerate(pieces[::3]):
            yield piece
            if place < len(found):
                yield found[place]

    def _render(self, turns: Sequence[Any], tools: Sequence[Any], generate: bool) -> str:
        try:
            text: str = self.tokenizer.apply_chat_template(
                turns, tools=list(tools) or None, tokenize=False, add_generation_prompt=generate
            )
        except Exception as error:  # jinja and templates raise what they like
            raise UserError(
                f"{self.tokenizer.name_or_path}: its chat template refuses the conversation: {error}"
            ) from None
        return text

    def _shows_tools(self) -> bool:
        """Whether the template renders tools, calls and what tools answered."""
        tool = declaration([Tool("the_tool", "", {"type": "object", "properties": {}})])
        turns = [tool, Message("user", "?"), Call("the_tool", {}).message(), Message("tool", "!")]
        try:
            list(self._parts(turns, generate=True))
            shown = self._render([_slots(1, turns[1])], [t.declared() for t in declared(tool)], True)
        except UserError:
            return False
        return "the_tool" in shown

    def _check_harmless(self, tools: Sequence[Any]) -> None:
        """Tools are rendered inside the template's own text, where a control token would be one."""
        spelt = self._controls.search(json.dumps(tools, ensure_ascii=False))
        if spelt:
            raise UserError("tools: expected descriptions without the tokenizer's control tokens, found one of them")

    def _end(self) -> int:
        """The token that the template puts after an assistant's content."""
        turn = (Message("user", "?"), Message("assistant", "!"))
        *_, last = self._parts(turn, generate=False)
        ids = self._ids(str(last))
        if not ids or ids[0] not in self.tokenizer.get_added_vocab().values():
            raise UserError(
                f"{self.tokenizer.name_or_path}: expected its chat template to end a reply with an end token"
            )
        return ids[0]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False) if text else []
        return ids


def _any_of(texts: Sequence[str] | dict[str, int], form: str) -> re.Pattern[str]:
    """A pattern for any of `texts`, the longest first; one that never matches if there are none."""
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(form.format("|".join(map(re.escape, ordered))) if ordered else r"(?!)")


def _expected(place: int, message: Message) -> list[Slot]:
    """The parts of a message, in the order in which a template has to show them."""
    kinds = {"tools": (), "call": _OF_CALL}.get(message.role, ("content",))
    return [Slot(place, kind) for kind in kinds]


def _slots(place: int, message: Message) -> dict[str, Any]:
    """The message as a template takes it, a placeholder for each of its parts."""
    if message.role != "call":
        return {"role": message.role, "content": _SLOT.format(f"{place} content")}
    function = {"name": _SLOT.format(f"{place} name"), "arguments": {_SLOT.format(f"{place} arguments"): 0}}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": function}]}
