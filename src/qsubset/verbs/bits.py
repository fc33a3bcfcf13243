"""Numbers as digits, bits and bytes, and back: vs and sv of numbers."""

import struct
from typing import Any

from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    FLOATS,
    GUID,
    INT,
    INTEGERS,
    LONG,
    MIXED,
    REAL,
    SHORT,
    SYMBOL,
    Atom,
    List,
    Value,
    as_list,
    assemble,
    count,
    integer,
    is_atom,
    items,
    long,
    longs,
    vector,
)
from qsubset.verbs.aggregates import wrapped
from qsubset.verbs.arithmetic import add, multiply
from qsubset.verbs.lists import join

BITS = {GUID: 128, LONG: 64, INT: 32, SHORT: 16, BYTE: 8}


def digits(x: Value, y: Value) -> Any:
    """`y` in base `x`: as many digits as it takes, or one for each base of a list; 0b gives bits, 0x0 bytes."""
    if not is_atom(y):
        return columns([digits(x, each) for each in items(y)], is_atom(x))
    if not isinstance(y, Atom) or -y.kind in (CHAR, SYMBOL):
        raise QError("type")
    kind, number = -y.kind, y.data
    if x.kind in (-BOOLEAN, -BYTE):
        if kind in FLOATS:
            whole, real, kind = (">i", ">f", INT) if kind == REAL else (">q", ">d", LONG)
            (number,) = struct.unpack(whole, struct.pack(real, number))
        if kind not in BITS:
            raise QError("type")
        width, step = BITS[kind], 1 if x.kind == -BOOLEAN else 8
        return List(-x.kind, [number >> shift & ((1 << step) - 1) for shift in range(width - step, -1, -step)])
    if kind in FLOATS:
        raise QError("type")
    found: list[int] = []
    if is_atom(x):
        base = integer(x)
        if base < 2 or number < 0:
            raise QError("domain")
        while number:
            number, digit = divmod(number, base)
            found.append(digit)
        return longs(found[::-1] or [0])
    for each in reversed(items(x)):
        base = integer(each)
        number, digit = divmod(number, base) if base else (0, number)
        found.append(digit)
    return vector(kind if kind in (INT, SHORT) else LONG, found[::-1])


def columns(rows: list[Any], padded: bool) -> Any:
    """Digits of several numbers, a column each; where they may be, the shorter ones are padded with zeros."""
    width = max((count(row) for row in rows), default=0)
    if padded:
        rows = [join(longs([0] * (width - count(row))), row) for row in rows]
    elif any(count(row) != width for row in rows):
        raise QError("length")
    return List(MIXED, [assemble(list(column)) for column in zip(*map(items, rows), strict=True)])


def undigits(x: Value, y: Value) -> Any:
    """The number whose digits in base `x` are `y`."""
    if x.kind in (-BOOLEAN, -BYTE):
        return from_bits(1 if x.kind == -BOOLEAN else 8, y)
    if y.kind == MIXED and any(not is_atom(each) for each in items(y)):
        found: Value = long(0)
        for each in items(y):
            found = add(multiply(found, x), each)
        return found
    numbers = as_list(y)
    if numbers.kind not in INTEGERS | FLOATS | {MIXED}:
        raise QError("type")
    bases = [x] * count(numbers) if is_atom(x) else items(x)
    if len(bases) != count(numbers):
        raise QError("length")
    if any(not isinstance(each, Atom) or -each.kind not in INTEGERS | FLOATS for each in (*bases, *items(numbers))):
        raise QError("type")
    total: Any = 0
    for base, digit in zip(bases, items(numbers), strict=True):
        total = total * base.data + digit.data
    return Atom(-9, total) if isinstance(total, float) else long(wrapped(total))


def from_bits(step: int, y: Value) -> Any:
    if not isinstance(y, List) or y.kind != (BOOLEAN if step == 1 else BYTE):
        raise QError("type")
    width = len(y.data) * step
    kind = next((kind for kind, bits in BITS.items() if bits == width), None)
    if kind is None:
        raise QError("length")
    number = 0
    for part in y.data:
        number = number << step | part
    if kind not in (GUID, BYTE) and number >> width - 1:
        number -= 1 << width
    return Atom(-kind, number)
