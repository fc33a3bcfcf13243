"""Random q programs, and what becomes of them: the generator and the watch that the fuzz test and the bench share.

Programs are composed of q's tokens by a small grammar, thrown together without one, or are valid programs with a few
of their tokens or characters changed. They run in a forked child with limits of memory, steps and time, so that
neither a program that takes all memory nor one that ends Python itself ends the test.
"""

import json
import os
import resource
import select
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from qsubset import Exit, LimitReached, Limits, Session, run

LIMITS = {"steps": 20_000, "depth": 200, "items": 1 << 20, "output": 1 << 16}
SLOW = 2.0  # seconds of CPU time
HUNG = 60.0  # seconds without a word from the child
MEMORY = 2 << 30

SEEDS = (
    "til 10",
    "x:1 2 3;y:x*2;show x+y",
    "f:{$[x<2;x;.z.s[x-1]+.z.s x-2]};show f each til 8",
    "sum each (1 2;3 4 5;())",
    't:([]s:`a`b`a`c;p:1.5 2 0n 4;q:10 20 30 40)\nshow t\nshow select from t where p>1.5,s in `a`c',
    "t:([]s:`a`b`a;q:1 2 3)\nshow select total:sum q,n:count i by s from t\nshow exec q by s from t",
    "t:([k:`a`b`c]v:1 2 3)\nt[`b;`v]:20\n`t upsert (`d;4)\nshow t\nshow t`b\nshow update v:2*v from t where k=`a",
    "t:([]d:2024.01.01+til 4;t:09:30 10:00 10:30 11:00)\nshow update w:`week$d from t\nshow delete d from t",
    "a:([]k:1 2 3;x:10 20 30)\nb:([k:1 2]y:100 200)\nshow a lj b\nshow a ij b\nshow a uj ([]k:4 5;z:`p`q)",
    "q:([]s:`a`a`b;t:1 3 2;b:5 6 7)\nshow aj[`s`t;([]s:`a`b;t:2 2);q]",
    "show ungroup `s xgroup ([]s:`a`b`a;v:1 2 3)",
    "d:`a`b`c!1 2 3\nd[`d]:4\nshow d\nshow key[d]!neg value d\nshow d,`a`z!9 9",
    "show group \"mississippi\"\nshow desc count each group \"mississippi\"",
    "show {x,sum -2#x}/[10;0 1]\nshow {x+1}\\[5;0]\nshow (+\\)1 2 3\nshow 1+/2 3 4",
    "show {x*2}/[{x<100};1]\nshow {x div 2}\\[100]",
    "show 1 2 3,/:\\:4 5\nshow (-':)1 4 9 16\nshow 0-':1 4 9",
    "show @[1 2 3;1;:;9]\nshow @[1 2 3;0 2;+;10 20]\nshow .[(1 2;3 4);(1;0);neg]\nshow .[`a`b!(1 2;3 4);(`a;::);*;2]",
    "show @[{1+x};`a;{\"caught: \",x}]\nshow .[{x+y};(1;`a);{x}]\nshow @[value;\"1+`\";::]",
    "i:0;s:0\nwhile[i<10;s+:i;i+:1]\nshow s\ndo[3;s*:2]\nshow s\nif[s>10;show `big]",
    "f:{[a;b;c]a+b*c}\ng:f[1;;3]\nshow g 2\nh:neg sum@\nshow h 1 2 3\nk:('[neg;+])\nshow k[1;2]",
    "f:{if[x<0;:`neg];if[x=0;:`zero];`pos}\nshow f each -1 0 1",
    "f:{'\"boom\"}\nshow @[f;1;{x}]\n'stop",
    'show "," vs "a,b,c"\nshow "-" sv ("x";"y";"zz")\nshow ` sv `a`b\nshow ` vs `a.b.c\nshow " " sv string 1 2 3',
    'show ssr["hello world";"o";"0"]\nshow "hello" ss "l"\nshow upper trim "  abc "\nshow "abc" like "a*"',
    'show "J"$("1";"x";"42")\nshow "D"$"2024.02.29"\nshow "F"$"1e5"\nshow `int$3.7\nshow `date$2024.01.02D03:04:05\nshow "i"$"a"',
    "show 5$\"abc\"\nshow -5$\"abc\"\nshow (1 2;3 4)$(1 0f;0 1f)\nshow 1 2 3f mmu 1 2 3f",
    "show 10 vs 1234\nshow 10 sv 1 2 3\nshow 0b vs 5i\nshow 0x0 vs 258\nshow 2 sv 1 0 1b",
    "show 3 cut til 10\nshow 0 2 5 _ til 8\nshow 2 3#til 6\nshow -3#til 10\nshow 7#1 2\nshow flip (1 2 3;4 5 6)",
    "show 1 3 5 bin 0 1 4 9\nshow 1 2 3 within 2 3\nshow 2 in 1 2 3\nshow 1 2 3 except 2\nshow 1 2 union 2 3",
    "show 3 msum 1 2 3 4 5\nshow 2 mavg 1 2 3f\nshow deltas 1 4 9\nshow ratios 1 2 4f\nshow ema[0.5;1 2 3f]\nshow 3 mmax 5 1 4",
    "show avg 1 2 3\nshow med 5 1 3\nshow dev 1 2 3\nshow 1 2 cor 2 4\nshow 1 1 2 wavg 3 4 5\nshow 2 xrank til 6",
    "show .j.j `a`b!(1;\"x\")\nshow .j.k \"{\\\"a\\\":[1,2,3],\\\"b\\\":null}\"\n-1 .Q.s ([]a:1 2);\nshow .Q.s1 (1;`a;\"b\")",
    "show 2024.01.31+1\nshow 2024.03m-1\nshow 12:30+45\nshow `week$2024.05.05\nshow 2024.01.01D12:00-2024.01.01\nshow 0D01:00:00*3",
    "show 1b+1b\nshow 0x01+1h\nshow 3 div 2\nshow -3 mod 5\nshow 1%0\nshow 0N+1\nshow 0W+1\nshow 7 xbar 10 15 20",
    "show (1;`a;\"str\";2.5;1b;0x0f;2024.01.01;(1 2;3);::)\nshow type each (1;`a;\"c\";\"str\";();{x};+)",
    "show ?[1010b;1 2 3 4;0]\nshow (1 0N 3)^5\nshow 0^1 0N 3\nshow fills 1 0N 0N 4\nshow null 1 0N\nshow next 1 2 3\nshow 2 xprev til 5",
    "show select[2] from ([]a:1 2 3)\nshow select[1;>a] from ([]a:1 3 2)\nshow select distinct a from ([]a:1 1 2)",
    "show select from ([]g:`a`b`a;v:1 5 3) where v=(max;v) fby g\nshow meta ([]a:1 2;b:`x`y;c:(\"p\";\"q\"))",
    "show `a xasc ([]a:3 1 2;b:`x`y`z)\nshow `b xdesc ([]a:3 1 2;b:`x`y`z)\nshow `x xcol ([]a:1 2)\nshow (1 2;3 4) cross 5 6",
    "show asc 3 1 2\nshow iasc 3 1 2\nshow rank 30 10 20\nshow reverse til 3\nshow rotate[2;til 5]\nshow distinct 1 1 2\nshow where 0101b",
    "show raze (1 2;3;4 5)\nshow differ 1 1 2 2\nshow prds 1 2 3\nshow maxs 1 3 2\nshow all 11b\nshow any 00b\nshow sums 1 2 3",
    "show eval (+;1;2)\nshow value (`til;3)\nshow value \"2*3\"\nset[`v;5]\nshow v\nshow get `v",
    "show (0 1 0)'[10 20 30;1 2 3]\nshow (1 2 0)\\[0]\nshow {x+y+z}\\[0;1 2 3;4 5 6]\nshow {x,y} over (1;2;3)\nshow (,/)(1 2;3 4)",
    "show `a`b!(1 2;3 4)\nshow flip `a`b!(1 2;3 4)\nshow enlist `a`b!1 2\nshow (`a`b!1 2)+`b`c!10 20\nshow 2!([]a:1 2;b:3 4;c:5 6)",
    "l:(1 2;3 4)\nl[0;1]:9\nl[;0]+:1\nshow l\nl,:enlist 5 6\nshow l\nshow l . 1 0\nshow l[;1]\nshow last l",
    "f:{[d;k]d[k]}\nshow f[`a`b!1 2]each `a`b`c\nshow .[f;(1 2 3;1)]\nshow f . (`a`b!1 2;`b)",
    "line:read0 0\nshow line\nshow \"J\"$\" \" vs line\n-1 string sum \"J\"$\" \" vs line;",
)  # fmt: skip
STDIN = '3 1 4 1 5\nhello\n\n{"a":1}\n'

ATOMS = (
    "0", "1", "2", "3", "-1", "5", "10", "100", "0N", "0W", "-0W", "0n", "0w", "-0w", "1.5", "-2.5", "1e10", "1e-7",
    "1b", "0b", "0x0f", "0xff", "1h", "-1h", "0Nh", "0Wh", "2i", "0Ni", "0Wi", "2147483647i", "3e", "0Ne", "2f",
    "9223372036854775807", "-9223372036854775807", '"a"', '" "', '"\\n"', "`a", "`", "`b", "`abc", "`:file",
    "2024.02.29", "0Nd", "0Wd", "2000.01m", "0Nm", "12:30", "0Nu", "12:30:45", "0Nv", "12:30:45.123", "0Nt",
    "0D01:00:00", "0Nn", "2024.01.01D12:00:00", "0Np", "0Wp", "2024.01.01T12:00", "0Nz", "::", "1000000", "1e300",
)  # fmt: skip
LISTS = (
    "()", "(::)", "1 2 3", "0N 1 0W", "1 0n 3f", "0#0", "0#`", '""', '"abc"', '"a,b"', '"1 2"', '"[a-"', '"*"', ",1",
    "enlist 1", "enlist `a", "enlist \"abc\"", "`a`b`c", "101b", "0x0102", "1 2 3h", "1 2 3i", "1 2e", "2024.01.01 2024.01.02",
    "12:30 0Nu", "2000.01 2000.02m", "0D01 0D02", "(1 2;3 4)", "(1;`a;\"x\")", "(\"ab\";\"cd\")", "(1 2;3)", "((1 2;3 4);(5 6;7 8))",
    "(();())", "(1;(2;(3;())))", "til 5", "til 0", "5#`a", "10?10", "`a`b!1 2", "`a`b!(1 2;3 4)", "(`$())!()", "1 2!3 4",
    "(1 2;3 4)!`a`b", "([]a:1 2 3;b:`x`y`z)", "([]a:())", "([k:`a`b]v:1 2)", "([k:1 2;l:`a`b]v:3 4)", "([a:1;b:2])", "0#([]a:1 2)",
    "enlist `a`b!1 2", "(+;1;2)", "({x};+;neg)", "(1;)", "(`a`b!1 2;`a`b!3 4)", "([]a:(1 2;3 4))", "([]d:2024.01.01 0Nd;s:(\"a\";\"bc\"))",
)  # fmt: skip
DYADS = (
    "+", "-", "*", "%", "&", "|", "^", "=", "<", ">", "<=", ">=", "<>", "~", ",", "#", "_", "!", "?", "@", ".", "$",
    "and", "asof", "bin", "binr", "cor", "cov", "cross", "cut", "div", "ema", "except", "fby", "ij", "in", "insert", "inter",
    "like", "lj", "ljf", "lsq", "mavg", "mcount", "mdev", "mmax", "mmin", "mmu", "mod", "msum", "or", "pj", "prior", "rotate", "scov",
    "set", "ss", "sublist", "sv", "uj", "union", "upsert", "vs", "wavg", "within", "wsum", "xasc", "xbar", "xcol", "xcols",
    "xdesc", "xexp", "xgroup", "xkey", "xlog", "xprev", "xrank", "each", "over", "scan", "peach",
)  # fmt: skip
MONADS = (
    "abs", "all", "any", "asc", "asin", "acos", "avg", "avgs", "ceiling", "cols", "cos", "count", "deltas", "desc", "dev", "differ",
    "distinct", "enlist", "eval", "exp", "fills", "first", "flip", "floor", "group", "iasc", "idesc", "inv", "key", "keys",
    "last", "log", "lower", "ltrim", "max", "maxs", "md5", "med", "meta", "min", "mins", "neg", "next", "not", "null", "parse", "prd",
    "prds", "prev", "rand", "rank", "ratios", "raze", "reciprocal", "reverse", "rtrim", "sdev", "show", "signum", "sin", "sqrt",
    "string", "sum", "sums", "svar", "tables", "tan", "til", "trim", "type", "ungroup", "upper", "value", "get", "var", "where", ".Q.s",
    ".Q.s1", ".Q.ty", ".j.j", ".j.k", "read0", "exit", "-1", "-2", "system", "hopen", "attr", "view", "get", "+/", "+\\", "-':", ",/",
    "neg each", "count each", "(+/)", "first each", "#:", "+:", "`int$", "`$", "\"J\"$", "`date$", "`char$", "\"D\"$", "\"F\"$", "\"S\"$",
    "`time$", "`month$", "`float$", "`boolean$", "`byte$", "`long$", "`timestamp$", "`timespan$", "`week$", "`hh$", "0b vs", "10 vs", "0x0 sv",
    "2 sv", "\",\" vs", "\",\" sv", "` vs", "` sv", "\"p\"$", "\"z\"$", "8$", "-3$", "1_", "-1_", "2#", "2 cut", "0 1 _", "2!", "0!", "-1!",
)  # fmt: skip
TRIADS = (
    "ssr",
    "aj",
    "aj0",
    "ej",
    "?",
    "@",
    ".",
    "!",
    "$",
    "wj",
    "fby",
    "ema",
    "{x+y*z}",
    "sublist",
    "insert",
    "upsert",
    "'",
    "bin",
)
ITERATORS = ("'", "/", "\\", "':", "/:", "\\:")
NAMES = ("x", "y", "z", "a", "b", "t", "f", "g", "d", "s", "undefined", ".z.s", ".z.p", "i")
SIGNS = ("(", ")", "[", "]", "{", "}", ";", ":", "::", "\n", " ", ",", "'", "/", "\\", "`", '"', ".", "-", "$[", "if[", "while[", "do[",
         "select ", "exec ", "update ", "delete ", " by ", " from ", " where ", "distinct ", "\n ", "\n/", "\n\\", "'[", "{[a;b]", "x:", "t[", "\t", "1:", "0:",
         "\\\\", "é", "\x00", "\x7f", "∀", "#!", "k)", "0N!", "f:", ",:", "+:", "-:")  # fmt: skip


class Slow(BaseException):
    """The time for one program is over."""


@dataclass
class Finding:
    """A program that did not end as a program should."""

    what: str
    program: str
    mode: str
    trace: str = ""

    @property
    def where(self) -> str:
        """What tells it from others: the error, and the innermost line of the interpreter."""
        lines = [line.strip() for line in self.trace.split("\n") if "qsubset/" in line and "tests/" not in line]
        return self.what.partition(":")[0] + (lines[-1] if lines else "")


@dataclass
class Survey:
    """How many programs ended how, and those that should not have."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0


# Programs


def expression(random: Random, depth: int) -> str:
    """One that reads as q, whatever it means."""
    if depth <= 0 or random.random() < 0.12:
        return random.choice(random.choice((ATOMS, LISTS, LISTS, NAMES)))

    def inner() -> str:
        return expression(random, depth - 1)

    def left() -> str:
        return random.choice((random.choice(ATOMS), random.choice(LISTS), f"({inner()})", random.choice(NAMES)))

    def verb() -> str:
        return random.choice((random.choice(DYADS), random.choice(MONADS), function(random, depth - 1)))

    forms: tuple[Callable[[], str], ...] = (
        lambda: f"{random.choice(MONADS)} {inner()}",
        lambda: f"{random.choice(MONADS)} {inner()}",
        lambda: f"{left()} {random.choice(DYADS)} {inner()}",
        lambda: f"{left()} {random.choice(DYADS)} {inner()}",
        lambda: f"{left()} {random.choice(DYADS)} {inner()}",
        lambda: f"{random.choice(DYADS)}[{inner()};{inner()}]",
        lambda: f"{random.choice(TRIADS)}[{inner()};{inner()};{inner()}]",
        lambda: f"{random.choice('@.!?')}[{inner()};{inner()};{verb()};{inner()}]",
        lambda: f"({verb()}){random.choice(ITERATORS)}[{inner()};{inner()}]",
        lambda: f"({verb()}){random.choice(ITERATORS)} {inner()}",
        lambda: f"{left()}{random.choice(DYADS[:22])}{random.choice(ITERATORS)}{inner()}",
        lambda: f"{function(random, depth - 1)}{random.choice(ITERATORS)}[{inner()};{inner()};{inner()}]",
        lambda: f"{function(random, depth - 1)}[{inner()};{inner()}]",
        lambda: f"{function(random, depth - 1)} {inner()}",
        lambda: f"{left()}[{inner()};{inner()}]",
        lambda: f"{left()}[{inner()}]",
        lambda: f"{left()} {inner()}",
        lambda: f"({inner()};{inner()};{inner()})",
        lambda: f"$[{inner()};{inner()};{inner()}]",
        lambda: f"{random.choice(NAMES[:9])}{random.choice(('', '', '+', ',', '-'))}:{inner()}",
        lambda: f"{random.choice(NAMES[:9])}[{inner()}]{random.choice(('', '+', ','))}:{inner()}",
        lambda: f"@[{verb()};{inner()};{{x}}]",
        lambda: query(random, depth - 1),
        lambda: f"([]a:{inner()};b:{inner()})",
        lambda: f"([k:{inner()}]v:{inner()})",
        lambda: f"{left()}!{inner()}",
        lambda: f"(('[{verb()};{verb()}]){inner()})",
        lambda: f"{verb()}[{random.choice(('', inner()))};]{random.choice(('', ' ' + inner()))}",
    )
    return random.choice(forms)()


def function(random: Random, depth: int) -> str:
    head = random.choice(("", "", "[x;y]", "[a]", "[]"))
    return f"{{{head}{random.choice(('', ':', 'if[x;:y];', 'a:x;'))}{expression(random, depth)}}}"


def query(random: Random, depth: int) -> str:
    table = random.choice(
        ("t", "([]a:1 2 3;b:`x`y`x)", "([k:`a`b`c]a:1 2 3;b:`x`y`x)", f"({expression(random, depth)})", "`t", "d")
    )
    part = random.choice(("", "a", "b", "a,b", "n:count i", "max a", "a:neg a", "i", f"c:{expression(random, depth)}"))
    by = random.choice(("", "", " by b", " by a", " by k:b", " by a,b", f" by g:{expression(random, depth)}"))
    where = random.choice(("", "", " where a>1", " where b=`x,a<3", f" where {expression(random, depth)}"))
    word = random.choice(
        ("select", "select", "exec", "update", "delete", "select[1]", "select[-2;>a]", "select distinct")
    )
    return f"({word} {part}{by} from {table}{where})"


def composed(random: Random) -> str:
    lines = [f"{name}:{random.choice(random.choice((ATOMS, LISTS, LISTS)))}" for name in ("x", "y", "z", "a", "b", "s")]
    lines += ["t:([]a:1 2 3;b:`x`y`z)", "d:`a`b!1 2", "f:{x+y}", "g:{x}"]
    for _ in range(random.randint(1, 3)):
        say = random.choice(("show ", "", "", "-1 .Q.s1 "))
        lines.append(say + expression(random, random.choice((1, 1, 2, 2, 3, 4))))
    return "\n".join(lines)


def soup(random: Random) -> str:
    parts = (ATOMS, LISTS, DYADS, MONADS, ITERATORS, NAMES, SIGNS, SIGNS)
    return random.choice(("", " ")).join(random.choice(random.choice(parts)) for _ in range(random.randint(1, 14)))


def split(text: str) -> list[str]:
    """Roughly tokens: runs of letters and digits, and single other characters."""
    found: list[str] = []
    for char in text:
        if found and char.isalnum() and found[-1][-1:].isalnum():
            found[-1] += char
        else:
            found.append(char)
    return found


def mutated(random: Random) -> str:
    """A valid program with a few of its tokens or characters deleted, doubled, swapped or replaced."""
    program = random.choice(SEEDS)
    parts: list[str] = split(program) if random.random() < 0.7 else list(program)
    for _ in range(random.randint(1, 4)):
        if not parts:
            break
        i, j = random.randrange(len(parts)), random.randrange(len(parts))
        what = random.random()
        if what < 0.2:
            del parts[i]
        elif what < 0.35:
            parts.insert(i, parts[j])
        elif what < 0.5:
            parts[i], parts[j] = parts[j], parts[i]
        elif what < 0.9:
            parts[i] = random.choice(random.choice((ATOMS, LISTS, DYADS, MONADS, ITERATORS, NAMES, SIGNS)))
        else:
            parts[i:i] = split(random.choice(random.choice(SEEDS).split("\n")))
    return "".join(parts)


def nested(random: Random) -> str:
    """Deep, in one of the ways that a program can be."""
    deep = random.choice((3, 50, 400, 5000))
    opening, core, closing = random.choice((
        ("(", "1", ")"), ("{", "x", "}"), ("neg ", "1", ""), ("1+", "1", ""), ("f[", "1", "]"), ("enlist ", "1", ""),
        ("$[1b;", "1", ";2]"), ("(1;", "2", ")"), ("{x+", "1", "}"), ("'", "`a", ""), ("@[{", "x", "};1;2]"), ("[", "1", "]"),
        ("(neg ", "neg", ")"), ("t[0]", ":1", ""), ("{", "x", "}each"),
    ))  # fmt: skip
    return random.choice(("", "show ", "x~")) + opening * deep + core + closing * deep


def program(random: Random) -> str:
    kind = random.random()
    if kind < 0.6:
        return composed(random)
    if kind < 0.87:
        return mutated(random)
    return soup(random) if kind < 0.997 else nested(random)


def programs(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """Each with how it is run: as a script, or line by line at the console, which also prints what comes out."""
    random = Random(seed)
    for i in range(count):
        yield program(random), ("repl" if i % 2 else "run")


# What becomes of them


def outcome(source: str, mode: str) -> str:
    """How a program ends. Whatever Python raises besides what the interpreter promises goes through."""
    if mode == "run":
        result = run(source, STDIN, Limits(**LIMITS))
        if not isinstance(result.stdout, str) or not isinstance(result.error, str):
            raise TypeError("what was written is no text")
        if not result.finished and not result.error and "exit" not in source:
            raise ValueError("it did not end, and nothing tells why")
        if result.finished:
            return "finished"
        last = result.error.rpartition("'")[2] if "'stop" in result.error else ""
        return "limit" if last.startswith("stop: too m") else "error"
    session = Session()
    for line in source.split("\n"):
        session.limits = Limits(**LIMITS)
        try:
            session.repl(line, STDIN)
        except LimitReached:
            return "limit"
        except Exit:
            return "exit"
    return "printed"


def late(*_: Any) -> None:
    raise Slow


def watched(source: str, mode: str) -> tuple[str, str]:
    """How a program ended, and where it did not end well the traceback."""
    previous = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        return outcome(source, mode), ""
    except Slow:
        return "slow", traceback.format_exc(limit=-6)
    except BaseException as error:  # of any kind: none may leak
        return f"leak {type(error).__name__}: {str(error)[:100]}", traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def child(batch: list[tuple[str, str]], start: int, pipe: int) -> None:
    """Run the programs from one on, telling before each that it begins and after it how it ended."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()  # what there is already
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for i in range(start, len(batch)):
        os.write(pipe, b".")
        found = watched(*batch[i])
        os.write(pipe, json.dumps([i, *found]).encode() + b"\n")


def survey(batch: list[tuple[str, str]], until_finding: bool = False) -> Survey:
    """Run programs in a child; after one that ended the child, or made it hang, in another one."""
    result, began, done = Survey(), time.perf_counter(), 0
    while done < len(batch) and not (until_finding and result.findings):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                os.close(reading)
                child(batch, done, writing)
            finally:
                os._exit(0)
        os.close(writing)
        buffer, hung = b"", False
        while not (until_finding and result.findings):
            ready, _, _ = select.select([reading], [], [], HUNG)
            data = os.read(reading, 1 << 16) if ready else b""
            hung = not ready
            if not data:
                break
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                i, what, trace = json.loads(line.lstrip(b"."))
                done = i + 1
                told(result, what, batch[i], trace)
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if done < len(batch) and not (until_finding and result.findings):
            told(result, "leak hang" if hung else f"leak end of Python, status {status}", batch[done], "")
            done += 1
    result.seconds = time.perf_counter() - began
    return result


def told(result: Survey, what: str, one: tuple[str, str], trace: str) -> None:
    name = what.partition(":")[0]
    result.outcomes[name] += 1
    if name == "slow" or name.startswith("leak"):
        result.findings.append(Finding(what, *one, trace))


def smaller(found: Finding, seconds: float = 20.0) -> Finding:
    """The same finding from a program that is as short as leaving out lines, then tokens, makes it in that time."""
    end = time.perf_counter() + seconds
    line_by_line = found.program.split("\n")
    for join in ("\n".join, "".join):
        parts = line_by_line if join("ab") == "a\nb" else split(found.program)
        size = len(parts)
        while size:
            size = min(size, len(parts)) // 2 or size // 2
            i = 0
            while size and i < len(parts) and time.perf_counter() < end:
                fewer = parts[:i] + parts[i + size :]
                again = survey([(join(fewer), found.mode)], until_finding=True).findings
                if again and again[0].where == found.where:
                    parts, found = fewer, again[0]
                else:
                    i += size
    return found
