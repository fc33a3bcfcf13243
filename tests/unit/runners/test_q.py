"""Programs in q, by the interpreter that comes with Hone and by a binary that speaks q's protocol."""

import math
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hone.errors import UserError
from hone.runners import Case, Limits, Sandbox, Tests, languages, q_script, q_values
from hone.runners.values import same

STANDIN = Path(__file__).with_name("standin_q.py")
SOURCES = Path(__file__).parents[3] / "src"


@pytest.fixture(scope="module")
def q():
    with Sandbox(workers=1, limits=Limits(cpu_s=2, wall_s=20), language=languages.q()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    """The language q-binary, its binary being Python with the stand-in as its script."""
    python = languages.python()
    made = languages.command("q-binary", "stand-in", (sys.executable, "-I", "-S", str(STANDIN)), ".q", (str(SOURCES),))
    made = languages.replace(made, readable=(*made.readable, *python.readable, (str(STANDIN), "read")),
                             calls=q_script, canonical=q_values.canonical)  # fmt: skip
    with Sandbox(workers=1, limits=Limits(cpu_s=4, wall_s=30), language=made) as sandbox:
        yield sandbox


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 62), 1 << 62) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "bc", "é", "x y"]), inner, max_size=3),
    max_leaves=6,
)


@given(PLAIN)
@example([[1], [], ["a"], "", [None, 1.0, True]])
@example({"a": {}, "b": {"c": [1, 2]}})
@settings(deadline=None)
def test_a_value_comes_back_from_q_as_it_went_in(value):
    assert same(q_values.canonical(q_values.from_q(q_values.to_q(value))), q_values.canonical(value))


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ((1, 2), [1, 2]),
        ({3, 1}, [1, 3]),
        (["a", "b"], "ab"),
        (["ab", "c"], ["ab", "c"]),
        ("", []),
        ([[], ""], [[], []]),
        (b"\x01", [1]),
        ({(1, 2): [True]}, {(1, 2): [True]}),
    ],
)
def test_values_that_q_cannot_tell_apart_have_one_form(value, form):
    assert same(q_values.canonical(value), form)
    assert same(q_values.canonical(form), form)


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63), 1j, object(), [2**70]])
def test_what_has_no_form_in_q_is_refused(value):
    with pytest.raises(TypeError):
        q_values.to_q(value)


def calls(entry, *cases):
    return Tests(entry, tuple(Case(args=args, expected=expected) for args, expected in cases))


ENGINES = pytest.mark.parametrize("engine", ["q", "binary"])


@ENGINES
@pytest.mark.parametrize(
    ("source", "tests"),
    [
        ("solve:{x+y}", calls("solve", ((1, 2), 3), ((1.5, 2), 3.5))),
        ("solve:{reverse x}", calls("solve", (("abc",), "cba"), (("a",), "a"), (("",), ""), (([1],), [1]), (([],), []))),
        ("solve:{count x}", calls("solve", ((["a", "bc"],), 2), (([[1, 2], [3]],), 2), (("x",), 1))),
        ("solve:{x>2}", calls("solve", ((3,), True), (([1, 3],), [False, True]))),
        ("solve:{0.1*x}", calls("solve", ((3,), 0.30000000000000004))),
        ("solve:{x`b}", calls("solve", (({"a": 1, "b": [2, 3]},), [2, 3]))),
        ("solve:{group x}", calls("solve", (([5, 6, 5],), {5: [0, 2], 6: [1]}))),
        ("solve:{0N}", calls("solve", ((1,), None))),
        ("solve:{([]a:1 2;b:`x`yy)}", calls("solve", ((1,), [{"a": 1, "b": "x"}, {"a": 2, "b": "yy"}]))),
        ("solve:{-1 \"chatter\"; x}", calls("solve", ((7,), 7))),
        ("solve:{[]42}", calls("solve", ((), 42))),
        ("solve:{x}", calls("solve", (('q"uo\\te\n',), 'q"uo\\te\n'), (("é",), "é"), ((math.inf,), math.inf))),
    ],
)  # fmt: skip
def test_right_programs_pass(request, engine, source, tests):
    verdict = request.getfixturevalue(engine).verdict(source, tests)
    assert [case.outcome for case in verdict.cases] == ["passed"] * len(tests.cases), verdict.cases


@ENGINES
@pytest.mark.parametrize(
    ("source", "expected", "outcome"),
    [
        ("solve:{x+1}", 1, "wrong"),
        ("solve:{1f*x}", 1, "wrong"),  # a float is no integer
        ("solve:{1=x}", 1, "wrong"),  # nor is a boolean
        ("solve:{x+`a}", 1, "raised"),
        ("other:{x}", 1, "raised"),
        ("solve:{[a;b]a}", 1, "wrong"),
        ("solve:{", 1, "raised"),
        ("exit 0", 1, "raised"),
        ("solve:{exit 0}", 1, "raised"),
        ("-1 \"1\"; exit 0", 1, "raised"),
        ("solve:{while[1b;0];x}", 1, "timeout"),
        ("solve:{.z.s x}", 1, "raised"),
        ("solve:{til 1000000000000}", 1, "raised"),
        ("solve:{l:enlist x;while[1b;l:l,l];x}", 1, "raised"),
        ("show:{0N!1}; solve:{2}", 1, "raised"),
        ("solve:{system \"rm -rf /\"}", 1, "raised"),
        ("solve:{hopen `:localhost:80}", 1, "raised"),
        ("solve:{hdel `:/tmp/x}", 1, "raised"),
        ("solve:{read0 `:/etc/passwd}", 1, "raised"),
        ("solve:{x set `:/tmp/x; 1}", 1, "raised"),
    ],
)  # fmt: skip
def test_nothing_else_does(request, engine, source, expected, outcome):
    """A binary's early exit, or what is no value, shows as a result that is missing."""
    verdict = request.getfixturevalue(engine).verdict(source, calls("solve", ((1,), expected)))
    assert not verdict.passed
    same_end = {outcome} | ({"missing", "memory", "output"} if engine == "binary" else set())
    assert verdict.reason in same_end, verdict.cases


def test_a_flood_of_output_ends_a_program(q):
    verdict = q.verdict('solve:{while[1b;-1 1000#"x"];x}', calls("solve", ((1,), 1)))
    assert verdict.reason in ("raised", "output", "timeout")


@ENGINES
def test_scripts_read_stdin_and_write_stdout(request, engine):
    tests = Tests("", (Case(stdin="2\n3\n", stdout="5\n"), Case(stdin="10\n-1\n", stdout="9\n")))
    verdict = request.getfixturevalue(engine).verdict('-1 string sum "J"$(read0 0;read0 0);', tests)
    assert verdict.passed, verdict.cases


def test_verdicts_name_their_engine(q, binary):
    tests = calls("solve", ((1,), 1))
    assert q.verdict("solve:{x}", tests).engine == "qsubset"
    assert binary.verdict("solve:{x}", tests).engine == "stand-in"


@given(PLAIN)
@settings(deadline=None)
def test_what_the_encoder_in_q_writes_reads_back(value):
    from qsubset import run

    source = q_script.script("same:{x}", "same", [value])
    result = run(source.replace("exit 0", ""))
    assert same(q_script.value(result.stdout), q_values.canonical(value)), (source, result)


def test_without_a_binary_the_reason_is_told(monkeypatch):
    monkeypatch.delenv("Q_INTERPRETER_PATH", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="Q_INTERPRETER_PATH"):
        languages.q_binary()


@pytest.mark.skipif(not shutil.which("q") and "Q_INTERPRETER_PATH" not in os.environ, reason="no licensed q here")
def test_the_real_q_gives_the_same_verdicts():
    with Sandbox(workers=1, limits=Limits(), language=languages.q_binary()) as sandbox:
        assert sandbox.verdict("solve:{reverse x}", calls("solve", (([1, 2],), [2, 1]))).passed
