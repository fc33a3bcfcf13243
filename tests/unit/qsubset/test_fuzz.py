"""No program makes the interpreter raise anything of Python's, run on past its limits, or take minutes.

1,500 random programs; bench/q_fuzz.py runs as many as one likes, by the same generator. The seeds are fixed, so that
what fails here fails again.
"""

import pytest
from tests.unit.qsubset.fuzzing import LIMITS, SEEDS, STDIN, Survey, programs, survey

from qsubset import Limits, run

CAUGHT = (  # programs that once did, cut down
    "$[3h;3]",
    "g:{}\n(xcols)/([k:g]v:til 0)",
    "b:(`a`b!2;`a`b!4)!2i\n()[b[]:0W;]",
    "-0wg",
    "@[1;:;9]",
    ".[``(1 4);(;);2]",
    ":0",
    ":{x}",
    "show([]`!1)",
    "([k:``!2 2]v:1)",
    "([]a:1 2;b:`x!3)",
    '([k:1 2;l:`a`b])<",b"',
    "0N sv {x}",
    "1 sv (;)",
    "(2;3 8)sv 0x0102",
    "([k:``]4)sv 0x0102",
    "x sv y:(;)",
    "(1;2)bin(;)",
    "(1;3 4)binr 1",
    "3 xrank `a`b!1 2",
    "0 mmin 0x0102",
    '2 msum " 2"',
    "(0 1 0)'[10 20;3]",
    "(1 2;3)\\[0;1;4]",
    "1 2\\[0;1;4]",
    '(enlist[`]!1 2)+""',
    "([]a:1 2)+enlist 1",
    "1 2 within 3",
    "1 fby 2",
    "(1;2;3)fby 1 2",
    "(sum;1 2)fby 1 2 3",
    "(count;([]a:1 2))fby([]b:1 2)",
    "1 2 3 sublist 1 2 3",
    "() sublist 1 2 3",
    "1 2 ema 1 2 3",
    "() ema 1 2 3",
    "aj[0#`;([]a:1 2);([]a:1 2)]",
    "aj0[0#0;1;2]",
    "0n xbar 0Nd",
    "(xbar)':[1 0n]",
    "(1 2;3 4)$(1 0f;enlist 1f)",
    '1 2$("a";1)',
    "(1 2;3)mmu(1 2;3)",
    "() mmu 1 2",
    "inv(1;(3;()))",
    "(1 2;3)lsq 1 2",
    "10 lsq(2;3 4)",
    "cov[1 2;()]",
    "cov[1 2;enlist ()]",
    "(();())wavg 5",
    '"a,b" div "*"',
    "`t`u insert 1 2",
    "() insert 1",
    "t:([]a:1 2);d:`a!1\n``d insert t",
    "([]a:1 2)union ([k:1 2]v:3 4)",
    "([k:1 2]v:3 4)union ([]a:1 2)",
    "`a`b!1 2,([]a:1 2)",
    "<>:1",
    "<>:[1;2]",
    "select from ([]c:1 2) where in'()",
    "select c from ([]c:1 2) where +'",
    "@[1000#`;([]a:1 2);:;3]",
    "t:([k:`a`b]a:1 2)\n(select by k from t)[(();())]",
    "([k:`a`b]a:1 2)[(til 0;`a)]",
    "show -0w 0w z",
    "`datetime$0w",
    "show enlist`datetime$1e300",
    "{" * 20000 + "x" + "}" * 20000,
    "(" * 20000 + "1" + ")" * 20000,
    "enlist " * 20000 + "1",
    "f:{f x}\nf 1",
    "f:{f each x}\nf 1 2",
    "(enlist/)()",
)


def complaints(found: Survey) -> str:
    return "\n\n".join(
        f"{one.what} ({one.mode}) of {one.program[:500]!r}\n{one.trace[-500:]}" for one in found.findings
    )


@pytest.mark.parametrize("seed", range(3))
def test_nothing_of_python_comes_out_of_a_random_program(seed):
    found = survey(list(programs(seed, 500)))
    assert not found.findings, complaints(found)


def test_random_programs_end_in_all_the_ways_that_programs_do():
    found = survey(list(programs(7, 300)))
    assert found.outcomes.keys() >= {"finished", "printed", "error"}
    assert found.outcomes["error"] < 200


@pytest.mark.parametrize("mode", ["run", "repl"])
@pytest.mark.parametrize("source", CAUGHT, ids=lambda source: source[:40])
def test_what_once_leaked_is_an_error_of_q_now(source, mode):
    found = survey([(source, mode)])
    assert not found.findings, complaints(found)


@pytest.mark.parametrize("source", SEEDS)
def test_the_programs_that_are_mutated_are_valid(source):
    result = run(source, STDIN, Limits(**LIMITS))
    assert result.finished or result.error.startswith("'stop\n"), result.error


def test_a_child_that_dies_is_told_and_the_programs_after_it_still_run(monkeypatch):
    import os

    from tests.unit.qsubset import fuzzing

    monkeypatch.setattr(fuzzing, "outcome", lambda source, mode: os.abort() if source == "die" else "finished")
    found = fuzzing.survey([("a", "run"), ("die", "run"), ("b", "run")])
    assert found.outcomes["finished"] == 2
    assert [one.program for one in found.findings] == ["die"]


def test_memory_is_limited_in_the_child(monkeypatch):
    from tests.unit.qsubset import fuzzing

    monkeypatch.setattr(fuzzing, "outcome", lambda source, mode: str(len(bytearray(8 << 30))))
    assert fuzzing.survey([("", "run")]).findings[0].what.startswith("leak MemoryError")


def test_a_list_too_long_for_memory_is_wsfull():
    from tests.unit.qsubset import fuzzing

    many = "{x,x}/[22;enlist til 1000000];"
    found = fuzzing.survey([(f'-1 @[value;"{many}";::]', "repl"), ("x:til 1048577", "run")])
    assert not found.findings, complaints(found)
