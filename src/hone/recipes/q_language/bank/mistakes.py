"""Wrong programs made of a right one: what a learner of q gets wrong, and what a cheat tries.

A rewrite changes one place of the text, so most of what comes out is wrong, and some of it right by another way: who
uses them runs them. What is written between quotes or behind `/` is left as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hone.runners import Case, Tests
from hone.runners.q_script import literal

SHOWN = 2  # cases that a cheat knows by heart


@dataclass(frozen=True)
class Mistake:
    """`name` is of a fixed few, so that they can be counted."""

    name: str
    program: str


# Mistake, what it is made of, what becomes of it.
_REWRITES: Sequence[tuple[str, str, str]] = (
    ("boundary", r"(?<![<>])>(?![=>])", ">="),
    ("boundary", r"<(?![=>])", "<="),
    ("boundary", r">=", ">"),
    ("boundary", r"<=", "<"),
    ("off_by_one", r"\b1\+til\b", "til"),
    ("off_by_one", r"(?<!\+)\btil\b", "1+til"),
    ("off_by_one", r"(?<![\w.])1_", ""),
    ("order", r"\basc\b", "desc"),
    ("order", r"\bdesc\b", "asc"),
    ("order", r"\biasc\b", "idesc"),
    ("order", r"\bidesc\b", "iasc"),
    ("order", r"\bfirst\b(?! each)", "last"),
    ("order", r"\blast\b(?! each)", "first"),
    ("order", r"\breverse (?!each)", ""),
    ("total", r"\bsum\b", "max"),
    ("total", r"\bmax\b", "min"),
    ("total", r"\bmin\b", "max"),
    ("total", r"\bprd\b", "sum"),
    ("total", r"\bavg\b", "med"),
    ("total", r"\bany\b", "all"),
    ("total", r"\ball\b", "any"),
    ("forgotten", r"\bdistinct (?!each)", ""),
    ("forgotten", r"\babs ", ""),
    ("forgotten", r"\bneg ", ""),
    ("forgotten", r"\bnot ", ""),
    ("forgotten", r"\bwhere ", ""),
    ("forgotten", r"\beach ", ""),
    ("forgotten", r"\benlist ", ""),
    # As if q worked from left to right.
    ("left_to_right", r"\((\w+ \w+)\)(?=[-+*%<>=&|])", r"\1"),
    ("left_to_right", r"\((\w+[-+*]\w+)\)(?= mod| div|[-+*%<>=&|])", r"\1"),
    ("other_verb", r"\bmod\b", "div"),
    ("other_verb", r"\bdiv\b", "%"),
    ("other_verb", r"(?<=\w)&(?=\w)", "|"),
    ("other_verb", r"(?<=\w)\+(?=\w)", "-"),
    ("other_verb", r"(?<=\w)\*(?=\w)", "+"),
    ("other_verb", r"\binter\b", "union"),
    ("syntax", r"\)(?=[^)]*\Z)", ""),
)

_UNTOUCHED = re.compile(r'"(?:\\.|[^"\\])*"|^/.*$', re.MULTILINE)


def mistakes(program: str, tests: Tests) -> list[Mistake]:
    """All that can be made of a program which passes `tests`, none twice. `tests.entry` is defined in it."""
    made = dict[str, Mistake]()
    for mistake in (*_rewritten(program), *_wrapped(program, tests), *_cheats(tests)):
        made.setdefault(mistake.program, mistake)
    return list(made.values())


def slips(program: str, tests: Tests, cases: Sequence[Case]) -> list[str]:
    """For each of `cases`, which have different answers, the program with a wrong answer there and nowhere else."""
    names = _parameters(tests)
    others = [*cases[1:], *cases[:1]]
    return [
        f"{_inner(program, tests)}{tests.entry}:{{[{names}]\n"
        f"  $[{literal(case.args)}~{_given(names)};{literal(other.expected)};answer[{names}]]}}\n"
        for case, other in zip(cases, others, strict=True)
    ]


def _rewritten(program: str) -> Iterator[Mistake]:
    fixed = [match.span() for match in _UNTOUCHED.finditer(program)]
    for name, pattern, replacement in _REWRITES:
        for match in re.finditer(pattern, program):
            if not any(start < match.end() and match.start() < end for start, end in fixed):
                yield Mistake(name, program[: match.start()] + match.expand(replacement) + program[match.end() :])


def _wrapped(program: str, tests: Tests) -> Iterator[Mistake]:
    """The right answer, given back in a wrong way."""
    names = _parameters(tests)
    inner = _inner(program, tests)
    for name, way in (("prints", "show {};"), ("as_text", ".Q.s1 {}"), ("nested", "enlist {}"), ("as_float", '"f"${}')):
        yield Mistake(name, f"{inner}{tests.entry}:{{[{names}] {way.format(f'answer[{names}]')}}}\n")


def _cheats(tests: Tests) -> Iterator[Mistake]:
    """One answer for all, and what is right on the first cases only."""
    names = _parameters(tests)
    answers = Counter(literal(case.expected) for case in tests.cases)
    constant = answers.most_common(1)[0][0]
    yield Mistake("constant", f"{tests.entry}:{{[{names}] {constant}}}\n")
    shown: Sequence[Case] = tests.cases[:SHOWN]
    inputs, expected = (literal(tuple(x)) for x in zip(*((c.args, c.expected) for c in shown), strict=True))
    yield Mistake(
        "memorised",
        f"{tests.entry}:{{[{names}]\n  i:where {inputs}~\\:{_given(names)};\n  {expected} $[count i;first i;0]}}\n",
    )


def _inner(program: str, tests: Tests) -> str:
    """The program with its function by another name."""
    return re.sub(rf"\b{tests.entry}\b", "answer", program)


def _given(names: str) -> str:
    """The list of the arguments."""
    return f"({names})" if ";" in names else f"enlist {names}"


def _parameters(tests: Tests) -> str:
    return ";".join("abcdefgh"[: len(tests.cases[0].args)])
