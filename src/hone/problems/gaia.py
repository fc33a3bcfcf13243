"""Raw GAIA: a parquet or JSONL with task_id, question, level, final_answer, file_name; files beside it.

GAIA asks that its data are not shared again, so nothing of it is here: fetch it yourself, and give its path. Files
are taken as far as they are text; a question whose file is none is told of. Source: Mialon et al. 2023.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.progress import say
from hone.core.records import Problem, json_lines
from hone.problems.parquet import iter_rows, open_parquet

LISTS = ("metadata.parquet", "metadata.jsonl")
NEEDED = ("task_id", "question", "level", "final_answer")
_MOST_BYTES = 200_000


def load(path: Path) -> Iterator[Problem]:
    """The questions of a folder (with metadata.parquet or metadata.jsonl in it) or of such a file, in its order."""
    listed = path if path.is_file() else next((path / name for name in LISTS if (path / name).is_file()), None)
    if listed is None:
        raise UserError(f"{path}: expected a file, or a folder with {' or '.join(LISTS)}, found neither")
    levels: Counter[str] = Counter()
    unread: list[str] = []
    for number, row in _rows(listed):
        missing = [key for key in NEEDED if row.get(key) in (None, "")]
        if missing:
            raise UserError(f"{listed}: row {number}: expected {', '.join(NEEDED)}; found no {missing[0]}")
        level = str(row["level"])
        if level not in ("1", "2", "3"):
            raise UserError(f"{listed}: row {number}: level: expected 1, 2 or 3, found {level!r}")
        levels[level] += 1
        files = _files(listed.parent, str(row.get("file_name") or ""), unread)
        yield Problem(
            id=str(row["task_id"]), title="gaia", statement=str(row["question"]), entry_point="", starter_code="",
            solution="", tests=json.dumps({"answer": str(row["final_answer"]), "files": files}), difficulty=level,
            source="gaia", date="",
        )  # fmt: skip
    told = ", ".join(f"{levels[level]} of level {level}" for level in "123")
    say(f"gaia: {levels.total()} questions: {told}" + (f"; files that are no text: {len(unread)}" if unread else ""))


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Row numbers and rows, their keys as `final_answer` whether they were written so or as "Final answer"."""
    if path.suffix == ".parquet":
        file = open_parquet(path)
        rows = iter_rows(file, path, file.schema_arrow.names)
    else:
        rows = json_lines(path)
    for number, row in rows:
        if not isinstance(row, Mapping):
            raise UserError(f"{path}: row {number}: expected an object, found {type(row).__name__}")
        yield number, {key.strip().lower().replace(" ", "_"): value for key, value in row.items()}


def _files(folder: Path, name: str, unread: list[str]) -> dict[str, str]:
    if not name:
        return {}
    if Path(name).name != name:
        raise UserError(f"{folder}: file_name: expected a name without a folder, found {name!r}")
    try:
        content = (folder / name).read_bytes()
        if len(content) <= _MOST_BYTES:
            return {name: content.decode("utf-8")}
    except FileNotFoundError:
        raise UserError(f"{folder / name}: expected the file of a question, found nothing there") from None
    except UnicodeDecodeError:
        pass
    unread.append(name)
    return {}
