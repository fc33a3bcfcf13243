"""Finding, sets and order: ?, in, within, distinct, group, except, inter, union, bin, asc, iasc, rank, rand."""

import bisect
import random
from collections.abc import Callable, Sequence
from typing import Any

from qsubset import host
from qsubset.apply import deep, depth, find
from qsubset.errors import QError
from qsubset.values import (
    BOOLEAN,
    BYTE,
    CHAR,
    FLOAT,
    FLOATS,
    INTEGERS,
    LONG,
    MIXED,
    NULL,
    SYMBOL,
    TEMPORALS,
    Atom,
    Dict,
    List,
    Table,
    Value,
    as_list,
    assemble,
    boolean,
    count,
    hashable,
    integer,
    is_atom,
    is_function,
    is_list,
    items,
    keys_of,
    longs,
    mixed,
    order,
    pick,
    sortable,
    vector,
)
from qsubset.verbs.arithmetic import minimum, to_kind
from qsubset.verbs.comparison import at_least, at_most, equal
from qsubset.verbs.lists import join
from qsubset.verbs.registry import dyad, monad

RANDOM = random.Random(0)  # as deterministic as q, which begins with one seed


@dyad("?")
def query(x: Value, y: Value) -> Any:
    """Roll and deal if `x` is a number, or else find."""
    if is_atom(x) and -x.kind in INTEGERS:
        return deal(integer(x), y)
    return find(x, y)


def deal(number: int, y: Value) -> Any:
    """So many at random; if negative, different ones. A number stands for all below it."""
    if number == NULL:  # all of them, in any order
        number = -(integer(y) if isinstance(y, Atom) else count(y))
        if not number:
            return y if not isinstance(y, Atom) else longs([])
    host.room(abs(number))
    if not isinstance(y, Atom):
        length = count(y)
        if (number < 0 and -number > length) or not length:
            raise QError("length")
        return pick(y, choices(number, length))
    kind, top = -y.kind, y.data
    if kind in FLOATS:
        return vector(kind, [RANDOM.random() * top for _ in range(abs(number))])
    if kind == SYMBOL:
        return vector(
            SYMBOL, ["".join(RANDOM.choices("abcdefghijklmnop", k=len(top) or 8)) for _ in range(abs(number))]
        )
    if kind == CHAR:
        return vector(CHAR, RANDOM.choices("abcdefghijklmnopqrstuvwxyz", k=abs(number)))
    if kind == BOOLEAN:
        return vector(BOOLEAN, [RANDOM.randrange(2) for _ in range(abs(number))])
    if top == 0:
        top = {BYTE: 256}.get(kind, 1 << 31)
    if top < 0 or (number < 0 and -number > top):
        raise QError("length")
    return vector(kind, choices(number, top))


def choices(number: int, below: int) -> Sequence[int]:
    if number < 0:
        return RANDOM.sample(range(below), -number)
    return [RANDOM.randrange(below) for _ in range(number)]


@monad("rand")
def rand(x: Value) -> Any:
    return items(deal(1, x))[0]


@dyad("in")
def member(x: Value, y: Value) -> Any:
    """Whether each item of `x`, as deep as the items of `y`, is one of them."""
    if isinstance(x, Dict) and not isinstance(y, Table):
        return Dict(x.keys, member(x.values, y))
    choices = as_list(y)
    known = set(keys_of(choices))
    if isinstance(x, Table) or isinstance(choices, Table):
        return List(BOOLEAN, [int(key in known) for key in keys_of(x)]) if isinstance(x, Table) else is_in(x, known)
    if (
        is_list(x)
        and x.kind != MIXED
        and choices.kind not in (MIXED, x.kind)
        and not {x.kind, choices.kind} <= INTEGERS
    ):
        if count(choices) != 1:
            raise QError("type")
        return equal(x, items(choices)[0])
    level = depth(choices.data[0]) if choices.kind == MIXED and choices.data else 0
    found = deep(lambda each: is_in(each, known) if depth(each) >= level else boolean(False), x, level)
    return found if count(x) else List(BOOLEAN, [])


def is_in(x: Value, known: set[Any]) -> Atom:
    return boolean(hashable(x) in known)


@dyad("within")
def within(x: Value, y: Value) -> Any:
    if count(y) != 2 or isinstance(y, Dict | Table):
        raise QError("length")
    low, high = items(y)
    return minimum(at_least(x, low), at_most(x, high))


@monad("distinct")
def distinct(x: Value) -> Any:
    if is_atom(x):
        raise QError("type")
    first: dict[Any, int] = {}
    for i, key in enumerate(keys_of(x)):
        first.setdefault(key, i)
    if isinstance(x, Dict):
        return pick(x.values, list(first.values()))
    return pick(x, list(first.values())) if count(x) else x


@monad("group")
def group(x: Value) -> Dict:
    """Each distinct item to where it is."""
    if isinstance(x, Dict):
        inner = group(x.values)
        return Dict(inner.keys, mixed(pick(x.keys, places.data) for places in inner.values.data))
    if is_atom(x):
        raise QError("type")
    places: dict[Any, list[int]] = {}
    for i, key in enumerate(keys_of(x)):
        places.setdefault(key, []).append(i)
    return Dict(pick(x, [each[0] for each in places.values()]) if count(x) else x, mixed(map(longs, places.values())))


@dyad("except")
def without(x: Value, y: Value) -> Any:
    gone = set(keys_of(as_list(y)))
    return kept(x, [i for i, key in enumerate(keys_of(x)) if key not in gone])


@dyad("inter")
def intersection(x: Value, y: Value) -> Any:
    if isinstance(x, Dict) and isinstance(y, Dict):
        return intersection(x.values, y.values)
    common = set(keys_of(as_list(y)))
    return kept(x, [i for i, key in enumerate(keys_of(x)) if key in common])


def kept(x: Value, places: list[int]) -> Any:
    if isinstance(x, Dict):
        x = x.values
    return pick(x, places) if places else pick_none(x)


def pick_none(x: Value) -> Any:
    return List(x.kind, x.data[:0]) if isinstance(x, List) else pick(x, [])


dyad("union")(lambda x, y: distinct(as_list(join(x, y))))


# Order


def grade(x: Value, down: bool) -> list[int]:
    """The places of the items in order; equal ones stay as they were."""
    if isinstance(x, List) and x.kind != MIXED:
        keys: Sequence[Any] = [sortable(x.kind, datum) for datum in x.data] if x.kind in FLOATS else x.data
    else:
        keys = [order(each) for each in items(x)]
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=down)


def grade_up_or_down(x: Value, down: bool) -> Any:
    if is_atom(x):
        raise QError("type")
    if isinstance(x, Dict):
        return pick(x.keys, grade(x.values, down))
    return longs(grade(x, down))


def sort(x: Value, down: bool) -> Any:
    if is_atom(x):
        raise QError("rank") if not down else QError("type")
    if isinstance(x, Dict):
        return pick(x, grade(x.keys if x.is_keyed_table else x.values, down))
    return pick(x, grade(x, down)) if count(x) else x


monad("iasc")(lambda x: grade_up_or_down(x, down=False))
monad("idesc")(lambda x: grade_up_or_down(x, down=True))
monad("asc")(lambda x: sort(x, down=False))
monad("desc")(lambda x: sort(x, down=True))


@monad("rank")
def ranks(x: Value) -> Any:
    if isinstance(x, Dict):
        return Dict(x.keys, ranks(x.values))
    return longs(grade(longs(grade(x, down=False)), down=False))


@dyad("xrank")
def buckets(x: Value, y: Value) -> Any:
    """Into which of `x` parts of equal size each falls."""
    if isinstance(y, Dict):
        return Dict(y.keys, buckets(x, y.values))
    places, length = ranks(y).data, count(y)
    return longs(place * integer(x) // length for place in places)


def bisected(x: Value, y: Value, right: bool) -> Any:
    if is_function(y):
        raise QError("type")
    if isinstance(x, Table) or isinstance(y, Table | Dict):
        keys = [order(each) for each in items(x)]
        found = [bisect.bisect_right(keys, order(each)) - 1 for each in (items(y) if isinstance(y, Table) else [y])]
        return longs(found) if isinstance(y, Table) else Atom(-LONG, found[0])
    if not isinstance(x, List):
        raise QError("type")
    if y.kind == MIXED:
        return assemble([bisected(x, each, right) for each in items(y)])
    if x.kind == MIXED:
        ordered = [order(each) for each in x.data]
        key = order(y)
        return Atom(-LONG, bisect.bisect_right(ordered, key) - 1 if right else bisect.bisect_left(ordered, key))
    if (x.kind in (SYMBOL, CHAR)) != (abs(y.kind) in (SYMBOL, CHAR)) or (x.kind in TEMPORALS) != (
        abs(y.kind) in TEMPORALS
    ):
        raise QError("type")
    kind = FLOAT if {x.kind, abs(y.kind)} & FLOATS else x.kind
    ordered = list(map(keyed_as(x.kind, kind), x.data))
    convert = keyed_as(abs(y.kind), kind)

    def place(datum: Any) -> int:
        key = convert(datum)
        return bisect.bisect_right(ordered, key) - 1 if right else bisect.bisect_left(ordered, key)

    return Atom(-LONG, place(y.data)) if isinstance(y, Atom) else longs(map(place, y.data))


def keyed_as(source: int, kind: int) -> Callable[[Any], Any]:
    """What sorts data of one kind among those of another."""
    convert = to_kind(source, kind) if kind in FLOATS else None
    return lambda datum: sortable(kind, datum if convert is None else convert(datum))


dyad("bin")(lambda x, y: bisected(x, y, right=True))
dyad("binr")(lambda x, y: bisected(x, y, right=False))
