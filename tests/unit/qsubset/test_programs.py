"""Runs many small q programs in qsubset and compares each answer with one computed in Python."""

import pytest
from tests.unit.qsubset.programs import PROGRAMS, Char, Program, Raw, Sym

from qsubset import Limits, run

STEPS = Limits(steps=50_000)  # a loop without end fails, rather than hang the tests


def quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def number(value: int | float | None) -> str:
    """One number as it stands inside a q list: 5, -5, 1.5, 0N."""
    if value is None:
        return "0N"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value)


def list_literal(items: list) -> str:
    kinds = {type(item) for item in items}
    if not items:
        return "0#0"
    if len(items) == 1:
        return "enlist " + literal(items[0])
    if kinds == {bool}:
        return "".join("01"[item] for item in items) + "b"
    if kinds <= {int, type(None)}:
        return " ".join(number(item) for item in items)
    if kinds == {float}:
        return " ".join(number(item) for item in items) + "f"
    if kinds == {Sym}:
        return "".join(literal(item) for item in items)
    return "(" + ";".join(literal(item) for item in items) + ")"


def literal(value: object) -> str:
    """The q expression that a Python value stands for; an empty list is an empty list of longs."""
    match value:
        case Raw():
            return str(value)
        case Char():
            return quoted(value)
        case Sym():
            return f"`{value}"
        case str():
            return ("enlist " if len(value) == 1 else "") + quoted(value)
        case bool():
            return "1b" if value else "0b"
        case None | int():
            return number(value)
        case float():
            return number(value) + "f"
        case dict():
            keys = [Sym(key) if type(key) is str else key for key in value]
            return f"({list_literal(keys)})!{list_literal(list(value.values()))}"
        case list():
            return list_literal(value)
    raise TypeError(f"no q literal for {value!r}")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program_gives_what_python_computes(program: Program):
    assert len(program.cases) >= 4
    wrong = []
    for case in program.cases:
        call = f"solve[{';'.join(literal(argument) for argument in case)}]"
        expected = literal(program.reference(*case))
        answer = run(f"{program.source}\nshow {call}~{expected}\n", limits=STEPS)
        if answer.error or answer.stdout != "1b\n":
            shown = run(f"{program.source}\nr:{call};\nshow type r;\nshow r\n", limits=STEPS)
            wrong.append(f"{call}\n  expected {expected}\n  printed {shown.stdout!r} {shown.error or ''}")
    assert not wrong, "\n".join(wrong)


def test_every_program_has_its_own_name():
    names = [program.name for program in PROGRAMS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (-5, "-5"),
        (2.0, "2f"),
        (1.5, "1.5f"),
        (True, "1b"),
        ("", '""'),
        ("a", 'enlist "a"'),
        ('a"\\', '"a\\"\\\\"'),
        ([], "0#0"),
        ([1], "enlist 1"),
        ([1, None, -3], "1 0N -3"),
        ([1.0, 2.5], "1 2.5f"),
        ([True, False], "10b"),
        (["ab"], 'enlist "ab"'),
        ([[1, 2], [3]], "(1 2;enlist 3)"),
        ([[1, 2]], "enlist 1 2"),
        ({"a": 1, "b": 2}, "(`a`b)!1 2"),
        ({"a": "x"}, '(enlist `a)!enlist enlist "x"'),
    ],
)
def test_literal_writes_python_values_in_q(value, text):
    assert literal(value) == text
