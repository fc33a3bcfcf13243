"""Problems of many types with q programs that solve them in many styles, and others that do not, each with a name.

Whether they are right is not said by running them: it is known from how they were written.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hone.core.records import Problem
from hone.recipes.q_language.bank.human_eval import ENTRY
from hone.runners import Case, Tests

_DRAW = random.Random(7)
_WORDS = ("to", "be", "or", "not", "that", "is", "the", "question", "a", "aa")


def _numbers(least: int = -9, most: int = 20) -> list[int]:
    return [_DRAW.randint(least, most) for _ in range(_DRAW.randint(1, 8))]


def _text() -> str:
    return " ".join(_DRAW.choices(_WORDS, k=_DRAW.randint(1, 6)))


def _orders() -> list[dict[str, Any]]:
    return [{"item": _DRAW.choice(("ale", "tea", "oil")), "n": _DRAW.randint(1, 9)} for _ in range(_DRAW.randint(2, 6))]


def evens(numbers: list[int]) -> int:
    """The sum of the even numbers."""
    return sum(number for number in numbers if number % 2 == 0)


def turned(text: str) -> str:
    """The words in reverse order."""
    return " ".join(reversed(text.split(" ")))


def peaks(numbers: list[int], start: int) -> list[int]:
    """The running maximum, from start."""
    return [max(start, *numbers[: i + 1]) for i in range(len(numbers))]


def rising(numbers: list[int]) -> bool:
    """Whether each number is greater than the one before."""
    return all(a < b for a, b in itertools.pairwise(numbers))


def middle(numbers: list[float]) -> float:
    """The mean of the least and the greatest number."""
    return (min(numbers) + max(numbers)) / 2


def letters(text: str) -> dict[str, int]:
    """How often each letter is there; spaces do not count."""
    return dict(Counter(text.replace(" ", "")))


def long_words(text: str) -> list[str]:
    """The words of more than two letters, in order."""
    return [word for word in text.split(" ") if len(word) > 2]


def place(numbers: list[int], wanted: int) -> int | None:
    """Where the wanted number is first, from 0; None if it is nowhere."""
    return numbers.index(wanted) if wanted in numbers else None


def enough(orders: list[dict[str, Any]], least: int) -> list[dict[str, Any]]:
    """The orders of at least so many."""
    return [order for order in orders if order["n"] >= least]


def steps(n: int) -> int:
    """How often n is halved, or if odd made 3n+1, until it is 1."""
    count = 0
    while n != 1:
        n = 3 * n + 1 if n % 2 else n // 2
        count += 1
    return count


def triangle(n: int) -> list[list[int]]:
    """The lists 1, 1 2, 1 2 3 and so on, n of them."""
    return [list(range(1, i + 1)) for i in range(1, n + 1)]


def power(base: int, exponent: int) -> int:
    """The base to a whole exponent."""
    return base**exponent


_INPUTS: Mapping[Callable[..., Any], Sequence[tuple[Any, ...]]] = {
    evens: [([1, 2, 4],), ([3, 5],), ([],), ([-2],), ([7],), *((_numbers(),) for _ in range(19))],
    turned: [("to be",), ("a",), ("not to be",), *((_text(),) for _ in range(21))],
    peaks: [([1, 3, 2], 0), ([1, 2], 5), ([], 1), ([7], 7), *((_numbers(), _DRAW.randint(-3, 9)) for _ in range(20))],
    rising: [([1, 2, 5],), ([2, 1],), ([],), ([4],), ([3, 3],), ([1, 2, 2],), ([1, 9, 8, 10],),
             *((sorted({*_numbers()}),) for _ in range(9)), *((_numbers(),) for _ in range(9))],
    middle: [([1.0, 2.0],), ([0.5, 3.25, 1.0],), ([4.0],), *(([n / 8 for n in _numbers()],) for _ in range(21))],
    letters: [("to be",), ("aa a",), ("a",), *((_text(),) for _ in range(21))],
    long_words: [("not to be",), ("the question is",), ("to be",), ("a",), *((_text(),) for _ in range(20))],
    place: [([4, 5, 6], 5), ([4], 5), ([], 1), ([2, 2], 2),
            *((numbers, _DRAW.choice([*numbers, 99])) for numbers in (_numbers() for _ in range(20)))],
    enough: [([{"item": "ale", "n": 3}, {"item": "tea", "n": 5}], 4), ([{"item": "oil", "n": 2}], 2),
             *((_orders(), _DRAW.randint(2, 8)) for _ in range(20))],
    steps: [(6,), (1,), (27,), *((n,) for n in range(2, 23))],
    triangle: [(3,), (2,), *((n,) for n in (0, 1, *range(4, 22)))],
    power: [(2, 3), (5, 2), *((b, e) for b in (-3, 0, 1, 2, 7) for e in range(5))],
}  # fmt: skip


def _problem(reference: Callable[..., Any]) -> Problem:
    tests = Tests(ENTRY, tuple(Case(args, reference(*args)) for args in _INPUTS[reference]), 1e-6)
    name = reference.__name__
    return Problem(f"t/{name}", name, str(reference.__doc__), ENTRY, "", "", tests.dump(), "easy", "table", "")


PROBLEMS: Mapping[str, Problem] = {reference.__name__: _problem(reference) for reference in _INPUTS}

RIGHT: Mapping[str, Mapping[str, str]] = {
    "evens": {
        "implicit": "solve:{sum x where 0=x mod 2}",
        "explicit": "solve:{[numbers] sum numbers where 0=numbers mod 2}",
        "a local": "solve:{[n] e:n where not n mod 2; sum e}",
        "a helper": "even:{0=x mod 2}\nsolve:{sum x where even x}",
        "a product": "solve:{sum x*0=x mod 2}",
        "over with a start": "solve:{0+/x where 0=x mod 2}",
        "over of a function": "solve:{{$[y mod 2;x;x+y]}/[0;x]}",
        "the word over": "solve:{(+) over 0,x where 0=x mod 2}",
        "k-like": "solve:{+/[x*~:[x mod 2]]}",
        "the last of sums": "solve:{last 0,sums x where 0=x mod 2}",
        "while": "solve:{[n]\n  i:0; t:0;\n  while[i<count n; if[0=n[i] mod 2; t+:n i]; i+:1];\n  t}",
        "do": "solve:{i:t:0;do[count x;t+:$[x[i] mod 2;0;x i];i+:1];t}",
        "recursion": "solve:{$[count x;$[(first x) mod 2;0;first x]+.z.s 1_x;0]}",
        "early return": "solve:{if[0=count x; :0]; sum x where 0=x mod 2}",
        "a composition": "solve:('[sum;{x where 0=x mod 2}])",
        "a train": "solve:sum {x where 0=x mod 2}@",
        "brackets": "solve:{[x] sum[x[where[0=mod[x;2]]]]}",
        "a projection": "keep:{[m;x] x where 0=x mod m}\nsolve:{sum keep[2;x]}",
        "qSQL": "solve:{exec sum n from ([]n:0,x) where 0=n mod 2}",
        "comments": "/ even numbers\n/ and their sum\nsolve:{[x]\n  / no odd ones\n  sum x where 0=x mod 2 / so\n  }",
        "a block comment": "/\nthis says nothing\n\\\nsolve:{sum x where 0=x mod 2}",
        "semicolons": "f:{0=x mod 2};\nsolve:{sum x where f x};",
        "a global": "m:2\nsolve:{sum x where 0=x mod m}",
        "amend": "solve:{sum @[x;where x mod 2;:;0]}",
        "chatter beside the answer": 'solve:{-1 "evens";show x;sum x where 0=x mod 2}',
        "an int": 'solve:{"i"$sum x where 0=x mod 2}',
        "a short": 'solve:{"h"$sum x where 0=x mod 2}',
        "defined twice, right last": "solve:{0}\nsolve:{sum x where 0=x mod 2}",
        "trapped": "solve:{@[{sum x where 0=x mod 2};x;{0}]}",
        "value of a text": 'solve:value "{sum x where 0=x mod 2}"',
    },
    "turned": {
        "vs and sv": 'solve:{" " sv reverse " " vs x}',
        "named": 'solve:{[text] words:" " vs text; " " sv reverse words}',
        "brackets": 'solve:{sv[" ";reverse vs[" ";x]]}',
        "raze": 'solve:{1_raze " ",/:reverse " " vs x}',
        "over": 'solve:{{y," ",x} over " " vs x}',
        "k-like": 'solve:{sv[" "]|:[vs[" "]x]}',
        "by index": 'solve:{w:" " vs x; " " sv w (count[w]-1)-til count w}',
        "a symbol": 'solve:{`$" " sv reverse " " vs x}',
    },
    "peaks": {
        "maxs": "solve:{y|maxs x}",
        "scan": "solve:{[numbers;start] {x|y}\\[start;numbers]}",
        "scan of a verb": "solve:{y|\\x}",
        "max of prefixes": "solve:{[n;s] {[n;s;i] max s,(i+1)#n}[n;s] each til count n}",
        "a loop": "solve:{[n;s]\n  r:();\n  i:0;\n  do[count n; s:s|n i; r,:s; i+:1];\n  r}",
        "drop the start": "solve:{1_maxs y,x}",
        "the word scan": "solve:{1_(|) scan y,x}",
        "or": "solve:{y or maxs x}",
    },
    "rising": {
        "deltas": "solve:{all 0<1_deltas x}",
        "prior": "solve:{all 1_(>':)x}",
        "shifted": "solve:{all (1_x)>-1_x}",
        "strictly sorted": "solve:{x~asc distinct x}",
        "next": "solve:{all -1_x<next x}",
        "a loop": "solve:{r:1b;i:1;while[i<count x;if[not x[i]>x i-1;r:0b];i+:1];r}",
        "min": "solve:{$[2>count x;1b;min 1_x>prev x]}",
        "cast": 'solve:{"b"$all 0<1_deltas x}',
    },
    "middle": {
        "plain": "solve:{(min[x]+max x)%2}",
        "avg": "solve:{avg (min x;max x)}",
        "sorted": "solve:{s:asc x; 0.5*first[s]+last s}",
        "each of two": "solve:{avg (min;max)@\\:x}",
        "over": "solve:{.5*(&/[x])+|/[x]}",
        "a real": 'solve:{"e"$.5*min[x]+max x}',
        "within tolerance": "solve:{1e-9+.5*min[x]+max x}",
    },
    "letters": {
        "group": 'solve:{count each group x except " "}',
        "distinct": 'solve:{[t] t:t except " "; d:distinct t; d!sum each t=/:d}',
        "amend": 'solve:{d:()!();{x[y]:1+0^x y;x}/[(`char$())!`long$();x except " "]}',
        "symbols": 'solve:{k:`$\'t:x except " "; count each group k}',
        "qSQL": 'solve:{exec count i by c from ([]c:x) where c<>" "}',
        "k-like": 'solve:{#:\'[=:[x except " "]]}',
    },
    "long_words": {
        "where": 'solve:{w where 2<count each w:" " vs x}',
        "named": 'solve:{[t] words:" " vs t; words where (count each words)>2}',
        "like": 'solve:{w:" " vs x; w where w like "???*"}',
        "a fold": 'solve:{{$[2<count y;x,enlist y;x]}/[();" " vs x]}',
        "symbols": 'solve:{w:`$" " vs x; w where 2<count each string w}',
        "qSQL": 'solve:{exec w from ([]w:" " vs x) where 2<count each w}',
    },
    "place": {
        "find": "solve:{i:x?y; $[i<count x;i;0N]}",
        "where": "solve:{first where x=y}",
        "generic null": "solve:{$[y in x;x?y;(::)]}",
        "if": "solve:{[n;w] if[not w in n; :0N]; n?w}",
        "a loop": "solve:{[n;w] i:0; while[$[i<count n;w<>n i;0b]; i+:1]; $[i=count n;0N;i]}",
    },
    "enough": {
        "qSQL": "solve:{select from x where n>=y}",
        "a list of dictionaries": "solve:{x where y<=x@\\:`n}",
        "each": "solve:{[orders;least] orders where {x[`n]>=y}[;least] each orders}",
        "index": "solve:{x where x[`n]>=y}",
        "named columns": "solve:{[t;least] select item,n from t where not n<least}",
        "delete": "solve:{delete from x where n<y}",
        "columns the other way round": "solve:{select n,item from x where n>=y}",
    },
    "steps": {
        "while": "solve:{c:0; while[x<>1; x:$[x mod 2;1+3*x;x div 2]; c+:1]; c}",
        "scan to a condition": "solve:{-1+count {x<>1}{$[x mod 2;1+3*x;x div 2]}\\x}",
        "recursion": "solve:{$[x=1;0;1+.z.s $[x mod 2;1+3*x;x div 2]]}",
        "a named recursion": "solve:{[n] $[n=1;0;0=n mod 2;1+solve n div 2;1+solve 1+3*n]}",
        "a pair": "solve:{last {1<first x}{[p] n:p 0; ($[n mod 2;1+3*n;n div 2];1+p 1)}/(x;0)}",
    },
    "triangle": {
        "each": "solve:{{1+til x} each 1+til x}",
        "each right": "solve:{(1+til x)#\\:1+til x}",
        "scan": "solve:{1_{x,1+count x}\\[x;()]}",
        "a loop": "solve:{r:();i:1;do[x;r,:enlist 1+til i;i+:1];r}",
        "k-like": "solve:{1+!:'[1+!:[x]]}",
    },
    "power": {
        "prd": "solve:{prd y#x}",
        "over": "solve:{1*/y#x}",
        "do": "solve:{r:1;do[y;r*:x];r}",
        "iterated": "solve:{y(x*)/1}",
        "recursion": "solve:{$[y=0;1;x*.z.s[x;y-1]]}",
        "xexp": 'solve:{"j"$x xexp y}',
    },
}

# Each of its problem's own: what a learner gets wrong.
WRONG: Mapping[str, Mapping[str, str]] = {
    "evens": {
        "always 0": "solve:{0}",
        "always the answer that is shown": "solve:{6}",
        "no data at all": "solve:{}",
        "a lookup of what is shown": "solve:{$[x~1 2 4;6;x~3 5;0;0]}",
        "a lookup by length": "solve:{(0 0 0 6)count x}",
        "a dictionary of what is shown": "solve:{((1 2 4;3 5)!6 0)x}",
        "the odd ones": "solve:{sum x where x mod 2}",
        "all": "solve:{sum x}",
        "the product": "solve:{prd x where 0=x mod 2}",
        "their number": "solve:{count x where 0=x mod 2}",
        "their places": "solve:{sum where 0=x mod 2}",
        "all but the first": "solve:{sum 1_x where 0=x mod 2}",
        "one too many": "solve:{1+sum x where 0=x mod 2}",
        "positive ones alone": "solve:{sum x where (x>0)&0=x mod 2}",
        "a null for none": "solve:{last sums x where 0=x mod 2}",
        "an error for none": "solve:{e:x where 0=x mod 2;if[0=count e;'none];sum e}",
        "left to right": "solve:{sum x where x mod 2=0}",
        "a float": 'solve:{"f"$sum x where 0=x mod 2}',
        "a boolean": "solve:{0<sum x where 0=x mod 2}",
        "a list of one": "solve:{enlist sum x where 0=x mod 2}",
        "a string": "solve:{string sum x where 0=x mod 2}",
        "a symbol": "solve:{`$string sum x where 0=x mod 2}",
        "a date": 'solve:{"d"$sum x where 0=x mod 2}',
        "a timespan": 'solve:{"n"$sum x where 0=x mod 2}',
        "a dictionary": "solve:{(enlist`sum)!enlist sum x where 0=x mod 2}",
        "a table": "solve:{([]sum:enlist sum x where 0=x mod 2)}",
        "a function": "solve:{{x}}",
        "a projection": "solve:{+[sum x where 0=x mod 2]}",
        "one argument too many": "solve:{[x;y] sum x where 0=x mod 2}",
        "no function": "solve:6",
        "an early return": "solve:{:0; sum x where 0=x mod 2}",
        "no parse": "solve:{sum x where 0=x mod 2",
        "python": "def solve(x):\n    return sum(n for n in x if n % 2 == 0)",
        "another name": "answer:{sum x where 0=x mod 2}",
        "the name in capitals": "Solve:{sum x where 0=x mod 2}",
        "a local name": "{solve:{sum x where 0=x mod 2}}[]",
        "without a name": "{sum x where 0=x mod 2}",
        "in a comment": "/ solve:{sum x where 0=x mod 2}",
        "behind the end of the script": "\\\nsolve:{sum x where 0=x mod 2}",
        "defined twice, wrong last": "solve:{sum x where 0=x mod 2}\nsolve:{sum x}",
        "trapped": "solve:{@[{sum x where 0=x mod `two};x;{0}]}",
        "another answer at each call": "n:0\nsolve:{n+:1; 6 0 0 -2 0 n-1}",
        "at random": "solve:{first 1?20}",
    },
    "turned": {
        "as it was": "solve:{x}",
        "letters": "solve:{reverse x}",
        "words turned": 'solve:{" " sv reverse each " " vs x}',
        "no spaces": 'solve:{raze reverse " " vs x}',
        "a space too many": 'solve:{raze " ",/:reverse " " vs x}',
        "sorted": 'solve:{" " sv desc " " vs x}',
        "a list of words": 'solve:{reverse " " vs x}',
        "without the first": 'solve:{" " sv 1_reverse " " vs x}',
        "a lookup of what is shown": 'solve:{$[x~"to be";"be to";x]}',
    },
    "peaks": {
        "not from the start": "solve:{maxs x}",
        "with the start": "solve:{maxs y,x}",
        "minimum": "solve:{y&mins x}",
        "the last": "solve:{max y,x}",
        "turned": "solve:{reverse y|maxs x}",
        "unsorted": "solve:{y|x}",
        "from the right": "solve:{y|reverse maxs reverse x}",
        "arguments the other way round": "solve:{[start;numbers] start|maxs numbers}",
        "one argument too few": "solve:{maxs x}[;]",
        "floats": 'solve:{"f"$y|maxs x}',
        "strings": "solve:{string y|maxs x}",
        "in a list": "solve:{enlist y|maxs x}",
    },
    "rising": {
        "always": "solve:{1b}",
        "never": "solve:{0b}",
        "equal ones too": "solve:{all 0<=1_deltas x}",
        "falling": "solve:{all 0>1_deltas x}",
        "any": "solve:{any 0<1_deltas x}",
        "the first too": "solve:{all 0<deltas x}",
        "a number": 'solve:{"j"$all 0<1_deltas x}',
        "each": "solve:{0<1_deltas x}",
        "a word": "solve:{$[all 0<1_deltas x;`true;`false]}",
    },
    "middle": {
        "the mean": "solve:{avg x}",
        "the median": "solve:{med x}",
        "rounded": 'solve:{"j"$.5*min[x]+max x}',
        "left to right": "solve:{min[x]+max[x]%2}",
        "outside of the tolerance": "solve:{1e-3+.5*min[x]+max x}",
        "a null": "solve:{0n}",
        "infinite": "solve:{0w}",
    },
    "letters": {
        "spaces too": "solve:{count each group x}",
        "places": 'solve:{group x except " "}',
        "once each": 'solve:{d:distinct x except " "; d!count[d]#1}',
        "a list": 'solve:{value count each group x except " "}',
        "a table": 'solve:{select n:count i by c from ([]c:x) where c<>" "}',
        "a key for each place": 'solve:{t:x except " "; t!sum each t=/:t}',
        "floats": 'solve:{"f"$count each group x except " "}',
        "words": 'solve:{count each group " " vs x}',
    },
    "long_words": {
        "of two letters too": 'solve:{w where 1<count each w:" " vs x}',
        "turned": 'solve:{reverse w where 2<count each w:" " vs x}',
        "sorted": 'solve:{asc w where 2<count each w:" " vs x}',
        "once each": 'solve:{distinct w where 2<count each w:" " vs x}',
        "one text": 'solve:{" " sv w where 2<count each w:" " vs x}',
        "without spaces": 'solve:{raze w where 2<count each w:" " vs x}',
        "their lengths": 'solve:{c where 2<c:count each " " vs x}',
    },
    "place": {
        "the length for none": "solve:{x?y}",
        "from 1": "solve:{$[y in x;1+x?y;0N]}",
        "the last": "solve:{last where x=y}",
        "all": "solve:{where x=y}",
        "-1 for none": "solve:{$[y in x;x?y;-1]}",
        "never": "solve:{[n;w] 0N}",
        "an infinity for none": "solve:{$[y in x;x?y;0W]}",
        "empty for none": "solve:{$[y in x;x?y;()]}",
        "whether": "solve:{y in x}",
    },
    "enough": {
        "more": "solve:{select from x where n>y}",
        "a column": "solve:{select item from x where n>=y}",
        "another name": "solve:{select item,m:n from x where n>=y}",
        "turned": "solve:{reverse select from x where n>=y}",
        "columns": "solve:{flip select from x where n>=y}",
        "values": "solve:{value each select from x where n>=y}",
        "once each": "solve:{distinct select from x where n>=y}",
        "all": "solve:{[t;least] t}",
        "their number": "solve:{exec count i from x where n>=y}",
    },
    "steps": {
        "the numbers": "solve:{count {x<>1}{$[x mod 2;1+3*x;x div 2]}\\x}",
        "one step": "solve:{$[x=1;0;1]}",
        "a float": "solve:{c:0f; while[x<>1; x:$[x mod 2;1+3*x;x div 2]; c+:1]; c}",
        "a path": "solve:{{x<>1}{$[x mod 2;1+3*x;x div 2]}\\x}",
    },
    "triangle": {
        "from 0": "solve:{til each 1+til x}",
        "flat": "solve:{raze {1+til x} each 1+til x}",
        "square": "solve:{x#enlist 1+til x}",
        "turned": "solve:{reverse {1+til x} each 1+til x}",
        "one short": "solve:{{1+til x} each 1+til x-1}",
        "floats in the last": "solve:{@[{1+til x} each 1+til x;x-1;1f*]}",
        "atoms for lists of one": "solve:{{$[x=1;1;1+til x]} each 1+til x}",
    },
    "power": {
        "a float": "solve:{x xexp y}",
        "the product": "solve:{x*y}",
        "the other way round": "solve:{prd x#y}",
        "one factor more": "solve:{prd (y+1)#x}",
        "one argument": "solve:{[x] x*x}",
        "three arguments": "solve:{[x;y;z] prd y#x}",
    },
}  # fmt: skip
