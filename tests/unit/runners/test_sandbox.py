"""Honest programs: what they return, print and raise is seen as it is."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hone.core.errors import UserError
from hone.runners import Case, Limits, Sandbox, Tests
from hone.runners.isolation import offered
from hone.runners.languages import command, language
from hone.runners.sandbox import _Worker

_SOURCE = Path(__file__).parents[3] / "src"
_ADD = Tests("f", (Case((1,), 2), Case((41,), 42)))


def _one(expected, *args):
    return Tests("f", (Case(args, expected),))


def _script(stdin, stdout):
    return Tests("", (Case(stdin=stdin, stdout=stdout),))


def test_a_right_program_passes(runner):
    verdict = runner.verdict("def f(x):\n    return x + 1\n", _ADD)
    assert verdict.passed
    assert [case.got for case in verdict.cases] == [2, 42]
    assert verdict.isolation == runner.isolation
    assert verdict.engine == f"python {sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(("returned", "expected"), [("True", 1), ("1.0", 1), ("(1, 2)", [1, 2]), ("{1.0}", {1})])
def test_a_value_of_another_type_is_wrong(runner, returned, expected):
    verdict = runner.verdict(f"def f():\n    return {returned}\n", _one(expected))
    assert verdict.reason == "wrong"


def test_what_went_wrong_is_shown(runner):
    assert runner.verdict("def f(x):\n    return x\n", _ADD).cases[0].got == 1


def test_tolerance_holds_for_floats(runner):
    program = "def f():\n    return [0.1 + 0.2, float('nan')]\n"
    expected = (Case((), [0.3, float("nan")]),)
    assert runner.verdict(program, Tests("f", expected, 1e-9)).passed
    assert not runner.verdict(program, Tests("f", expected)).passed


def test_a_method_is_called_on_a_new_object_each_time(runner):
    program = (
        "class Solution:\n    def __init__(self):\n        self.n = 0\n"
        "    def method(self, x):\n        self.n += x\n        return self.n\n"
    )
    assert runner.verdict(program, Tests("Solution.method", (Case((1,), 1), Case((5,), 5)))).passed


def test_a_traceback_shows_the_program_alone(runner):
    program = "import json\n\ndef g(x):\n    return json.loads(x)\n\ndef f(x):\n    return g(x)\n"
    case = runner.verdict(program, _one(1, "{")).cases[0]
    assert case.outcome == "raised"
    assert case.error.startswith("json.decoder.JSONDecodeError: Expecting property name")
    assert [line for line in case.traceback.splitlines() if "File" in line] == [
        '  File "solution.py", line 7, in f',
        '  File "solution.py", line 4, in g',
    ]
    assert "    return json.loads(x)\n" in case.traceback
    assert case.traceback.startswith("Traceback (most recent call last):\n")


def test_a_chain_of_exceptions_shows_the_program_alone(runner):
    program = "def f(x):\n    try:\n        int('x')\n    except ValueError as e:\n        raise KeyError(x) from e\n"
    case = runner.verdict(program, _one(1, 7)).cases[0]
    assert case.error == "KeyError: 7"
    assert "direct cause" in case.traceback
    assert "server.py" not in case.traceback


def test_a_program_that_does_not_compile_says_so_for_every_case(runner):
    verdict = runner.verdict("def f(x:\n    return x\n", _ADD)
    assert [case.outcome for case in verdict.cases] == ["raised", "raised"]
    assert verdict.cases[1].error == "SyntaxError: '(' was never closed"
    assert verdict.cases[1].traceback == (
        "  File \"solution.py\", line 1\n    def f(x:\n         ^\nSyntaxError: '(' was never closed\n"
    )


@pytest.mark.parametrize("source", ["", "f = 3\n", "class f: pass\nf = None\n", "\0", "\ud800"])
def test_a_program_without_its_function_has_raised(runner, source):
    assert runner.verdict(source, _ADD).reason == "raised"


def test_deep_recursion_is_an_exception_with_a_short_traceback(runner):
    case = runner.verdict("def f(x):\n    return f(x + 1)\n", _ADD).cases[0]
    assert case.error.startswith("RecursionError: maximum recursion depth exceeded")
    assert len(case.traceback) < 5000


def test_what_a_call_does_to_its_arguments_stays_with_it(runner):
    shared = [3, 1, 2]
    program = "def f(x):\n    x.sort()\n    x.pop()\n    return x\n"
    tests = Tests("f", (Case((shared,), [1, 2]), Case((shared,), [1, 2])))
    assert runner.verdict(program, tests).passed
    assert shared == [3, 1, 2]


def test_what_a_program_leaves_behind_is_gone_for_the_next(runner):
    runner.verdict("import builtins, math\nbuiltins.len = math.pi = None\ndef f(x): return 0\n", _ADD)
    assert runner.verdict("import math\ndef f(x):\n    return len([math.pi]) + x\n", _ADD).passed


def test_grading_stops_at_the_first_failure_if_asked(runner):
    program = "def f(x):\n    if x == 2:\n        while True: pass\n    return x\n"
    tests = Tests("f", (Case((0,), 0), Case((1,), 0), Case((2,), 0)))
    stopped = runner.verdict(program, tests, stop_at_first_failure=True)
    assert [case.outcome for case in stopped.cases] == ["passed", "wrong", "missing"]
    assert [case.outcome for case in runner.verdict(program, tests).cases] == ["passed", "wrong", "timeout"]


def test_grading_of_a_script_stops_at_the_first_failure_if_asked(runner):
    tests = Tests("", tuple(Case(stdin=str(i), stdout="1") for i in range(3)))
    found = runner.verdict("print(input())", tests, stop_at_first_failure=True).cases
    assert [case.outcome for case in found] == ["wrong", "missing", "missing"]


@pytest.mark.parametrize(
    "program",
    [
        "print(int(input()) + 1)",
        "import sys\nprint(int(sys.stdin.readline()) + 1)\nsys.exit(0)",
        "print(int(input()) + 1)\nexit()",
        "import sys\nsys.stdout.write(str(int(sys.stdin.buffer.read()) + 1))",
        "import os\nprint(int(open(0).read()) + 1)",
        "if __name__ == '__main__':\n    print(int(input()) + 1)",
        "import threading\nthreading.Thread(target=lambda: print(int(input()) + 1)).start()",
        "import atexit\natexit.register(lambda: print(int(input()) + 1))",
        "import io, sys\nsys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, 'w')))\nprint(int(input()) + 1)",
    ],
)
def test_a_script_ends_as_in_python(runner, program):
    assert runner.verdict(program, _script("41\n", "42\n")).passed


def test_a_script_that_fails_has_not_passed_whatever_it_printed(runner):
    verdict = runner.verdict("print(42)\nraise SystemExit(1)", _script("", "42\n"))
    assert verdict.reason == "raised"
    assert verdict.cases[0].error == "SystemExit: 1"


def test_running_a_script_shows_its_output_and_its_traceback(runner):
    ran = runner.run("print(input())\nprint(1 / 0)\n", "hé\n")
    assert (ran.outcome, ran.stdout) == ("raised", "hé\n")
    assert ran.error.endswith("ZeroDivisionError: division by zero\n")
    assert runner.run("print(1)").outcome == "passed"


def test_the_order_of_sets_is_the_same_in_every_run(runner):
    program = "print({'a', 'b', 'c', 'd', 'e'}, __import__('random').random())"
    with Sandbox(1) as other:
        assert runner.run(program) == other.run(program)


def test_what_a_script_prints_before_it_fails_is_kept(runner):
    program = "import atexit\natexit.register(print, 'end')\nprint('start')\n1 / 0\n"
    assert runner.run(program).stdout == "start\nend\n"


def test_a_program_that_is_called_is_not_main(runner):
    program = "def f(x):\n    return x + 1\nif __name__ == '__main__':\n    f(input())\n"
    assert runner.verdict(program, _ADD).passed


def test_a_number_of_any_length_crosses(runner):
    assert runner.verdict("def f(x):\n    return x * 10**5000\n", _one(-(10**5000), -1)).passed
    assert runner.verdict("def f(x):\n    return x == 10**5000\n", _one(True, 10**5000)).passed


def test_a_verdict_says_what_it_took(runner):
    verdict = runner.verdict("sum(range(3_000_000))\ndef f(x):\n    return x + 1\n", _ADD)
    assert 0 < verdict.cpu_s <= verdict.wall_s + 0.05


def test_a_stream_takes_programs_as_they_are_needed():
    taken = []

    def programs():
        for i in range(1000):
            taken.append(i)
            yield f"def f():\n    return {i}\n", _one(i)

    with Sandbox(2) as own:
        stream = own.stream(programs())
        assert [next(stream).passed for _ in range(20)] == [True] * 20
        assert len(taken) < 60
        stream.close()
        assert own.verdict("def f():\n    return 3\n", _one(3)).passed


def test_a_stream_that_is_left_ends_what_still_runs():
    began = time.monotonic()
    with Sandbox(2, Limits(cpu_s=600, wall_s=600)) as own:
        stream = own.stream([("def f(): return 1\n", _one(1))] + [("while True: pass\n", _one(1))] * 20)
        assert next(stream).passed
        stream.close()
    assert time.monotonic() - began < 300


@pytest.mark.parametrize("hundredths", range(0, 12, 2))
def test_a_stream_that_is_left_while_servers_start_ends_too(hundredths):
    def programs():
        yield from [("while True: pass\n", _one(1))] * 4
        time.sleep(hundredths / 100)
        raise LookupError("no more programs")

    began = time.monotonic()
    with Sandbox(2, Limits(cpu_s=600, wall_s=600)) as own, pytest.raises(LookupError):
        list(own.stream(programs()))
    assert time.monotonic() - began < 300  # the limit of one program would be twice that


def test_a_stream_that_is_left_while_a_server_starts_again_ends_too(monkeypatch):
    starting, start = threading.Event(), _Worker._start

    def slowly(worker):
        starting.set()
        time.sleep(0.5)
        start(worker)

    def programs():
        yield "while True: pass\n", _one(1)
        assert starting.wait(60)
        raise LookupError("no more programs")

    began = time.monotonic()
    with Sandbox(1, Limits(cpu_s=600, wall_s=600)) as own:
        own._interrupt()
        own._all[0]._server.wait()
        monkeypatch.setattr(_Worker, "_start", slowly)
        with pytest.raises(LookupError):
            list(own.stream(programs()))
    assert time.monotonic() - began < 300


_INTERRUPTED = """
from hone.runners import Case, Limits, Sandbox, Tests
with Sandbox(2, Limits(cpu_s=60, wall_s=60)) as runner:
    print(*(worker._server.pid for worker in runner._all), flush=True)
    runner.verdicts([("while True: pass", Tests("f", (Case((), 1),)))] * 9)
"""


def test_ctrl_c_ends_a_batch_at_once_and_leaves_no_process():
    parent = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED], env={"PYTHONPATH": str(_SOURCE)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with parent:
        watched = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        time.sleep(1)
        parent.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in parent.communicate(timeout=30)[1]
        for pidfd in watched:
            assert _ended(pidfd)
            os.close(pidfd)


def test_a_language_may_be_a_command(tmp_path):
    adds = "read x\necho $((x + 1))\n"
    with Sandbox(1, language=command("sh", "dash", ("/bin/sh",), ".sh")) as shell:
        assert shell.verdict(adds, _script("41\n", "42\n")).passed
        assert shell.verdict(adds, _script("41\n", "43\n")).reason == "wrong"
        assert shell.verdict("while :; do :; done", _script("", "")).reason == "timeout"
        failed = shell.verdict("echo 42; echo why >&2; exit 3", _script("", "42\n"))
        assert (failed.reason, failed.cases[0].error, failed.cases[0].traceback) == ("raised", "exit status 3", "why")
        with pytest.raises(UserError, match="sh: expected tests by stdin and stdout, found calls of f"):
            shell.verdict(adds, _ADD)


@pytest.mark.parametrize(
    "program",
    [
        "/bin/true && echo in",
        "exec /bin/echo in",
        "echo in > {folder}/file",
        "(echo in)",
        "read x < /etc/passwd && echo in",
    ],
)
def test_a_command_can_start_and_write_nothing_else(tmp_path, program):
    if "landlock" not in offered():
        pytest.skip("without Landlock a command may become another program")
    with Sandbox(1, language=command("sh", "dash", ("/bin/sh",), ".sh")) as shell:
        assert not shell.verdict(program.replace("{folder}", str(tmp_path)), _script("", "in\n")).passed
    assert not list(tmp_path.iterdir())


def test_a_language_that_is_not_there_is_told():
    with pytest.raises(UserError, match="expected one of python.*found 'cobol'"):
        language("cobol")
    with pytest.raises(UserError, match="expected a program that can be started, found /nowhere/q"):
        command("q", "kdb+", ("/nowhere/q",), ".q")


def test_large_inputs_and_outputs_pass(runner):
    text = "a" * 5_000_000
    assert runner.verdict("def f(x):\n    return len(x)\n", _one(len(text), text)).passed
    assert runner.verdict("def f(x):\n    return x[:3_000_000]\n", _one(text[:3_000_000], text)).passed
    many = "1\n" * 100_000
    program = "import sys\nfor line in sys.stdin.buffer:\n    sys.stdout.write(line.decode())\n"
    assert runner.verdict(program, _script(many, many)).passed


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_verdicts_come_in_the_order_of_the_programs(workers):
    waste = "sum(range(200_000))"
    programs = [
        (f"def f():\n    {waste if i % 3 == 0 else 'pass'}\n    return {i}\n", _one(i if i % 2 else -1))
        for i in range(24)
    ]
    with Sandbox(workers) as runner:
        verdicts = runner.verdicts(programs)
    assert [v.cases[0].got for v in verdicts] == list(range(24))
    assert [v.passed for v in verdicts] == [bool(i % 2) for i in range(24)]


def test_a_runner_runs_inside_its_block_only():
    runner = Sandbox(1)
    with pytest.raises(RuntimeError, match="`with` block"):
        runner.verdict("", _ADD)
    with runner:
        pass
    with pytest.raises(RuntimeError, match="`with` block"):
        runner.run("")


def _below(pid):
    """Every process below `pid`."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(pid for child in children for pid in _below(child))]


def test_nothing_is_left_after_two_hundred_programs():
    before = len(os.listdir("/proc/self/fd")), _below(os.getpid())
    sources = ["def f(x):\n    return x + 1\n", "def f(x):\n    return 0\n", "import os\nos._exit(3)\n", "os.close(3)"]
    with Sandbox(2) as runner:
        runner.verdicts([(sources[0], _ADD)] * 2)
        inside = len(os.listdir("/proc/self/fd")), _below(os.getpid())
        runner.verdicts([(sources[i % 4], _ADD) for i in range(200)])
        assert (len(os.listdir("/proc/self/fd")), _below(os.getpid())) == inside
    assert (len(os.listdir("/proc/self/fd")), _below(os.getpid())) == before


def test_a_server_that_was_killed_is_replaced(runner):
    with Sandbox(1) as own:
        for _ in range(2):
            server = own._all[0]._server
            server.kill()
            server.wait()
            assert own.verdict("def f(x):\n    return x + 1\n", _ADD).passed


def test_an_interrupted_program_does_not_answer_for_the_next(monkeypatch):
    with Sandbox(1) as own:
        with monkeypatch.context() as patch:
            patch.setattr("hone.runners.reading._answer", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                own.verdict("def f(x):\n    return 2\n", _ADD)
        assert own.verdict("def f(x):\n    return x + 1\n", _ADD).passed


def _interrupt(record):
    raise KeyboardInterrupt


_LOSES_ITS_LIFE = """
import sys
from hone.runners import Limits, Sandbox
with Sandbox(1, Limits(wall_s=100)) as runner:
    print(runner._all[0]._server.pid, flush=True)
    runner.run("import time\\nprint(1)\\ntime.sleep(1000)")
"""


@pytest.mark.parametrize("victim", ["parent", "server"])
def test_no_process_survives_a_parent_that_is_killed(victim):
    parent = subprocess.Popen(
        [sys.executable, "-c", _LOSES_ITS_LIFE], env={"PYTHONPATH": str(_SOURCE)}, stdout=subprocess.PIPE, text=True
    )
    with parent:
        server = int(parent.stdout.readline())
        layered = 1 + ("namespaces" in offered())  # the server in its namespace, and the program
        while len(below := _below(server)) < layered:
            assert parent.poll() is None
        watched = [os.pidfd_open(pid) for pid in ([server, *below] if victim == "parent" else below)]
        os.kill(parent.pid if victim == "parent" else server, signal.SIGKILL)
        for pidfd in watched:
            assert _ended(pidfd)
            os.close(pidfd)


def _ended(pidfd):
    import select

    return bool(select.select([pidfd], [], [], 10)[0])


def test_limits_are_of_cpu_time_first(runner):
    slow = "import time\ntime.sleep(1.5)\ndef f(x):\n    return x + 1\n"
    with Sandbox(1, Limits(cpu_s=1, wall_s=20)) as patient:
        assert patient.verdict(slow, _ADD).passed


def test_a_sandbox_of_another_language_is_beside_with_the_same_limits_and_ends_with_the_first():
    with Sandbox(1, Limits(cpu_s=1)) as python:
        assert python.beside("python") is python
        q = python.beside("q")
        assert q is python.beside("q")
        assert (q.engine, q.limits, q.isolation) == ("qsubset", python.limits, python.isolation)
        assert q.verdict("f:{x+1}", _ADD).passed
    with pytest.raises(RuntimeError, match="inside its `with` block"):
        q.verdict("f:{x+1}", _ADD)
