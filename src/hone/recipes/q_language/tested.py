"""The same test twice: assertions in Python, and a q function `test` that gives 1b if all hold.

q's match (`~`) is stricter than the comparison of hidden tests: it tells an int from a long and one empty list from
another. Whether a right program passes is for the verifier to find out.
"""

import random
import re
from collections.abc import Sequence
from typing import Any

from hone.recipes.q_language.bank.human_eval import ENTRY
from hone.recipes.q_language.kinds import TEST
from hone.runners import Case, Tests
from hone.runners.q_script import literal
from hone.runners.q_values import canonical, ordered
from hone.runners.values import same

CASES = 4
_LONGEST = 60  # characters of a case, as q
_PLAIN_NAME = re.compile(r"[A-Za-z]\w*")


def chosen(tests: Tests, draw: random.Random) -> tuple[Case, ...]:
    """At most `CASES` short cases with different answers, none of them empty."""
    short = [case for case in tests.cases if len(in_q(case)) <= _LONGEST]
    found: list[Case] = []
    for case in draw.sample(short, len(short)):
        answer = canonical(case.expected)
        known = any(same(answer, canonical(other.expected), tests.tolerance) for other in found)
        if len(found) < CASES and not known and answer not in ([], {}):
            found.append(case)
    return tuple(found)


def python_test(cases: Sequence[Case]) -> str:
    """A pytest function."""
    lines = [f"    assert {ENTRY}({', '.join(map(repr, case.args))}) == {case.expected!r}" for case in cases]
    return "\n".join([f"def test_{ENTRY}():", *lines]) + "\n"


def q_test(cases: Sequence[Case]) -> str:
    """The same in q."""
    checks = ";\n  ".join(map(in_q, cases))
    return f"{TEST}:{{all (\n  {checks})}}\n"


def in_q(case: Case) -> str:
    """One comparison."""
    return f"{written(case.expected)}~{ENTRY}[{';'.join(map(written, case.args))}]"


def written(value: Any) -> str:
    """A value as people write it in q; where there is no short way, as `q_script` does."""
    if isinstance(value, set | frozenset):
        return written(ordered(value))
    if isinstance(value, dict) and len(value) > 1 and all(_is_name(key) for key in value):
        return f"({''.join(f'`{key}' for key in value)}!{written(list(value.values()))})"
    if not isinstance(value, list | tuple) or not value:
        return literal(value)
    kinds = {type(item) for item in value}
    if len(value) == 1:
        return f"(enlist {written(value[0])})"
    if kinds == {bool}:
        return "".join(str(int(item)) for item in value) + "b"
    if kinds in ({int}, {float}):
        return " ".join(map(literal, value))
    return f"({';'.join(map(written, value))})"


def _is_name(key: Any) -> bool:
    return isinstance(key, str) and _PLAIN_NAME.fullmatch(key) is not None
