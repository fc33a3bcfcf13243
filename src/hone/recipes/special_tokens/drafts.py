"""From bugs to rows: a user's request, and the reply that the model should learn."""

import random
from collections.abc import Iterator, Mapping

from hone.core.records import Message, Problem, Row, Split
from hone.recipes.base import row_id
from hone.recipes.special_tokens.bugs import Bug, bugs, with_failed_assertion
from hone.recipes.special_tokens.grammar import Reply
from hone.recipes.special_tokens.requests import WEIGHTS, Request, request, styles_for
from hone.runners import Runner

_PROBE_CALLS = 3


def draft(
    problem: Problem, split: Split, n: int, seed: int, markers: Mapping[str, str], runner: Runner
) -> Iterator[Row]:
    """Up to `n` rows of each label; every row has a bug of its own, styles that were used less come first."""
    draw = random.Random(f"{seed}/{split}/{problem.id}")
    left = list(bugs(problem, draw.randrange(2**32), runner, enough=2 * n + 2))
    draw.shuffle(left)
    for label in ("AGENT", "EDIT"):
        for style in _styles(label, n, draw):
            bug = next((bug for bug in left if style in styles_for(bug, label)), None)
            if bug is None:
                continue
            left.remove(bug)
            if style == "traceback" and not bug.raises:
                bug = with_failed_assertion(bug, bug.failing[0], runner)
                if not bug.raises:  # a wrong type, as True for 1: no assertion fails for that
                    continue
            asked = request(bug, style, problem.statement, split, draw)
            yield row(problem, split, label, bug, asked, (_edit if label == "EDIT" else _agent)(bug, asked), markers)


def _styles(label: str, n: int, draw: random.Random) -> list[str]:
    """`n` styles of a label by weight; one that was drawn becomes less likely."""
    weights = {style: float(weight) for style, weight in WEIGHTS[label].items()}
    drawn = []
    for _ in range(n):
        style = draw.choices(list(weights), list(weights.values()))[0]
        weights[style] /= 4
        drawn.append(style)
    return drawn


def row(
    problem: Problem, split: Split, label: str, bug: Bug, asked: Request, reply: Reply, markers: Mapping[str, str]
) -> Row:
    """A request about a bug with its reply, unproven."""
    messages = (Message("user", asked.text), Message("assistant", reply.render(markers)))
    meta = {
        "bug": bug.kind, "style": asked.style, "template": asked.template, "markers": dict(markers),
        "code": bug.code, "solution": bug.solution, "tests": bug.tests.dump(),
    }  # fmt: skip
    return Row(row_id(split, label, messages), problem.id, split, label, messages, meta)


def _edit(bug: Bug, asked: Request) -> Reply:
    think = f"{asked.known} That names a concrete error, so I edit the code."
    return Reply("EDIT", think, "I fix the code.", {"original_code": bug.code, "modified_code": bug.solution})


def _agent(bug: Bug, asked: Request) -> Reply:
    think = f"{asked.known} That names no concrete error, so I explore."
    return Reply("AGENT", think, "I run it and look.", {"code": probe(bug)})


def probe(bug: Bug) -> str:
    """A script that shows what the program answers to a few short calls, a failing one among them."""
    calls = sorted({bug.failing[0], *bug.passing[: _PROBE_CALLS - 1]}, key=lambda case: (len(case.args), case.args))
    listed = ", ".join(case.args for case in calls)
    return f"{bug.code}\n\nfor args in [{listed}]:\n    print(args, {bug.tests.entry}(*args))"
