"""Parquet read with care: only the columns and row groups asked for, one clear message where a file is bad.

Opens a path, or any seekable binary file (tests count what is read). Knows the columns that a caller names
and nothing of what they mean. Memory is that of a batch of rows and twice a page, however large the file is
(writers put up to 1,024 rows in a page).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hone.core.errors import UserError

Source = Path | BinaryIO

READ_BYTES = 1 << 20  # what one column of one row group takes of the file at a time
BATCH_ROWS = 16  # a row may hold megabytes of tests


def open_parquet(source: Source) -> pq.ParquetFile:
    """Read the footer of a parquet file, nothing else. A file that is none is a `UserError`."""
    if isinstance(source, Path) and not source.is_file():
        raise UserError(
            f"{source}: expected a parquet file, found {'a folder' if source.is_dir() else 'nothing'} there"
        )
    try:
        return pq.ParquetFile(source, buffer_size=READ_BYTES, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{name_of(source)}: expected a parquet file, found a part of one or no such ({_line(error)})"
        ) from None


def require(file: pq.ParquetFile, source: Source, required: Sequence[str]) -> list[str]:
    """The names of all columns of `file`; a `UserError` if a required one is missing."""
    found = list(file.schema_arrow.names)
    missing = [name for name in required if name not in found]
    if missing:
        raise UserError(
            f"{name_of(source)}: expected columns {', '.join(required)}; "
            f"found {', '.join(found) or 'none'}; missing {', '.join(missing)}"
        )
    return found


def iter_rows(
    file: pq.ParquetFile, source: Source, columns: Sequence[str], groups: Sequence[int] | None = None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Row numbers (from 0, of the whole file) and values of `columns`, of row groups `groups` or of all."""
    starts = group_starts(file)
    for group in range(file.num_row_groups) if groups is None else groups:
        number = starts[group]
        try:
            for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=list(columns)):
                for row in batch.to_pylist():
                    yield number, row
                    number += 1
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise UserError(
                f"{name_of(source)}: row group {group} (from row {number}) cannot be read ({_line(error)}); "
                "the file is damaged: fetch it again"
            ) from None


def group_starts(file: pq.ParquetFile) -> list[int]:
    """The number of each row group's first row, and last the number of all rows."""
    starts = [0]
    for group in range(file.num_row_groups):
        starts.append(starts[-1] + file.metadata.row_group(group).num_rows)
    return starts


def name_of(source: Source) -> str:
    """What an error calls this file."""
    return str(source if isinstance(source, Path) else getattr(source, "name", "parquet file"))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
