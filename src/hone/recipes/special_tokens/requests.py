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

# The concrete error, by style, as it is drawn from the request; the others tell of none.
_WRONG: Mapping[str, str] = {
    "traceback": "Wrong: {raised}.",
    "assertion": "Wrong: {got}. Right: {want}.",
    "result": "Wrong: {got}. Right: {want}.",
    "fault": "Wrong: {fault}.",
}
_NOT_KNOWN = "Wrong: not known."
_VALUE, _MESSAGE = 24, 60  # the longest of each that is repeated: a small model would not stop


@dataclass(frozen=True)
class Request:
    """A user's whole message, and which phrases it was made of."""

    text: str
    style: str
    template: str  # names every phrase used: "works/3.1.0.2" is body 3, opener 1, closer 0, layout 2
    known: str  # the words that tell what is known, short, then the error in them: see `_known`


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
    return Request(text, style, template, _known(style, body, facts))


def _known(style: str, body: str, facts: Mapping[str, Any]) -> str:
    """The body's first line, of a traceback the last, then the error in it; without code or what is long."""
    last = facts["trace"].strip().split("\n")[-1]
    short = {
        **facts, "line": "...", "call": f"{facts['name']}(...)", "got": _cut(facts["got"], _VALUE),
        "want": _cut(facts["want"], _VALUE), "fault": _cut(facts["fault"], _MESSAGE), "raised": last.partition(":")[0],
    }  # fmt: skip
    told = _cut(last, _MESSAGE) if style == "traceback" else _fill(body, short).split("\n")[0]
    return f"{told} {_fill(_WRONG.get(style, _NOT_KNOWN), short)}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


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
