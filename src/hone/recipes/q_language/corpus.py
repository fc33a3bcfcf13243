"""Documents to go on pretraining with: the proven programs of the training rows, and what q's console says.

A session at the console is drawn from `bank/console.q`, and every answer in it is what the engine printed. A line that
fails is left out. Not covered: what the console shows of errors.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from hone.core.records import Row
from hone.recipes.q_language.kinds import program
from hone.runners import Runner
from hone.runners.q_script import quoted

SESSIONS = 240  # documents
_THEMES = 2  # of a document
_LINES = 6  # drawn from each
_MARK, _FAILED = "hone-line", "hone-failed"  # no line of the bank prints them
_BANK = Path(__file__).with_name("bank") / "console.q"
_SLOT = re.compile(r"<([a-z]+)(\d*)>")
_SET = re.compile(r"[a-z]+:")
_WORDS = (
    "apple", "table", "river", "stone", "green", "level", "paper", "light", "music", "water", "trade", "price",
    "house", "radar", "cloud", "sugar", "train", "field", "ocean", "civic", "lemon", "north", "eagle", "amber",
)  # fmt: skip


def documents(rows: Sequence[Row], seed: int, runner: Runner) -> Iterator[str]:
    """The program of each row under what it does, as a comment; then sessions that `runner` ran."""
    yield from map(commented, rows)
    for number in range(SESSIONS):
        lines = drawn(random.Random(f"{seed}/console/{number}"))
        if session := ran(lines, runner):
            yield session


def commented(row: Row) -> str:
    """A row's program in q, and above it in comments what is asked for, in words or in Python."""
    question = row.prompt[-1].content
    if row.label == "description_to_q":
        told, code = question.rpartition("\n\n")[0], program(row.reply)
    elif row.label == "q_to_python":
        told, code = program(row.reply), program(question)
    elif row.label == "pytest_to_qtest":
        told, code = program(question), f"{row.meta['program'].strip()}\n{program(row.reply)}"
    else:
        told, code = program(question), program(row.reply)
    return "".join(f"/ {line}\n" for line in told.splitlines() if line.strip()) + code


def drawn(draw: random.Random) -> list[str]:
    """The lines of a session: of each theme what it sets, and some of its expressions."""
    lines: list[str] = []
    for theme in draw.sample(themes(), _THEMES):
        sets = [line for line in theme if _SET.match(line)]
        asked = [line for line in theme if not _SET.match(line)]
        lines += [_filled(line, draw) for line in [*sets, *draw.sample(asked, _LINES)]]
    return lines


def ran(lines: Sequence[str], runner: Runner) -> str:
    """The session as the console shows it: lines after a prompt, and what each prints; "" if it does not end well."""
    found = runner.run("".join(map(_told, lines)))
    _, *printed = found.stdout.split(f"{_MARK}\n")
    if found.outcome != "passed" or len(printed) != len(lines):
        return ""
    shown = [(line, answer) for line, answer in zip(lines, printed, strict=True) if _FAILED not in answer]
    return "".join(f"q){line}\n{answer}" for line, answer in shown)


def _told(line: str) -> str:
    """A script that runs a line as the console does, after a mark: a value that is not set is shown."""
    run = "value" if _SET.match(line) else "{show value x}"
    return f'-1 "{_MARK}";\n@[{run};{quoted(line)};{{-1 "{_FAILED}";}}];\n'


@cache
def themes() -> list[list[str]]:
    """The bank's lines, theme by theme."""
    blocks = _BANK.read_text("utf-8").strip().split("\n\n")
    return [block.splitlines()[1:] for block in blocks]


def _filled(line: str, draw: random.Random) -> str:
    """The line with its slots filled: <int5> is five of them."""
    return _SLOT.sub(lambda slot: _OF[slot[1]](draw, int(slot[2] or 1)), line)


def _each(one: Callable[[random.Random], object], between: str = " ") -> Callable[[random.Random, int], str]:
    return lambda draw, n: between.join(str(one(draw)) for _ in range(n))


_OF: Mapping[str, Callable[[random.Random, int], str]] = {
    "int": _each(lambda draw: draw.randint(1, 99)),
    "small": _each(lambda draw: draw.randint(2, 9)),
    "float": _each(lambda draw: draw.randint(1, 999) / 10),
    "bool": lambda draw, n: f"{draw.getrandbits(n):0{n}b}b",
    "word": lambda draw, n: " ".join(draw.sample(_WORDS, n)),
    "sym": lambda draw, n: "".join(f"`{word}" for word in draw.sample(_WORDS, n)),
    "date": _each(lambda draw: f"{draw.randint(2000, 2030)}.{draw.randint(1, 12):02}.{draw.randint(1, 28):02}"),
    "iso": _each(lambda draw: f"{draw.randint(2000, 2030)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"),
    "time": _each(lambda draw: f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}"),
}
