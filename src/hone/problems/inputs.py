"""New inputs for a problem, drawn by seed from what its tests show, and answered by its Python reference.

What the tests show is the contract: kinds, ranges, characters, lengths. Only emptiness and single items are tried
beyond it, for the reference may have rules that it does not check. Also what makes tests too weak to decide
anything, as a name that can be counted. Not covered: programs that read stdin.
"""

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from hone.runners import Case, Runner, Tests
from hone.runners.values import encode, same

Args = tuple[Any, ...]

WANTED = 24  # inputs a problem, where that many differ
FEWEST = 20
ALIKE = 0.8  # a larger share of one answer decides too little
_POOL = 4  # inputs drawn for one that is kept
_TRIES = 10  # draws for one of them
_PATIENCE = 2  # inputs on which a reference may hang before the rest is left


def widened(solution: str, tests: Tests, seed: int, runner: Runner, crosses: Callable[[Any], bool]) -> Tests:
    """`tests`, and at most `WANTED` cases more, with the answers of `solution`; of these, different answers first.

    `crosses` says whether a value has a form in the language that is to be tested: other cases are left out. The limits
    of `runner` say how long an input may take on which the reference hangs.
    """
    inputs = drawn([case.args for case in tests.cases], seed, _POOL * WANTED)
    new = answered(solution, replace(tests, cases=tuple(map(Case, inputs))), runner, crosses)
    old = [case for case in tests.cases if _crosses(case, crosses)]
    return replace(tests, cases=(*old, *_varied(new)[:WANTED]))


def answered(solution: str, tests: Tests, runner: Runner, crosses: Callable[[Any], bool]) -> list[Case]:
    """The inputs of `tests` that `solution` answers, with what it answers. `tests` hold no answers yet."""
    found, waiting, hung = list[Case](), list(tests.cases), 0
    while waiting and hung <= _PATIENCE:
        answers = runner.verdict(solution, replace(tests, cases=tuple(waiting))).cases
        pairs = list(zip(waiting, answers, strict=True))
        found += [replace(case, expected=a.got) for case, a in pairs if a.outcome in ("passed", "wrong")]
        ended = next((i for i, a in enumerate(answers) if a.outcome not in ("passed", "wrong", "raised")), len(pairs))
        waiting = waiting[ended + 1 :]  # where it hung or died; what follows was not reached
        hung += 1
    return [case for case in found if _crosses(case, crosses)]


def _crosses(case: Case, crosses: Callable[[Any], bool]) -> bool:
    return crosses(case.args) and crosses(case.expected) and _finite(case.expected)


def weakness(tests: Tests) -> str:
    """Why tests decide too little: "few_inputs", "answers_alike" or "echo" (an argument is the answer); or ""."""
    if len(tests.cases) < FEWEST:
        return "few_inputs"
    answers = [case.expected for case in tests.cases]
    alike = max(sum(same(a, b, tests.tolerance) for b in answers) for a in answers)
    if alike > ALIKE * len(answers):
        return "answers_alike"
    places = range(min(len(case.args) for case in tests.cases))
    if any(all(same(c.args[i], c.expected, tests.tolerance) for c in tests.cases) for i in places):
        return "echo"
    return ""


def drawn(seen: Sequence[Args], seed: int, count: int) -> list[Args]:
    """At most `count` inputs like those `seen`, edge cases first; none twice, and none that is seen."""
    chance = random.Random(seed)
    known = {_text(args) for args in seen}
    paired = _paired(seen)
    found: list[Args] = []
    for args in (_of_one_length(args, paired) for args in _candidates(seen, chance, _TRIES * count)):
        if len(found) < count and _text(args) not in known:
            known.add(_text(args))
            found.append(args)
    return found


def _paired(seen: Sequence[Args]) -> list[int]:
    """Places of lists or texts that are as long as the first such argument, whatever its length is."""
    places = [i for i in range(min(map(len, seen))) if all(isinstance(args[i], list | tuple | str) for args in seen)]
    lengths = [[len(args[i]) for args in seen] for i in places]
    return [i for i, own in zip(places, lengths, strict=True) if own == lengths[0] and len(set(own)) > 1]


def _of_one_length(args: Args, paired: Sequence[int]) -> Args:
    length = min((len(args[i]) for i in paired), default=0)
    return tuple(value[:length] if i in paired else value for i, value in enumerate(args))


def _candidates(seen: Sequence[Args], chance: random.Random, count: int) -> Iterator[Args]:
    for place in range(max(map(len, seen))):
        column = [args[place] for args in seen if len(args) > place]
        for value in _edges(column):
            args = chance.choice([args for args in seen if len(args) > place])
            yield (*args[:place], value, *args[place + 1 :])
    for _ in range(count):
        yield _like_one(seen, chance)


def _like_one(seen: Sequence[Args], chance: random.Random) -> Args:
    """All arguments new, or all but one as they are seen together: they may depend on each other."""
    model = chance.choice(seen)
    fellows = [args for args in seen if len(args) == len(model)]
    changed = set(range(len(model))) if chance.random() < 0.5 or not model else {chance.randrange(len(model))}
    columns = [list(column) for column in zip(*fellows, strict=True)]
    if all(type(value) is int for column in columns for value in column):
        # Of small numbers most are seen: take somewhat greater ones too.
        columns = [[*column, min(column) + WANTED] for column in columns]
    return tuple(like(columns[i], chance) if i in changed else value for i, value in enumerate(model))


def _edges(seen: Sequence[Any]) -> list[Any]:
    """Empty, one item, one item repeated, backwards; the least and greatest numbers."""
    found: list[Any] = []
    for kind in (str, list, tuple):
        full = [value for value in seen if type(value) is kind and value]
        if full:
            first, longest = full[0], max(full, key=len)
            found += [kind(), first[:1], longest[-1:], first[:1] * min(len(longest), 5), longest[::-1]]
    found += [{} for value in seen if type(value) is dict][:1]
    numbers = [value for value in seen if type(value) in (int, float)]
    return [*found, min(numbers), max(numbers)] if numbers else found


def like(seen: Sequence[Any], chance: random.Random) -> Any:
    """A value of a kind that is `seen`, within what is seen of that kind."""
    model = chance.choice(seen)
    fellows = [value for value in seen if type(value) is type(model)]
    if isinstance(model, bool):
        return chance.random() < 0.5
    if isinstance(model, int):
        return _integer(model, min(fellows), max(fellows), chance)
    if isinstance(model, float):
        return _fraction(model, fellows, chance)
    if isinstance(model, str):
        return _string(model, fellows, chance)
    if isinstance(model, list | tuple):
        return type(model)(_items(list(model), [list(value) for value in fellows], chance))
    if isinstance(model, dict):
        keys = [key for value in fellows for key in value]
        values = [item for value in fellows for item in value.values()]
        return {like(keys, chance): like(values, chance) for _ in range(_length(fellows, chance))}
    return model


def _integer(model: int, least: int, most: int, chance: random.Random) -> int:
    """Spread evenly, or small, or beside one that is seen."""
    draw = chance.random()
    if draw < 0.4:
        return chance.randint(least, most)
    if draw < 0.7:
        return chance.randint(least, min(most, least + 20))
    return min(max(model + chance.randint(-2, 2), least), most)


def _fraction(model: float, fellows: Sequence[float], chance: random.Random) -> float:
    if chance.random() < 0.3 or not all(map(math.isfinite, fellows)):
        return model
    places = min(max(len(repr(value).partition(".")[2]) for value in fellows), 6)
    return round(chance.uniform(min(fellows), max(fellows)), places)


def _string(model: str, fellows: Sequence[str], chance: random.Random) -> str:
    """New characters, or new words, or one that is seen with a place changed; spaced as they are."""
    characters = sorted({c for value in fellows for c in value})
    words = sorted({word for value in fellows for word in value.split(" ")})
    draw = chance.random()
    if not characters:
        return model
    if draw < 0.3:
        text = "".join(chance.choices(characters, k=_length(fellows, chance)))
    elif draw < 0.6 and " " in characters:
        text = " ".join(chance.choices(words, k=chance.randint(1, max(v.count(" ") for v in fellows) + 1)))
    else:
        text = "".join(_changed(list(model), characters, fellows, chance))
    loose = any("" in value.split(" ") for value in fellows if value)
    return text if loose else " ".join(word for word in text.split(" ") if word)


def _items(model: list[Any], fellows: Sequence[list[Any]], chance: random.Random) -> list[Any]:
    """New items of the kinds in `model`, some of them repeated, or `model` with a place changed."""
    kinds = {type(item) for item in model}
    items = [item for value in fellows for item in value if type(item) in kinds]
    if not items:
        return model
    if chance.random() < 0.3:
        return _changed(model, items, fellows, chance)
    length = _length(fellows, chance)
    if kinds == {list}:
        return _rows(items, fellows, length, chance)
    fresh = [like(items, chance) for _ in range(length)]
    return chance.choices(fresh[: max(1, length // 2)], k=length) if fresh and chance.random() < 0.4 else fresh


def _rows(items: list[Any], fellows: Sequence[list[Any]], length: int, chance: random.Random) -> list[Any]:
    """Lists in a list, of one length if those that are seen are."""
    rows = [like(items, chance) for _ in range(length)]
    if any(len({len(row) for row in value}) > 1 for value in fellows):
        return rows
    width = _length(items, chance)
    cells = [cell for row in items for cell in row]
    return [[like(cells, chance) for _ in range(width)] for _ in rows] if cells else rows


def _changed(model: list[Any], items: Sequence[Any], fellows: Sequence[Any], chance: random.Random) -> list[Any]:
    """`model` with a place taken out, put in, replaced or doubled, or mirrored, or sorted; no longer than `fellows`."""
    i = chance.randrange(len(model) + 1)
    half = model[: (len(model) + 1) // 2]
    ways = [
        model[:i] + model[i + 1 :],
        [*model[:i], chance.choice(items), *model[i:]],
        [*model[:i], chance.choice(items), *model[i + 1 :]],
        [*model[:i], *model[max(i - 1, 0) :]],
        [*half, *half[: len(model) // 2][::-1]],
        sorted(model, key=repr),
    ]
    lengths = [len(value) for value in fellows]
    return chance.choice([way for way in ways if min(lengths) <= len(way) <= max(lengths)])


def _length(seen: Sequence[Any], chance: random.Random) -> int:
    lengths = [len(value) for value in seen]
    return chance.randint(min(lengths), max(lengths))


def _varied(cases: Sequence[Case]) -> list[Case]:
    """The cases, one of each answer before the second of any."""
    nth: dict[str, int] = {}
    places = []
    for case in cases:
        answer = _text(case.expected)
        nth[answer] = nth.get(answer, 0) + 1
        places.append(nth[answer])
    return [case for _, case in sorted(zip(places, cases, strict=True), key=lambda pair: pair[0])]


def _text(value: Any) -> str:
    return json.dumps(encode(list(value) if isinstance(value, tuple) else value))


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, [*value, *value.values()]))
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
