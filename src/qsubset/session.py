"""A session of q: globals, the verbs that reach them, and what the console does with a line.

Not covered: files, network, processes, timers and callbacks: whatever would reach them signals 'nyi.
"""

import re
from collections.abc import Callable, Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from qsubset import console, host, json
from qsubset.apply import apply
from qsubset.compiler import FIRST_LOCAL, Compiler, ReturnValue
from qsubset.errors import Exit, QError
from qsubset.host import HOST, Limits, hosted
from qsubset.parser import Statements, parse
from qsubset.syntax import Assign
from qsubset.trees import evaluated, tree_of
from qsubset.values import (
    CHAR,
    DYAD,
    LETTERS,
    LONG,
    MIXED,
    MONAD,
    NIL,
    NULL,
    SYMBOL,
    Atom,
    Derived,
    Dict,
    Lambda,
    List,
    Projection,
    Table,
    Value,
    Verb,
    count,
    integer,
    is_atom,
    is_text,
    items,
    longs,
    mixed,
    names_in,
    string,
    symbols,
    text_of,
)
from qsubset.verbs import VERBS
from qsubset.verbs.registry import INFIX, K_NAMES
from qsubset.verbs.search import RANDOM
from qsubset.verbs.tables import row_of, unkeyed, upsert

OUTSIDE = ("system", "hopen", "hclose", "hdel", "hcount", "hsym", "read1", "save", "load", "rload", "rsave", "dsave",
           "getenv", "setenv", "ltime", "gtime", "0:", "1:", "2:")  # fmt: skip
OPERATORS = ("::", *"+-*%&|^=<>$,#_~!?@.")  # in the order of their numbers
QUIT = "\\\\"
CONSTANTS = {".Q.a": ascii_lowercase, ".Q.A": ascii_uppercase, ".Q.n": digits, ".Q.nA": digits + ascii_uppercase,
             ".Q.an": ascii_lowercase + ascii_uppercase + "_" + digits}  # fmt: skip


class Session:
    """One program's world. What it writes goes to the host's streams."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.globals: dict[str, Value] = {name: string(text) for name, text in CONSTANTS.items()}
        self.verbs = VERBS | bound(self)
        RANDOM.seed(0)

    def repl(self, line: str, stdin: str = "") -> str:
        """What the console prints for a line, errors included. Raises: LimitReached, Exit."""
        with hosted(self.limits, stdin) as here:
            self.show_line(line)
            return "".join(here.out)

    def show_line(self, line: str) -> None:
        try:
            statements = parse_line(line)
            value = self.run(line, statements)
            if is_shown(statements) and value is not NIL:
                host.write(console.layout(value) + "\n")
        except QError as error:
            host.write(self.told(error, line))

    def script(self, source: str) -> bool:
        """Run a file. At an error it stops, and says so on the error stream: then False. Raises: LimitReached, Exit."""
        for statement in statements_of(source):
            try:
                if statement.split() == [QUIT]:
                    raise Exit(0)
                if not statement.startswith("\\"):
                    self.run(statement, parse(statement))
            except QError as error:
                host.write(self.told(error, statement), error=True)
                return False
        return True

    def run(self, source: str, statements: Statements) -> Any:
        """The value of the last statement. Raises: QError, LimitReached, Exit."""
        try:
            code = Compiler(source, self.globals, self.verbs).statements(statements)
            return code([None] * FIRST_LOCAL)
        except ReturnValue as early:
            return early.value
        except RecursionError:
            raise QError("stack") from None
        except MemoryError:
            raise QError("wsfull") from None
        finally:
            HOST.calls = 0

    def evaluate(self, text: str) -> Any:
        statements = parse_line(text)
        try:
            return Compiler(text, self.globals, self.verbs).statements(statements)([None] * FIRST_LOCAL)
        except ReturnValue as early:
            return early.value

    def told(self, error: QError, source: str) -> str:
        """The error as the console shows it, with where it was signalled."""
        if error.place is None:
            return f"'{error.name}\n"
        place, at_, level = error.place
        name = next((n for n, v in self.globals.items() if isinstance(v, Lambda) and v.source == place), "")
        head = f"  [{level}]  " + (f"{name}:" if level and name else "")
        line_start = place.rfind("\n", 0, at_) + 1
        line = place[line_start:].split("\n")[0]
        return f"'{error.name}\n{head}{line}\n{' ' * (len(head) + at_ - line_start)}^\n"

    # What reaches the globals

    def value(self, x: Value) -> Any:
        """A dictionary's values, a name's or a text's value, or a function's of arguments."""
        if isinstance(x, Dict):
            return x.values
        if is_text(x):
            return self.evaluate(text_of(x))
        if isinstance(x, Atom) and x.kind == -SYMBOL:
            return self.named(x.data)
        if isinstance(x, List) and x.data:
            first, *rest = items(x)
            if isinstance(first, Atom) and first.kind == -SYMBOL:
                first = self.named(first.data)
            return apply(self.evaluate(text_of(first)) if first.kind == CHAR else first, rest)
        if isinstance(x, Lambda):
            return string(x.source)
        if isinstance(x, Projection):
            return mixed([x.function, *(each for each in x.arguments if each is not None)])
        if isinstance(x, Verb) and x.name in OPERATORS:
            return Atom(-LONG, OPERATORS.index(x.name))
        if isinstance(x, Table | List):
            return x
        raise QError("type")

    def named(self, name: str) -> Any:
        if name in self.globals:
            return self.globals[name]
        if name.removeprefix(".q.") in self.verbs:
            return self.verbs[name.removeprefix(".q.")]
        raise QError(name)

    def meant(self, x: Value) -> Any:
        """The global of a name; anything else is meant itself."""
        return self.named(text_of(x)) if x.kind == -SYMBOL else x

    def set(self, x: Value, y: Value) -> Value:
        (name,) = names_in(x) if is_atom(x) else [""]
        if not re.fullmatch(r"\.?[A-Za-z][\w.]*", name):
            raise QError("nyi" if name.startswith(":") else "type")
        self.globals[name] = y
        return x

    def in_place(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """`f`, which on a name changes the global of that name and gives the name."""

        def go(x: Value, *rest: Value) -> Any:
            if not isinstance(x, Atom) or x.kind != -SYMBOL:
                return f(x, *rest)
            if x.data.startswith(":"):
                raise QError("nyi")
            if x.data not in self.globals:
                raise QError(x.data)
            self.globals[x.data] = f(self.globals[x.data], *rest)
            return x

        return go

    def insert(self, x: Value, y: Value) -> Any:
        """Rows into the table of a name; of a keyed one only if their keys are new. The numbers of the new rows."""
        if x.kind != -SYMBOL:
            raise QError("type")
        name = text_of(x)
        if name not in self.globals and isinstance(y, Table | Dict):
            self.globals[name] = y
            return longs(range(count(y)))
        table = self.named(name)
        rows = row_of(y, unkeyed(table).names)
        before = count(table)
        after = upsert(table, rows)
        if count(after) != before + count(rows):
            raise QError("insert")
        self.globals[name] = after
        return longs(range(before, before + count(rows)))

    def upsert(self, x: Value, y: Value) -> Any:
        if is_atom(x) and x.kind == -SYMBOL and text_of(x) not in self.globals and isinstance(y, Table | Dict):
            self.globals[text_of(x)] = y
            return x
        return self.in_place(upsert)(x, y)

    def tables(self, _: Value) -> List:
        named = (name for name, value in self.globals.items()
                 if isinstance(value, Table) or (isinstance(value, Dict) and value.is_keyed_table))  # fmt: skip
        return symbols(sorted(named))

    def key(self, x: Value) -> Any:
        if isinstance(x, Atom) and x.kind == -SYMBOL:
            return x if x.data in self.globals else List(MIXED, [])
        return VERBS["key"].forms[1](x)


def bound(session: Session) -> dict[str, Verb]:
    """The verbs that need the session, and those that are the console's or the host's."""
    verbs: dict[str, Verb] = {}

    def enter(arguments: int, name: str, f: Callable[..., Any]) -> None:
        known = VERBS.get(name)
        verb = verbs.setdefault(name, Verb(name, known.kind if known else MONAD if arguments == 1 else DYAD))
        verb.text = K_NAMES.get(name, name)
        if known and not verb.forms:
            verb.forms.update(known.forms)
        verb.forms[arguments] = f

    for name in ("value", "get"):
        enter(1, name, session.value)
    enter(1, "parse", lambda x: tree_of(parse_line(text_of(x))[0], session))
    for name in ("eval", "reval"):
        enter(1, name, lambda x: evaluated(x, session))
    for name in ("@", "."):
        for arguments in (3, 4):
            enter(arguments, name, session.in_place(VERBS[name].forms[arguments]))
    enter(2, "@", lambda x, y: apply(session.meant(x), [y]))
    enter(2, ".", lambda x, y: VERBS["."].forms[2](session.meant(x), y))
    enter(2, "set", session.set)
    enter(2, "insert", session.insert)
    enter(2, "upsert", session.upsert)
    enter(1, "tables", session.tables)
    enter(1, "key", session.key)
    for name in ("cols", "keys", "meta", "ungroup"):
        enter(1, name, of_meant(session, VERBS[name].forms[1]))
    for name in ("xasc", "xdesc", "xkey", "xcol", "xcols"):
        enter(2, name, right_in_place(session, VERBS[name].forms[2]))
    enter(2, "!", bang(session))
    enter(1, "show", shown)
    enter(1, "exit", leave)
    enter(1, "type", lambda x: Atom(-5, x.kind))
    enter(1, "read0", read)
    enter(1, ".Q.s", lambda x: made(layout_text(x)))
    enter(1, ".Q.s1", lambda x: made(console.one_line(x)))
    enter(1, ".Q.ty", lambda x: Atom(-CHAR, type_letter(x)))
    enter(2, ".Q.fu", lambda f, x: apply(f, [x]))
    enter(1, ".j.j", lambda x: made(json.to_json(x)))
    enter(1, ".j.k", lambda x: json.from_json(text_of(x)))
    enter(2, "each", lambda f, x: apply_each(f, x, "'"))
    enter(2, "peach", lambda f, x: apply_each(f, x, "'"))
    enter(2, "over", lambda f, x: apply_each(f, x, "/"))
    enter(2, "scan", lambda f, x: apply_each(f, x, "\\"))
    enter(2, "prior", lambda f, x: apply_each(f, x, "':"))
    for name in OUTSIDE:
        enter(1, name, not_here)
        enter(2, name, not_here)
    return verbs


INFIX.update(("set", "insert", "upsert", "each", "peach", "over", "scan", "prior", "0:", "1:", "2:"))


def apply_each(f: Value, x: Value, iterator: str) -> Any:
    return apply(Derived(iterator, f), [x])


def of_meant(session: Session, f: Callable[[Value], Any]) -> Callable[[Value], Any]:
    return lambda x: f(session.meant(x))


def right_in_place(session: Session, f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` whose right argument may be the name of a table, which it then changes."""
    return lambda x, y: session.in_place(lambda table: f(x, table))(y)


def bang(session: Session) -> Callable[..., Any]:
    """With a null on its left it shows the right one, with a number it keys the table of a name."""
    plain = VERBS["!"].forms[2]

    def go(x: Value, y: Value) -> Any:
        if isinstance(x, Atom) and x.kind == -LONG:
            if x.data == NULL:
                host.write(console.one_line(y) + "\n")
                return y
            if x.data < 0:
                raise QError("nyi")
            if y.kind == -SYMBOL:
                return session.in_place(lambda table: plain(x, table))(y)
        return plain(x, y)

    return go


def made(text: str) -> List:
    """A string that may be much longer than what it tells of. Raises: QError 'wsfull, LimitReached."""
    host.room(len(text))
    return string(text)


def shown(x: Value) -> Value:
    host.write(layout_text(x))
    return NIL


def layout_text(x: Value) -> str:
    return "::\n" if x is NIL else console.layout(x) + "\n"


def type_letter(x: Value) -> str:
    letter = LETTERS.get(abs(x.kind), " ")
    return letter.upper() if x.kind < 0 else letter


def leave(x: Value) -> Value:
    raise Exit(integer(x))


def not_here(*_: Value) -> Value:
    raise QError("nyi")


def read(x: Value) -> Value:
    """A line of the input, for 0."""
    if not is_atom(x) or x.kind != -LONG or integer(x) != 0:
        raise QError("nyi")
    return string(host.read_line())


def parse_line(line: str) -> Statements:
    """Raises: QError."""
    text = line.strip()
    if text.startswith("\\"):
        raise QError("nyi")
    return parse(line)


def is_shown(statements: Statements) -> bool:
    """Whether the console echoes the value: not after an assignment or a semicolon."""
    return bool(statements) and statements[-1] is not None and not isinstance(statements[-1], Assign)


def statements_of(source: str) -> Iterator[str]:
    """The statements of a file: a line, and those after it that are indented. Blocks between / and \\ are comments."""
    now: list[str] = []
    comment = False
    for line in source.replace("\r", "").split("\n"):
        bare = line.rstrip()
        if comment:
            comment = bare != "\\"
            continue
        if bare in ("/", "\\"):
            if bare == "\\":
                break
            comment = True
            continue
        if line[:1] == "/" or not bare:
            continue
        if now and (line[0] in " \t" or line[0] == "}"):
            now.append(line)
            continue
        if now:
            yield "\n".join(now)
        now = [line]
    if now:
        yield "\n".join(now)
