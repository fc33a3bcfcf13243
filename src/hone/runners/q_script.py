"""Calls of a q function as a script for an engine that is another program, and what it wrote back.

Arguments go in as q literals; a result comes back as the text of an encoder in q, which keeps kinds: floats as their
bytes, text as bytes, dates as q prints them. Standard library only.
"""

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hone.runners import q_values

MARK = "hone-value "
ENCODER = (
    '.hone.e:{t:type x;h:{raze string "x"$x};$[t=-1h;"b",string[x],";";t=-9h;"f",(raze string 0x0 vs x),";";'
    't=-8h;.z.s "f"$x;t in -4 -5 -6 -7h;"j",string["j"$x],";";t=-10h;"c",h[enlist x],";";t=-11h;"c",h[string x],";";'
    't=10h;"c",h[x],";";t<0;$[null x;"n;";"c",h[string x],";"];t=98h;"l",(raze .z.s each x),"]";'
    't=99h;$[98h=type key x;.z.s 0!x;"d",(.z.s key x),(.z.s value x),"]"];'
    't<98h;"l",(raze .z.s each x),"]";x~(::);"n;";"o;"]};'
)


def script(source: str, entry: str, arguments: Sequence[Any]) -> str:
    """A program that calls `entry`; an error goes to the error stream and ends it with status 1."""
    told = f'@[{{value x}};{quoted(call(entry, arguments))};{{-2 "\'",x;exit 1}}]'
    return f'{source}\n{ENCODER}\n-1 "{MARK}",{told};\nexit 0\n'


def call(entry: str, arguments: Sequence[Any]) -> str:
    """An expression: what the encoder makes of a call."""
    return f".hone.e {entry}[{';'.join(map(literal, arguments))}]"


def literal(value: Any) -> str:
    """A value as a q program writes it. Raises: TypeError for what q has no form for."""
    if value is None:
        return "(::)"
    if isinstance(value, bool):
        return f"{int(value)}b"
    if isinstance(value, int):
        if abs(value) > q_values.LARGEST:
            raise TypeError(f"{value} does not fit q's long")
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if len(value) > 1 else f"enlist 0x{value.hex()}" if value else "(`byte$())"
    if isinstance(value, set | frozenset):
        return literal(q_values.ordered(value))
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, dict):
        names = bool(value) and all(isinstance(key, str) for key in value)
        keys = f'(`$({";".join(map(_text, value))};""))[til {len(value)}]' if names else _list(list(value))
        return f"({keys}!{_list(list(value.values()))})"
    raise TypeError(f"a {type(value).__name__} has no form in q")


def _float(value: float) -> str:
    if math.isnan(value):
        return "0n"
    if math.isinf(value):
        return "0w" if value > 0 else "-0w"
    return f"{value!r}" if "." in repr(value) or "e" in repr(value) else f"{value!r}f"


def _text(value: str) -> str:
    return f"(enlist {quoted(value)})" if len(value.encode("utf-8", "surrogatepass")) == 1 else quoted(value)


def quoted(text: str) -> str:
    """The characters between quotes, those that need it in octal."""
    data = text.encode("utf-8", "surrogatepass")
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in data) + '"'


def _list(items: Sequence[Any]) -> str:
    if not items:
        return "()"
    if len(items) == 1:
        return f"(enlist {literal(items[0])})"
    return f"({';'.join(map(literal, items))})"


def value(stdout: str) -> Any:
    """The result, from the last line that bears the mark; canonical. Raises: ValueError if there is none."""
    line = next((line for line in reversed(stdout.splitlines()) if line.startswith(MARK)), None)
    if line is None:
        raise ValueError("it ended without a result")
    try:
        found, _ = _read(line.removeprefix(MARK), 0)
        return q_values.canonical(found)
    except (IndexError, KeyError, ValueError, TypeError, struct.error):
        raise ValueError("a broken result") from None


def _read(text: str, i: int) -> tuple[Any, int]:
    """The value that begins at `i`, and where it ends."""
    mark = text[i]
    if mark == "l":
        return _items(text, i + 1)
    if mark == "d":
        (keys, values), end = _items(text, i + 1)
        return q_values.dictionary(keys, values), end
    end = text.index(";", i)
    return _READERS[mark](text[i + 1 : end]), end + 1


def _items(text: str, i: int) -> tuple[list[Any], int]:
    found = []
    while text[i] != "]":
        item, i = _read(text, i)
        found.append(item)
    return found, i + 1


_READERS: Mapping[str, Callable[[str], Any]] = {
    "b": lambda text: text == "1",
    "j": lambda text: int(text) if text else None,
    "f": lambda text: struct.unpack(">d", bytes.fromhex(text))[0],
    "c": lambda text: bytes.fromhex(text).decode("utf-8", "surrogatepass"),
    "n": lambda text: None,
}
