"""Documents to go on pretraining with: read from files or tables, and why one is not kept.

What a recipe makes itself comes from `recipes/`. Not covered: languages, near duplicates, tokens.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hone.core.config import CorpusParams
from hone.core.errors import UserError
from hone.core.records import Row, Text, json_lines
from hone.dataset import asked_text, ngrams, rank
from hone.problems.parquet import iter_rows, open_parquet, require

_LICENCES = ("licence", "license")
_BYTES = 4  # of a character in UTF-8, at most


class Sieve:
    """Says of one document after the other whether it is kept; it remembers those it was shown."""

    def __init__(self, params: CorpusParams, held_out: Iterable[Row]) -> None:
        self.params = params
        self._licences = {licence.casefold() for licence in params.licences}
        texts = (text for row in held_out for text in (asked_text(row), row.reply))
        self._held_out = {gram for text in texts for gram in ngrams(text, params.ngram)}
        self._seen: set[str] = set()

    def reason(self, document: Text) -> str:
        """Why it is dropped, as a short fixed name that can be counted; "" if it is kept."""
        text, params = document.text, self.params
        if self._licences and document.licence.casefold() not in self._licences:
            return "licence"
        if len(text) < params.min_chars:
            return "short"
        if len(text) > params.max_chars:
            return "long"
        if odd_share(text) > params.max_odd:
            return "odd"
        if repeated_share(text) > params.max_repeated:
            return "repeated"
        if (name := _name(text)) in self._seen:
            return "duplicate"
        self._seen.add(name)
        return "contaminated" if any(gram in self._held_out for gram in ngrams(text, params.ngram)) else ""


def is_val(text: str, params: CorpusParams) -> bool:
    """Whether a document validates: drawn by its content and the seed, so that others joining do not change it."""
    return int(rank(params.seed, _name(text))[:12], 16) < params.val_share * 16**12


def odd_share(text: str) -> float:
    """The share of characters that are neither shown nor space, or that stand for bytes that are no text."""
    odd = sum(char == "\ufffd" or not (char.isprintable() or char.isspace()) for char in text)
    return odd / max(1, len(text))


def repeated_share(text: str) -> float:
    """The share of characters in further copies of one line, of that with most of them."""
    lines = Counter(filter(None, map(str.strip, text.splitlines())))
    return max(((n - 1) * len(line) for line, n in lines.items()), default=0) / max(1, len(text))


def _name(text: str) -> str:
    """The same for texts that differ in white space alone."""
    return rank(0, " ".join(text.split()))


def documents(params: CorpusParams) -> Iterator[Text]:
    """The documents of the files or the table at `params.path`, one at a time. Raises: UserError."""
    path = Path(params.path)
    if params.source == "files":
        return _files(path, params)
    if path.suffix not in (".parquet", ".jsonl"):
        raise UserError(f"{path}: expected a table, .parquet or .jsonl, by source table; found another suffix")
    if path.suffix == ".parquet":
        return _table(path, "row", _parquet(path), params)
    return _table(path, "line", json_lines(path), params)


def _files(path: Path, params: CorpusParams) -> Iterator[Text]:
    """A file, or those of a folder with one of the suffixes, by their path in it."""
    if not path.exists():
        raise UserError(f"{path}: expected a file or a folder of documents, found nothing there")
    found = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.suffix in params.suffixes)
    files = [file for file in found if file.is_file()]
    if not files:
        raise UserError(f"{path}: expected files that end in {', '.join(params.suffixes)}, found none")
    for file in files:
        with file.open("rb") as stream:
            data = stream.read(_BYTES * params.max_chars + 1)  # enough to see that one is too long
        yield Text(data.decode("utf-8", "replace"), file.name if file == path else file.relative_to(path).as_posix())


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    file = open_parquet(path)
    columns = require(file, path, ["text"])
    return iter_rows(file, path, ["text", *(name for name in _LICENCES if name in columns)])


def _table(path: Path, unit: str, rows: Iterable[tuple[int, Any]], params: CorpusParams) -> Iterator[Text]:
    for number, row in rows:
        text = row.get("text") if isinstance(row, dict) else row
        if not isinstance(row, dict) or not isinstance(text, str):
            found = "nothing" if text is None else type(text).__name__
            raise UserError(f"{path}: {unit} {number}: expected text in text, found {found}")
        named = [name for name in _LICENCES if name in row]
        if params.licences and not named:
            raise UserError(f"{path}: {unit} {number}: expected licence or license, which corpus.licences asks for")
        yield Text(_whole(text), path.name, str(row[named[0]] or "") if named else "")


def _whole(text: str) -> str:
    """The text with what is no character, half of a pair, marked as such: it could not be written."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
