"""Questions in the manner of GAIA, made offline: three levels, several steps, files attached to some.

What they are about is `hone.world`; `families` holds the kinds of questions, with the calls and the answer of each.
"""

import json
import random
from collections.abc import Iterator

from hone.core.records import Problem
from hone.problems.questions.families import FAMILIES

SOURCE = "questions"
COUNT = 360  # before those that came out twice are left out


def load() -> Iterator[Problem]:
    """The questions, each once: an equal number of every level, its families in turn. The same at each call.

    `solution` is the JSON of the calls that solve it, `tests` that of the answer and the attached files.
    """
    seen: set[str] = set()
    for number in range(COUNT):
        level = "123"[number % 3]
        family = FAMILIES[level][number // 3 % len(FAMILIES[level])]
        question = family(random.Random(f"question {number}"))
        if question.text in seen:
            continue
        seen.add(question.text)
        steps = [{"name": name, "arguments": arguments} for name, arguments in question.steps]
        tests = {"answer": question.answer, "files": question.files}
        yield Problem(
            id=f"{SOURCE}/{number:03}", title=family.__name__, statement=question.text, entry_point="",
            starter_code="", solution=json.dumps(steps), tests=json.dumps(tests), difficulty=level,
            source=SOURCE, date="",
        )  # fmt: skip
