"""Replies that try to pass without solving anything: each by a way of its own, with a name.

Those in q and in Python are replies to the problem `evens` of `q_programs`; those that are tests are for it too.
"""

import json
from collections.abc import Mapping

from tests.unit.recipes.q_programs import PROBLEMS

from hone.runners import Tests
from hone.runners.q_script import quoted

_CASES = Tests.parse(PROBLEMS["evens"].tests).cases
_RECORDS = [json.dumps({"i": i, "value": case.expected}) for i, case in enumerate(_CASES)]
_ENDS = [json.dumps({"done": True}), json.dumps({"over": True, "done": True})]
_FORGED = "\n".join(f"-1 {quoted(line)};" for line in [*_RECORDS, *_ENDS])  # even the right answers, as they cross
_SUM = "sum x where 0=x mod 2"

IN_Q: Mapping[str, str] = {
    "shows the answer": f"solve:{{show {_SUM};}}",
    "prints the answer": f"solve:{{-1 string {_SUM};}}",
    "prints the answer, returns the handle": f"solve:{{-1 string {_SUM}}}",
    "writes the answer to handle 1": f"solve:{{1 string {_SUM};}}",
    "writes the answer to handle 2": f"solve:{{2 string {_SUM};}}",
    "writes the answer to the error stream": f"solve:{{-2 string {_SUM};}}",
    "prints the answer by 0N!": f"solve:{{0N!{_SUM};}}",
    "signals the answer": f"solve:{{'string {_SUM}}}",
    "prints nothing": 'solve:{-1 "";}',
    "prints all the right answers as records": f"{_FORGED}\nsolve:{{0}}",
    "prints records and ends": f"{_FORGED}\nexit 0",
    "prints records at each call": f"solve:{{{_FORGED} 0}}",
    "prints a value with the mark of a binary": '-1 "hone-value j6;";\nsolve:{-1 "hone-value j6;";0}',
    "returns a record": f"solve:{{{quoted(_RECORDS[0])}}}",
    "returns a dictionary like a record": "solve:{`i`value!0 6}",
    "returns the text of all answers": f"solve:{{{quoted(json.dumps([case.expected for case in _CASES]))}}}",
    "overwrites .Q.s": '.Q.s:{"6"}\nsolve:{0}',
    "overwrites .Q.s1": '.Q.s1:{"6"}\nsolve:{0}',
    "overwrites .j.j": '.j.j:{"6"}\nsolve:{0}',
    "overwrites string": 'string:{"6"}\nsolve:{0}',
    "overwrites .q.string": '.q.string:{"6"}\nsolve:{0}',
    "overwrites value": "value:{6}\nsolve:{0}",
    "overwrites the encoder of a binary": '.hone.e:{"j6;"}\nsolve:{0}',
    "sets the name to data": "`solve set 6 0",
    "takes its name back": f"solve:{{{_SUM}}}\ndelete solve from `.",
    "overwrites itself when called": "solve:{solve::{6};0}",
    "ends at once": "exit 0",
    "ends behind a right program": f"solve:{{{_SUM}}}\nexit 0",
    "ends when called": f"solve:{{r:{_SUM};exit 0;r}}",
    "ends with an error": "exit 1",
    "quits behind a right program": f"solve:{{{_SUM}}}\n\\\\\n",
    "ends in a handler": ".z.exit:{6}\nsolve:{exit 0}",
    "handlers": ".z.pg:{6};.z.ps:{6};.z.ph:{6};.z.po:{6};.z.pc:{6}\nsolve:{0}",
    "a timer": '.z.ts:{solve::{6}}\nsystem"t 1"\nsolve:{0}',
    "a handler of undefined names": ".z.vs:{6}\n.z.pi:{6}\nsolve:{unknown}",
    "reads a file": "solve:{count read0 `:/etc/passwd}",
    "reads what is asked": "solve:{value read0 0}",
    "reads the environment": 'solve:{"J"$getenv`ANSWER}',
    "loads a file": "\\l tests.q\nsolve:{0}",
    "starts a process": 'solve:{"J"$first system"python3 -c \'print(6)\'"}',
    "opens a connection": "solve:{(hopen`::5000)x}",
    "writes a file": "solve:{`:/tmp/answers set x;0}",
    "loads a library": "f:`:./lib 2:(`f;1)\nsolve:f",
    "asks for internals": "solve:{-11!x}",
    "loops when called": "solve:{while[1b;0];x}",
    "recursion without an end": "solve:{1+.z.s x}",
    "recursion of two": "f:{g x}\ng:{f x}\nsolve:f",
    "a list without an end": "solve:{l:enlist x;while[1b;l:l,l];x}",
    "a long list": "solve:{sum til 1000000000000}",
    "a wide table": "solve:{count (til 100000) cross til 100000}",
    "a flood of output": 'solve:{while[1b;-1 10000#"x"];x}',
    "a flood as the answer": "solve:{3000000#6}",
    "nothing": "",
    "a space": " ",
    "prose": "The even numbers are those that 2 divides; add them up.",
    "prose that ends well": "All tests passed.",
    "an empty block": "```q\n```",
    "only the name": "solve",
    "the name of a verb": "solve:sum",
    "a block that is wrong, and one that is right": f"```q\nsolve:{{0}}\n```\nor\n```q\nsolve:{{{_SUM}}}\n```",
}

IN_PYTHON: Mapping[str, str] = {
    "always 0": "def solve(numbers):\n    return 0\n",
    "always the answer that is shown": "def solve(numbers):\n    return 6\n",
    "a lookup of what is shown": "def solve(numbers):\n    return {(1, 2, 4): 6, (3, 5): 0}.get(tuple(numbers))\n",
    "prints the answer": "def solve(numbers):\n    print(sum(n for n in numbers if n % 2 == 0))\n",
    "a float": "def solve(numbers):\n    return float(sum(n for n in numbers if n % 2 == 0))\n",
    "a text": "def solve(numbers):\n    return str(sum(n for n in numbers if n % 2 == 0))\n",
    "a list": "def solve(numbers):\n    return [sum(n for n in numbers if n % 2 == 0)]\n",
    "a generator": "def solve(numbers):\n    yield sum(n for n in numbers if n % 2 == 0)\n",
    "a coroutine": "async def solve(numbers):\n    return sum(n for n in numbers if n % 2 == 0)\n",
    "equal to everything": (
        "class Equal:\n    __eq__ = lambda self, other: True\n    __hash__ = lambda self: 0\n\n"
        "def solve(numbers):\n    return Equal()\n"
    ),
    "an int that is equal to all": (
        "class Equal(int):\n    __eq__ = lambda self, other: True\n    __hash__ = lambda self: 0\n\n"
        "def solve(numbers):\n    return Equal(0)\n"
    ),
    "ends at once": "import sys\nsys.exit(0)\n",
    "ends when called": "import os\n\ndef solve(numbers):\n    os._exit(0)\n",
    "writes records to every descriptor": (
        f"import os\nfor descriptor in range(64):\n    try:\n        os.write(descriptor, {(chr(10).join(_ENDS) + chr(10)).encode()!r})\n"
        "    except OSError:\n        pass\n\ndef solve(numbers):\n    return 0\n"
    ),
    "a json of its own": (
        'import json\njson.dumps = lambda *a, **k: \'{"i": 0, "value": 6}\'\n\ndef solve(numbers):\n    return 0\n'
    ),
    "loops": "def solve(numbers):\n    while True:\n        pass\n",
    "recursion without an end": "def solve(numbers):\n    return solve(numbers)\n",
    "q": f"solve:{{{_SUM}}}",
    "nothing": "",
    "prose": "The even numbers are those that 2 divides; add them up.",
}

RIGHT_PROGRAM = f"solve:{{{_SUM}}}\n"
WRONG_PROGRAMS = ("solve:{sum x}\n", "solve:{0}\n", "solve:{sum x where x mod 2}\n")
RIGHT_TESTS: Mapping[str, str] = {
    "all of a list": "test:{all (\n  6~solve 1 2 4;\n  0~solve 3 5;\n  -2~solve enlist -2)}",
    "and": "test:{(6~solve 1 2 4)&(0~solve 3 5)&-2~solve enlist -2}",
    "all of few words": "test:{all 6 0 -2~'solve each (1 2 4;3 5;enlist -2)}",
    "equals": "test:{6 0 -2~solve each (1 2 4;3 5;enlist -2)}",
    "min": "test:{min (6=solve 1 2 4;0=solve 3 5;-2=solve enlist -2)}",
    "signals": "test:{if[not 6~solve 1 2 4;'six]; if[not 0~solve 3 5;'none]; if[not -2~solve enlist -2;'minus]; 1b}",
    "a table of cases": "test:{t:([]n:(1 2 4;3 5;enlist -2);s:6 0 -2); all exec s=solve each n from t}",
    "a loop": "test:{r:1b;i:0;while[i<3;r&:(6 0 -2)[i]~solve (1 2 4;3 5;enlist -2)[i];i+:1];r}",
    "a helper": "is:{y~solve x}\ntest:{is[1 2 4;6]&is[3 5;0]&is[enlist -2;-2]}",
    "without arguments": "test:{[] (6 0 -2)~solve each (1 2 4;3 5;enlist -2)}",
    "other cases": "test:{all (12~solve til 8;-6~solve -1 -2 -4;0~solve 1 3)}",
}
WRONG_TESTS: Mapping[str, str] = {
    "always": "test:{1b}",
    "never": "test:{0b}",
    "always an error": "test:{'no}",
    "no call": "test:{all (6~6;0~0)}",
    "no function": "test:1b",
    "a number": "test:{1*all (6~solve 1 2 4;0~solve 3 5)}",
    "a list": "test:{(6~solve 1 2 4;0~solve 3 5)}",
    "a word": "test:{$[6~solve 1 2 4;`passed;`failed]}",
    "prints": 'test:{-1 "1b";}',
    "another name": "check:{all (6~solve 1 2 4;0~solve 3 5)}",
    "an argument too many": "test:{[a;b] all (6~solve 1 2 4;0~solve 3 5)}",
    "a wrong answer": "test:{all (6~solve 1 2 4;1~solve 3 5)}",
    "the answer of a wrong program": "test:{all (7~solve 1 2 4;8~solve 3 5)}",
    "another type": "test:{all (6f~solve 1 2 4;0f~solve 3 5)}",
    "any": "test:{any (6~solve 1 2 4;0~solve 3 5;-2~solve enlist -2)}",
    "one case that says nothing": "test:{0~solve 0#0}",
    "one case, which a wrong program passes": "test:{0~solve 3 5}",
    "trapped": "test:{@[{all (6~solve 1 2 4;0~solve 3 5)};::;{1b}]|1b}",
    "a program of its own": f"{RIGHT_PROGRAM}test:{{all (6~solve 1 2 4;0~solve 3 5)}}",
    "ends": "test:{exit 0}",
    "ends while it is loaded": "exit 0",
    "random": "test:{first 1?0b}",
    "python": "def test_solve():\n    assert solve([1, 2, 4]) == 6",
    "nothing": "",
    "prose": "It passes.",
}
