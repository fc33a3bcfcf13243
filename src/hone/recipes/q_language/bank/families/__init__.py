"""Families of small tasks: each is a function that gives its instances, which differ in what they compute.

    numbers  lists of numbers     order  sorting, windows, neighbours     theory  digits, divisors, sequences, bases
    texts    characters, words    keyed  dictionaries, groups, sets       tables  several lists, lists in lists

A family whose instances are all alike in q is none: what differs must be what is computed.
"""

from collections.abc import Mapping

from hone.recipes.q_language.bank.families import keyed, numbers, order, tables, texts, theory
from hone.recipes.q_language.bank.tasks import Family, Task

FAMILIES: Mapping[str, Family] = {
    family.__name__: family for room in (numbers, order, theory, texts, keyed, tables) for family in room.FAMILIES
}


def tasks() -> list[Task]:
    """All instances of all families, in order."""
    return [task for family in FAMILIES.values() for task in family()]
