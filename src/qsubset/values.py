"""The values of q, and what holds for all of them: nulls, items, matching, hashing, order.

A value's `kind` is what q's `type` tells: negative for an atom, 1 to 19 for a list of one kind of atom, 0 for a mixed
list, 98 for a table, 99 for a dictionary, 100 and more for functions. Values never change once they are made.
Not covered: enumerations, attributes. The integer and temporal kinds share one null and one infinity.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qsubset.errors import QError
from qsubset.host import ITEMS_PER_STEP, room, step

MIXED, BOOLEAN, GUID, BYTE, SHORT, INT, LONG, REAL, FLOAT, CHAR, SYMBOL = 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11
TIMESTAMP, MONTH, DATE, DATETIME, TIMESPAN, MINUTE, SECOND, TIME = 12, 13, 14, 15, 16, 17, 18, 19
TABLE, DICTIONARY, LAMBDA, MONAD, DYAD, ITERATOR, PROJECTION, COMPOSITION, DERIVED = (
    98, 99, 100, 101, 102, 103, 104, 105, 106)  # fmt: skip

NAMES = {BOOLEAN: "boolean", GUID: "guid", BYTE: "byte", SHORT: "short", INT: "int", LONG: "long", REAL: "real",
         FLOAT: "float", CHAR: "char", SYMBOL: "symbol", TIMESTAMP: "timestamp", MONTH: "month", DATE: "date",
         DATETIME: "datetime", TIMESPAN: "timespan", MINUTE: "minute", SECOND: "second", TIME: "time"}  # fmt: skip
LETTERS = dict(zip(NAMES, "bgxhijefcspmdznuvt", strict=True))
KIND_OF_NAME = {name: kind for kind, name in NAMES.items()}
KIND_OF_LETTER = {letter: kind for kind, letter in LETTERS.items()}

INTEGERS = frozenset((BOOLEAN, BYTE, SHORT, INT, LONG))
FLOATS = frozenset((REAL, FLOAT, DATETIME))  # those whose data are Python floats
TEMPORALS = frozenset((TIMESTAMP, MONTH, DATE, DATETIME, TIMESPAN, MINUTE, SECOND, TIME))
NUMBERS = INTEGERS | {REAL, FLOAT}

NULL, INFINITE = -(1 << 63), (1 << 63) - 1
NAN, INF = math.nan, math.inf
TOLERANCE = 2.0**-43  # of comparing floats


class Value:
    """Any q value."""

    __slots__ = ()
    kind: int
    data: Any  # atoms and lists have it


class Atom(Value):
    """One datum: an int (integers, temporals), a float, one character, or a symbol's text."""

    __slots__ = ("data", "kind")

    def __init__(self, kind: int, data: Any) -> None:
        self.kind = kind  # negative
        self.data = data


class List(Value):
    """Data of one kind, or of kind 0 values. `data` is a Python list, of kind `CHAR` a str."""

    __slots__ = ("data", "kind")

    def __init__(self, kind: int, data: Any) -> None:
        self.kind = kind
        self.data = data


class Table(Value):
    """Columns of one length, by name. Raises: QError 'type for a column that is no list."""

    __slots__ = ("columns", "names")
    kind = TABLE

    def __init__(self, names: Sequence[str], columns: Sequence["List"]) -> None:
        self.names = list(names)
        self.columns = list(columns)
        if not all(isinstance(column, List) for column in self.columns):
            raise QError("type")

    def column(self, name: str) -> "List":
        """Raises: QError with the name, if there is none of it."""
        try:
            return self.columns[self.names.index(name)]
        except ValueError:
            raise QError(name) from None


class Dict(Value):
    """Keys to values, both lists or tables of one length. A keyed table is a dictionary of two tables."""

    __slots__ = ("keys", "values")
    kind = DICTIONARY

    def __init__(self, keys: Value, values: Value) -> None:
        self.keys = keys
        self.values = values

    @property
    def is_keyed_table(self) -> bool:
        return isinstance(self.keys, Table) and isinstance(self.values, Table)


class Verb(Value):
    """A function that is built in. `forms` has what it does by its number of arguments; -1 stands for any other."""

    __slots__ = ("forms", "kind", "name", "text")

    def __init__(self, name: str, kind: int = MONAD) -> None:
        self.name, self.kind = name, kind
        self.text = name  # as the console shows it
        self.forms: dict[int, Callable[..., Value]] = {}


class Lambda(Value):
    """A function of the program. `call` takes the arguments."""

    __slots__ = ("call", "rank", "source")
    kind = LAMBDA

    def __init__(self, rank: int, call: Callable[[Sequence[Value]], Value], source: str) -> None:
        self.rank, self.call, self.source = rank, call, source


class Projection(Value):
    """A function some of whose arguments are given; None stands for those that are not."""

    __slots__ = ("arguments", "function")
    kind = PROJECTION

    def __init__(self, function: Value, arguments: Sequence[Value | None]) -> None:
        self.function, self.arguments = function, list(arguments)


class Composition(Value):
    """`outer` of what `inner` makes of the arguments."""

    __slots__ = ("inner", "outer")
    kind = COMPOSITION

    def __init__(self, outer: Value, inner: Value) -> None:
        self.outer, self.inner = outer, inner


class Derived(Value):
    """A function that an iterator made of a value."""

    __slots__ = ("function", "iterator", "kind")
    ITERATORS = ("'", "/", "\\", "':", "/:", "\\:")

    def __init__(self, iterator: str, function: Value) -> None:
        self.iterator, self.function = iterator, function
        self.kind = DERIVED + self.ITERATORS.index(iterator)


NIL = Verb("::")  # the identity, and what stands where there is nothing to tell
NIL.forms[1] = lambda x: x


def long(number: int) -> Atom:
    return Atom(-LONG, number)


def boolean(truth: object) -> Atom:
    return Atom(-BOOLEAN, 1 if truth else 0)


def floating(number: float) -> Atom:
    return Atom(-FLOAT, number)


def symbol(text: str) -> Atom:
    return Atom(-SYMBOL, text)


def string(text: str) -> List:
    return List(CHAR, text)


def symbols(texts: Iterable[str]) -> List:
    return List(SYMBOL, list(texts))


def longs(numbers: Iterable[int]) -> List:
    return List(LONG, list(numbers))


def mixed(values: Iterable[Value]) -> List:
    return List(MIXED, list(values))


def vector(kind: int, data: Iterable[Any]) -> List:
    """A list of a kind from its data one by one."""
    return List(kind, "".join(data) if kind == CHAR else list(data))


def is_list(x: Value) -> bool:
    return 0 <= x.kind < 20


def is_atom(x: Value) -> bool:
    return x.kind < 0


def is_function(x: Value) -> bool:
    return x.kind >= LAMBDA


def is_text(x: Value) -> bool:
    return x.kind in (CHAR, -CHAR)


def null_datum(kind: int) -> Any:
    """The datum that is null in an atom or list of a kind; booleans and bytes have none: 0."""
    kind = abs(kind)
    if kind in FLOATS:
        return NAN
    if kind == CHAR:
        return " "
    if kind == SYMBOL:
        return ""
    return 0 if kind in (BOOLEAN, GUID, BYTE) else NULL


def is_null_datum(kind: int, datum: Any) -> bool:
    kind = abs(kind)
    if kind in FLOATS:
        return datum != datum
    if kind == CHAR:
        return datum == " "
    if kind == SYMBOL:
        return datum == ""
    return datum == (0 if kind == GUID else NULL) and kind not in (BOOLEAN, BYTE)


def is_null(x: Value) -> bool:
    """Whether it is an atom that is null, or the identity."""
    return x is NIL or (isinstance(x, Atom) and is_null_datum(x.kind, x.data))


def count(x: Value) -> int:
    if isinstance(x, List):
        return len(x.data)
    if isinstance(x, Table):
        return len(x.columns[0].data) if x.columns else 0
    if isinstance(x, Dict):
        return count(x.keys)
    return 1


def items(x: Value) -> list[Value]:
    """The items of a list, rows of a table, values of a dictionary; of anything else, itself."""
    if isinstance(x, List):
        if x.kind == MIXED:
            return x.data
        kind = -x.kind
        return [Atom(kind, datum) for datum in x.data]
    if isinstance(x, Table):
        return [row(x, i) for i in range(count(x))]
    if isinstance(x, Dict):
        return items(x.values)
    return [x]


def row(table: Table, i: int) -> Dict:
    return Dict(symbols(table.names), assemble([item(column, i) for column in table.columns]))


def item(x: Value, i: int) -> Value:
    """Item `i` of a list or table; a null outside it."""
    if isinstance(x, Table):
        return row(x, i)
    assert isinstance(x, List)
    if 0 <= i < len(x.data):
        return x.data[i] if x.kind == MIXED else Atom(-x.kind, x.data[i])
    return null_like(x)


def null_like(x: List) -> Value:
    """What is found outside a list: the null of its kind, of a mixed list that of its first item."""
    if x.kind != MIXED:
        return Atom(-x.kind, null_datum(x.kind))
    return null_of(x.data[0]) if x.data else x


def null_of(x: Value) -> Value:
    """The null that stands for `x`: of an atom's kind, or the empty list of a list's."""
    if isinstance(x, Atom):
        return Atom(x.kind, null_datum(x.kind))
    if isinstance(x, List):
        return List(x.kind, "" if x.kind == CHAR else [])
    if isinstance(x, Dict) and isinstance(x.keys, List):
        return Dict(x.keys, assemble([null_of(each) for each in items(x.values)]))
    return NIL


def pick(x: Value, places: Sequence[int]) -> Any:
    """The items at places that all exist, as a value of the same kind."""
    if isinstance(x, List):
        data = x.data
        if x.kind == MIXED:
            return assemble([data[i] for i in places])
        return vector(x.kind, [data[i] for i in places])
    if isinstance(x, Table):
        return Table(x.names, [pick_column(column, places) for column in x.columns])
    if isinstance(x, Dict):
        return Dict(pick(x.keys, places), pick(x.values, places))
    raise QError("type")


def pick_column(x: List, places: Sequence[int]) -> List:
    """`pick` of a table's column: a list also where its items are rows."""
    if x.kind == MIXED:
        return as_column([x.data[i] for i in places])
    return vector(x.kind, [x.data[i] for i in places])


def assemble(values: Sequence[Value]) -> Any:
    """Values as one list: of one kind where they are atoms of it, a table where they are rows, or else mixed."""
    if not values:
        return List(MIXED, [])
    first = values[0]
    kind = first.kind
    if kind < 0:
        if all(value.kind == kind for value in values):
            return vector(-kind, [value.data for value in values])
    elif isinstance(first, Dict) and first.keys.kind == SYMBOL:
        names = first.keys.data
        if names and all(isinstance(v, Dict) and v.keys.kind == SYMBOL and v.keys.data == names for v in values):
            rows = [items(value) for value in values]
            return Table(names, [as_column(list(values)) for values in zip(*rows, strict=True)])
    return List(MIXED, list(values))


def as_column(values: Sequence[Value]) -> List:
    """Values as the column of a table: a list, also of rows."""
    found = assemble(values)
    return found if isinstance(found, List) else List(MIXED, list(values))


def enlist(x: Value) -> Any:
    """The list of one item."""
    if isinstance(x, Atom):
        return List(-x.kind, x.data if x.kind == -CHAR else [x.data])
    return assemble([x])


def repeat(x: Value, times: int) -> Any:
    room(times)
    if isinstance(x, Atom):
        return vector(-x.kind, [x.data] * times)
    return assemble([x] * times)


def as_list(x: Value) -> Any:
    """An atom or function as a list of one, anything else as it is."""
    return enlist(x) if x.kind < 0 or is_function(x) else x


def near(a: float, b: float) -> bool:
    """Whether two floats are equal as q compares them: but for their last bits."""
    if a == b:
        return True
    if a != a or b != b:
        return a != a and b != b
    difference = abs(a - b)
    return difference != INF and difference <= TOLERANCE * max(abs(a), abs(b)) and max(abs(a), abs(b)) != INF


def match(x: Value, y: Value) -> bool:
    """q's `~`: the same kind, shape and data."""
    if x is y:
        return True
    if x.kind != y.kind:
        return False
    if isinstance(x, Atom):
        return near(x.data, y.data) if -x.kind in FLOATS else x.data == y.data
    if isinstance(x, List) and isinstance(y, List):
        if len(x.data) != len(y.data):
            return False
        step(1 + len(x.data) / ITEMS_PER_STEP)
        if x.kind == MIXED:
            return all(map(match, x.data, y.data))
        return all(map(near, x.data, y.data)) if x.kind in FLOATS else x.data == y.data
    if isinstance(x, Table) and isinstance(y, Table):
        return x.names == y.names and all(map(match, x.columns, y.columns))
    step()
    if isinstance(x, Dict) and isinstance(y, Dict):
        return match(x.keys, y.keys) and match(x.values, y.values)
    if isinstance(x, Projection) and isinstance(y, Projection):
        return match(x.function, y.function) and len(x.arguments) == len(y.arguments) and all(
            a is b or (a is not None and b is not None and match(a, b))
            for a, b in zip(x.arguments, y.arguments, strict=True))  # fmt: skip
    if isinstance(x, Derived) and isinstance(y, Derived):
        return match(x.function, y.function)
    if isinstance(x, Composition) and isinstance(y, Composition):
        return match(x.outer, y.outer) and match(x.inner, y.inner)
    return isinstance(x, Lambda) and isinstance(y, Lambda) and x.source == y.source


def hashable(x: Value) -> Any:
    """Equal for values that `?`, `distinct` and `group` take for the same."""
    if isinstance(x, Atom):
        return datum_key(-x.kind, x.data)
    if isinstance(x, List):
        step((1 + len(x.data)) / ITEMS_PER_STEP)
        if x.kind == MIXED:
            return (MIXED, *map(hashable, x.data))
        return (x.kind, *[datum_key(x.kind, datum)[1] for datum in x.data])
    if isinstance(x, Dict):
        return (DICTIONARY, hashable(x.keys), hashable(x.values))
    if isinstance(x, Table):
        return (TABLE, *x.names, *map(hashable, x.columns))
    return id(x)


def datum_key(kind: int, datum: Any) -> Any:
    """`hashable` for one datum of a list: integers of all widths are alike, and so are all nans."""
    if kind in INTEGERS:
        return (LONG, datum)
    return (kind, "nan" if datum != datum else datum)


def keys_of(x: Value) -> list[Any]:
    """`hashable` of each item."""
    if isinstance(x, List) and x.kind != MIXED:
        kind = LONG if x.kind in INTEGERS else x.kind
        if kind in FLOATS:
            return [(kind, "nan" if datum != datum else datum) for datum in x.data]
        return [(kind, datum) for datum in x.data]
    return [hashable(each) for each in items(x)]


def sortable(kind: int, datum: Any) -> Any:
    """What sorts data of a kind as q does: nulls first."""
    if kind in FLOATS:
        return (0, 0.0) if datum != datum else (1, datum)
    return datum


def order(x: Value) -> Any:
    """What sorts the items of mixed lists and the rows of tables: by kind, then by what is in them."""
    if isinstance(x, Atom):
        return (0, -x.kind, sortable(-x.kind, x.data))
    if isinstance(x, List):
        if x.kind == MIXED:
            return (1, 0, tuple(map(order, x.data)))
        return (1, x.kind, tuple(sortable(x.kind, datum) for datum in x.data))
    if isinstance(x, Dict):
        return (2, 0, tuple(map(order, items(x.values))))
    raise QError("type")


def truth(x: Value) -> bool:
    """What a condition is taken for. Raises: QError 'type for anything but an atom that counts."""
    if isinstance(x, Atom) and x.kind != -SYMBOL:
        return x.data != 0 and x.data != "\0"
    raise QError("type")


def integer(x: Value) -> int:
    """An integer atom's number. Raises: QError 'type."""
    if isinstance(x, Atom) and -x.kind in INTEGERS:
        return x.data
    raise QError("type")


def names_in(x: Value) -> list[str]:
    """One symbol or several. Raises: QError 'type."""
    if isinstance(x, Atom) and x.kind == -SYMBOL:
        return [x.data]
    if isinstance(x, List) and x.kind == SYMBOL:
        return list(x.data)
    if isinstance(x, List) and not x.data:
        return []
    raise QError("type")


def text_of(x: Value) -> str:
    """The characters of a string, a character or a symbol. Raises: QError 'type."""
    if x.kind in (CHAR, -CHAR, -SYMBOL):
        return x.data
    raise QError("type")
