"""The four kinds of rows: what is asked in each, and the form of the reply, one block of code.

    description_to_q   words -> a q function        q_to_python       a q function -> a Python function
    python_to_q        a Python function -> q       pytest_to_qtest   assertions in Python -> a q function `test`

One wording a kind, the same in training and test: what is to be learned is q, not how it is asked for.
"""

import re
from collections.abc import Sequence
from typing import Any

from hone import reasoning
from hone.core.records import Message, Problem, Row, Split
from hone.recipes.base import row_id
from hone.recipes.q_language.bank.human_eval import ENTRY

KINDS = ("description_to_q", "python_to_q", "q_to_python", "pytest_to_qtest")
LANGUAGE = {"q_to_python": "python"}  # that the reply is in, where it is not q
TEST = "test"

_FENCED = re.compile(r"```[a-z]*\n(.*?)(?:\n```|\Z)", re.DOTALL)


def asked(kind: str, problem: Problem, names: Sequence[str], shown: str) -> str:
    """The user's message. `names`: of the function's arguments; `shown`: the code that is to be put in other words."""
    in_q, in_python = f"`{ENTRY}[{';'.join(names)}]`", f"`{ENTRY}({', '.join(names)})`"
    if kind == "description_to_q":
        return f"{problem.statement}\n\nWrite it in q as {in_q}."
    if kind == "python_to_q":
        return f"Translate to q as {in_q}.\n{fenced(shown, 'python')}"
    if kind == "q_to_python":
        return f"Translate to Python as {in_python}.\n{fenced(shown, 'q')}"
    return f"Translate the test to q as `{TEST}[]`, which gives 1b if {in_q} passes.\n{fenced(shown, 'python')}"


def reply(kind: str, program: str) -> str:
    """The assistant's message."""
    return fenced(program, LANGUAGE.get(kind, "q"))


def fenced(program: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{program.strip()}\n```"


def program(text: str) -> str:
    """The code of a reply: the first block after its thoughts, or all that follows them where there is none."""
    text = reasoning.answer(text)
    found = _FENCED.search(text)
    return (found[1] if found else text).strip() + "\n"


def row(problem: Problem, split: Split, kind: str, question: str, answer: str, meta: dict[str, Any]) -> Row:
    """A question with the program that answers it, unproven."""
    messages = (Message("user", question), Message("assistant", reply(kind, answer)))
    return Row(row_id(split, kind, messages), problem.id, split, kind, messages, meta)
