"""A row in a teacher's words: first a bug, which is run, then a request that tells of it, and the reply.

The teacher is shown the task and the correct program; what it wrote is checked as far as it can be, and it is told
what was wrong. The proof of the whole row is the verifier's, as for all rows.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from hone.core.records import Message, Row
from hone.recipes.base import Place
from hone.recipes.special_tokens.bugs import Bug, observed
from hone.recipes.special_tokens.drafts import row
from hone.recipes.special_tokens.grammar import Reply
from hone.recipes.special_tokens.requests import Request
from hone.recipes.special_tokens.verify import verify
from hone.runners import Runner
from hone.teachers.lessons import Lost, Teacher

_BUG = """Task:
{statement}

A correct program:
```python
{solution}
```

Write the same program with one realistic bug, as a person makes it, so that some calls {failing}. Do not mark or \
mention the bug. Answer with one JSON object and nothing else: {{"code": "the whole program with the bug"}}"""

_FAILING = {
    "EDIT": "give a wrong result or raise an exception",
    "AGENT": "give a wrong result; none may raise an exception, and some calls must still be right",
}

_TOLD = """Task:
{statement}

A user's program for it:
```python
{code}
```

What it does wrong: {evidence}
{more}
Write what the user says and what a good assistant answers. The user's program is appended to the request by itself: do
not repeat it there. {user}
The assistant thinks in one or two sentences (why {why}), says one sentence, and gives {gives}.
Answer with one JSON object and nothing else: {{"request": "...", "think": "...", "lead": "...", "code": "..."}}"""

_MODES: Mapping[str, Mapping[str, str]] = {
    "EDIT": {
        "user": "The user names the concrete error, and quotes it in exactly the words above.",
        "why": "the code can be edited at once",
        "gives": "the whole corrected program as code",
    },
    "AGENT": {
        "user": "The user only feels that something is off: they know no error, no call and no value, and name none.",
        "why": "one must look first",
        "gives": "a script to run as code: the user's program as it is, then lines that print a few of its answers",
    },
}

_LAYOUT = "{request}\n\nTask:\n{statement}\n\nCode:\n```python\n{code}\n```"


class Broken(BaseModel):
    """A program with a bug."""

    model_config = ConfigDict(extra="forbid")

    code: str


class Exchange(BaseModel):
    """What the user says, and what the assistant answers."""

    model_config = ConfigDict(extra="forbid")

    request: str
    think: str
    lead: str
    code: str


async def taught(place: Place, seed: int, markers: Mapping[str, str], teacher: Teacher, runner: Runner) -> Row:
    """One unproven row; `rounds` in its meta are the tries of both asks, 1 if both were good at once.

    Raises: Lost if the teacher writes no bug that can be used, or its answers cannot be had."""
    problem, label, sample = place.problem, place.label, seed * 10_000 + place.number
    if not problem.solution:
        raise Lost("the problem has no solution")
    facts = {"statement": problem.statement, "solution": problem.solution.strip()}

    def check_bug(broken: Broken) -> str:
        return _unfit(observed(broken.code, problem, runner), label)

    asked = [Message("user", _BUG.format(**facts, failing=_FAILING[label]))]
    broken = await teacher.teach(asked, Broken, check_bug, sample)
    bug = None if broken.refused else observed(broken.value.code, problem, runner)
    if bug is None:
        raise Lost(f"no bug: {broken.refused}")
    evidence = _evidence(bug)

    def composed(said: Exchange, rounds: int = 0) -> Row:
        text = _LAYOUT.format(request=said.request.strip(), statement=problem.statement, code=bug.code)
        key = {"EDIT": "modified_code", "AGENT": "code"}[label]
        arguments = {key: said.code} | ({"original_code": bug.code} if label == "EDIT" else {})
        reply = Reply(label, said.think, said.lead, arguments)
        made = row(problem, place.split, label, bug, Request(text, "taught", "taught", ""), reply, markers)
        return replace(made, meta={**made.meta, "evidence": evidence, "rounds": str(rounds)})

    def check_exchange(said: Exchange) -> str:
        found = verify(composed(said), runner)
        return "" if found.ok else f"{found.reason}: {found.detail}"

    more = f"\nThe correct program is:\n```python\n{facts['solution']}\n```\n" if label == "EDIT" else ""
    told = _TOLD.format(statement=problem.statement, code=bug.code, evidence=evidence, more=more, **_MODES[label])
    asked = [Message("user", told)]
    exchange = await teacher.teach(asked, Exchange, check_exchange, sample)
    return composed(exchange.value, broken.rounds + exchange.rounds - 1)


def _unfit(bug: Bug | None, label: str) -> str:
    """Why a program will not do, for the teacher to read."""
    if bug is None or not (bug.raises or bug.failing):
        return "the program passes every test, does not end, or has no bug that shows"
    if label == "AGENT" and (bug.raises or not bug.failing or not bug.passing):
        return "the program must run, give some wrong results, and some right ones"
    return ""


def _evidence(bug: Bug) -> str:
    """The concrete error, in the words that a user would paste."""
    if bug.raises:
        return bug.trace.strip().splitlines()[-1]
    case = bug.failing[0]
    return f"{case.call} gives {case.got}, but {case.want} is right"
