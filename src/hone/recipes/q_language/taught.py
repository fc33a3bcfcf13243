"""A row in the words of a teacher, who is asked what the model will be asked, and told what the tests say."""

import random

from pydantic import BaseModel, ConfigDict

from hone.core.records import Message, Row
from hone.recipes.base import Place
from hone.recipes.q_language.drafts import exercise
from hone.recipes.q_language.judge import judged
from hone.recipes.q_language.kinds import row
from hone.runners import Runner
from hone.teachers.lessons import Lost, Teacher

_FORM = '\n\nAnswer with one JSON object and nothing else: {"program": "the whole program"}'


class Program(BaseModel):
    """A program, in whichever language it was asked for."""

    model_config = ConfigDict(extra="forbid")

    program: str


async def taught(place: Place, seed: int, teacher: Teacher, runner: Runner) -> Row:
    """One unproven row; `rounds` in its meta are the tries. Raises: Lost."""
    problem, kind = place.problem, place.label
    asked = exercise(problem, kind, random.Random(f"{seed}/{place.split}/{problem.id}/{kind}"), runner)
    if asked is None:
        raise Lost("no exercise of that kind")

    def check(said: Program) -> str:
        made = row(problem, place.split, kind, asked.question, said.program, asked.meta)
        found = judged(made, made.reply, runner)
        return "" if found.passed else f"{found.outcome}: {found.share:.0%} of the tests pass"

    messages = [Message("user", asked.question + _FORM)]
    answer = await teacher.teach(messages, Program, check, seed * 10_000 + place.number)
    facts = asked.meta | {"rounds": str(answer.rounds)}
    return row(problem, place.split, kind, asked.question, answer.value.program, facts)
