"""A shared remote over SSH: a real sshd on loopback, a key of its own, push from one repository and pull in a clone."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.workflow]

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a server that lets in who has the key, and that key."""
    if SSHD is None:
        pytest.skip("needs sshd (apt install openssh-server)")
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/user.pub\n"
        f"PidFile {tmp_path}/pid\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True) if getpass.getuser() == "root" else None
    with subprocess.Popen([SSHD, "-D", "-f", str(config)]) as server:
        try:
            _wait(port)
            yield port, tmp_path / "user"
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("sshd did not start")


def test_a_clone_pulls_over_ssh_what_was_pushed_and_has_nothing_to_do(repo, tmp_path: Path, sshd: tuple[int, Path]):
    port, key = sshd
    repo.dvc("remote", "add", "-d", "shared", f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/remote")
    repo.dvc("remote", "modify", "shared", "keyfile", str(key))
    repo.ok("git", "commit", "-qam", "Share over SSH")
    repo.dvc("push", "-q")
    clone = repo.clone(tmp_path / "clone")
    clone.dvc("pull", "-q")
    assert "Nothing to be done" in clone.snakemake("-n", "results/eval.json")
    assert clone.stale() == set()
