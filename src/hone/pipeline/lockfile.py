"""DVC's own files whole. DVC writes them in place: killed while it does, it leaves one torn, and then refuses to work.

Of dvc.lock a copy is kept whenever a stage begins under DVC, which has just read it; what is torn is replaced by that
copy. What DVC had not yet locked is not lost: Snakemake's records prove it, so nothing is run again. A torn list of
which running command uses what (.dvc/tmp/rwlock) is removed: only dead ones are on it. Not covered: a loss of power
under `dvc repro`, or a kill before its first stage begins, after which any `snakemake` or `hone save` heals both.
"""

import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import yaml

from hone.core.files import atomic
from hone.pipeline import snakemake_records as records

LOCK = Path("dvc.lock")
USED = Path(".dvc/tmp/rwlock")
KEPT = records.HOME / "dvc.lock"
WATCH = records.HOME / "dvc.lock.watch"  # locked by the process that watches
POLL_S = 0.05
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_whole(text: str) -> bool:
    """Whether it has all that DVC wants: the schema, and of every stage what it was made of and what it made."""
    try:
        found = yaml.load(text, Loader=Loader)  # a SafeLoader: plain data
        entries = [entry for stage in found["stages"].values() for entry in [*stage.get("deps", []), *stage["outs"]]]
        return bool(found["schema"]) and text.endswith("\n") and all("md5" in e and "path" in e for e in entries)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return False


def heal() -> list[str]:
    """Put right what is torn; which files that was."""
    return [str(file) for file, healed in ((LOCK, _heal_lock), (USED, _heal_used)) if healed()]


def _heal_lock() -> bool:
    """Put the copy in the place of a torn file, or what git has; True if that was needed and done."""
    if not LOCK.exists() or is_whole(LOCK.read_text(encoding="utf-8", errors="replace")):
        return False
    text = KEPT.read_text(encoding="utf-8") if KEPT.exists() else _committed()
    if not is_whole(text):
        return False
    with atomic(LOCK) as new:
        new.write_text(text, encoding="utf-8")
    return True


def _heal_used() -> bool:
    """Remove a torn list; True if that was needed and done. A DVC that is just writing it holds the lock beside it."""
    if not torn(USED):
        return False
    with USED.with_name(f"{USED.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not torn(USED):
            return False
        USED.unlink()
    return True


def torn(file: Path) -> bool:
    """Whether it is there, and no JSON."""
    try:
        json.loads(file.read_bytes())
    except FileNotFoundError:
        return False
    except ValueError:
        return True
    return False


def keep() -> None:
    """Copy the file, which must be whole, and have it watched for as long as the DVC above this process lives."""
    if LOCK.exists():
        records.HOME.mkdir(exist_ok=True)
        with atomic(KEPT) as copy:
            shutil.copyfile(LOCK, copy)
    if dvc := _dvc_above():
        between = os.fork()
        if not between:
            if not os.fork():  # an orphan: whoever kills DVC and its children does not find it
                _watch(dvc)
            os._exit(0)
        os.waitpid(between, 0)


def _watch(dvc: int) -> None:
    """Heal what is torn once DVC has ended, however it did; one process does it for all stages. Never returns."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):  # whoever reads what DVC writes must not wait for this
            os.dup2(nothing, stream)
        fcntl.flock(os.open(WATCH, os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX | fcntl.LOCK_NB)
        while _command(dvc):
            time.sleep(POLL_S)
        heal()
    finally:
        os._exit(0)


def _dvc_above() -> int:
    """The process of DVC that started this one, by itself or through a shell; 0 if there is none."""
    process = os.getppid()
    for _ in range(2):
        if b"dvc" in _command(process):
            return process
        process = _parent(process)
    return 0


def _command(process: int) -> bytes:
    """Empty for a process that has ended, or where there is no /proc."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _committed() -> str:
    done = subprocess.run(["git", "show", f"HEAD:./{LOCK}"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""
