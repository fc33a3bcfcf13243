"""Numbers, dates and times as programs write them.

Not covered: guids other than the null, which programs make from text.
"""

import re
from collections.abc import Sequence
from typing import Any

from qsubset.errors import QError
from qsubset.temporal import NANOSECONDS, days_from_civil, is_date, nanoseconds_of_clock, parse_temporal
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    DATE,
    DATETIME,
    FLOAT,
    FLOATS,
    GUID,
    INF,
    INFINITE,
    INT,
    INTEGERS,
    KIND_OF_LETTER,
    LONG,
    MINUTE,
    MONTH,
    NAN,
    NULL,
    REAL,
    SECOND,
    SHORT,
    TEMPORALS,
    TIME,
    TIMESPAN,
    TIMESTAMP,
    Atom,
    List,
    null_datum,
    vector,
)

NUMBER = re.compile(r"-?(?:0x[0-9a-fA-F]*|(?:\d|\.\d)(?:(?<=[0-9.]e)[+-](?=\d)|[0-9A-Za-z.:])*)")
WHOLE = re.compile(r"(-?\d+)([hij]?)")
REAL_NUMBER = re.compile(r"(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([ef]?)")
SPECIAL = re.compile(r"(-?)0([NWnw])([ghijefpmdznuvtc]?)")
DATED = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)(?:([DT])([\d:.]*))?")
MONTHLY = re.compile(r"(\d{4})\.(\d\d)m")
SPAN = re.compile(r"(-?)(\d+)D([\d:.]*)")
CLOCK = re.compile(r"(-?)(\d+:\d\d(?::\d\d(?:\.\d*)?)?)([uvtn]?)")
WIDTHS = {SHORT: 16, INT: 32, LONG: 64}
Literal = tuple[Atom | List, bool]  # the value, and whether its kind was written out


def literal(text: str) -> Literal:
    """One number. Raises: QError with the text, if it is none."""
    for pattern, make in FORMS:
        found = pattern.fullmatch(text)
        if found:
            made = make(*found.groups())
            if made is not None:
                return made
    raise QError(text)


def hexadecimal(digits: str) -> Literal:
    data = list(bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits))
    return (Atom(-BYTE, data[0]) if len(data) == 1 else List(BYTE, data)), True


def booleans(digits: str) -> Literal:
    data = [int(digit) for digit in digits]
    return (Atom(-BOOLEAN, data[0]) if len(data) == 1 else List(BOOLEAN, data)), True


def special(sign: str, form: str, letter: str) -> Literal:
    kind = KIND_OF_LETTER[letter] if letter else LONG if form in "NW" else FLOAT
    if kind == CHAR:
        return Atom(-CHAR, " "), True
    if kind in (GUID, BYTE, BOOLEAN) and form in "Ww":
        raise QError(f"{sign}0{form}{letter}")
    if form in "Nn":
        datum: Any = null_datum(kind) if kind not in FLOATS else NAN
    else:
        datum = (INF if kind in FLOATS else INFINITE) * (-1 if sign else 1)
    return Atom(-kind, datum), bool(letter) or form in "nw"


def whole(digits: str, letter: str) -> Literal:
    kind = KIND_OF_LETTER[letter] if letter else LONG
    number = int(digits)
    if not -(1 << WIDTHS[kind] - 1) < number < 1 << WIDTHS[kind] - 1:
        raise QError(digits)
    return Atom(-kind, number), bool(letter)


def real(digits: str, letter: str) -> Literal:
    return Atom(-REAL if letter == "e" else -FLOAT, float(digits)), bool(letter)


def dated(year: str, month: str, day: str, between: str | None, clock: str | None) -> Literal | None:
    if not is_date(int(year), int(month), int(day)):
        return None
    if between is None:
        return Atom(-DATE, days_from_civil(int(year), int(month), int(day))), True
    kind = TIMESTAMP if between == "D" else DATETIME
    return Atom(-kind, parse_temporal(kind, f"{year}.{month}.{day}D{clock}")), True


def monthly(year: str, month: str) -> Literal | None:
    return (Atom(-MONTH, (int(year) - 2000) * 12 + int(month) - 1), True) if 1 <= int(month) <= 12 else None


def span(sign: str, days: str, clock: str) -> Literal:
    return Atom(-TIMESPAN, parse_temporal(TIMESPAN, f"{sign}{days}D{clock or '0'}")), True


def clock(sign: str, text: str, letter: str) -> Literal | None:
    fraction = text.partition(".")[2]
    kind = MINUTE if text.count(":") == 1 else TIMESPAN if len(fraction) > 3 else TIME if "." in text else SECOND
    kind = KIND_OF_LETTER[letter] if letter else kind
    nanoseconds = nanoseconds_of_clock(text.rstrip("."))
    if nanoseconds is None:
        return None
    return Atom(-kind, (-nanoseconds if sign else nanoseconds) // NANOSECONDS[kind]), True


def counted(digits: str, letter: str) -> Literal:
    return Atom(-KIND_OF_LETTER[letter], int(digits)), True


FORMS = (
    (re.compile(r"0x([0-9a-fA-F]*)"), hexadecimal), (re.compile(r"([01]+)b"), booleans), (SPECIAL, special),
    (WHOLE, whole), (REAL_NUMBER, real), (DATED, dated), (MONTHLY, monthly), (SPAN, span), (CLOCK, clock),
    (re.compile(r"(-?\d+)([pmdnuvt])"), counted), 
)  # fmt: skip


def literals(texts: Sequence[str]) -> Atom | List:
    """One number, or several that stand beside each other: a list of one kind. Raises: QError."""
    if MONTHLY.fullmatch(texts[-1]):  # the letter of the last tells the kind of all
        texts = [text if text.endswith("m") or text.startswith("0") else text + "m" for text in texts]
    found = [literal(text) for text in texts]
    if len(found) == 1:
        return found[0][0]
    atoms = [value for value, _ in found if isinstance(value, Atom)]
    if len(atoms) < len(found):
        raise QError(" ".join(texts))
    kinds = {-atom.kind for atom in atoms}
    no_bits = BOOLEAN in kinds and any(atom.data not in (0, 1) for atom in atoms)
    if no_bits or kinds & {CHAR, BYTE}:
        raise QError(" ".join(texts))
    kind = -atoms[-1].kind if found[-1][1] else max(kinds)
    if kinds & TEMPORALS:
        kind = max(kinds & TEMPORALS)
    elif kinds & FLOATS and not (kind in INTEGERS and found[-1][1]):
        kind = REAL if kind == REAL else FLOAT
    return vector(kind, [converted(atom, kind) for atom in atoms])


def converted(atom: Atom, kind: int) -> Any:
    if kind in FLOATS and -atom.kind in INTEGERS:
        return NAN if atom.data == NULL else INF if atom.data == INFINITE else float(atom.data)
    if -atom.kind in FLOATS and kind not in FLOATS:
        return NULL if atom.data != atom.data else INFINITE
    if -atom.kind in NANOSECONDS and kind in NANOSECONDS and DATE not in (-atom.kind, kind) and atom.data != NULL:
        return atom.data * NANOSECONDS[-atom.kind] // NANOSECONDS[kind]
    return atom.data
