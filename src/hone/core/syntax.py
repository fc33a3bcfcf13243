"""Python source as a syntax tree, from any thread.

Before Python 3.11.8, two threads that parse at once can end in "SystemError: AST constructor recursion depth mismatch"
(https://github.com/python/cpython/issues/106905): rows are proven in threads, so here they parse one after another.
"""

import ast
import threading
from typing import Any

_ONE = threading.RLock()  # again in the same thread: a finaliser may parse too


def parse(source: str, file: str = "<unknown>") -> ast.Module:
    """The tree of a program; raises what `ast.parse` does: SyntaxError, ValueError, RecursionError, MemoryError."""
    with _ONE:
        return ast.parse(source, file)


def expression(source: str) -> ast.Expression:
    """The tree of one expression."""
    with _ONE:
        return ast.parse(source, mode="eval")


def literal(source: str) -> Any:
    """The value of a literal, as `ast.literal_eval` reads it; ValueError where it is none."""
    return ast.literal_eval(expression(source.lstrip(" \t")))
