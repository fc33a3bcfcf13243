"""Source to tokens. What is a number and what a minus depends on what stands before it; so does what is an iterator.

Not covered: k).
"""

import re
from dataclasses import dataclass

from qsubset.errors import QError
from qsubset.literals import NUMBER, literals
from qsubset.values import CHAR, Atom, Value, string, symbol, symbols

NAME = re.compile(r"\.?[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
SYMBOL_TEXT = re.compile(r"`(?::[A-Za-z0-9_.:/\-]*|[A-Za-z0-9_.:]*)")
FILE_VERB = re.compile(r"[012]:(?![\d:])")
SPACE = " \t\r\n"
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
ITERATORS = ("/:", "\\:", "':", "/", "\\", "'")
LONG_OPERATORS = ("<=", ">=", "<>", "::")
OPERATORS = "+-*%&|^=<>~,#_!?@.$:"
PUNCTUATION = "()[]{};"


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # value, name, operator, iterator, or the sign of punctuation itself
    text: str
    at: int
    spaced: bool  # whether blanks stand before it
    value: Value | None = None


def tokens(source: str) -> list[Token]:
    """Raises: QError."""
    found: list[Token] = []
    i, spaced = 0, True
    while i < len(source):
        char = source[i]
        if char in SPACE:
            i, spaced = i + 1, True
            continue
        if char == "/" and (i == 0 or source[i - 1] in SPACE):
            while i < len(source) and source[i] != "\n":
                i += 1
            continue
        token, end = next_token(source, i, spaced, found[-1] if found else None)
        found.append(token)
        i, spaced = end, False
    return found


def next_token(source: str, i: int, spaced: bool, before: Token | None) -> tuple[Token, int]:
    after_noun = before is not None and not spaced and before.kind in ("value", "name", ")", "]", "}")
    number = NUMBER.match(source, i)
    if number and not (after_noun and source[i] in "-."):
        file_verb = FILE_VERB.match(source, i)
        if file_verb:
            return Token("name", file_verb.group(), i, spaced), file_verb.end()
        value, end = numbers(source, i)
        return Token("value", source[i:end], i, spaced, value), end
    char = source[i]
    if char == '"':
        text, end = string_text(source, i)
        value = Atom(-CHAR, text) if len(text) == 1 else string(text)
        return Token("value", source[i:end], i, spaced, value), end
    if char == "`":
        value, end = symbol_value(source, i)
        return Token("value", source[i:end], i, spaced, value), end
    name = NAME.match(source, i)
    if name:
        return Token("name", name.group(), i, spaced), name.end()
    for kind, texts in (("iterator", ITERATORS), ("operator", LONG_OPERATORS), ("operator", OPERATORS)):
        for text in texts:
            if source.startswith(text, i):
                return Token(kind, text, i, spaced), i + len(text)
    if char in PUNCTUATION:
        return Token(char, char, i, spaced), i + 1
    raise QError(char)


def numbers(source: str, i: int) -> tuple[Value, int]:
    """Numbers with only blanks between them."""
    texts: list[str] = []
    end = i
    while True:
        found = NUMBER.match(source, i)
        if not found or (texts and FILE_VERB.match(source, i)):
            break
        text = found.group()
        if text.endswith(":"):  # 5:... is an assignment to nothing, but d:1 2;f:3 must not be lost
            text = text.rstrip(":")
        texts.append(text)
        end = i + len(text)
        i = end
        while i < len(source) and source[i] in " \t":
            i += 1
        if i == end:
            break
    return literals(texts), end


def string_text(source: str, i: int) -> tuple[str, int]:
    """What stands between quotes, and where they end. Raises: QError if they do not."""
    found, start = [], i
    i += 1
    while i < len(source) and source[i] != '"':
        if source[i] == "\\" and i + 1 < len(source):
            octal = re.match(r"[0-3][0-7][0-7]", source[i + 1 :])
            found.append(chr(int(octal.group(), 8)) if octal else ESCAPES.get(source[i + 1], source[i + 1]))
            i += 4 if octal else 2
        else:
            found.append(source[i])
            i += 1
    if i >= len(source):
        raise QError('"', source[start:])
    return "".join(found), i + 1


def symbol_value(source: str, i: int) -> tuple[Value, int]:
    texts = []
    while i < len(source) and source[i] == "`":
        found = SYMBOL_TEXT.match(source, i)
        assert found is not None
        texts.append(found.group()[1:])
        i = found.end()
    return (symbol(texts[0]) if len(texts) == 1 else symbols(texts)), i
