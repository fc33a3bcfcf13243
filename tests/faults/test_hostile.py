"""Programs that cheat, break out or break down: none passes, each is told apart, and the runner works on."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from tests.faults.hostile import PROGRAMS, RIGHT, SCRIPTS

from hone.core.errors import UserError
from hone.runners import Case, Limits, Sandbox, Tests
from hone.runners.isolation import LAYERS, layers, offered

_TESTS = Tests("f", (Case((1,), 2), Case((41,), 42)))
_SMALL = Limits(cpu_s=1, wall_s=10.0, memory_mb=256, stdout_bytes=1 << 20, result_bytes=1 << 23)


@pytest.fixture(scope="module")
def runner():
    """One worker, so that every program follows the one before in the same server."""
    with Sandbox(1, _SMALL) as runner:
        yield runner


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    path = tmp_path_factory.mktemp("canary") / "canary"
    path.write_text("alive")
    os.utime(path, (1, 1))
    return path


@pytest.fixture(scope="module")
def door():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hostile_program_gets_nothing(runner, canary, door, name):
    program, outcome = PROGRAMS[name]
    program = program.replace("{canary}", str(canary)).replace("{port}", str(door.getsockname()[1]))
    server = runner._all[0]._server.pid
    verdict = runner.verdict(program, _TESTS)
    assert not verdict.passed
    assert verdict.reason in outcome.split(" or "), verdict
    assert (canary.read_text(), canary.stat().st_mtime) == ("alive", 1)
    assert os.listdir(canary.parent) == ["canary"]
    with pytest.raises(BlockingIOError):
        door.accept()
    assert runner.verdict(RIGHT, _TESTS).passed
    assert runner._all[0]._server.pid == server


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_gets_nothing(runner, name):
    program, outcome = SCRIPTS[name]
    verdict = runner.verdict(program, Tests("", (Case(stdin="1", stdout="2"),)))
    assert (verdict.passed, verdict.reason) == (False, outcome)
    assert runner.verdict("print(2)", Tests("", (Case(stdin="1", stdout="2"),))).passed


def test_no_secret_of_ours_is_seen(monkeypatch):
    monkeypatch.setenv("API_KEY", "sesame-of-the-parent")
    program = (
        "import gc, os\nseen = [repr(dict(os.environ))]\n"
        "seen += [repr(o) for o in gc.get_objects() if type(o) in (dict, list, tuple)]\n"
        "print('-of-'.join(['sesame', 'the-parent']) in ''.join(seen), sorted(os.environ))\n"
    )
    with Sandbox(1) as own:
        ran = own.run(program)
    assert ran.outcome == "passed", ran
    assert "sesame" not in ran.stdout
    assert set(eval(ran.stdout.split(" ", 1)[1])) <= {"LANG", "LC_CTYPE", "PYTHONHASHSEED"}
    assert ran.stdout.startswith("False")


# layer: a program that gets through where only that layer is missing, and not where it is on
_NEEDED = {
    "rlimits": "taken = bytearray(1 << 29)\ndef f(x):\n    return x + 1\n",
    "namespaces": PROGRAMS["looks at other processes"][0],
    "landlock": "seen = open('{canary}').read()\ndef f(x):\n    return x + (seen == 'alive')\n",
    "seccomp": "import os\nif os.fork() == 0: os._exit(0)\ndef f(x):\n    return x + 1\n",
}


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_is_needed(runner, canary, layer):
    if layer not in offered():
        pytest.skip(f"{layer} cannot be had here")
    program = _NEEDED[layer].replace("{canary}", str(canary))
    assert not runner.verdict(program, _TESTS).passed
    without = Sandbox(1, _SMALL)
    without.isolation = tuple(other for other in offered() if other != layer)
    with without:
        assert without.verdict(program, _TESTS).passed


def test_strict_runs_with_every_layer_or_not_at_all(monkeypatch):
    if set(offered()) == set(LAYERS):
        with Sandbox(1, _SMALL, isolation="strict") as strict:
            assert strict.verdict(RIGHT, _TESTS).isolation == LAYERS
    monkeypatch.setattr("hone.runners.isolation.offered", lambda: ("rlimits", "seccomp"))
    with pytest.raises(UserError, match="namespaces, landlock cannot be had here"):
        layers("strict")
    assert layers("best") == ("rlimits", "seccomp")


def test_a_profile_says_how_strictly(monkeypatch):
    monkeypatch.setenv("HONE_ISOLATION", "off")
    with Sandbox(1, _SMALL) as off:
        assert off.verdict(RIGHT, _TESTS).isolation == ("rlimits",)
    monkeypatch.setenv("HONE_ISOLATION", "strikt")
    with pytest.raises(UserError, match="expected one of strict, best, off, found 'strikt'"):
        Sandbox(1)


_AS_ANOTHER = """
import json, pathlib, socket, sys
sys.path[:0] = [{folder!r}]
from hone.core.errors import UserError
from hone.runners import Case, Limits, Sandbox, Tests
from tests.faults.hostile import PROGRAMS, RIGHT
tests = Tests("f", (Case((1,), 2), Case((41,), 42)))
canary = pathlib.Path({canary!r})
door = socket.create_server(("127.0.0.1", 0))
door.setblocking(False)
found = {{}}
with Sandbox(1, Limits(cpu_s=1, wall_s=10.0, memory_mb=256, stdout_bytes=1 << 20, result_bytes=1 << 23)) as runner:
    for name, (program, _) in PROGRAMS.items():
        program = program.replace("{{canary}}", str(canary)).replace("{{port}}", str(door.getsockname()[1]))
        found[name] = runner.verdict(program, tests).reason
        assert runner.verdict(RIGHT, tests).passed, name
try:
    door.accept()
    found["the door"] = "opened"
except BlockingIOError:
    pass
print(json.dumps(found))
"""


@pytest.mark.thorough
def test_a_plain_user_is_as_safe_as_root():
    """The whole corpus under another user id; pytest itself runs as root where this is not skipped."""
    python = shutil.which("python3.11", path="/usr/bin:/usr/local/bin")
    if os.geteuid() != 0 or python is None or shutil.which("setpriv") is None:
        pytest.skip("needs root, setpriv and a Python that others may start")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree("src/hone", folder / "hone", ignore=ignored)
        (folder / "tests/faults").mkdir(parents=True)
        shutil.copy("tests/faults/hostile.py", folder / "tests/faults")
        (folder / "own").mkdir()
        canary = folder / "own/canary"
        canary.write_text("alive")
        for path in (folder / "own", canary):
            shutil.chown(path, "nobody")
        os.utime(canary, (1, 1))
        ran = subprocess.run(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", python, "-B", "-c",
             _AS_ANOTHER.format(folder=str(folder), canary=str(canary))],
            capture_output=True, text=True, cwd="/", env={"LANG": "C.UTF-8"}, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        found = json.loads(ran.stdout)
        assert found.keys() == PROGRAMS.keys()
        assert not {name: found[name] for name, (_, told) in PROGRAMS.items() if found[name] not in told.split(" or ")}
        assert (canary.read_text(), canary.stat().st_mtime) == ("alive", 1)
        assert os.listdir(canary.parent) == ["canary"]
