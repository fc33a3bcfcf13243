"""`python -m TOOL` for tools that take seconds to import: a process that has imported them forks one for each call.

What runs is the tool's own code in a process of its own, with the folder, environment and streams that it is given; only
the imports are paid once. Nothing of hone is imported here: each call finds the hone of its own repository.
"""

import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TOOLS = ("snakemake.cli", "snakemake.api", "dvc.cli", "dvc.repo", "dvc.commands.status", "dvc.commands.repro")


class Warm:
    """The process, started at the first call; it ends with this one."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None

    def run(
        self, module: str, arguments: Sequence[str], cwd: Path, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True)`."""
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                own = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # a fork has one thread
                command = [sys.executable, __file__, str(theirs.fileno())]
                subprocess.Popen(command, pass_fds=[theirs.fileno()], env={**os.environ, **own})
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            call = {"module": module, "arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
            socket.send_fds(self._control, [json.dumps(call).encode()], [out.fileno(), err.fileno()])
            said = self._control.recv(64)
            assert said, f"python -m {module}: the process that holds it ended"
            for stream in (out, err):
                stream.seek(0)
            return subprocess.CompletedProcess(
                [sys.executable, "-m", module, *arguments], int(said), out.read().decode(), err.read().decode()
            )


def _serve(control: socket.socket) -> dict[str, Any]:
    """Fork for each call; returns in the fork, with what it is to become."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not message:
            sys.exit()
        pid = os.fork()
        if pid == 0:
            control.close()
            for source, target in zip(descriptors, (1, 2), strict=True):
                os.dup2(source, target)
                os.close(source)
            call: dict[str, Any] = json.loads(message)
            return call
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


if __name__ == "__main__":
    del sys.path[0]
    for name in TOOLS:
        importlib.import_module(name)
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.path[:0] = [asked["cwd"], *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = [asked["module"], *asked["arguments"]]
    runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
