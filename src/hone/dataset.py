"""From proven rows to splits that can be trusted: by problem, balanced by label, no duplicates, no contamination.

Pure functions of rows; nothing here knows a recipe. Who is in which split is decided by hashed names, so that adding
a problem moves few others.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from hone.core.config import DatasetParams
from hone.core.errors import UserError
from hone.core.records import Row, Split

_MANY = 24  # a fact with more values than this, or longer ones, is not worth a table
SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True)
class Overlap:
    """Text that two splits share."""

    kind: str  # "exact", "normalised" or "ngram"
    row_id: str
    other_id: str
    text: str


def assign(strata: Mapping[str, str], params: DatasetParams) -> dict[str, Split]:
    """Each problem's split, in proportion to the problems that the splits need; `strata` gives each problem's stratum,
    and every stratum is divided alike."""
    of: dict[str, list[str]] = {}
    for problem, stratum in strata.items():
        of.setdefault(stratum, []).append(problem)
    return {problem: split for problems in of.values() for problem, split in _assigned(problems, params).items()}


def _assigned(problem_ids: Iterable[str], params: DatasetParams) -> dict[str, Split]:
    ranked = sorted(problem_ids, key=lambda name: rank(params.seed, name))
    need = {name: -(-getattr(params, name).rows // getattr(params, name).per_problem) for name in SPLITS}
    total = sum(need.values())
    val = round(len(ranked) * need["val"] / total)
    test = round(len(ranked) * need["test"] / total)
    ends: dict[Split, Sequence[str]] = {
        "test": ranked[:test],
        "val": ranked[test : test + val],
        "train": ranked[test + val :],
    }
    return {name: split for split, names in ends.items() for name in names}


def without_duplicates(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Rows whose normalised prompt was not seen before, and the others. Test is served first, then val, then train."""
    kept: list[Row] = []
    dropped: list[Row] = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: -SPLITS.index(row.split)):
        prompt = normalised(prompt_text(row))
        (dropped if prompt in seen else kept).append(row)
        seen.add(prompt)
    return kept, dropped


def without_overlaps(rows: Sequence[Row], ngram: int) -> tuple[list[Row], list[Overlap]]:
    """Rows that share no run of `ngram` words with a split served before theirs, and what the others shared."""
    kept: list[Row] = []
    overlaps: list[Overlap] = []
    for split in reversed(SPLITS):
        owners = {gram: row.id for row in kept for gram in ngrams(asked_text(row), ngram)}
        for row in (row for row in rows if row.split == split):
            shared = [gram for gram in ngrams(asked_text(row), ngram) if gram in owners]
            if shared:
                overlaps.append(Overlap("ngram", row.id, owners[shared[0]], " ".join(shared[0])))
            else:
                kept.append(row)
    return kept, overlaps


def balanced(rows: Sequence[Row], params: DatasetParams, labels: Sequence[str]) -> dict[Split, list[Row]]:
    """For each split exactly `rows` rows, equally many of every label, at most `per_problem` of a problem.

    Raises: UserError if there are too few, with how many there are.
    """
    return {split: _balanced(rows, split, params, labels) for split in SPLITS}


def _balanced(rows: Sequence[Row], split: Split, params: DatasetParams, labels: Sequence[str]) -> list[Row]:
    wanted = getattr(params, split)
    if wanted.rows % len(labels):
        raise UserError(f"dataset.{split}.rows: expected a multiple of {len(labels)}, found {wanted.rows}")
    pool = sorted((row for row in rows if row.split == split), key=lambda row: rank(params.seed, row.id))
    quota = wanted.rows // len(labels)
    chosen: list[Row] = []
    of_label: Counter[str] = Counter()
    of_problem: Counter[str] = Counter()
    scarce = Counter(row.label for row in pool)
    # Rows of problems with few choices first, so that a problem that can give only one label gives that one.
    choices = Counter(row.problem_id for row in pool)
    for row in sorted(pool, key=lambda row: (choices[row.problem_id], scarce[row.label])):
        if of_label[row.label] < quota and of_problem[row.problem_id] < wanted.per_problem:
            chosen.append(row)
            of_label[row.label] += 1
            of_problem[row.problem_id] += 1
    if len(chosen) < wanted.rows:
        found = ", ".join(f"{of_label[label]} {label}" for label in labels)
        raise UserError(
            f"dataset.{split}.rows: expected {wanted.rows} proven rows ({quota} a label), found {found}; "
            "ask for fewer, allow more per_problem, or raise samples.n"
        )
    return sorted(chosen, key=lambda row: row.id)


def prompt_text(row: Row) -> str:
    """All that the model is shown, but for the tools that it is told of."""
    return "\n".join(message.content for message in row.prompt if message.role != "tools")


def asked_text(row: Row) -> str:
    """What the model is asked: what tools answer is the same for everyone who asks them."""
    return "\n".join(message.content for message in row.prompt if message.role in ("system", "user"))


def normalised(text: str) -> str:
    """Words alone, lower case: what a change of case, spacing or punctuation leaves equal."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def ngrams(text: str, n: int) -> Iterable[tuple[str, ...]]:
    """Every run of `n` words of a text, first to last."""
    words = _words(text)
    return (tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def rank(seed: int, name: str) -> str:
    """A place in an order that is drawn by seed, and that others joining do not change."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def counts(values: Iterable[str]) -> Mapping[str, int]:
    """How often each value occurs, by name."""
    return dict(sorted(Counter(values).items()))


def described(
    drafted: Sequence[Row], splits: Mapping[Split, Sequence[Row]], reasons: Mapping[str, int]
) -> dict[str, Any]:
    """What became of every draft: the kept ones by split, the others by reason; "surplus" were proven, not needed."""
    kept = sum(len(rows) for rows in splits.values())
    surplus = len(drafted) - kept - sum(reasons.values())
    return {
        "schema": 1,
        "drafted": len(drafted),
        "kept": kept,
        "reasons": dict(sorted({**reasons, "surplus": surplus}.items())),
        "splits": {name: _described(rows) for name, rows in splits.items()},
    }


def _described(rows: Sequence[Row]) -> dict[str, Any]:
    facts = [key for key in sorted(rows[0].meta) if _countable([row.meta.get(key) for row in rows])]
    return {
        "rows": len(rows),
        "problems": len({row.problem_id for row in rows}),
        "balance": counts(row.label for row in rows),
        "prompt_chars": _spread([len(prompt_text(row)) for row in rows]),
        "reply_chars": _spread([len(row.reply) for row in rows]),
        "by": {key: counts(row.meta[key] for row in rows) for key in facts},
        "examples": [{"id": row.id, "label": row.label, "prompt": prompt_text(row)[:400]} for row in rows[:3]],
    }


def _countable(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) and len(value) < _MANY for value in values) and len(set(values)) <= _MANY


def _spread(lengths: Sequence[int]) -> dict[str, int]:
    return {"shortest": min(lengths), "median": int(median(lengths)), "longest": max(lengths)}
