"""Programs in q, by the interpreter that comes with Hone and by a binary that speaks q's protocol."""

import math
import os
import shutil
import socket
import socketserver
import struct
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hone.core.errors import UserError
from hone.runners import Case, Limits, Sandbox, Tests, languages, opened, q_script, q_values
from hone.runners import q as q_engines
from hone.runners.values import same
from qsubset import LimitReached, QError, Session, run
from qsubset import Limits as StepLimits
from qsubset.host import hosted

STANDIN = Path(__file__).with_name("standin_q.py")
SOURCES = Path(__file__).parents[3] / "src"


@pytest.fixture(scope="module")
def q():
    with Sandbox(workers=1, limits=Limits(cpu_s=2, wall_s=20, memory_mb=256), language=q_engines.subset()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    """The language q-binary, its binary being Python with the stand-in as its script."""
    python = languages.python()
    made = languages.command("q-binary", "stand-in", (sys.executable, "-I", "-S", str(STANDIN)), ".q", (str(SOURCES),))
    made = replace(made, readable=(*made.readable, *python.readable, (str(STANDIN), "read")),
                             calls=q_script, canonical=q_values.canonical)  # fmt: skip
    with Sandbox(workers=1, limits=Limits(cpu_s=4, wall_s=30, memory_mb=256), language=made) as sandbox:
        yield sandbox


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 62), 1 << 62) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "bc", "é", "x y"]), inner, max_size=3)
    ),
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
        ("solve:{x}\nexit 0", 1, "raised"),
        ("solve:{x}\n\\\\", 1, "raised"),
        ("solve:{1 1!x,x}", {1: 1}, "wrong"),  # no dictionary of Python's has a key twice
        ("-1 \"1\"; exit 0", 1, "raised"),
        ("solve:{while[1b;0];x}", 1, "timeout"),
        ("solve:{.z.s x}", 1, "raised"),
        ("solve:{til 1000000000000}", 1, "raised"),
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


@ENGINES
def test_a_program_that_fills_its_memory_ends(request, engine):
    verdict = request.getfixturevalue(engine).verdict("solve:{l:enlist x;while[1b;l:l,l];x}", calls("solve", ((1,), 1)))
    assert verdict.reason in ("raised", "memory"), verdict.cases


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
    source = q_script.script("same:{x}", "same", [value])
    result = run(source.replace("exit 0", ""))
    assert same(q_script.value(result.stdout), q_values.canonical(value)), (source, result)


def test_without_a_binary_the_reason_is_told(monkeypatch):
    monkeypatch.delenv("Q_INTERPRETER_PATH", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="Q_INTERPRETER_PATH"):
        q_engines.binary()


def test_a_profile_names_the_engine_of_q(monkeypatch, tmp_path):
    monkeypatch.delenv("HONE_Q_ENGINE", raising=False)
    assert languages.language("q").engine == "qsubset"
    (tmp_path / "q").touch(0o755)
    monkeypatch.setenv("Q_INTERPRETER_PATH", str(tmp_path / "q"))
    monkeypatch.setenv("HONE_Q_ENGINE", "q-binary")
    assert languages.language("q") == q_engines.binary()
    monkeypatch.setenv("HONE_Q_ENGINE", "kdb")
    with pytest.raises(UserError, match="q_engine: expected one of qsubset, q-binary, q-pykx, found 'kdb'"):
        languages.language("q")


@pytest.mark.skipif(not shutil.which("q") and "Q_INTERPRETER_PATH" not in os.environ, reason="no licensed q here")
def test_the_real_q_gives_the_same_verdicts():
    with Sandbox(workers=1, limits=Limits(), language=q_engines.binary()) as sandbox:
        assert sandbox.verdict("solve:{reverse x}", calls("solve", (([1, 2],), [2, 1]))).passed


class StandinServer(socketserver.BaseRequestHandler):
    """A q server's protocol, its first version, with qsubset behind it."""

    def handle(self):
        hello = b""
        while not hello.endswith(b"\0"):
            hello += self.request.recv(1)
        self.request.sendall(b"\0")
        session = Session(StepLimits(steps=1e6))
        while header := self.request.recv(8, socket.MSG_WAITALL):
            (length,) = struct.unpack("<i", header[4:])
            body = self.request.recv(length - 8, socket.MSG_WAITALL)
            self.request.sendall(self.answered(session, body[6:].decode("latin-1")))

    def answered(self, session, text):
        with hosted(session.limits):
            try:
                found = session.evaluate(text)
                data = found.data.encode("latin-1") if found.kind == 10 else b""
                body = struct.pack("<bBi", 10, 0, len(data)) + data
            except (QError, LimitReached) as error:
                body = struct.pack("<b", -128) + str(error).encode() + b"\0"
        return struct.pack("<BBBBi", 1, 2, 0, 0, 8 + len(body)) + body


@pytest.fixture
def server(monkeypatch):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), StandinServer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("Q_SERVER", f"127.0.0.1:{server.server_address[1]}:me:secret")
        with opened("q-ipc") as runner:
            yield runner
        server.shutdown()


@pytest.mark.parametrize(
    ("source", "tests", "outcome"),
    [
        ("solve:{x+y}", calls("solve", ((1, 2), 3), (([1, 2], 0.5), [1.5, 2.5])), "passed"),
        ("solve:{[x]\n reverse x}", calls("solve", (("abc",), "cba"), (({"a": 1},), {"a": 1})), "passed"),
        ("solve:{x+1}", calls("solve", ((1,), 1)), "wrong"),
        ("solve:{x+`a}", calls("solve", ((1,), 1)), "raised"),
        ("solve:{while[1b;0]}", calls("solve", ((1,), 1)), "raised"),
    ],
)
def test_a_server_judges_too(server, source, tests, outcome):
    verdict = server.verdict(source, tests)
    assert verdict.reason == outcome, verdict.cases
    assert (verdict.engine, verdict.isolation) == ("q server", ())


def test_a_server_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("Q_SERVER", "127.0.0.1:1")
    with pytest.raises(UserError, match=r"127\.0\.0\.1:1"), opened("q-ipc"):
        pass
    monkeypatch.delenv("Q_SERVER")
    with pytest.raises(UserError, match="Q_SERVER"), opened("q-ipc"):
        pass


def test_a_server_cannot_be_had_with_strict_isolation():
    with pytest.raises(UserError, match="strict"):
        opened("q-ipc", isolation="strict")


PYKX = """
import sys
from qsubset import Session
from qsubset.errors import Exit
from qsubset.host import Limits, hosted
session = Session()
def q(text):
    with hosted(Limits()) as host:
        try:
            session.evaluate(text)
        except Exit as end:
            sys.stdout.flush()
            raise SystemExit(end.code)
        finally:
            sys.stdout.write("".join(host.out))
            sys.stderr.write("".join(host.error))
"""


def test_pykx_runs_programs_in_a_process_of_their_own(tmp_path, monkeypatch):
    """The package is a stand-in for KX's; the process, its confinement and the protocol are real."""
    (tmp_path / "pykx").mkdir()
    (tmp_path / "pykx" / "__init__.py").write_text(PYKX)
    monkeypatch.syspath_prepend(str(tmp_path))
    with Sandbox(workers=1, limits=Limits(cpu_s=4, wall_s=30), language=q_engines.pykx()) as sandbox:
        verdict = sandbox.verdict("solve:{reverse x}", calls("solve", (([1, 2],), [2, 1]), (("ab",), "ba")))
        assert verdict.passed, verdict.cases
        assert sandbox.verdict("exit 0", calls("solve", ((1,), 1))).reason == "missing"
        assert sandbox.verdict("solve:{x+`a}", calls("solve", ((1,), 1))).reason == "raised"


def test_programs_of_a_series_do_not_see_each_other(q):
    given = calls("solve", ((1,), []))
    assert q.verdict("secret:42; .z.zd:1; solve:{()}", given).passed
    for source in ("solve:{secret}", "solve:{.z.zd}"):
        assert q.verdict(source, given).reason == "raised"
    drawn = [q.verdict("solve:{5?100}", given).cases[0].got for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_a_program_that_ends_its_series_takes_no_other_with_it(q):
    good, bad = "solve:{x}", "solve:{while[1b;0];x}"
    found = q.verdicts([(source, calls("solve", ((1,), 1))) for source in (good, bad, good, good, bad, good)])
    assert [verdict.reason for verdict in found] == ["passed", "timeout", "passed", "passed", "timeout", "passed"]


def test_a_series_is_followed_by_another(monkeypatch):
    monkeypatch.setattr("hone.runners.sandbox._SERIES", 3)
    with Sandbox(workers=1, limits=Limits(cpu_s=2), language=q_engines.subset()) as sandbox:
        found = sandbox.verdicts([(f"solve:{{x+{i}}}", calls("solve", ((1,), 1 + i))) for i in range(10)])
        assert all(verdict.passed for verdict in found)


def test_grading_stops_at_the_first_failure_in_a_series_too(q):
    verdict = q.verdict("solve:{x}", calls("solve", ((1,), 1), ((2,), 0), ((3,), 3)), stop_at_first_failure=True)
    assert [case.outcome for case in verdict.cases] == ["passed", "wrong", "missing"]


def test_a_long_program_and_a_long_answer_cross(q):
    source = "solve:{x}\n/ " + "y" * 200_000 + "\n"
    numbers = list(range(100_000))
    assert q.verdict(source, calls("solve", ((numbers,), numbers))).passed


def test_a_dictionary_of_nothing_taken_from_one_crosses_as_empty(q):
    nothing = calls("solve", ((1,), {}), ((2,), {}))
    assert q.verdict('solve:{()#("ab";"cd")!1 2}', nothing).passed


def test_a_text_taken_as_one_key_of_a_dictionary_is_an_error_of_q(q):
    assert q.verdict('solve:{"ab"#("ab";"cd")!1 2}', calls("solve", ((1,), 1))).cases[0].error == "'length"
