"""The tree of a program: what the parser makes and the compiler reads. `at` is where in the source a node acts."""

from __future__ import annotations

from dataclasses import dataclass

from qsubset.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    at: int


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Operator(Node):
    """A verb made of signs; `monadic` if it was written with a colon, as in `#:`."""

    name: str
    monadic: bool = False


@dataclass(frozen=True, slots=True)
class Grouped(Node):
    """An expression in parentheses: a noun, whatever is in it."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A function or list, and arguments or indexes; None is one left out. `open`: the last was not yet written."""

    function: Node
    arguments: tuple[Node | None, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Train(Node):
    """A function of what a verb without its right argument makes of one."""

    outer: Node
    inner: Node


@dataclass(frozen=True, slots=True)
class Derive(Node):
    iterator: str
    function: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True)
class Function(Node):
    parameters: tuple[str, ...]
    body: tuple[Node | None, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`name[indexes] operator: value`; `everywhere` if written `::`."""

    name: str
    indexes: tuple[Node | None, ...]
    operator: Node | None
    value: Node
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    branches: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True)
class Control(Node):
    word: str  # if, while or do
    condition: Node
    body: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True)
class Block(Node):
    body: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True)
class Return(Node):
    value: Node | None


@dataclass(frozen=True, slots=True)
class Signal(Node):
    value: Node


Column = tuple[str, Node]


@dataclass(frozen=True, slots=True)
class TableOf(Node):
    """A table, with keys a keyed one; `is_dictionary` if it was written without the columns after them."""

    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    is_dictionary: bool = False


@dataclass(frozen=True, slots=True)
class Query(Node):
    word: str  # select, exec, update or delete
    columns: tuple[Column, ...]
    named: bool  # whether the columns were given names, which makes a dictionary of an exec
    by: tuple[Column, ...] | None
    source: Node
    where: tuple[Node, ...]
    distinct: bool
    limit: Node | None
    order: tuple[str, str] | None  # < or >, and a column
