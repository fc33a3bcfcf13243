import ast
import gc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.core.syntax import expression, literal, parse

PROGRAM = "".join(f"def f{i}(a, b):\n    return [x * (a + b) for x in range(b) if x % 2]\n" for i in range(60))


@pytest.fixture
def collecting():
    """Python code in every collection of garbage, as finalisers and hypothesis have it: there threads take turns."""
    told = lambda *_: sum(range(50))  # noqa: E731
    gc.callbacks.append(told)
    yield
    gc.callbacks.remove(told)


def test_many_threads_parse_at_once(collecting):
    """Before Python 3.11.8 `ast.parse` fails here twenty to fifty times, with "AST constructor recursion depth mismatch"."""
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(parse, [PROGRAM] * 1000))
    assert {len(tree.body) for tree in trees} == {60}


def test_an_expression_and_a_broken_program():
    assert isinstance(expression("1 + 2").body, ast.BinOp)
    with pytest.raises(SyntaxError, match="odd"):
        parse("def f(:", "odd.py")


@given(st.recursive(st.none() | st.integers() | st.text(), lambda of: st.lists(of) | st.tuples(of)))
def test_a_literal_is_what_repr_wrote(value):
    assert literal(f"  {value!r}") == value


def test_what_is_no_literal_is_refused():
    with pytest.raises(ValueError, match="malformed node"):
        literal("open('x')")
