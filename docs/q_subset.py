"""Writes docs/q-subset.md: what of q is in the subset, from the interpreter's own tables.

python docs/q_subset.py > docs/q-subset.md
"""

import json
from collections import defaultdict
from pathlib import Path

from qsubset import Session
from qsubset.session import CONSTANTS, OUTSIDE
from qsubset.values import NAMES, Derived
from qsubset.verbs import VERBS
from qsubset.verbs.registry import MONADS

DEVIATIONS = Path(__file__).parents[1] / "bench" / "q_deviations.json"
HEAD = """# The q subset
`qsubset` is an interpreter for a part of q, the language of kdb+, in Python's standard library. It is written from q's
published behaviour and shares no code with it. With KX's own q and its licence, the same pipeline runs on that:
`hone verdict --language q-binary`.

    python -m qsubset script.q        # run a script; `read0 0` reads its input
    python -m qsubset                 # a console
    hone verdict --language q --tests TESTS.json solution.q

This page is written by `python docs/q_subset.py`; a test compares it with the code.
"""
SYNTAX = """
## Language
- Evaluation from right to left without precedence; comments, scripts with indented continuation lines.
- Atoms, lists of one kind, mixed lists, dictionaries, tables `([]a:1 2)`, keyed tables `([k:1 2]a:3 4)`,
  dictionaries `([a:1;b:2])`.
- Functions `{[a;b]a+b}` and `{x+y}`, early return `:x`, `.z.s`, projections `f[;1]`, compositions `'[f;g]` and trains
  `count distinct@`, calls with elided arguments.
- Assignment `a:1`, `a::1`, `a+:1`, `a[0]:1`, `a[0;`b],:2`; amend and trap
  `@[x;i;f]`, `@[x;i;f;y]`, `.[x;i;f;y]`, `@[f;x;e]`.
- `$[c;a;b]`, `if[]`, `while[]`, `do[]`, blocks `[a;b]`, signals `'`.
- Queries: `select`, `exec`, `update`, `delete` with `by`, `where`, `distinct`, `select[n;>col]`, on tables and on
  names.
- Nulls, infinities, promotion and 64-bit overflow as q has them; floats are shown with 7 digits and compared
  within 2^-43.
- Errors have q's names; the console shows the failing expression and where in it.
"""
LIMITS = """
## What is not in it
- Files, network, processes, timers, callbacks, `\\\\` commands: whatever would reach them signals `'nyi`. Input is
  `read0 0`, output `-1`, `-2`, `show` and `0N!`.
- Enumerations, foreign keys, attributes, namespaces as dictionaries, views, functional `select`, `wj`, k and the
  internal functions `-n!`.
- One null and one infinity for all integer and temporal kinds; the precision of floats cannot be set.
- The longest list has 2^26 items, the deepest call is 1,000 deep; a caller may set other limits, and one on steps.
"""


BEFORE_MISSES = """Of the prompts of KX's q reference that anyone could repeat (`bench/q_conformance.py` says which
those are). An empty prompt stands for all on the page.
"""


def code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    inside = text.replace("|", "\\|")
    return f"{fence} {inside} {fence}" if fence == "``" else f"{fence}{inside}{fence}"


def families() -> dict[str, list[str]]:
    """The names of what is built in, by the module that defines it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, verb in Session().verbs.items():
        forms = list((VERBS.get(name) or verb).forms.values())
        modules = sorted(
            {form.__globals__["__name__"].rpartition(".")[2] for form in forms if hasattr(form, "__globals__")}
        )
        if name not in OUTSIDE:
            found[modules[0] if modules else "session"].append(name)
    return found


def page() -> str:
    made = families()
    total = sum(map(len, made.values())) + len(MONADS) + len(Derived.ITERATORS) + len(CONSTANTS)
    lines = [
        HEAD,
        SYNTAX,
        f"\n## Verbs and words\n{total} in all, with the monads of operators, iterators and constants.\n",
    ]
    lines += ["| room | names |", "|---|---|"]
    lines += [f"| {room} | {' '.join(code(name) for name in sorted(names))} |" for room, names in sorted(made.items())]
    lines += [f"| monads of operators | {' '.join(code(name + ':') for name in MONADS)} |"]
    lines += [f"| iterators | {' '.join(code(name) for name in Derived.ITERATORS)} |"]
    lines += [f"| constants | {' '.join(code(name) for name in CONSTANTS)} |"]
    lines += [f"\nKinds: {', '.join(NAMES.values())}.", LIMITS]
    lines += ["## Where it prints something else than KX's manual", BEFORE_MISSES]
    lines += ["| page | prompt | reason |", "|---|---|---|"]
    for known in json.loads(DEVIATIONS.read_text()):
        prompt = code(known["prompt"].strip()) if known["prompt"] else ""
        lines.append(f"| {known['page']} | {prompt} | {known['reason']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
