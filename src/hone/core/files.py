"""Files and folders that appear whole or not at all, what is in them by hash, and where resumable work lives.

Knows nothing of what the files mean. A published folder carries `manifest.json`, written last: it names every
file with size and SHA-256, and stands for the folder wherever a single file is wanted (Snakemake's inputs).
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from hone.core.errors import UserError

MANIFEST = "manifest.json"


def dumps(value: Any) -> str:
    """JSON with sorted keys and no spaces lost to taste: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it over `path` when the block ends well, delete it otherwise."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, all of it or nothing."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys."""
    write_text(path, json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; a file that is missing or not JSON is a `UserError` that names it."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: expected a JSON file, found nothing there") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected JSON, found something else ({error})") from None


def appending(path: Path) -> TextIO:
    """Open a JSONL file for appending, made if need be; a last line that a kill left unfinished is cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        stream.seek(0)
        content = stream.read()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            stream.truncate(len(whole))
    return path.open("a", encoding="utf-8")


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path`; when the block ends well, it gets a manifest and replaces `path`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        write_json(temporary / MANIFEST, manifest(temporary))
        for file in temporary.rglob("*"):
            if file.is_file():
                _sync(file)
        temporary.chmod(0o755)
        shutil.rmtree(path, ignore_errors=True)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def numbered(root: Path) -> dict[int, Path]:
    """The folders directly below `root` whose names are numbers, by number."""
    found = root.iterdir() if root.is_dir() else ()
    return {int(folder.name): folder for folder in sorted(found) if folder.name.isdigit()}


def numbered_folder(root: Path) -> Path:
    """Make the next numbered folder below `root`: nobody else, on whatever machine, is given the same."""
    while True:
        folder = root / f"{max(numbered(root), default=0) + 1:04}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:  # another was faster
            continue
        return folder


def manifest(folder: Path) -> dict[str, Any]:
    """`{"files": {relative path: {"sha256": hex, "size": bytes}}}` of all files below `folder` but the manifest."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.name not in (MANIFEST, ".snakemake_timestamp"))
    described = {f.relative_to(folder).as_posix(): {"sha256": sha256(f), "size": f.stat().st_size} for f in files}
    return {"files": described}


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(path: Path) -> str:
    """What stands at `path`, as a hash: a file's SHA-256, or that of a folder's manifest."""
    path = Path(path)
    if not path.exists():
        raise UserError(f"{path}: expected a file or folder, found nothing there")
    return sha256(path / MANIFEST if path.is_dir() else path)


def key_of(params: Mapping[str, Any], inputs: Iterable[Path] = ()) -> str:
    """Sixteen hex digits of the hash of a step's params and the content of its inputs: one state for one question."""
    facts = {"params": dict(params), "inputs": [digest(path) for path in inputs]}
    return hashlib.sha256(dumps(facts).encode()).hexdigest()[:16]


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
