"""The offline teacher: plants one realistic bug in a correct program by editing its syntax tree.

It only proposes. Whether a mutant really fails is for the caller to find out by running it; nothing is run here.
Kinds that break the syntax itself work on the text, since a broken program has no tree.
"""

import ast
import random
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from hone.core.syntax import parse

Edit = Callable[[], object]  # carries out one mutation in the tree that it was made for
_one_at_a_time = Lock()  # what is caught of warnings is caught for all threads


@dataclass(frozen=True)
class Mutant:
    """A program with a planted bug."""

    kind: str
    source: str


_BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_COMPARISON = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.Gt, ast.Gt: ast.Lt,
    ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATOR = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Div,
    ast.Div: ast.FloorDiv, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitXor: ast.BitOr,
}  # fmt: skip
_LOGIC = {ast.And: ast.Or, ast.Or: ast.And}
_LOOKALIKE = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sum": "len", "len": "sum", "sorted": "list",
    "upper": "lower", "lower": "upper", "startswith": "endswith", "endswith": "startswith",
    "append": "extend", "set": "list", "floor": "ceil", "ceil": "floor",
}  # fmt: skip
_MISNAMED = {"append": "add", "split": "splits", "join": "concat", "lower": "lowercase", "items": "entries"}


def mutants(source: str, seed: int) -> Iterator[Mutant]:
    """Every mutant of `source`, none twice, in an order drawn by `seed` in which the kinds take turns.

    Raises: SyntaxError if `source` does not compile.
    """
    draw = random.Random(seed)
    original = ast.unparse(parse(source))
    by_kind = {kind: list(_of_kind(original, kind)) for kind in KINDS}
    for found in by_kind.values():
        draw.shuffle(found)
    kinds = [kind for kind in KINDS if by_kind[kind]]
    draw.shuffle(kinds)
    seen = {original}
    while kinds:
        for kind in list(kinds):
            mutant = by_kind[kind].pop()
            if not by_kind[kind]:
                kinds.remove(kind)
            if mutant not in seen:
                seen.add(mutant)
                yield Mutant(kind, mutant)


def _of_kind(source: str, kind: str) -> Iterator[str]:
    if kind == "syntax":
        yield from _broken_texts(source)
        return
    for site in range(len(list(KINDS[kind](parse(source))))):
        tree = parse(source)
        list(KINDS[kind](tree))[site]()
        yield ast.unparse(ast.fix_missing_locations(tree))


def _broken_texts(source: str) -> Iterator[str]:
    lines = source.split("\n")
    for number, line in enumerate(lines):
        for pattern, replacement in (
            (r":$", ""), (r"\)(?=[^)]*$)", ""), (r"\breturn\b", "retrun"), (r"^( +)", r"\1 "),
            (r" == (?=.*:$)", " = "), (r"\](?=[^\]]*$)", ""),
        ):  # fmt: skip
            broken = re.sub(pattern, replacement, line, count=1)
            if broken != line:
                text = "\n".join([*lines[:number], broken, *lines[number + 1 :]])
                if not _compiles(text):
                    yield text


def _compiles(source: str) -> bool:
    try:
        with _one_at_a_time, warnings.catch_warnings(action="ignore"):
            compile(source, "program", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                yield body


def _assign(target: object, name: str, value: object) -> Edit:
    return lambda: setattr(target, name, value)


def _swap_types(kinds: Mapping[Any, Any], node_type: type, attribute: str) -> Callable[[ast.AST], Iterator[Edit]]:
    def find(tree: ast.AST) -> Iterator[Edit]:
        for node in ast.walk(tree):
            if isinstance(node, node_type):
                other = kinds.get(type(getattr(node, attribute)))
                if other is not None:
                    yield _assign(node, attribute, other())

    return find


def _swap_compare(kinds: Mapping[Any, Any]) -> Callable[[ast.AST], Iterator[Edit]]:
    def find(tree: ast.AST) -> Iterator[Edit]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                for i, op in enumerate(node.ops):
                    if type(op) in kinds:
                        yield _assign(node, "ops", [*node.ops[:i], kinds[type(op)](), *node.ops[i + 1 :]])

    return find


def _operator(tree: ast.AST) -> Iterator[Edit]:
    yield from _swap_types(_OPERATOR, ast.BinOp, "op")(tree)
    yield from _swap_types(_OPERATOR, ast.AugAssign, "op")(tree)


def _off_by_one(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
            bound = node.args[min(1, len(node.args) - 1)]
            yield _assign(node, "args", [_by_one(a, ast.Sub()) if a is bound else a for a in node.args])
            yield _assign(node, "args", [_by_one(a, ast.Add()) if a is bound else a for a in node.args])
        elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            yield _assign(node, "slice", _by_one(node.slice, ast.Add()))
        elif isinstance(node, ast.Slice):
            for side in ("lower", "upper"):
                if (edge := getattr(node, side)) is not None:
                    yield _assign(node, side, _by_one(edge, ast.Add()))


def _by_one(edge: ast.expr, op: ast.operator) -> ast.expr:
    """`edge` plus or minus one, folded where it is a plain number."""
    if isinstance(edge, ast.Constant) and type(edge.value) is int:
        return ast.Constant(edge.value + (1 if isinstance(op, ast.Add) else -1))
    return ast.BinOp(edge, op, ast.Constant(1))


def _initial_value(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, bool):
                yield _assign(node.value, "value", not value)
            elif isinstance(value, int | float):
                yield _assign(node.value, "value", value + 1)
                yield _assign(node.value, "value", value - 1)
            elif isinstance(value, str):
                yield _assign(node.value, "value", value + " ")


def _wrong_constant(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
            if isinstance(node.value, int):
                yield _assign(node, "value", node.value + 1)
            elif isinstance(node.value, str) and node.value:
                yield _assign(node, "value", node.value.swapcase() if node.value.isalpha() else node.value + " ")


def _dropped_return(tree: ast.AST) -> Iterator[Edit]:
    for body in _bodies(tree):
        for i, statement in enumerate(body):
            if isinstance(statement, ast.Return) and statement.value is not None:
                yield partial(body.__setitem__, i, ast.Expr(statement.value))


def _early_return(tree: ast.AST) -> Iterator[Edit]:
    for body in _bodies(tree):
        for i in range(len(body) - 1):
            loop, after = body[i], body[i + 1]
            if isinstance(loop, ast.For | ast.While) and isinstance(after, ast.Return):
                yield partial(_move, after, body, loop.body)


def _missing_statement(tree: ast.AST) -> Iterator[Edit]:
    for body in _bodies(tree):
        for i, statement in enumerate(body):
            if isinstance(statement, ast.AugAssign | ast.Expr) and len(body) > 1:
                yield partial(body.__delitem__, i)


def _missing_case(tree: ast.AST) -> Iterator[Edit]:
    for body in _bodies(tree):
        for i, statement in enumerate(body):
            if isinstance(statement, ast.If):
                rest = statement.orelse or [ast.Pass()]
                yield partial(body.__setitem__, slice(i, i + 1), rest)


def _negated_condition(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            test = node.test
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                yield _assign(node, "test", test.operand)
            else:
                yield _assign(node, "test", ast.UnaryOp(ast.Not(), test))


def _swapped_arguments(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) >= 2:
            yield _assign(node, "args", [node.args[1], node.args[0], *node.args[2:]])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod):
            yield partial(_flip, node)


def _move(statement: ast.stmt, source: list[ast.stmt], target: list[ast.stmt]) -> None:
    source.remove(statement)
    target.append(statement)


def _flip(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left


def _wrong_variable(tree: ast.AST) -> Iterator[Edit]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
                       | {a.arg for a in function.args.args})  # fmt: skip
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
                for other in names:
                    if other != node.id:
                        yield _assign(node, "id", other)


def _misspelt_name(tree: ast.AST) -> Iterator[Edit]:
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in stored and len(node.id) > 2:
            yield _assign(node, "id", node.id[:-1])


def _lookalike(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _LOOKALIKE:
                yield _assign(node.func, "id", _LOOKALIKE[node.func.id])
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKALIKE:
                yield _assign(node.func, "attr", _LOOKALIKE[node.func.attr])


def _missing_method(tree: ast.AST) -> Iterator[Edit]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _MISNAMED:
            yield _assign(node, "attr", _MISNAMED[node.attr])


def _dropped_conversion(tree: ast.AST) -> Iterator[Edit]:
    for parent in ast.walk(tree):
        for name, child in ast.iter_fields(parent):
            for i, node in enumerate(child if isinstance(child, list) else [child]):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") in ("str", "int", "list", "abs", "set", "sorted", "round")
                    and len(node.args) == 1
                ):
                    if isinstance(child, list):
                        yield partial(child.__setitem__, i, node.args[0])
                    else:
                        yield _assign(parent, name, node.args[0])


KINDS: dict[str, Callable[[ast.AST], Iterator[Edit]]] = {
    "boundary": _swap_compare(_BOUNDARY),
    "comparison": _swap_compare(_COMPARISON),
    "dropped_conversion": _dropped_conversion,
    "dropped_return": _dropped_return,
    "early_return": _early_return,
    "initial_value": _initial_value,
    "logic": _swap_types(_LOGIC, ast.BoolOp, "op"),
    "lookalike": _lookalike,
    "missing_case": _missing_case,
    "missing_method": _missing_method,
    "missing_statement": _missing_statement,
    "misspelt_name": _misspelt_name,
    "negated_condition": _negated_condition,
    "off_by_one": _off_by_one,
    "operator": _operator,
    "swapped_arguments": _swapped_arguments,
    "syntax": lambda tree: iter(()),  # on the text: see _broken_texts
    "wrong_constant": _wrong_constant,
    "wrong_variable": _wrong_variable,
}
