"""How q prints: the text of a value on one line, and the layout of the console.

Not covered: right-to-left scripts, \\P other than 7, a console other than 25 by 80 characters.
"""

import re
from typing import Any
from uuid import UUID

from qsubset import temporal
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    FLOAT,
    FLOATS,
    GUID,
    INF,
    INFINITE,
    LETTERS,
    LONG,
    MIXED,
    MONTH,
    NAMES,
    NIL,
    NULL,
    SYMBOL,
    TEMPORALS,
    Atom,
    Composition,
    Derived,
    Dict,
    Lambda,
    List,
    Projection,
    Table,
    Value,
    Verb,
    count,
    is_list,
    items,
)

WIDTH, HEIGHT = 80, 25
ROWS = HEIGHT - 5  # of a table
LINES = HEIGHT - 3  # of a list
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quoted(text: str) -> str:
    """A string as a program would write it."""
    return '"' + "".join(ESCAPES.get(c) or (c if " " <= c != "\x7f" else f"\\{ord(c):03o}") for c in text) + '"'


def float_text(number: float, digits: int = 7) -> str:
    if number != number:
        return "0n"
    if number in (INF, -INF):
        return "0w" if number > 0 else "-0w"
    text = f"{number:.{digits}g}"
    if text == "-0":
        return "0" if digits == 7 else "-0"
    return re.sub(r"e([+-])0*(\d\d)", r"e\1\2", text)


def datum_text(kind: int, datum: Any) -> str:
    """One datum as it stands inside a list of its kind."""
    if kind in TEMPORALS:
        return temporal.temporal_text(kind, datum)
    if kind in FLOATS:
        return float_text(datum)
    if kind == BYTE:
        return f"{datum:02x}"
    if kind == GUID:
        return str(UUID(int=datum))
    if kind == SYMBOL:
        return f"`{datum}"
    if kind == CHAR:
        return str(datum)
    return {NULL: "0N", INFINITE: "0W", -INFINITE: "-0W"}.get(datum) or str(datum)


def whole(text: str) -> bool:
    """Whether the text of a float could be that of an integer."""
    return re.fullmatch(r"-?\d+", text) is not None


def suffix(kind: int, texts: list[str]) -> str:
    """The letter that tells the kind after a number or the last of several."""
    if kind in (LONG, GUID, BYTE, SYMBOL, CHAR) or kind in TEMPORALS:
        return ""
    if kind == FLOAT:
        return "f" if all(map(whole, texts)) else ""
    return LETTERS[kind]


def atom_text(x: Atom) -> str:
    kind, datum = -x.kind, x.data
    if kind == CHAR:
        return quoted(datum)
    if kind == BYTE:
        return f"0x{datum:02x}"
    text = datum_text(kind, datum)
    return text + suffix(kind, [text])


def list_text(x: List) -> str:
    kind, data = x.kind, x.data
    if kind == MIXED:
        if len(data) == 1:
            return "," + one_line(data[0])
        return "(" + ";".join(map(one_line, data)) + ")"
    if kind == CHAR:
        return ("," if len(data) == 1 else "") + quoted(data)
    if not data:
        return "`" + NAMES[kind] + "$()"
    single = "," if len(data) == 1 else ""
    texts = [datum_text(kind, datum) for datum in data]
    if kind in TEMPORALS:
        # a null's letter is told by the others, unless there are none
        if any(datum != NULL for datum in data):
            texts = ["0N" if datum == NULL else text for datum, text in zip(data, texts, strict=True)]
        else:
            texts = ["0N"] * (len(texts) - 1) + texts[-1:]
        if kind == MONTH:  # the letter of the last tells the kind of all
            texts = [*(text.removesuffix("m") for text in texts[:-1]), texts[-1]]
        return single + " ".join(texts)
    if kind in (BOOLEAN, BYTE, SYMBOL):
        return single + ("0x" if kind == BYTE else "") + "".join(texts) + suffix(kind, texts)
    return single + " ".join(texts) + suffix(kind, texts)


def dict_text(x: Dict) -> str:
    keys = one_line(x.keys)
    return (f"({keys})" if keys[:1] in (",", "+") or isinstance(x.keys, Table) else keys) + "!" + one_line(x.values)


def one_line(x: Value) -> str:
    """The text of any value, on one line however long (q's .Q.s1)."""
    if x is NIL:
        return "::"
    if isinstance(x, Atom):
        return atom_text(x)
    if isinstance(x, List):
        return list_text(x)
    if isinstance(x, Table):
        return "+" + dict_text(Dict(List(SYMBOL, x.names), List(MIXED, x.columns)))
    if isinstance(x, Dict):
        return dict_text(x)
    return function_text(x)


def function_text(x: Value) -> str:
    if isinstance(x, Lambda):
        return x.source
    if isinstance(x, Verb):
        return x.text
    if isinstance(x, Projection):
        arguments = ";".join("" if each is None else one_line(each) for each in x.arguments)
        if isinstance(x.function, Verb) and x.function.name == "enlist":
            return f"({arguments})"
        if isinstance(x.function, Verb) and len(x.arguments) == 2 and x.arguments[1] is None and x.arguments[0]:
            return one_line(x.arguments[0]) + x.function.text
        return f"{function_text(x.function)}[{arguments}]"
    if isinstance(x, Composition):
        return one_line(x.outer) + one_line(x.inner)
    assert isinstance(x, Derived)
    if x.function is NIL:
        return x.iterator
    return one_line(x.function) + x.iterator


def clipped(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 2] + ".."


def layout(x: Value) -> str:
    """What the console shows of a value, without the last line's end; nothing for the identity."""
    if isinstance(x, Table):
        return "\n".join(table_lines(x, 0))
    if isinstance(x, Dict):
        return "\n".join(dict_lines(x))
    if isinstance(x, List) and x.kind == MIXED and x.data:
        if len(x.data) == 1:
            return clipped(one_line(shortened(x)))
        return "\n".join(map(clipped, column_lines(x.data, LINES)))
    if isinstance(x, Lambda):
        return x.source
    return clipped(one_line(shortened(x)))


def shortened(x: Value) -> Value:
    """So much of a value as a line of the console can show."""
    if not isinstance(x, List):
        return x
    data = x.data[: 2 * WIDTH]
    return List(x.kind, data if x.kind != MIXED else [shortened(each) for each in data])


def column_lines(values: list[Value], limit: int) -> list[str]:
    """A line for each value, in aligned columns if all are lists of one length and kind."""
    shown = [shortened(value) for value in (values if len(values) <= limit + 1 else values[:limit])]
    dots = [".."] if len(shown) < len(values) else []
    return (aligned(shown) or [one_line(value) for value in shown]) + dots


def aligned(values: list[Value]) -> list[str] | None:
    """Rows of a matrix with its columns aligned; None if the values are none, or strings, booleans or bytes."""
    length = count(values[0])
    if length < 1 or not all(is_list(value) and count(value) == length for value in values):
        return None
    kinds = {value.kind for value in values}
    if (len(kinds) == 1 and kinds & {CHAR, BOOLEAN, BYTE}) or length == 1:
        return None
    rows = [[item_text(value.kind, each) for each in items(value)] for value in values]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [" ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def item_text(kind: int, x: Value) -> str:
    """An item of a row: bare in a list of one kind, as a program writes it in a mixed one; nulls are blank."""
    if isinstance(x, Atom) and (kind != MIXED or x.kind not in (-SYMBOL, -CHAR)):
        return cell(x).lstrip("`")
    return one_line(x)


def cell(x: Value) -> str:
    """An item of a table or the key of a dictionary: nulls are blank, symbols and strings bare."""
    if isinstance(x, Atom):
        kind, datum = -x.kind, x.data
        if kind in (SYMBOL, CHAR):
            return str(datum)
        if datum == NULL or datum != datum:
            return ""
        return datum_text(kind, datum).removesuffix("m")
    if isinstance(x, List) and x.kind == CHAR and len(x.data) != 1:
        return quoted(x.data)
    return one_line(x)


def cells(column: Value) -> list[str]:
    values = items(column)
    if values and all(value.kind == CHAR for value in values):
        return [quoted(value.data) if len(value.data) != 1 else "," + quoted(value.data) for value in values]
    texts = aligned(values) if values and all(v.kind not in (SYMBOL,) for v in values) else None
    if texts and values[0].kind != MIXED and count(values[0]) > 1:
        return texts
    return [item_text(column.kind, value) if value.kind < 0 else cell(value) for value in values]


def table_lines(x: Table, keys: int, limit: int = ROWS) -> list[str]:
    """Heads, a rule and rows; the first `keys` columns stand before a bar."""
    length = count(x)
    columns = [cells(pick_rows(column, limit)) for column in x.columns]
    widths = [max([len(name), *map(len, column)]) for name, column in zip(x.names, columns, strict=True)]

    def line(texts: list[str]) -> str:
        wide = [text.ljust(width) for text, width in zip(texts, widths, strict=True)]
        return clipped((" ".join(wide[:keys]) + "| " if keys else "") + " ".join(wide[keys:])).rstrip()

    rule = "-" * (sum(widths[:keys]) + keys - 1) + "| " if keys else ""
    rule += "-" * (sum(widths[keys:]) + len(widths) - keys - 1)
    rows = [line(list(texts)) for texts in zip(*columns, strict=True)]
    return [line(x.names), clipped(rule), *rows, *([".."] if length > len(rows) else [])]


def pick_rows(column: List, limit: int) -> List:
    return List(column.kind, column.data[:limit])


def dict_lines(x: Dict) -> list[str]:
    if isinstance(x.keys, Table):
        if isinstance(x.values, Table):
            both = Table(x.keys.names + x.values.names, x.keys.columns + x.values.columns)
            return table_lines(both, len(x.keys.names))
        left, right = table_lines(x.keys, 0), [one_line(value) for value in items(x.values)[:ROWS]]
        width = max(map(len, left))
        heads = [left[0].ljust(width) + "|", "-" * width + "|"]
        return heads + [f"{a.ljust(width)}| {b}" for a, b in zip(left[2:], right, strict=False)]
    if not count(x.keys):
        return [one_line(x)]
    keys = (x.keys.kind == MIXED and aligned(items(x.keys))) or [cell(key) for key in items(x.keys)]
    width = max(map(len, keys))
    if isinstance(x.values, Table):
        head, rule, *rows = table_lines(x.values, 0)
        lines = [" " * width + "| " + head, "-" * width + "| " + rule]
    else:
        rows = value_lines(items(x.values), x.values.kind == MIXED)
        lines = []
    shown = len(keys) if len(keys) <= LINES + 1 else LINES
    lines += [f"{key.ljust(width)}| {text}".rstrip() if text else key.ljust(width) + "| "
              for key, text in zip(keys[:shown], rows, strict=False)]  # fmt: skip
    return [clipped(line) for line in lines] + ([".."] if shown < len(keys) else [])


def value_lines(values: list[Value], is_mixed: bool) -> list[str]:
    """The right side of a dictionary."""
    if len(values) > 1 and count(values[0]) > 1:
        matrix = aligned(values)
        if matrix:
            return matrix
    return [cell(value) if value.kind < 0 and not is_mixed else one_line(value) for value in values]
