"""The fork server: a clean interpreter (no site, an empty environment) that forks one confined child a program.

Run by `sandbox.py`, never imported; standard library only. It gets a program and its inputs, never an expected
answer. On its control socket: one byte with three descriptors (request, stdout, results) starts a child, "k" ends
it and answers with its exit status and CPU time; at the socket's end it kills the child and goes. A child writes a
JSON line when it is confined, one for every input, and a last one when it is through. Where a language is a command,
the child becomes that, once confined: then its stderr follows the first line, and its exit status is the last. Where
programs cannot reach the process that runs them, a child runs a series: request is a pipe of JSON lines, and the last
line of each program has its stdout.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import confine  # type: ignore[import-not-found]
import values  # type: ignore[import-not-found]

_LARGEST = 1 << 22  # bytes of one result line
_REQUESTS, _RULES, _RESULTS = 197, 198, 199  # descriptors that a child keeps until it is confined
_LONG = 1 << 20  # CPU seconds of a series: each program of it has a timer of its own


def main() -> None:
    """Enter what the whole server shares with its programs, then serve."""
    setup = json.loads(sys.argv[2])
    control = socket.socket(fileno=int(sys.argv[1]))
    if "namespaces" in setup["layers"]:
        confine.enter_namespaces()
        below = os.fork()
        if below:  # this process stays outside: whoever started it knows it by its number
            control.close()
            os.waitpid(below, 0)
            return
        confine.die_with(0)  # the parent is of another namespace, in which it has no number
    adapter = importlib.import_module(setup["adapter"]) if setup["adapter"] else None
    del sys.path[0]  # programs import the standard library, and nothing of ours
    if "landlock" in setup["layers"]:
        os.dup2(confine.rules(setup["readable"]), _RULES)
    setup["calls"] = confine.calls(bool(setup["command"])) if "seccomp" in setup["layers"] else b""
    _open_streams()
    if adapter:
        adapter.rehearse()
    gc.freeze()  # what is here stays: a child that looked through it would copy its pages
    serve(control, setup, adapter)


def serve(control: socket.socket, setup: dict, adapter: Any) -> None:
    """Answer requests until the other end closes."""
    confine.adopt_orphans()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if not message:
            return
        request, stdout, results = descriptors
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            confine.die_with(parent)
            control.close()
            _child(request, stdout, results, setup, adapter)
        for descriptor in descriptors:
            os.close(descriptor)
        if control.recv(1) != b"k":
            _end(pid)
            return
        control.sendall(json.dumps(_end(pid)).encode() + b"\n")


def _end(pid: int) -> dict:
    """Kill the child and whatever it left behind, and reap them all."""
    if not _exited(pid):
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    if os.getpid() == 1:  # all others in this namespace are the program's
        _reap_all()
    else:
        _reap_orphans()
    return {"status": status, "cpu_s": usage.ru_utime + usage.ru_stime}


def _reap_all() -> None:
    try:
        os.kill(-1, signal.SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _reap_orphans() -> None:
    while True:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as stream:
                orphans = [int(name) for name in stream.read().split()]
        except OSError:
            orphans = []
        if not orphans:
            return
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)


def _exited(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _child(request: int, stdout: int, results: int, setup: dict, adapter: Any) -> None:
    """Run one program to its end; never returns."""
    series = setup["series"]
    try:
        # a file in memory: one read gives all
        job = {"stdin": ""} if series else json.loads(os.read(request, os.fstat(request).st_size))
        os.setsid()
        # memfd: standard input is a file of its own, so that reading it needs no second process
        stdin = os.memfd_create("stdin")
        os.write(stdin, job["stdin"].encode("utf-8", "surrogatepass"))
        os.lseek(stdin, 0, os.SEEK_SET)
        results = os.dup2(results, _RESULTS)
        request = os.dup2(request, _REQUESTS)
        for source, target in ((stdin, 0), (stdout, 1), (os.open(os.devnull, os.O_WRONLY), 2)):
            os.dup2(source, target)
        os.chdir("/")
        os.closerange(3, _REQUESTS)  # while system calls are cheap: later each goes through the filter
        cpu_s = _LONG if series else setup["cpu_s"]
        confine.confine(setup["layers"], _RULES, setup["calls"], cpu_s, setup["memory"])
        results = os.dup2(results, 3)
        request = os.dup2(request, 4) if series else 0
        for descriptor in (_REQUESTS, _RULES, _RESULTS):
            with contextlib.suppress(OSError):  # without Landlock there are no rules
                os.close(descriptor)
        _write(results, {"ready": True})
        if setup["command"]:
            os.dup2(results, 2)
            os.execve(setup["command"][0], [*setup["command"], job["source"]], setup["environment"])
    except BaseException as error:
        os.write(results, json.dumps({"setup": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        os._exit(70)
    try:
        if series:
            _series(request, results, setup["cpu_s"], adapter)
        else:
            _run(job, results, adapter)
    finally:
        os._exit(0)  # no exit handlers and no destructors of the program


def _series(request: int, results: int, cpu_s: int, adapter: Any) -> None:
    """Programs one after the other, each as if it were alone; the timer ends this process."""
    with open(request, "rb") as stream:
        for line in stream:
            job = json.loads(line)
            began = time.thread_time()
            signal.setitimer(signal.ITIMER_PROF, cpu_s)
            adapter.begin(job["stdin"])
            _run(job, results, adapter)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _write(results, {"over": adapter.written(), "cpu_s": time.thread_time() - began})


def _open_streams() -> None:
    """Standard streams of the kinds that programs find: a child only puts its own file and pipe under them."""
    stdin, (reading, writing) = os.memfd_create("stdin"), os.pipe()
    for source, target in ((stdin, 0), (writing, 1)):
        os.dup2(source, target)
    for descriptor in (stdin, reading, writing):
        os.close(descriptor)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding="utf-8", errors="replace")
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout)


def _run(job: dict, results: int, adapter: Any) -> None:
    script = not job["entry"]
    loaded: list = []
    failure = _attempt(lambda: loaded.append(adapter.load(job["source"], script)), script, adapter)
    if script:
        left = _attempt(adapter.leave, script, adapter)
        _write(results, {"i": 0} | (failure or left or {"value": None}))
    else:
        for i, arguments in enumerate(job["inputs"]):
            _write(results, {"i": i} | (failure or _answer(adapter, loaded[0], job["entry"], arguments)))
    _write(results, {"done": True})


def _answer(adapter: Any, loaded: Any, entry: str, arguments: list) -> dict:
    returned: list = []
    failure = _attempt(
        lambda: returned.append(adapter.call(loaded, entry, values.decode(arguments))), script=False, adapter=adapter
    )
    if failure:
        return failure
    try:
        return {"value": values.encode(returned[0])}
    except MemoryError:
        return {"memory": True}
    except (TypeError, ValueError, RecursionError) as error:
        return {"odd": str(error)}


def _attempt(action: Callable[[], object], script: bool, adapter: Any) -> dict | None:
    """What went wrong in it, or None. A script may exit, if it says that all is well."""
    try:
        action()
    except MemoryError:
        return {"memory": True}
    except BaseException as error:
        if script and isinstance(error, SystemExit) and error.code in (None, 0):
            return None
        try:
            return adapter.told(error)
        except BaseException:  # a program may bring an exception that cannot even be printed
            return {"error": type(error).__name__, "traceback": ""}
    return None


def _write(results: int, record: dict) -> None:
    try:
        line = json.dumps(record).encode()
    except MemoryError:
        line = json.dumps({"i": record.get("i"), "memory": True}).encode()
    except (ValueError, RecursionError) as error:  # nested too deep
        line = json.dumps({"i": record.get("i"), "odd": str(error)}).encode()
    if len(line) > _LARGEST:
        line = json.dumps({"i": record.get("i"), "large": len(line)}).encode()
    line += b"\n"
    while line:
        line = line[os.write(results, line) :]


if __name__ == "__main__":
    main()
