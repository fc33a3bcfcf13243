"""Text: like, ss, ssr, lower, upper, trim, string, vs and sv of strings and symbols, md5."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from qsubset import console, host
from qsubset.apply import apply
from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    INTEGERS,
    MIXED,
    REAL,
    SYMBOL,
    TEMPORALS,
    Atom,
    Dict,
    List,
    Table,
    Value,
    assemble,
    boolean,
    is_function,
    is_list,
    is_text,
    items,
    longs,
    mixed,
    string,
    symbol,
    symbols,
    text_of,
)
from qsubset.verbs import bits
from qsubset.verbs.registry import dyad, form, monad


@lru_cache(maxsize=256)
def pattern(text: str, stars: bool = True) -> re.Pattern[str]:
    """q's patterns: * ? and sets in brackets. Raises: QError 'nyi for a star where there may be none."""
    found, i = [], 0
    while i < len(text):
        if text[i] == "*":
            if not stars and len(text) > 1:
                raise QError("nyi")
            found.append(".*")
        elif text[i] == "?":
            found.append(".")
        elif text[i] == "[" and "]" in text[i + 2 :]:
            end = text.index("]", i + 2)
            inside = text[i + 1 : end]
            negated = inside.startswith("^") and len(inside) > 1
            inside = inside[1:] if negated else inside
            escaped = re.sub(r"([]^[\\])", r"\\\1", inside)
            found.append(f"[{'^' if negated else ''}{escaped}]")
            i = end
        elif text[i] == "[":
            raise QError("pattern")
        else:
            found.append(re.escape(text[i]))
        i += 1
    try:
        return re.compile("".join(found), re.DOTALL)
    except re.error:
        raise QError("pattern") from None


@dyad("like")
def like(x: Value, y: Value) -> Any:
    if isinstance(x, Dict):
        return Dict(x.keys, like(x.values, y))
    if is_text(x) or x.kind == -SYMBOL:
        return boolean(pattern(text_of(y)).fullmatch(text_of(x)))
    if x.kind == SYMBOL:
        return List(BOOLEAN, [int(pattern(text_of(y)).fullmatch(text) is not None) for text in x.data])
    if x.kind != MIXED:
        raise QError("type")
    return assemble([like(each, y) for each in items(x)]) if items(x) else List(BOOLEAN, [])


@dyad("ss")
def places(x: Value, y: Value) -> Any:
    """Where the pattern is found."""
    if not is_text(x):
        raise QError("type")
    if not text_of(y):
        raise QError("length")
    return longs(found.start() for found in pattern(text_of(y), stars=False).finditer(text_of(x)))


@form(3, "ssr")
def replace(x: Value, y: Value, z: Value) -> Any:
    if not is_text(x) or not is_text(y):
        raise QError("type")
    if not text_of(y):
        return x

    def instead(found: re.Match[str]) -> str:
        return text_of(apply(z, [string(found.group())]) if is_function(z) else z)

    text = pattern(text_of(y)).sub(instead, text_of(x))
    host.room(len(text))
    return string(text)


def on_text(f: Callable[[str], str]) -> Callable[[Value], Any]:
    def go(x: Value) -> Any:
        if isinstance(x, Atom) and x.kind in (-CHAR, -SYMBOL):
            return Atom(x.kind, f(x.data))
        if isinstance(x, List) and x.kind == CHAR:
            return string(f(x.data))
        if isinstance(x, List) and x.kind == SYMBOL:
            return symbols(map(f, x.data))
        if isinstance(x, List) and x.kind == MIXED:
            return assemble([go(each) for each in x.data])
        if isinstance(x, Dict):
            return Dict(x.keys, go(x.values))
        if isinstance(x, Table):
            return Table(x.names, [go(column) for column in x.columns])
        raise QError("type")

    return go


def ascii_only(f: Callable[[str], str]) -> Callable[[str], str]:
    """Letters of other scripts are bytes to q, which have no case."""
    return lambda text: "".join(f(char) if char.isascii() else char for char in text)


monad("lower")(on_text(ascii_only(str.lower)))
monad("upper")(on_text(ascii_only(str.upper)))
BLANKS = " \0"


def trimming(name: str, f: Callable[[str], str]) -> None:
    def go(x: Value) -> Any:
        if x.kind == -CHAR:
            return x
        return on_text(f)(x)

    monad(name)(go)


trimming("trim", lambda text: text.strip(BLANKS))
trimming("ltrim", lambda text: text.lstrip(BLANKS))
trimming("rtrim", lambda text: text.rstrip(BLANKS))


@monad("string")
def texts(x: Value) -> Any:
    """Each atom as a string."""
    if isinstance(x, Atom):
        return string(atom_string(x))
    if isinstance(x, Dict):
        return Dict(x.keys, texts(x.values))
    if isinstance(x, Table):
        return Table(x.names, [texts(column) for column in x.columns])
    if is_list(x):
        return mixed(map(texts, items(x)))
    return string(console.one_line(x))


def atom_string(x: Atom) -> str:
    kind = -x.kind
    if kind in (CHAR, SYMBOL):
        return x.data
    text = console.datum_text(kind, x.data)
    if kind in INTEGERS and text in ("0N", "0W", "-0W"):
        return "" if text == "0N" else text.replace("0W", "0W")
    return "" if (kind in TEMPORALS | {REAL, 9} and text.startswith("0N")) or text == "0n" else text


def characters(x: Value) -> List:
    """A list of bytes as one of characters. Raises: QError 'type."""
    if abs(x.kind) != BYTE:
        raise QError("type")
    return string("".join(map(chr, x.data)) if isinstance(x.data, list) else chr(x.data))


def bytes_of(x: Value) -> List:
    return List(BYTE, list(map(ord, text_of(x))))


@dyad("vs")
def split(x: Value, y: Value) -> Any:
    if y.kind == BYTE:
        if abs(x.kind) != BYTE:
            return split(x, characters(y))
        return mixed(map(bytes_of, items(split(characters(x), characters(y)))))
    if is_text(x):
        if not is_text(y):
            raise QError("type")
        if not text_of(x):
            raise QError("length")
        return mixed(map(string, text_of(y).split(text_of(x))))
    if x.kind == -SYMBOL:
        if y.kind == -SYMBOL:
            return split_symbol(text_of(y))
        if is_text(y):
            lines = re.split("\r?\n", text_of(y))
            return mixed(map(string, lines[:-1] if lines[-1] == "" else lines))
        raise QError("type")
    return bits.digits(x, y)


def split_symbol(text: str) -> List:
    """A name at its dots, a file's at its last slash."""
    if text.startswith(":"):
        folder, _, name = text.rpartition("/")
        return symbols([folder, name])
    return symbols(text.split("."))


@dyad("sv")
def unite(x: Value, y: Value) -> Any:
    if abs(x.kind) == BYTE and y.kind == MIXED:
        return bytes_of(unite(characters(x), mixed(map(characters, items(y)))))
    if is_text(x):
        if not is_list(y) or y.kind not in (MIXED, CHAR) or not all(is_text(each) for each in items(y)):
            raise QError("type")
        text = text_of(x).join(text_of(each) for each in items(y))
        host.room(len(text))
        return string(text)
    if x.kind == -SYMBOL:
        if y.kind == SYMBOL:
            first = items(y) and y.data[0]
            return symbol(("/" if str(first).startswith(":") else ".").join(y.data))
        return string("".join(text_of(each) + "\n" for each in items(y)))
    return bits.undigits(x, y)


@monad("md5")
def md5(x: Value) -> List:
    return List(BYTE, list(hashlib.md5(text_of(x).encode("latin-1"), usedforsecurity=False).digest()))
