"""The tree to Python closures, each of which takes a frame: a list of the columns in sight of a query and the locals.

Names are settled once, here: a local has its place in the frame, a global is looked up when it is used.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from qsubset import queries
from qsubset.apply import apply, index
from qsubset.errors import QError
from qsubset.host import HOST, step
from qsubset.host import write as emit
from qsubset.syntax import (
    Apply,
    Assign,
    Block,
    Conditional,
    Constant,
    Control,
    Derive,
    Function,
    Grouped,
    ListOf,
    Name,
    Node,
    Operator,
    Query,
    Return,
    Signal,
    TableOf,
    Train,
)
from qsubset.values import (
    CHAR,
    INTEGERS,
    NIL,
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
    assemble,
    count,
    enlist,
    is_function,
    is_text,
    symbols,
    text_of,
    truth,
)
from qsubset.verbs.amend import ASSIGN, amend
from qsubset.verbs.casts import PARTS, by_name
from qsubset.verbs.lists import flip, join
from qsubset.verbs.registry import MONADS
from qsubset.verbs.tables import upsert

Frame = list[Any]
Code = Callable[[Frame], Any]
COLUMNS, SELF = 0, 1  # places in every frame: the columns in sight, and the function that runs (.z.s)
FIRST_LOCAL = 2
EMPTY = List(0, [])
WRITES = frozenset((-2, -1, 1, 2))  # numbers that write what they are applied to


class ReturnValue(Exception):
    """`:value` somewhere inside a function."""

    def __init__(self, value: Value) -> None:
        self.value = value


class Compiler:
    """Of one function, or of what is outside all functions."""

    def __init__(self, source: str, globals_: dict[str, Value], verbs: Mapping[str, Verb],
                 locals_: Mapping[str, int] | None = None, start: int = 0) -> None:  # fmt: skip
        self.source, self.globals, self.verbs = source, globals_, verbs
        self.locals, self.start = locals_, start  # where the source of a function begins in that of the whole
        self.in_query = False

    def statements(self, body: Sequence[Node | None]) -> Code:
        """One after the other; the value of the last."""
        codes = [self.code(node) for node in body if node is not None]
        silent = not body or body[-1] is None
        if len(codes) == 1 and not silent:
            return codes[0]
        *first, last = [*codes, lambda frame: NIL] if silent else codes

        def run(frame: Frame) -> Any:
            for code in first:
                code(frame)
            return last(frame)

        return run

    def code(self, node: Node | None) -> Code:
        if node is None:
            return lambda frame: NIL
        return self.MAKERS[type(node)](self, node)

    def codes(self, nodes: Sequence[Node | None]) -> list[Code | None]:
        return [None if node is None else self.code(node) for node in nodes]

    def located(self, error: QError, at: int) -> QError:
        """The error, with its place if it has none yet."""
        if error.place is None:
            error.place = (self.source, at - self.start, HOST.calls)
        return error

    # Names and values

    def constant(self, node: Constant) -> Code:
        value = node.value
        return lambda frame: value

    def name(self, node: Name) -> Code:
        name = node.name
        outside = self.outside(node)
        if not self.in_query:
            return outside

        whole, _, part = name.rpartition(".")

        def column(frame: Frame) -> Any:
            columns = frame[COLUMNS]
            if columns is not None and name in columns:
                return columns[name]
            if columns is not None and whole in columns and whole:
                return by_name(part, columns[whole])
            return outside(frame)

        return column

    def outside(self, node: Name) -> Code:
        """A name that is no column."""
        name = node.name
        if self.locals is not None and name in self.locals:
            return itemgetter(self.locals[name])
        if name == ".z.s" and self.locals is not None:
            return itemgetter(SELF)
        globals_, verb = self.globals, self.verbs.get(name)
        if verb is not None:
            return lambda frame: verb

        whole, _, part = name.rpartition(".")

        def look_up(frame: Frame) -> Any:
            try:
                return globals_[name]
            except KeyError:
                if whole in globals_ and part in PARTS and abs(globals_[whole].kind) in TEMPORALS:
                    return by_name(part, globals_[whole])
                raise self.located(QError(name), node.at) from None

        return look_up

    def operator(self, node: Operator) -> Code:
        verb = self.verb_of(node)
        return lambda frame: verb

    def verb_of(self, node: Node) -> Verb | None:
        """The built-in verb that a node surely is."""
        if isinstance(node, Operator):
            if node.name == ":":
                return ASSIGN
            return self.verbs[MONADS[node.name] if node.monadic else node.name]
        if isinstance(node, Name) and not (self.locals and node.name in self.locals):
            return self.verbs.get(node.name)
        return None

    def grouped(self, node: Grouped) -> Code:
        return self.code(node.inner)

    def list_of(self, node: ListOf) -> Code:
        codes = self.codes(node.items)
        if None in codes:
            enlist = self.verbs["enlist"]
            return lambda frame: Projection(enlist, evaluated(codes, frame))
        codes.reverse()

        def build(frame: Frame) -> Any:
            values = [code(frame) for code in codes]  # type: ignore[misc]
            values.reverse()
            return assemble(values)

        return build

    def table_of(self, node: TableOf) -> Code:
        names = [name for name, _ in (*node.keys, *node.columns)]
        codes = [self.code(part) for _, part in (*node.keys, *node.columns)]
        keys = len(node.keys)

        def build(frame: Frame) -> Any:
            values = evaluated(codes, frame)
            if node.is_dictionary:
                return Dict(symbols(names), assemble(values))  # type: ignore[arg-type]
            table = queries.table_from(names, values)  # type: ignore[arg-type]
            if not keys:
                return table
            return Dict(Table(names[:keys], table.columns[:keys]), Table(names[keys:], table.columns[keys:]))

        return build

    # Functions and their application

    def function(self, node: Function) -> Code:
        places = {name: FIRST_LOCAL + i for i, name in enumerate(node.parameters)}
        for name in assigned(node.body):
            places.setdefault(name, FIRST_LOCAL + len(places))
        inner = Compiler(node.source, self.globals, self.verbs, places, node.at)
        *_, last = node.body or (None,)
        body = inner.statements([*node.body[:-1], last.value] if isinstance(last, Return) else node.body)
        rank = len(node.parameters)
        padding = [EMPTY] * (len(places) - rank)

        def call(arguments: Sequence[Value]) -> Any:
            HOST.steps -= 1
            if HOST.steps < 0:
                step(0)
            HOST.calls += 1
            if HOST.calls > HOST.depth:
                HOST.calls -= 1
                raise QError("stack")
            try:
                return body([None, value, *arguments, *padding])
            except ReturnValue as early:
                return early.value
            finally:
                HOST.calls -= 1

        value = Lambda(rank, call, node.source)
        return lambda frame: value

    def derive(self, node: Derive) -> Code:
        function, iterator = self.code(node.function), node.iterator
        verb = self.verb_of(node.function)
        if verb is not None:
            derived = Derived(iterator, verb)
            return lambda frame: derived
        return lambda frame: Derived(iterator, function(frame))

    def train(self, node: Train) -> Code:
        outer, inner = self.code(node.outer), self.code(node.inner)

        def build(frame: Frame) -> Any:
            last = inner(frame)
            return Composition(outer(frame), last)

        return build

    def apply(self, node: Apply) -> Code:
        function, arguments, at = node.function, node.arguments, node.at
        verb = self.verb_of(function)
        if None not in arguments and verb is not None and len(arguments) in verb.forms and len(arguments) <= 2:
            return self.apply_verb(verb.forms[len(arguments)], [self.code(part) for part in arguments], at)
        if isinstance(function, Name) and function.name == "'":
            outer, inner = (self.code(part) for part in arguments)
            return lambda frame: Composition(outer(frame), inner(frame))
        code, codes = self.code(function), self.codes(arguments)
        if len(codes) == 1 and codes[0] is None:
            return self.apply_nothing(code, at)

        def call(frame: Frame) -> Any:
            values = evaluated(codes, frame)
            f = code(frame)
            if isinstance(f, Atom) and f.data in WRITES and len(values) == 1:
                return write(f, values[0])  # type: ignore[arg-type]
            try:
                return apply(f, values)
            except QError as error:
                raise self.located(error, at) from None

        return call

    def apply_verb(self, form: Callable[..., Value], codes: list[Code], at: int) -> Code:
        """The fast way for what is built in."""
        if len(codes) == 1:
            (only,) = codes

            def monadic(frame: Frame) -> Any:
                x = only(frame)
                try:
                    return form(x)
                except QError as error:
                    raise self.located(error, at) from None

            return monadic
        left, right = codes

        def dyadic(frame: Frame) -> Any:
            y = right(frame)
            x = left(frame)
            try:
                return form(x, y)
            except QError as error:
                raise self.located(error, at) from None

        return dyadic

    def apply_nothing(self, code: Code, at: int) -> Code:
        def call(frame: Frame) -> Any:
            f = code(frame)
            try:
                return apply(f, [NIL]) if is_function(f) else f
            except QError as error:
                raise self.located(error, at) from None

        return call

    # Assignment

    def assign(self, node: Assign) -> Code:
        value, name, at = self.code(node.value), node.name, node.at
        if name in self.verbs:
            raise self.located(QError("assign"), at)
        operator = ASSIGN if node.operator is None else self.verb_of(node.operator) or ASSIGN
        local = self.locals is not None and name in self.locals
        place = self.locals[name] if local else name  # type: ignore[index]
        globals_ = self.globals
        indexes = self.codes(node.indexes)
        joins = operator is self.verbs[","]

        def update(frame: Frame) -> Any:
            new = value(frame)
            holder: Any = frame if local else globals_
            try:
                if indexes:
                    path = [NIL if each is None else each for each in evaluated(indexes, frame)]
                    old = holder[place]
                    holder[place] = amend(old, path, operator, new)
                    return new if operator is ASSIGN else index(holder[place], path)
                holder[place] = new = appended(holder[place], new) if joins else operator.forms[2](holder[place], new)
            except KeyError:
                raise self.located(QError(name), at) from None
            except QError as error:
                raise self.located(error, at) from None
            return new

        if not indexes and operator is ASSIGN:
            return self.simple_assign(value, place, local)
        return update

    def simple_assign(self, value: Code, place: Any, local: bool) -> Code:
        globals_ = self.globals

        def to_local(frame: Frame) -> Any:
            frame[place] = new = value(frame)
            return new

        def to_global(frame: Frame) -> Any:
            globals_[place] = new = value(frame)
            return new

        return to_local if local else to_global

    # Control

    def conditional(self, node: Conditional) -> Code:
        codes = [self.code(branch) for branch in node.branches]
        pairs = list(zip(codes[::2], codes[1::2], strict=False))
        otherwise = codes[-1] if len(codes) % 2 else lambda frame: NIL
        at = node.at

        def choose(frame: Frame) -> Any:
            for test, branch in pairs:
                if self.holds(test(frame), at):
                    return branch(frame)
            return otherwise(frame)

        return choose

    def holds(self, x: Value, at: int) -> bool:
        if x.kind == -1:
            return x.data == 1
        try:
            return truth(x)
        except QError as error:
            raise self.located(error, at) from None

    def control(self, node: Control) -> Code:
        condition, body = self.code(node.condition), [self.code(part) for part in node.body if part is not None]
        at = node.at

        def once(frame: Frame) -> Any:
            if self.holds(condition(frame), at):
                for code in body:
                    code(frame)
            return NIL

        def while_(frame: Frame) -> Any:
            while self.holds(condition(frame), at):
                HOST.steps -= 1
                if HOST.steps < 0:
                    step(0)
                for code in body:
                    code(frame)
            return NIL

        def do(frame: Frame) -> Any:
            times = condition(frame)
            if not isinstance(times, Atom) or -times.kind not in INTEGERS:
                raise self.located(QError("type"), at)
            for _ in range(times.data):
                step()
                for code in body:
                    code(frame)
            return NIL

        return {"if": once, "while": while_, "do": do}[node.word]

    def block(self, node: Block) -> Code:
        return self.statements(node.body)

    def early_return(self, node: Return) -> Code:
        value = self.code(node.value)

        def leave(frame: Frame) -> Any:
            raise ReturnValue(value(frame))

        return leave

    def signal(self, node: Signal) -> Code:
        value, at = self.code(node.value), node.at

        def go(frame: Frame) -> Any:
            found = value(frame)
            if found.kind not in (CHAR, -SYMBOL):
                raise self.located(QError("stype"), at)
            raise self.located(QError(text_of(found)), at)

        return go

    # Queries

    def query(self, node: Query) -> Code:
        source, limit = self.code(node.source), None if node.limit is None else self.code(node.limit)
        outside, self.in_query = self.in_query, True
        plan = queries.Plan(
            node.word, [(name, self.code(part)) for name, part in node.columns], node.named,
            None if node.by is None else [(name, self.code(part)) for name, part in node.by],
            [self.code(part) for part in node.where], node.distinct, limit, node.order)  # fmt: skip
        self.in_query = outside
        globals_, at = self.globals, node.at

        def run(frame: Frame) -> Any:
            table = source(frame)
            in_place = isinstance(table, Atom) and table.kind == -11
            try:
                if not in_place:
                    return queries.run(plan, table, frame)
                if table.data == "." and node.word == "delete":
                    for name, _ in node.columns:
                        globals_.pop(name, None)
                    return table
                if table.data not in globals_:
                    raise QError(table.data)
                found = queries.run(plan, globals_[table.data], frame)
                if node.word in ("select", "exec"):
                    return found
                globals_[table.data] = found
                return table
            except QError as error:
                raise self.located(error, at) from None

        return run

    MAKERS: Mapping[type, Callable[..., Code]] = {
        Constant: constant, Name: name, Operator: operator, Grouped: grouped, ListOf: list_of, TableOf: table_of,
        Function: function, Derive: derive, Train: train, Apply: apply, Assign: assign, Conditional: conditional,
        Control: control, Block: block, Return: early_return, Signal: signal, Query: query}  # fmt: skip


def evaluated(codes: Sequence[Code | None], frame: Frame) -> list[Value | None]:
    """From right to left."""
    values = [None if code is None else code(frame) for code in reversed(codes)]
    values.reverse()
    return values


def appended(old: Value, new: Value) -> Any:
    """`old,:new`: a list of one kind stays so, a table takes rows. Raises: QError 'type."""
    if isinstance(old, Table) or (isinstance(old, Dict) and old.is_keyed_table):
        return upsert(old, rows_of(new))
    if isinstance(old, List) and old.kind == 0 and old.data and 0 < old.data[0].kind == new.kind < 20:
        return join(old, enlist(new))  # a list of lists takes a list as one of them
    if (
        isinstance(old, Dict)
        and isinstance(new, Dict)
        and 0 < old.values.kind < 20
        and new.values.kind != old.values.kind
    ):
        raise QError("type")
    if isinstance(old, List) and old.kind and old.data and abs(new.kind) != old.kind and count(new):
        raise QError("type")
    return join(old, new)


def rows_of(x: Value) -> Value:
    """Lists, each a row, as one of columns."""
    return flip(x) if isinstance(x, List) and x.kind == 0 and all(each.kind >= 0 for each in x.data) else x


def write(handle: Atom, x: Value) -> Value:
    """`-1 text`: to the output (2 to the errors), with an end of line if the number is negative."""
    texts = [x] if is_text(x) else list(x.data) if isinstance(x, List) and x.kind == 0 else None
    if texts is None:
        raise QError("type")
    for text in texts:
        if not is_text(text):
            raise QError("type")
        emit(text_of(text) + ("\n" if handle.data < 0 else ""), error=abs(handle.data) == 2)
    return handle


def assigned(body: Sequence[Node | None]) -> list[str]:
    """Names that a function assigns to, not counting functions inside it."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, Function):
            return
        if isinstance(node, Assign) and not node.everywhere and not node.indexes and node.operator is None:
            found.append(node.name)
        if isinstance(node, Node):
            for name in node.__slots__ or ():
                walk(getattr(node, name))
        elif isinstance(node, tuple):
            for part in node:
                walk(part)

    walk(tuple(body))
    return list(dict.fromkeys(found))
