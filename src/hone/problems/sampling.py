"""Which problems are used: n of them, by seed, as many of each difficulty as its share of the problems.

A problem's rank is a hash of seed and id, so a pick depends on no order and on few of the other problems:
adding some moves few picks. What is known of a problem before it is picked is `Candidate`; its tests are read
only afterwards.
"""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hone.core.config import SamplesParams
from hone.core.errors import UserError
from hone.core.records import Problem
from hone.problems.parquet import Source, group_starts, iter_rows, name_of
from hone.problems.table import iter_problems, open_problems


@dataclass(frozen=True)
class Candidate:
    """What picking needs to know of a problem. `chars` is the length of statement plus solution."""

    id: str
    difficulty: str
    chars: int


def sample(source: Source, params: SamplesParams) -> list[Problem]:
    """Draw `params.n` problems from a file of them, sorted by id.

    Reads ids, difficulties and lengths (never the tests) of all, then only the row groups that hold a pick.
    """
    candidates = read_candidates(source)
    try:
        ids = pick(candidates, params)
    except UserError as error:
        raise UserError(f"{name_of(source)}: {error}") from None
    starts = group_starts(open_problems(source))
    rows = [number for number, candidate in enumerate(candidates) if candidate.id in ids]
    groups = sorted({bisect_right(starts, number) - 1 for number in rows})
    picked = [problem for problem in iter_problems(source, groups) if problem.id in ids]
    return sorted(picked, key=lambda problem: problem.id)


def read_candidates(source: Source) -> list[Candidate]:
    """All problems of a file, in its order, as far as picking needs to know them."""
    file = open_problems(source)
    columns = ("id", "difficulty", "statement", "solution")
    return [
        Candidate(row["id"], row["difficulty"] or "", len(row["statement"] or "") + len(row["solution"] or ""))
        for _, row in iter_rows(file, source, columns)
    ]


def pick(candidates: Sequence[Candidate], params: SamplesParams) -> frozenset[str]:
    """Ids of `params.n` candidates no longer than `params.max_chars`; a `UserError` if there are fewer."""
    strata: dict[str, list[str]] = defaultdict(list)
    for candidate in candidates:
        if candidate.chars <= params.max_chars:
            strata[candidate.difficulty].append(candidate.id)
    left = sum(map(len, strata.values()))
    if left < params.n:
        raise UserError(
            f"samples.n: expected at most {left}, found {params.n}: of {len(candidates)} problems "
            f"{left} have at most {params.max_chars} characters (samples.max_chars); lower n or raise that"
        )
    shares = quotas({name: len(ids) for name, ids in strata.items()}, params.n)
    return frozenset(
        id for name, ids in strata.items() for id in sorted(ids, key=lambda id: _rank(params.seed, id))[: shares[name]]
    )


def quotas(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """Split `n` over strata in proportion to their sizes, by largest remainder; equal remainders go by name.

    Needs n <= sum of sizes; then no stratum is asked for more than it has, as only a fraction is rounded up.
    """
    total = sum(sizes.values())
    shares = {name: n * size // total for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(n * sizes[name] % total), name))
    for name in by_remainder[: n - sum(shares.values())]:
        shares[name] += 1
    return shares


def _rank(seed: int, id: str) -> tuple[bytes, str]:
    return hashlib.sha256(f"{seed}\0{id}".encode()).digest(), id
