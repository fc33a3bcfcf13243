"""What a user writes: a bug told in one of nine styles, with phrases that belong to one split only."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hone.core.records import Split
from hone.recipes.special_tokens.bugs import Bug, Case

# How often each style is drawn. Half of each label is hard: told so that a rule which looks for keywords takes it for
# the other.
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "EDIT": {"traceback": 5, "assertion": 5, "result": 6, "fault": 4},
    "AGENT": {"vague": 5, "tally": 3, "denied": 5, "log": 4, "works": 5},
}

_QUOTED = 40  # the longest value that a quote repeats


@dataclass(frozen=True)
class Request:
    """A user's whole message, and which phrases it was made of."""

    text: str
    style: str
    template: str  # names every phrase used: "works/3.1.0.2" is body 3, opener 1, closer 0, layout 2
    quote: str  # the words that tell what is known, short: see `_quote`


@cache
def phrases() -> Mapping[str, Any]:
    """phrases.yaml: split -> layouts, openers, closers, styles; and logs by split."""
    loaded: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))
    return loaded


def styles_for(bug: Bug, label: str) -> list[str]:
    """The styles that would tell the truth about this bug."""
    if label == "EDIT":
        if bug.raises:
            return ["traceback", "fault"]
        return ["traceback", "assertion", "result"] if bug.failing else []
    if bug.raises or not bug.failing:  # the probe must run through and show something
        return []
    return [style for style in WEIGHTS["AGENT"] if bug.passing or style not in ("works", "log")]


def request(bug: Bug, style: str, statement: str, split: Split, draw: random.Random) -> Request:
    """Compose the message; equal arguments and state of `draw` give equal text."""
    pool = phrases()[split]
    body, body_id = _pick(pool["styles"][style], draw)
    opener, opener_id = _pick(pool["openers"], draw)
    closer, closer_id = _pick(pool["closers"], draw)
    layout, layout_id = _pick(pool["layouts"], draw)
    case = _case(bug, style, draw)
    facts: dict[str, Any] = {
        "name": bug.tests.entry, "line": bug.line, "fault": bug.fault, "trace": bug.trace,
        "passed": bug.passed, "total": len(bug.tests.cases),
        "call": case.call if case else "", "got": case.got if case else "", "want": case.want if case else "",
    }  # fmt: skip
    facts["log"] = _fill(_pick(phrases()["logs"][split], draw)[0], facts)
    said = " ".join(part for part in (_fill(opener, facts), _fill(body, facts), _fill(closer, facts)) if part)
    text = _fill(layout, {"request": said, "statement": statement, "code": bug.code})
    template = f"{style}/{body_id}.{opener_id}.{closer_id}.{layout_id}"
    return Request(text, style, template, _quote(style, body, facts))


def _quote(style: str, body: str, facts: Mapping[str, Any]) -> str:
    """The body's first line, of a traceback the last; without code or long values: a small model would not stop."""
    if style == "traceback":
        return _cut(facts["trace"].strip().splitlines()[-1])
    cut = {name: _cut(facts[name]) for name in ("fault", "got", "want")}
    return _fill(body, {**facts, **cut, "line": "...", "call": f"{facts['name']}(...)"}).splitlines()[0]


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 3]}..."


def _pick(options: Sequence[str], draw: random.Random) -> tuple[str, int]:
    number = draw.randrange(len(options))
    return options[number], number


def _fill(template: str, facts: Mapping[str, Any]) -> str:
    """Like str.format for plain names, in one pass, so that braces inside a fact stay text."""
    pieces = template.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}")
        filled.append(f"{facts[name]}{rest}")
    return "".join(filled)


def _case(bug: Bug, style: str, draw: random.Random) -> Case | None:
    pool = bug.passing if style in ("works", "log") else bug.failing
    return draw.choice(pool[:3]) if pool else None
