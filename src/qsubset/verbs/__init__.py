"""What is built in, family by family: importing this fills `VERBS`."""

from qsubset.verbs import (
    aggregates,
    arithmetic,
    bits,
    casts,
    comparison,
    joins,
    lists,
    search,
    statistics,
    strings,
    tables,
    windows,
)
from qsubset.verbs.registry import INFIX, MONADS, VERBS

__all__ = ["INFIX", "MONADS", "VERBS"]
_ = (aggregates, arithmetic, bits, casts, comparison, joins, lists, search, statistics, strings, tables, windows)
