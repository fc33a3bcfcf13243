"""Values by key in one growing JSONL file, for what is too dear to make twice: rows, verdicts, answers of a teacher.

Several processes may share a file: each line is appended whole, under a lock, and what others added is found on a
miss. A kill costs at most the line that was being written; a line that is damaged is as if it had never been there.
Lines: {"crc": of the rest, "key", "value"}; a key's last line counts. Only JSON goes in and comes out.

Not covered: a loss of power may cost the last seconds of lines; file systems that have no flock.
"""

import fcntl
import hashlib
import json
import os
import shutil
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hone.core.files import atomic


def content_key(*facts: Any) -> str:
    """The hash of all that a value depends on; facts are JSON."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class Ledger:
    """A context manager, made by `open`. Safe to use from several threads, but not across a fork."""

    def __init__(self, descriptor: int, each: Callable[[str, Any], None] | None = None) -> None:
        self._file, self._each = descriptor, each
        self._read = 0  # up to here lines were looked at: always the start of a line
        self._places: dict[str, tuple[int, int]] = {}  # key -> offset and length: values stay in the file
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, each: Callable[[str, Any], None] | None = None) -> "Ledger":
        """The ledger at `path`, made if need be. `each` gets the key and value of every line, once: those that stand
        there now, and later those that are added, by whichever process, as they are found."""
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_own(path)
        ledger = cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644), each)
        ledger._catch_up()
        return ledger

    def get(self, key: str) -> Any:
        """The value under `key`, whichever process put it there, or None."""
        with self._lock:
            if key not in self._places:
                self._catch_up()
            offset, length = self._places.get(key, (0, 0))
            found = _parse(os.pread(self._file, length, offset))
        return found[1] if found is not None and found[0] == key else None

    def put(self, key: str, value: Any, durable: bool = False) -> None:
        """Keep `value` under `key`; it is in the file when this returns, and on the disk too if it is to be `durable`
        (what was paid for). Raises: TypeError if it is not JSON."""
        line = _line(key, value)
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                size = os.fstat(self._file).st_size
                if size and os.pread(self._file, 1, size - 1) != b"\n":  # a kill tore that line: ours must not join it
                    line = b"\n" + line
                while line:
                    line = line[os.write(self._file, line) :]
                if durable:
                    os.fdatasync(self._file)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
            self._catch_up()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def _catch_up(self) -> None:
        """Look at the lines that were added since; one without its end may still be in the making."""
        with open(self._file, "rb", closefd=False) as stream:
            stream.seek(self._read)
            for line in stream:
                if not line.endswith(b"\n"):
                    return
                found = _parse(line)
                if found is not None:
                    self._places[found[0]] = (self._read, len(line))
                    if self._each is not None:
                        self._each(*found)
                self._read += len(line)


class Claims:
    """Who is at work on a key: processes that share a ledger share the file of claims beside it. A claim ends with the
    process that holds it, however that ends (record locks of fcntl; one `Claims` a file in each process)."""

    def __init__(self, descriptor: int) -> None:
        self._file = descriptor
        self._mine: set[int] = set()  # the kernel tells processes apart, not tasks of one
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Claims":
        """The claims in the file at `path`, made if need be; it stays empty."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644))

    def take(self, key: str) -> bool:
        """Claim `key`, a hexadecimal hash; False if somebody else holds it."""
        place = _place(key)
        with self._lock:
            if place in self._mine:
                return False
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                return False
            self._mine.add(place)
            return True

    def drop(self, key: str) -> None:
        """Give the claim back."""
        with self._lock:
            self._mine.discard(_place(key))
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place(key))

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def _make_own(path: Path) -> None:
    """Replace a link by a copy: after `dvc pull` a file may be one with DVC's cache, which must not be written to."""
    if path.is_symlink() or (path.exists() and path.stat().st_nlink > 1):
        with atomic(path) as copy:
            shutil.copyfile(path, copy)


def _place(key: str) -> int:
    """The byte of the file of claims that stands for a key."""
    return int(key[:15], 16)


def _line(key: str, value: Any) -> bytes:
    body = json.dumps({"key": key, "value": value}).encode()
    return b'{"crc": %d, %s\n' % (zlib.crc32(body), body[1:])


def _parse(line: bytes) -> tuple[str, Any] | None:
    """Key and value, or None for a damaged line."""
    head, _, rest = line.rstrip(b"\n").partition(b", ")
    body = b"{" + rest
    if head != b'{"crc": %d' % zlib.crc32(body):
        return None
    found = json.loads(body)
    return found["key"], found["value"]
