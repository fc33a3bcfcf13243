"""Expressions as values: `parse` of a text gives a list with the function first, and `eval` runs it.

Names are symbols in it, and symbols lists of one symbol. Not covered: queries, control words, functional select.
"""

from typing import Protocol

from qsubset.apply import apply
from qsubset.errors import QError
from qsubset.syntax import Apply, Assign, Constant, Derive, Function, Grouped, ListOf, Name, Node, Operator
from qsubset.values import MIXED, NIL, SYMBOL, Atom, Derived, List, Value, enlist, items, mixed, symbol
from qsubset.verbs.amend import ASSIGN
from qsubset.verbs.registry import MONADS, VERBS


class World(Protocol):
    """What evaluation needs of a session."""

    globals: dict[str, Value]

    def named(self, name: str) -> Value: ...

    def evaluate(self, text: str) -> Value: ...


def tree_of(node: Node | None, world: World) -> Value:
    """Raises: QError 'nyi for what has no tree here."""
    if isinstance(node, Constant):
        return enlist(node.value) if abs(node.value.kind) == SYMBOL else node.value
    if isinstance(node, Name):
        return VERBS.get(node.name) or symbol(node.name)
    if isinstance(node, Operator):
        return ASSIGN if node.name == ":" else VERBS[MONADS[node.name] if node.monadic else node.name]
    if isinstance(node, Grouped):
        return tree_of(node.inner, world)
    if isinstance(node, Function):
        return world.evaluate(node.source)
    if isinstance(node, Derive):
        return mixed([Derived(node.iterator, NIL), tree_of(node.function, world)])
    if isinstance(node, Apply):
        return mixed([tree_of(node.function, world), *(tree_of(part, world) for part in node.arguments)])
    if isinstance(node, ListOf):
        return mixed([VERBS["enlist"], *(tree_of(part, world) for part in node.items)])
    if isinstance(node, Assign) and not node.indexes and node.operator is None:
        return mixed([NIL if node.everywhere else ASSIGN, symbol(node.name), tree_of(node.value, world)])
    raise QError("nyi")


def evaluated(tree: Value, world: World) -> Value:
    """Raises: QError."""
    if isinstance(tree, Atom) and tree.kind == -SYMBOL:
        return world.named(tree.data)
    if not isinstance(tree, List) or tree.kind not in (MIXED, SYMBOL) or not tree.data:
        return tree
    if len(tree.data) == 1:
        return items(tree)[0]
    first, *rest = items(tree)
    if isinstance(first, Derived) and len(rest) == 1:  # an iterator and what it goes over
        return Derived(first.iterator, evaluated(rest[0], world))
    if first in (ASSIGN, NIL) and len(rest) == 2:
        world.globals[rest[0].data] = evaluated(rest[1], world)
        return world.globals[rest[0].data]
    arguments = [evaluated(part, world) for part in reversed(rest)][::-1]
    return apply(evaluated(first, world) if first.kind <= SYMBOL else first, arguments)
