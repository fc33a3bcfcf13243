"""A real SLURM on this machine: controller and three node daemons, for as long as one test session.

Nodes: cpu1 (partition cpu) and gpu1, gpu2 with a fake GPU each (partition gpu, and urgent, whose jobs preempt those of
gpu). It needs root, and writes /etc/slurm, where it touches nothing that it did not write itself. Memory is watched and
limits are kept, but there are no cgroups, no accounting database and no GPU that computes.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ETC = Path("/etc/slurm")  # nowhere else: what srun starts inside a job has lost SLURM_CONF
MARK = "# Written by Hone's tests.\n"
DAEMONS = ("slurmctld", "slurmd", "munged", "sbatch")
NODES = ("cpu1", "gpu1", "gpu2")
PORT = 17817  # and the three after it
PATIENCE_S = 60.0

CONF = """\
ClusterName=hone
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job whose node was lost is given to another when its credential has expired.
AuthInfo=socket={root}/munge.socket,cred_expire=5
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool.%n
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
SlurmdParameters=config_overrides
SlurmdTimeout=10
KillWait=10
MinJobAge=3600
ReturnToService=2
EnforcePartLimits=ALL
JobFileAppend=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=DEFAULT CPUs=16 Boards=1 SocketsPerBoard=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=64000
NodeName=cpu1 NodeHostname={host} NodeAddr=127.0.0.1 Port={cpu1}
NodeName=gpu[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{gpu1}-{gpu2}] Gres=gpu:1
PartitionName=cpu Nodes=cpu1 Default=YES
PartitionName=gpu Nodes=gpu[1-2] PriorityTier=1
PartitionName=urgent Nodes=gpu[1-2] PriorityTier=10
"""


def lacking() -> str:
    """Why there can be no such cluster here, in a sentence; empty if there can."""
    if os.geteuid():
        return "needs root, for the daemons of SLURM"
    if missing := [name for name in DAEMONS if not shutil.which(name)]:
        return f"needs SLURM; not installed: {', '.join(missing)}"
    conf = ETC / "slurm.conf"
    if conf.exists() and not conf.read_text().startswith(MARK):
        return f"{conf} is of a SLURM that is not ours"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return f"port {PORT} is taken, perhaps by another session of these tests"
    return ""


def until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for something to become true; that it does not is the test's failure."""
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, f"waited {patience_s:.0f} s for {what}"
        time.sleep(0.1)


def call(*command: str) -> str:
    """What a command of SLURM says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


class Cluster:
    """The daemons, and what a test does to them. They die with this process."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="hone-slurm-", dir="/var/tmp"))
        self.root.chmod(0o755)  # munge wants everybody to reach its socket
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Cluster"]:
        """A cluster that waits for work; at the end nothing is left of it."""
        cluster = cls()
        try:
            cluster._configure()
            cluster._munged()
            cluster._start("slurmctld", "slurmctld", "-D", "-c")
            for node in NODES:
                cluster.start_node(node)
            cluster.rest()
            yield cluster
        except AssertionError as error:
            for log in cluster.root.glob("*.log"):
                error.add_note(f"{log.name}: {log.read_text()[-500:]}")
            raise
        finally:
            cluster._end()

    def _end(self) -> None:
        subprocess.run(["scancel", "--me", "--signal=KILL"], check=False)
        for daemon in reversed(self.daemons.values()):
            daemon.kill()
            daemon.wait()
        for name in ("slurm.conf", "gres.conf"):
            (ETC / name).unlink(missing_ok=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def start_node(self, node: str) -> None:
        """Start the daemon of a node, for the first time or again."""
        self._start(node, "slurmd", "-D", "-N", node)

    def kill_node(self, node: str) -> None:
        """Kill the daemon of a node; what runs there runs on."""
        self.daemons[node].kill()
        self.daemons[node].wait()

    def rest(self) -> None:
        """Wait until every node waits for work."""
        until(lambda: self._states() == {(node, "idle") for node in NODES}, "idle nodes")

    def jobs(self, folder: Path) -> dict[str, dict[str, str]]:
        """The jobs that were submitted from a folder, first to last: id -> what `scontrol show job` says."""
        told = subprocess.run(["scontrol", "show", "job", "--oneliner"], capture_output=True, text=True).stdout
        found = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in told.splitlines() if "JobId=" in line]
        return {job["JobId"]: job for job in found if job.get("WorkDir") == str(folder)}

    def _states(self) -> set[tuple[str, str]]:
        told = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %t"], capture_output=True, text=True, timeout=30).stdout
        return {(node, state) for node, state in map(str.split, told.splitlines())}

    def _configure(self) -> None:
        ETC.mkdir(exist_ok=True)
        ports = {node: PORT + number for number, node in enumerate(NODES, start=1)}
        facts = {"host": socket.gethostname().split(".")[0], "port": PORT, "root": self.root, **ports}
        (ETC / "slurm.conf").write_text(MARK + CONF.format(**facts))
        gpu = self.root / "gpu"
        os.mknod(gpu, 0o666 | 0o020000, os.makedev(1, 3))  # like /dev/null: for a plain file no GPU is shown to a job
        (ETC / "gres.conf").write_text(f"{MARK}AutoDetect=off\nNodeName=gpu[1-2] Name=gpu File={gpu}\n")
        for folder in ("state", *(f"spool.{node}" for node in NODES)):
            (self.root / folder).mkdir()

    def _munged(self) -> None:
        key, files = self.root / "munge.key", {"log": "munge.log", "pid": "munge.pid", "seed": "munge.seed"}
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        flags = [f"--{what}-file={self.root / name}" for what, name in files.items()]
        self._start(
            "munged", "munged", "--foreground", f"--key-file={key}", f"--socket={self.root / 'munge.socket'}", *flags
        )
        until((self.root / "munge.socket").exists, "munged")

    def _start(self, name: str, *command: str) -> None:
        with (self.root / f"{name}.log").open("ab") as log:
            mortal = ("setpriv", "--pdeathsig", "KILL", "--", *command)
            self.daemons[name] = subprocess.Popen(mortal, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
