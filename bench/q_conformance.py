"""How much of KX's reference manual of q prints here exactly as documented.

    python bench/q_conformance.py ../shared/reference/q/kx_reference_examples.jsonl

Counted is a prompt that anyone could repeat: 1. every name in it is a word of q or was defined before on the page by a
prompt that could be repeated; words of q are its keywords and the few names of .Q and .j that text needs, not kdb+'s
libraries; 2. it needs no file, connection, callback, clock, random number, other process, namespace switch or
debugger; 3. it is whole, and so is its shown output: no comment in it, nothing wider than the console, nothing
left out; 4. it shows an output. A page is one session. Of an error only what the manual shows of it is compared.
A miss is explained if bench/q_deviations.json has its page and prompt; exit 0 if at least 90 % print as documented and
every miss is explained. The reference stays outside the project.
"""

import argparse
import json
import re
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

from qsubset import LimitReached, Limits, Session
from qsubset.errors import Exit, QError
from qsubset.lexer import tokens

KEYWORDS = frozenset(
    re.findall(
        r"\S+",
        """
abs acos aj aj0 ajf ajf0 all and any asc asin asof atan attr avg avgs bin binr by ceiling cols cor cos count cov
cross csv cut delete deltas desc dev differ distinct div do each ej ema enlist eval except exec exit exp fby fills
first fkeys flip floor from group gtime iasc idesc if ij ijf in insert inter inv key keys last like lj ljf load log
lower lsq ltime ltrim mavg max maxs mcount md5 mdev med meta min mins mmax mmin mmu mod msum neg next not null or
over parse peach pj prd prds prev prior rank ratios raze reciprocal reval reverse rotate rtrim scan scov sdev select
set show signum sin sqrt ss ssr string sublist sum sums sv svar tables tan til trim type uj ujf ungroup union update
upper upsert value var view views vs wavg where while within wj wj1 wsum xasc xbar xcol xcols xdesc xexp xgroup xkey
xlog xprev xrank x y z i .z.s .Q.s .Q.s1 .Q.a .Q.A .Q.n .Q.an .Q.nA .j.j .j.k
""",
    )
)
OUTSIDE = re.compile(
    r"\b(hopen|hclose|hdel|hcount|hsym|read0|read1|save|load|rload|rsave|dsave|system|getenv|setenv|rand|get|exit)\b"
    r"|`:|(?<![\w.])[012]:(?!\d)|\)\s*[012]:|(?<![\w)\]])-?(\d+|0N)\?|^\\|^\)|\\[a-z]\b|k\)|\.z\.(?!s\b)"
)
UNCLEAN = re.compile(r"\s{2,}/|\.\.\.|^\S*q\)", re.MULTILINE)
CONSOLE_WIDTH = 80


def bare(prompt: str) -> str:
    """Without its comment."""
    return re.sub(r"(^|\s)/.*", "", prompt)


def is_whole(prompt: str) -> bool:
    outside_strings = re.sub(r'"(\\.|[^"\\])*"', "", prompt)
    return '"' not in outside_strings and all(
        outside_strings.count(a) == outside_strings.count(b) for a, b in ("()", "[]", "{}")
    )


class Page:
    """Which names of a page can be relied on."""

    def __init__(self) -> None:
        self.defined: set[str] = set()
        self.has_callback = False

    def can_be_repeated(self, prompt: str) -> bool:
        """Whether the prompt can, and take note of what it defines."""
        text = bare(prompt)
        self.has_callback |= bool(re.search(r"\.z\.\w+\s*:", text))
        try:
            names = [token.text for token in tokens(text) if token.kind == "name"]
        except QError:
            names = []
        made = set(re.findall(r"([.\w]+)(?:\[[^]]*\])?\s*[^\s\w)\]}\\/']?:", text))
        made |= set(re.findall(r"`(\w+)\s*(?:set|insert|upsert)\b", text)) | set(re.findall(r"\{\[([\w;]*)\]", text))
        parameters = {name for group in re.findall(r"\{\[([\w;\s]*)\]", text) for name in re.split(r"[;\s]+", group)}
        unknown = set(names) - KEYWORDS - self.defined - made - parameters
        repeatable = (
            bool(text.strip()) and not self.has_callback and is_whole(text) and not OUTSIDE.search(text) and not unknown
        )
        self.defined = self.defined | made if repeatable else self.defined - made
        return repeatable


def is_clean(output: str) -> bool:
    lines = output.split("\n")
    return bool(output) and not UNCLEAN.search(output) and all(len(line) <= CONSOLE_WIDTH for line in lines)


def printed(session: Session, prompt: str) -> str:
    try:
        return session.repl(prompt)
    except LimitReached:
        return "did not end\n"
    except Exit:
        return "exit\n"


def is_as_documented(shown: str, documented: str) -> bool:
    got, want = ([line.rstrip() for line in text.rstrip("\n").split("\n")] for text in (shown, documented))
    if any(line.startswith("'") for line in want) and not any(line.startswith("  [") for line in want):
        got = [line for i, line in enumerate(got) if not (line.startswith("  [") or (line.strip() == "^" and i))]
    return got == want


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument(
        "--misses", action="store_true", help="print each miss with what was documented and what was printed"
    )
    arguments = parser.parse_args()
    plain = arguments.reference.read_text().replace("\N{NO-BREAK SPACE}", " ").replace("\\u00a0", " ")
    blocks = [json.loads(line) for line in plain.splitlines()]
    explained = json.loads(Path(__file__).with_name("q_deviations.json").read_text())
    counted = right = 0
    seen, misses = 0, []
    for name, of_page in groupby(blocks, key=lambda block: block["page"]):
        session, page = Session(Limits(steps=1e6)), Page()
        for block in of_page:
            for step in block["steps"]:
                seen += 1
                repeatable = page.can_be_repeated(step["in"])
                shown = printed(session, step["in"])
                if not repeatable or not is_clean(step["out"]):
                    continue
                counted += 1
                if is_as_documented(shown, step["out"]):
                    right += 1
                else:
                    misses.append((name, step["in"], step["out"], shown))
    unexplained = [
        miss for miss in misses if not any(d["page"] == miss[0] and d["prompt"] in miss[1] for d in explained)
    ]
    for name, prompt, documented, shown in misses if arguments.misses else unexplained:
        print(f"## {name}: {prompt}\n-- documented\n{documented}\n-- printed\n{shown.rstrip()}")
    print(f"{seen} prompts, {counted} can be repeated, {right} print as documented: {right / counted:.1%}")
    by_page = dict(Counter(page for page, *_ in misses))
    print(f"{len(misses)} misses, {len(unexplained)} without a reason; by page: {by_page}")
    return 0 if right >= 0.9 * counted and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
