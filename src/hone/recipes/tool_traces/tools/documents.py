"""The question's own files: text, JSON, and tables in CSV."""

import csv
import io
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hone.recipes.tool_traces.tools.base import LocalTool, ToolError, World, as_text, cut, described, number

_AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": sum, "mean": statistics.fmean, "min": min, "max": max,
}  # fmt: skip


def _file(name: str, world: World) -> str:
    try:
        return world.files[name.strip().removeprefix("./")]
    except KeyError:
        raise ToolError(f"no file {name!r}; there are: {', '.join(sorted(world.files)) or 'none'}") from None


def _files(arguments: Mapping[str, Any], world: World) -> str:
    return ", ".join(sorted(world.files)) or "none"


def _read(arguments: Mapping[str, Any], world: World) -> str:
    return cut(_file(arguments["path"], world))


def _read_json(arguments: Mapping[str, Any], world: World) -> str:
    path = arguments["path"]
    try:
        found = json.loads(_file(path, world))
        for key in filter(None, arguments.get("key", "").split(".")):
            found = found[int(key)] if isinstance(found, list) else found[key]
    except (ValueError, RecursionError):
        raise ToolError(f"{path}: not JSON, or a list without such a place") from None
    except (KeyError, IndexError, TypeError):
        raise ToolError(f"{path}: nothing at {arguments['key']!r}") from None
    return as_text(found)


def table(text: str) -> list[dict[str, str]]:
    """The rows of a CSV with a header."""
    return list(csv.DictReader(io.StringIO(text)))


def _query(arguments: Mapping[str, Any], world: World) -> str:
    rows = table(_file(arguments["path"], world))
    columns = list(rows[0]) if rows else []
    for key in ("column", "where"):
        if arguments.get(key) and arguments[key] not in columns:
            raise ToolError(f"no column {arguments[key]!r}; there are: {', '.join(columns)}")
    if where := arguments.get("where"):
        rows = [row for row in rows if row[where] == str(arguments.get("equals", ""))]
    return aggregated([row[arguments["column"]] for row in rows], arguments.get("aggregate", "list"))


def aggregated(values: Sequence[str], how: str) -> str:
    """Values of a column as one answer. Raises: ToolError for numbers that are none."""
    if how == "count":
        return str(len(values))
    if how == "list":
        return cut(", ".join(values))
    try:
        return number(_AGGREGATES[how]([float(value) for value in values]))
    except ValueError:
        raise ToolError(f"cannot take the {how} of {', '.join(values)[:60] or 'nothing'}") from None


TOOLS = (
    LocalTool(described("list_files", "names of the attached files"), _files, ("ls", "list_directory")),
    LocalTool(
        described("read_text", "content of a text file", "path", path="string"),
        _read, ("read_file", "file_reader", "open_file", "inspect_file_as_text", "read_csv"),
        {"file_path": "path", "filename": "path", "file": "path"},
    ),
    LocalTool(
        described("read_json", "what a JSON file holds at a dotted key", "path", path="string", key="string"),
        _read_json, ("json_reader", "load_json"), {"file_path": "path", "filename": "path"},
    ),
    LocalTool(
        described(
            "query_table", "a CSV file's column, of the rows where another equals a value", "path column aggregate",
            path="string", column="string", where="string", equals="string",
            aggregate={"type": "string", "enum": ["list", "count", *_AGGREGATES]},
        ),
        _query, ("table_query", "csv_query", "query_csv"), {"file_path": "path", "filename": "path"},
    ),
)  # fmt: skip
