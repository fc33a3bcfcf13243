"""The table of all that is built in: a family's functions enter themselves by decorators."""

from collections.abc import Callable
from typing import TypeVar

from qsubset.values import DYAD, Verb

VERBS: dict[str, Verb] = {}
INFIX: set[str] = set()  # names that stand between their arguments
MONADS = {  # what `f:` is of each operator
    "+": "flip", "-": "neg", "*": "first", "%": "reciprocal", "&": "where", "|": "reverse", "#": "count", "_": "floor",
    ",": "enlist", "~": "not", "!": "key", "?": "distinct", "=": "group", "<": "iasc", ">": "idesc", "^": "null",
    "$": "string", ".": "value", "@": "type"}  # fmt: skip
K_NAMES = {name: operator + ":" for operator, name in MONADS.items()}

F = TypeVar("F", bound=Callable[..., object])


def form(arguments: int, *names: str) -> Callable[[F], F]:
    """Enter a function of so many arguments under q's names for it; -1 arguments stand for any number."""

    def enter(function: F) -> F:
        for name in names:
            verb = VERBS.get(name)
            if verb is None:
                verb = VERBS[name] = Verb(name)
                verb.text = K_NAMES.get(name, name)
            verb.forms[arguments] = function  # type: ignore[assignment]
            if arguments == 2 and 1 not in verb.forms:
                verb.kind = DYAD
        return function

    return enter


def monad(*names: str) -> Callable[[F], F]:
    return form(1, *names)


def dyad(*names: str) -> Callable[[F], F]:
    """Of two arguments; if q's name for it is a word, it stands between them."""
    INFIX.update(name for name in names if name[0].isalpha())
    return form(2, *names)
