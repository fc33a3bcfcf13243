"""What stands on disk, by content: a file is hashed once and remembered by its stat, so that a look costs no reading.

Also remembered is what each output held when Snakemake recorded it. Snakemake itself never looks at what an output
holds, and at an input only if its time is later than the output's.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from hone.core.files import MANIFEST, sha256, write_json

MEMORY = Path(".snakemake/hone.json")
Stamp = list[int]  # what a stat tells of a file: it changes with every write, even one that puts the mtime back


class Contents:
    """Digests by path, remembered in `MEMORY` from one `with` block to the next. Lost, it is only slower."""

    def __init__(self, memory: Path = MEMORY) -> None:
        self._file = memory
        known = _read(memory)
        self._known: dict[str, tuple[Stamp, str]] = {path: (s, d) for path, (s, d) in known.get("files", {}).items()}
        self._md5: dict[str, tuple[Stamp, str]] = {path: (s, d) for path, (s, d) in known.get("md5", {}).items()}
        self.settled: str = known.get("settled", "")  # the state in which DVC was last found to know all
        self.recorded: dict[str, list[Any]] = known.get("recorded", {})  # output -> its record's endtime, its digest

    def __enter__(self) -> "Contents":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.parent.mkdir(exist_ok=True)
        facts = {"files": self._known, "md5": self._md5, "recorded": self.recorded, "settled": self.settled}
        write_json(self._file, facts)

    def digest(self, path: str) -> str:
        """The hex SHA-256 of a file, "" if there is none."""
        return _remembered(self._known, path, sha256)

    def md5(self, path: str) -> str:
        """The hex MD5 of a file, by which DVC knows it; "" if there is none."""
        return _remembered(self._md5, path, _md5)

    def standing(self, output: str) -> str:
        """The digest of an output; of a manifest that of the whole folder, whatever the manifest says."""
        if Path(output).name != MANIFEST:
            return self.digest(output)
        folder = Path(output).parent
        files = sorted(str(f) for f in folder.rglob("*") if f.is_file() and f.name != ".snakemake_timestamp")
        listed = "\n".join(f"{file} {self.digest(file)}" for file in files)
        return hashlib.sha256(listed.encode()).hexdigest() if files else ""


def _remembered(known: dict[str, tuple[Stamp, str]], path: str, hashed: Callable[[Path], str]) -> str:
    try:
        stat = os.stat(path)
    except OSError:
        return ""
    stamp = [stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino]
    if known.get(path, ([], ""))[0] != stamp:
        known[path] = (stamp, hashed(Path(path)))
    return known[path][1]


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "md5").hexdigest()


def _read(memory: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(memory.read_text(encoding="utf-8"))
        return known
    except (OSError, ValueError):
        return {}
