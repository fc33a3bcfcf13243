"""q programs for HumanEval problems: right ones in `human_eval.q`, wrong ones in `human_eval_wrong.q`.

A program stands under `/ HumanEval/12 name`, with what is wrong after a colon, and defines `solve`; a problem may have
several. The right ones do what the Python reference does, also where its statement leaves that open. Left out are the
problems in `UNFIT`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from hone.core.errors import UserError

ENTRY = "solve"
RIGHT = Path(__file__).with_name("human_eval.q")
WRONG = Path(__file__).with_name("human_eval_wrong.q")
UNFIT: Mapping[str, str] = {
    "HumanEval/32": "several_answers",
    **dict.fromkeys(("HumanEval/95", "HumanEval/124", "HumanEval/140"), "reference_disagrees"),
    **dict.fromkeys(("HumanEval/129", "HumanEval/160"), "arguments_depend"),  # on each other: none can be drawn
}

_HEAD = re.compile(r"/ (HumanEval/\d+) \w+(: .+)?")


def programs(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Problem id -> programs. Raises: UserError for a bad head, a program twice, or one that defines no `solve`."""
    found: dict[str, tuple[str, ...]] = {}
    for block in re.split(r"\n(?=/ HumanEval)", path.read_text("utf-8")):
        head, _, program = block.partition("\n")
        match = _HEAD.fullmatch(head)
        if not match:
            raise UserError(f"{path}: expected a line such as `/ HumanEval/12 longest`, found {head[:80]!r}")
        program = program.strip() + "\n"
        if not re.search(rf"^{ENTRY}:", program, re.MULTILINE):
            raise UserError(f"{path}: {match[1]}: expected a program that defines `{ENTRY}`, found {program[:80]!r}")
        if program in found.get(match[1], ()):
            raise UserError(f"{path}: {match[1]}: a program stands there twice; keep one")
        found[match[1]] = (*found.get(match[1], ()), program)
    return found
