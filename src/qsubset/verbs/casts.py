"""`$`: casts by name, letter or number, tok of strings, padding; and the product of vectors and matrices."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from qsubset import host, temporal
from qsubset.errors import QError
from qsubset.temporal import DAY, NANOSECONDS
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    DATE,
    DATETIME,
    DICTIONARY,
    FLOAT,
    FLOATS,
    GUID,
    INF,
    INFINITE,
    INT,
    INTEGERS,
    KIND_OF_LETTER,
    KIND_OF_NAME,
    LONG,
    MINUTE,
    MIXED,
    MONTH,
    NAMES,
    NAN,
    NULL,
    REAL,
    SECOND,
    SHORT,
    SYMBOL,
    TABLE,
    TEMPORALS,
    TIME,
    TIMESPAN,
    TIMESTAMP,
    Atom,
    Dict,
    List,
    Table,
    Value,
    assemble,
    count,
    integer,
    is_list,
    is_text,
    items,
    mixed,
    null_datum,
    string,
    symbol,
    symbols,
    text_of,
    truth,
    vector,
)
from qsubset.verbs.arithmetic import floor_or_null, to_float
from qsubset.verbs.registry import dyad, form
from qsubset.verbs.statistics import matrix_product

PARTS = ("year", "mm", "dd", "hh", "uu", "ss", "week", "date", "time", "month", "minute", "second")  # also of names
MAPPED = 0xFFFF << 32  # before an address of version 4 in one of version 6
LARGEST = {SHORT: (1 << 15) - 1, INT: (1 << 31) - 1}  # what stands for infinity
TRUE_TEXT = re.compile("[1tTyYxX]")
INTEGER = re.compile(r"[+-]?\d+")
ADDRESS = re.compile(r"(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])(\.(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){3}")  # of the internet
REAL_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SPECIAL = {"0W": INFINITE, "-0W": -INFINITE, "0N": NULL}
SPECIAL_FLOATS = {"0w": INF, "-0w": -INF, "0n": NAN, "inf": INF, "-inf": -INF}


@dyad("$")
def dollar(x: Value, y: Value) -> Any:
    if x.kind == -CHAR:
        return by_letter(x.data, y)
    if x.kind == -SYMBOL:
        return by_name(x.data, y)
    if x.kind == -SHORT and abs(integer(x)) not in (MIXED, *NAMES):
        raise QError("type")
    if x.kind == -SHORT:
        return cast(integer(x), y) if integer(x) >= 0 else tok(-integer(x), y)
    if x.kind in (CHAR, SYMBOL, SHORT) or (x.kind == MIXED and any(each.kind in CODES for each in items(x))):
        if is_list(y) and count(x) != count(y):
            raise QError("length")
        each_y = items(y) if is_list(y) else [y] * count(x)
        return assemble([dollar(code, each) for code, each in zip(items(x), each_y, strict=True)])
    if x.kind in (-INT, -LONG) and (is_text(y) or y.kind in (MIXED, -SYMBOL, SYMBOL, DICTIONARY, TABLE)):
        return pad(integer(x), y)
    if x.kind in (LONG, INT) and is_list(y) and y.kind == MIXED and all(is_text(each) for each in items(y)):
        if count(x) != count(y):
            raise QError("length")
        return mixed(pad(number, each) for number, each in zip(x.data, items(y), strict=True))
    if is_list(x) and is_list(y):
        return matrix_product(x, y)
    raise QError("type")


CODES = (-CHAR, -SYMBOL, -SHORT, CHAR, SYMBOL, SHORT)  # what tells a kind


def pad(width: int, y: Value) -> Any:
    """To a width, cut or filled with blanks on the right, or if negative on the left."""
    if isinstance(y, Dict):
        return Dict(y.keys, pad(width, y.values))
    if isinstance(y, Table):
        return Table(y.names, [pad(width, column) for column in y.columns])
    if y.kind in (MIXED, SYMBOL):
        return mixed(pad(width, each) for each in items(y))
    host.room(abs(width))
    text = text_of(y)
    return string(text[:width].ljust(width) if width >= 0 else text[width:].rjust(-width))


def by_letter(letter: str, y: Value) -> Any:
    """Lower case casts, upper case reads text."""
    if letter == "*":
        return y
    if letter in KIND_OF_LETTER:
        return cast(KIND_OF_LETTER[letter], y)
    if letter == " ":
        return cast(MIXED, y)
    if letter.lower() in KIND_OF_LETTER:
        return tok(KIND_OF_LETTER[letter.lower()], y)
    raise QError("type")


def by_name(name: str, y: Value) -> Any:
    if name == "":
        return cast(SYMBOL, y)
    if name in KIND_OF_NAME:
        return cast(KIND_OF_NAME[name], y)
    if name in PARTS:
        return part(name, y)
    raise QError("cast" if name.isidentifier() else "type")


def part(name: str, y: Value) -> Any:
    """A part of a date or time."""
    if isinstance(y, Dict):
        return Dict(y.keys, part(name, y.values))
    if is_list(y):
        found = [part(name, each) for each in items(y)]
        return assemble(found) if found else List(INT, [])
    if not isinstance(y, Atom) or -y.kind not in TEMPORALS:
        raise QError("type")
    if y.data == NULL or y.data != y.data:
        return Atom(-DATE if name == "week" else -INT, NULL)
    if name in ("year", "mm", "dd", "week"):
        days = convert(-y.kind, DATE, y.data)
        if name == "week":
            return Atom(-DATE, days - (days - 2) % 7)
        return Atom(-INT, temporal.civil_from_days(days)[PARTS.index(name)])
    seconds = convert(-y.kind, TIMESPAN, y.data) // 1_000_000_000
    return Atom(-INT, {"hh": seconds // 3600, "uu": seconds // 60 % 60, "ss": seconds % 60}[name])


def cast(kind: int, y: Value) -> Any:
    if isinstance(y, Dict):
        return Dict(y.keys, cast(kind, y.values))
    if isinstance(y, Table):
        return Table(y.names, [cast(kind, column) for column in y.columns])
    if kind == MIXED:
        return y
    if kind == SYMBOL:
        return cast_symbol(y)
    if isinstance(y, Atom):
        return Atom(-kind, convert(-y.kind, kind, y.data))
    if not isinstance(y, List):
        raise QError("type")
    if y.kind == MIXED:
        return assemble([cast(kind, each) for each in y.data]) if y.data else vector(kind, [])
    return vector(kind, [convert(y.kind, kind, datum) for datum in y.data])


def cast_symbol(y: Value) -> Any:
    if is_text(y):
        return symbol(text_of(y).strip(" "))
    if abs(y.kind) == SYMBOL:
        return y
    if y.kind == MIXED:
        return assemble([cast_symbol(each) for each in items(y)]) if count(y) else symbols([])
    raise QError("type")


def convert(source: int, kind: int, datum: Any) -> Any:
    """One datum of one kind as one of another. Raises: QError 'type."""
    if source == kind:
        return datum
    if source == SYMBOL or kind == SYMBOL:
        raise QError("type")
    if source == CHAR:
        source, datum = (LONG, NULL) if datum == " " and kind in TEMPORALS else (LONG, ord(datum))
    if source in LARGEST and datum in (INFINITE, -INFINITE) and kind != source:
        datum = LARGEST[source] if datum > 0 else -LARGEST[source]
    if kind == BOOLEAN:
        return int(datum != 0)
    if kind == CHAR:
        return chr((floor_or_null(datum) if source in FLOATS else datum) & 255) if datum == datum else " "
    if kind in FLOATS:
        return to_datetime(source, datum) if kind == DATETIME else float(datum) if source in FLOATS else to_float(datum)
    if source in FLOATS:
        if source == DATETIME and kind in TEMPORALS:
            if datum != datum:
                return NULL
            return convert(TIMESTAMP, kind, round(datum * 86_400_000) * 1_000_000)
        datum, source = floor_or_null(datum + 0.5 if abs(datum) < 2**52 else datum), LONG
    if datum in (NULL, INFINITE, -INFINITE):
        return null_datum(kind) if datum == NULL or kind == BYTE else datum
    if kind == BYTE:
        return datum & 255
    if source in TEMPORALS and kind in TEMPORALS:
        return convert_temporal(source, kind, datum)
    return datum


def to_datetime(source: int, datum: Any) -> float:
    if datum == NULL or datum != datum:
        return NAN
    if source in TEMPORALS:
        return convert_temporal(source, TIMESTAMP, datum) / DAY
    return float(datum)


def convert_temporal(source: int, kind: int, datum: int) -> int:
    if source == MONTH:
        days = temporal.first_day(datum)
        return days if kind == DATE else convert_temporal(DATE, kind, days)
    if kind == MONTH:
        return temporal.month_of_day(convert_temporal(source, DATE, datum) if source != DATE else datum)
    nanoseconds = datum * NANOSECONDS[source]
    if kind in (TIMESPAN, TIME, SECOND, MINUTE) and source in (TIMESTAMP, DATE):
        nanoseconds %= DAY
    return nanoseconds // NANOSECONDS[kind]


# Reading text


def tok(kind: int, y: Value) -> Any:
    """A string as an atom of a kind, null if it makes no sense; each of a list of strings."""
    if isinstance(y, Dict):
        return Dict(y.keys, tok(kind, y.values))
    if is_text(y):
        return Atom(-kind, read(kind, text_of(y)))
    if y.kind == SYMBOL:
        return assemble([tok(kind, string(text)) for text in y.data])
    if y.kind == -SYMBOL:
        return tok(kind, string(text_of(y)))
    if y.kind != MIXED:
        raise QError("type")
    return assemble([tok(kind, each) for each in items(y)]) if count(y) else vector(kind, [])


def read(kind: int, text: str) -> Any:
    if kind == SYMBOL:
        return text.strip(" ")
    if kind == CHAR:
        return text if len(text) == 1 else " "
    text = text.strip(" \t\r\n")
    reader = READERS.get(kind)
    if reader is not None:
        return reader(text)
    if kind in INTEGERS:
        if text in SPECIAL:
            return SPECIAL[text]
        if kind == INT and ADDRESS.fullmatch(text):
            return int.from_bytes(map(int, text.split(".")), "big", signed=True)
        number = int(text) if INTEGER.fullmatch(text) else NULL
        width = {SHORT: 16, INT: 32, LONG: 64}[kind]
        return number if abs(number) < 1 << width - 1 else NULL
    return temporal.parse_temporal(kind, text)


def read_float(text: str) -> float:
    if text in SPECIAL_FLOATS:
        return SPECIAL_FLOATS[text]
    return float(text) if REAL_NUMBER.fullmatch(text) else NAN


def read_byte(text: str) -> int:
    return int(text, 16) & 255 if re.fullmatch(r"(0x)?[0-9a-fA-F]+", text) else 0


def read_boolean(text: str) -> int:
    return int(TRUE_TEXT.match(text) is not None)


def read_guid(text: str) -> int:
    """Of a guid, or of an address of the internet, of version 4 or 6."""
    try:
        if "-" in text:
            return UUID(text).int
        address = ip_address(text)
        return int(address) if address.version == 6 else MAPPED | int(address)
    except ValueError:
        return 0


READERS: dict[int, Callable[[str], Any]] = {
    BOOLEAN: read_boolean, BYTE: read_byte, GUID: read_guid, FLOAT: read_float, REAL: read_float}  # fmt: skip


@form(3, "$")
def conditional(x: Value, y: Value, z: Value) -> Any:
    """`$[;;]` applied like a function: its arguments have been worked out already."""
    return y if truth(x) else z
