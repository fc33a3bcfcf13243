"""Tokens to a tree. Expressions are read from left to right and work from right to left; there is no precedence.

Whether something is a verb, which stands between its arguments, is a matter of form: signs, the words of `INFIX`, and
what an iterator made. Not covered: patterns on the left of an assignment.
"""

from collections.abc import Sequence

from qsubset.errors import QError
from qsubset.lexer import Token, tokens
from qsubset.syntax import (
    Apply,
    Assign,
    Block,
    Column,
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
from qsubset.values import NIL
from qsubset.verbs.registry import INFIX, MONADS, VERBS

QUERY_WORDS = ("select", "exec", "update", "delete")
CONTROL_WORDS = ("if", "while", "do")
CLOSING = (")", "]", "}")
NOWHERE: frozenset[str] = frozenset()
IN_COLUMNS = frozenset((",", "by", "from"))
IN_SOURCE = frozenset(("where", ","))
IN_WHERE = frozenset((",",))
Statements = tuple[Node | None, ...]


def parse(source: str) -> Statements:
    """The statements of a source; None for an empty one, so that a `;` at the end shows. Raises: QError."""
    try:
        return Parser(source).statements("")
    except RecursionError:
        raise QError("stack") from None


def is_verb(node: Node | None) -> bool:
    return isinstance(node, Operator | Derive) or (isinstance(node, Name) and node.name in INFIX)


def is_unfinished(node: Node | None) -> bool:
    """Whether it waits for an argument on its right."""
    return is_verb(node) or (isinstance(node, Apply) and node.open) or isinstance(node, Train)


class Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.implicit = implicit_parameters(self.tokens)
        self.i = 0
        self.stops = NOWHERE  # names and signs that end an expression here

    # Tokens

    def peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.i + ahead] if self.i + ahead < len(self.tokens) else None

    def next_is(self, text: str, kind: str = "operator", ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is not None and token.kind == kind and token.text == text

    def take(self, kind: str) -> bool:
        """Go past a sign of punctuation, if it is the next."""
        token = self.peek()
        if token is None or token.kind != kind:
            return False
        self.i += 1
        return True

    def expect_name(self, text: str) -> None:
        if not self.next_is(text, "name"):
            raise QError(text)
        self.i += 1

    def at_end(self) -> bool:
        """Whether the expression ends here."""
        token = self.peek()
        if token is None or token.kind == ";" or token.kind in CLOSING:
            return True
        return token.kind in ("name", "operator") and token.text in self.stops

    # Sequences

    def statements(self, closing: str) -> Statements:
        """Separated by `;` up to a closing sign, or to the end of the source."""
        found: list[Node | None] = []
        while True:
            token = self.peek()
            if token is None:
                if closing:
                    raise QError(closing)
                found.append(None)
                break
            if token.kind == closing:
                self.i += 1
                found.append(None)
                break
            if token.kind in CLOSING:
                raise QError(token.kind)
            found.append(None if token.kind == ";" else self.statement())
            if self.take(";"):
                continue
            token = self.peek()
            if token is None and not closing:
                break
            if token is not None and token.kind == closing:
                self.i += 1
                break
            raise QError(token.text if token is not None else closing)
        return tuple(found)

    def sequence(self, closing: str) -> Statements:
        """What stands in brackets or parentheses."""
        outside, self.stops = self.stops, NOWHERE
        found: list[Node | None] = []
        now: Node | None = None
        while True:
            token = self.peek()
            if token is None:
                raise QError(closing)
            if token.kind in (closing, ";"):
                self.i += 1
                found.append(now)
                now = None
                if token.kind == closing:
                    break
                continue
            if token.kind in CLOSING or now is not None:
                raise QError(token.text)
            now = self.statement()
        self.stops = outside
        return tuple(found)

    def statement(self) -> Node | None:
        token = self.peek()
        if token is not None and token.kind == "operator" and token.text == ":" and self.begins_expression(1):
            self.i += 1
            return Return(token.at, self.expression())
        return self.expression()

    def begins_expression(self, ahead: int) -> bool:
        token = self.peek(ahead)
        return token is not None and token.kind not in (";", "[", "iterator", *CLOSING)

    # Expressions

    def expression(self) -> Node | None:
        if self.at_end():
            return None
        token = self.peek()
        assert token is not None
        if token.kind == "iterator" and token.text == "'" and not self.next_is("[", "[", 1):
            self.i += 1
            value = self.expression()
            if value is None:
                raise QError("'")
            return Signal(token.at, value)
        left = self.term()
        if is_verb(left):
            return left if self.at_end() else self.prefix(left)
        if self.at_end():
            return left
        assignment = self.assignment(left)
        if assignment is not None:
            return assignment
        start = self.i
        verb = self.term()
        if is_verb(verb):
            right = None if self.at_end() else self.expression()
            if right is not None and is_unfinished(right) and not isinstance(right, Train):
                return Train(verb.at, Apply(verb.at, verb, (left, None), open=True), right)
            return Apply(verb.at, verb, (left, right), open=right is None)
        self.i = start
        return self.prefix(left)

    def prefix(self, function: Node) -> Node:
        """A function before its argument."""
        argument = self.expression()
        if argument is None:
            return function
        if is_unfinished(argument):
            return Train(function.at, function, argument)
        return Apply(function.at, function, (argument,))

    def assignment(self, left: Node) -> Node | None:
        """What follows as an assignment to `left`, if it is one."""
        target = assignable(left)
        token = self.peek()
        assert token is not None
        if target is None or token.kind != "operator":
            return None
        operator: Node | None = None
        if token.text in (":", "::"):
            self.i += 1
        elif self.next_is(":", ahead=1) or self.next_is("::", ahead=1):
            if self.tokens[self.i + 1].spaced:
                return None
            self.i += 2
            if self.at_end():  # x+: is the verb +: of x, if it is anything
                self.i -= 2
                return None
            operator = Operator(token.at, token.text)
        else:
            return None
        value = self.expression()
        if value is None:
            return Apply(token.at, Constant(token.at, NIL), (left, None), open=True)
        name, indexes = target
        return Assign(token.at, name, indexes, operator, value, token.text == "::")

    # Terms

    def term(self) -> Node:
        node = self.simple_term()
        while True:
            token = self.peek()
            if token is None:
                return node
            if token.kind == "[":
                self.i += 1
                node = Apply(node.at, node, self.sequence("]"))
            elif token.kind == "iterator" and not token.spaced:
                self.i += 1
                node = Derive(token.at, token.text, node)
            else:
                return node

    def simple_term(self) -> Node:
        token = self.peek()
        if token is None:
            raise QError("parse")
        self.i += 1
        if token.kind == "value":
            assert token.value is not None
            return Constant(token.at, token.value)
        if token.kind == "name":
            return self.word(token)
        if token.kind == "operator":
            return self.operator(token)
        if token.kind == "(":
            return self.parenthesis(token)
        if token.kind == "{":
            return self.function(token)
        if token.kind == "[":
            return Block(token.at, self.sequence("]"))
        if token.kind == "iterator" and token.text == "'" and self.take("["):
            parts = self.sequence("]")
            if len(parts) == 2 and parts[0] is not None and parts[1] is not None:
                return Grouped(token.at, Apply(token.at, Name(token.at, "'"), parts))
        raise QError(token.text)

    def word(self, token: Token) -> Node:
        if token.text in QUERY_WORDS:
            return self.query(token)
        if token.text in CONTROL_WORDS and self.take("["):
            condition, *body = self.sequence("]")
            if condition is None:
                raise QError("parse")
            return Control(token.at, token.text, condition, tuple(body))
        return Name(token.at, token.text)

    def operator(self, token: Token) -> Node:
        if token.text == "$" and self.next_is("[", "["):
            self.i += 1
            branches = self.sequence("]")
            if len(branches) > 2:
                return Conditional(token.at, branches)
            return Apply(token.at, Operator(token.at, "$"), branches)
        if token.text == "::":
            return Constant(token.at, NIL)
        if self.next_is(":") and not self.tokens[self.i].spaced and token.text in MONADS:
            self.i += 1
            return Operator(token.at, token.text, monadic=True)
        return Operator(token.at, token.text)

    def parenthesis(self, token: Token) -> Node:
        if self.take("["):
            keys = self.columns("]")
            if self.take(")"):
                return TableOf(token.at, keys, (), is_dictionary=True)
            self.take(";")
            return TableOf(token.at, keys, self.columns(")"))
        parts = self.sequence(")")
        if parts == (None,):
            return ListOf(token.at, ())
        if len(parts) == 1 and parts[0] is not None:
            return Grouped(parts[0].at, parts[0])
        return ListOf(token.at, parts)

    def columns(self, closing: str) -> tuple[Column, ...]:
        return tuple(named_column(part)[0] for part in self.sequence(closing) if part is not None)

    def function(self, token: Token) -> Node:
        outside, self.stops = self.stops, NOWHERE
        opened = self.i - 1
        parameters: tuple[str, ...] | None = None
        if self.take("["):
            parameters = self.parameters()
        body = self.statements("}")
        self.stops = outside
        end = self.tokens[self.i - 1].at + 1
        if parameters is None:
            parameters = self.implicit[opened]
        return Function(token.at, parameters, body, self.source[token.at : end])

    def parameters(self) -> tuple[str, ...]:
        found = []
        while not self.take("]"):
            token = self.peek()
            if token is None or token.kind not in ("name", ";"):
                raise QError("parse")
            self.i += 1
            if token.kind == "name":
                found.append(token.text)
        if len(found) > 8:
            raise QError("params")
        return tuple(found)

    # Queries

    def query(self, token: Token) -> Node:
        limit, order = self.query_limit() if self.take("[") else (None, None)
        distinct = self.next_is("distinct", "name") and token.text in ("select", "exec")
        if distinct:
            self.i += 1
        parts = self.phrase(IN_COLUMNS)
        by = None
        if self.next_is("by", "name"):
            self.i += 1
            by = tuple(named_column(part)[0] for part in self.phrase(IN_COLUMNS))
        self.expect_name("from")
        outside, self.stops = self.stops, self.stops | IN_SOURCE
        source = self.expression()
        self.stops = outside
        if source is None:
            raise QError("parse")
        where: tuple[Node, ...] = ()
        if self.next_is("where", "name"):
            self.i += 1
            where = tuple(self.phrase(IN_WHERE))
        columns = [named_column(part) for part in parts]
        named = any(given for _, given in columns)
        return Query(token.at, token.text, tuple(column for column, _ in columns), named, by, source, where,
                     distinct, limit, order)  # fmt: skip

    def query_limit(self) -> tuple[Node | None, tuple[str, str] | None]:
        """`[n]`, `[from count]`, `[n;>column]` or `[>column]`."""
        limit, order = None, None
        while not self.take("]"):
            if self.take(";"):
                continue
            token = self.peek()
            if token is not None and token.kind == "operator" and token.text in "<>":
                self.i += 1
                column = self.peek()
                if column is None or column.kind != "name":
                    raise QError("parse")
                order = (token.text, column.text)
                self.i += 1
            else:
                limit = self.expression()
                if limit is None:
                    raise QError("parse")
        return limit, order

    def phrase(self, stops: frozenset[str]) -> list[Node]:
        """Expressions separated by commas."""
        outside, self.stops = self.stops, stops
        found: list[Node] = []
        while True:
            part = self.expression()
            if part is not None:
                found.append(part)
            if not self.next_is(",") or "," not in stops:
                break
            self.i += 1
        self.stops = outside
        return found


def assignable(node: Node) -> tuple[str, tuple[Node | None, ...]] | None:
    """The name and indexes of what can be assigned to."""
    if isinstance(node, Name) and node.name not in INFIX:
        return node.name, ()
    if isinstance(node, Apply) and not node.open:
        target = assignable(node.function)
        return None if target is None else (target[0], target[1] + node.arguments)
    return None


def implicit_parameters(found: Sequence[Token]) -> dict[int, tuple[str, ...]]:
    """For the token that opens each function: x, y and z up to the last that is used, not counting functions within."""
    parameters, opened = {}, list[tuple[int, set[str]]]()
    for i, token in enumerate(found):
        if token.kind == "{":
            opened.append((i, set()))
        elif token.kind == "}" and opened:
            start, used = opened.pop()
            parameters[start] = ("x", "y", "z")[: 3 if "z" in used else 2 if "y" in used else 1]
        elif token.kind == "name" and opened:
            opened[-1][1].add(token.text)
    return parameters


def named_column(node: Node) -> tuple[Column, bool]:
    """The name of a column, given or that of the last name in it, and what makes it; whether it was given."""
    if isinstance(node, Assign) and not node.indexes and node.operator is None:
        return (node.name, node.value), True
    return (last_name(node) or "x", node), False


def last_name(node: Node | None) -> str:
    if isinstance(node, Name):
        return "" if node.name in VERBS or node.name in INFIX or node.name == "i" else node.name.rpartition(".")[2]
    if isinstance(node, Grouped):
        return last_name(node.inner)
    if isinstance(node, Train):
        return last_name(node.inner)
    if isinstance(node, Apply):
        for part in reversed((node.function, *node.arguments)):
            name = last_name(part)
            if name:
                return name
    return ""
