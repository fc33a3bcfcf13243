import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.calls import Call
from hone.recipes.tool_traces.tools import TOOLS, ToolError, World, execute, normalised
from hone.recipes.tool_traces.tools.arithmetic import convert, evaluate
from hone.runners import Sandbox

FILES = {
    "a.csv": "place,item,amount\nX,tea,3\nY,tea,4.5\nX,salt,1\n",
    "a.txt": "one two\nthree",
    "a.json": '{"oven": {"heat": [180, 200]}, "on": true}',
}


@pytest.fixture(scope="module")
def world():
    with Sandbox(workers=1) as runner:
        yield World(FILES, runner)


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("calculator", {"expression": "2 + 3 * (4 - 1)"}, "11"),
        ("calculator", {"expression": "round(2 / 3, 2)"}, "0.67"),
        ("calculator", {"expression": "2^10"}, "1024"),
        ("convert_units", {"value": 1, "from_unit": "miles", "to_unit": "km"}, "1.6093"),
        ("convert_units", {"value": 212, "from_unit": "F", "to_unit": "Celsius"}, "100"),
        ("move_date", {"date": "2024-01-31", "amount": 1, "unit": "months"}, "2024-02-29"),
        ("move_date", {"date": "2024-03-01", "amount": -1, "unit": "days"}, "2024-02-29"),
        ("move_date", {"date": "2024-02-29", "amount": 1, "unit": "years"}, "2025-02-28"),
        ("days_between", {"start": "2024-02-28", "end": "2024-03-01"}, "2"),
        ("weekday", {"date": "1969-07-20"}, "Sunday"),
        ("list_files", {}, "a.csv, a.json, a.txt"),
        ("read_text", {"path": "./a.txt"}, "one two\nthree"),
        ("read_json", {"path": "a.json", "key": "oven.heat.1"}, "200"),
        ("read_json", {"path": "a.json"}, '{"oven": {"heat": [180, 200]}, "on": true}'),
        ("query_table", {"path": "a.csv", "column": "amount", "where": "item", "equals": "tea", "aggregate": "sum"}, "7.5"),
        ("query_table", {"path": "a.csv", "column": "place", "aggregate": "list"}, "X, Y, X"),
        ("query_table", {"path": "a.csv", "column": "place", "aggregate": "count"}, "3"),
        ("count_text", {"text": "Aha, you!", "what": "vowels"}, "4"),
        ("change_text", {"text": "pear Apple", "how": "sort_words"}, "Apple pear"),
        ("count_part", {"text": "banana", "part": "an"}, "2"),
        ("python", {"code": "print(sum(range(5)))"}, "10"),
    ],
)  # fmt: skip
def test_a_tool_answers(world, name, arguments, answer):
    assert execute(Call(name, arguments), world) == answer


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("nothing", {}, "no tool"),
        ("calculator", {}, "required"),
        ("calculator", {"expression": "1", "more": 2}, "more"),
        ("calculator", {"expression": "1 / 0"}, "division by zero"),
        ("calculator", {"expression": "9 ** 9 ** 9"}, "too large"),
        ("calculator", {"expression": "__import__('os').system('true')"}, "expected numbers"),
        ("calculator", {"expression": "(" * 300}, "cannot evaluate"),
        ("convert_units", {"value": 1, "from_unit": "kg", "to_unit": "km"}, "cannot convert"),
        ("move_date", {"date": "2024-01-31", "amount": 1, "unit": "moons"}, "unit"),
        ("move_date", {"date": "2024-01-31", "amount": 9999999, "unit": "years"}, "out of range"),
        ("weekday", {"date": "31.1.2024"}, "expected a date"),
        ("read_text", {"path": "/etc/passwd"}, "no file"),
        ("read_json", {"path": "a.txt"}, "not JSON"),
        ("read_json", {"path": "a.json", "key": "oven.cold"}, "nothing at"),
        ("query_table", {"path": "a.csv", "column": "weight", "aggregate": "sum"}, "no column"),
        ("query_table", {"path": "a.csv", "column": "place", "aggregate": "sum"}, "cannot take the sum"),
        ("search", {"query": "zzz"}, "nothing found"),
        ("python", {"code": "1 / 0"}, "ZeroDivisionError"),
        ("python", {"code": "open('/etc/shadow').read()"}, "Error"),
    ],
)
def test_a_tool_that_cannot_says_why(world, name, arguments, told):
    with pytest.raises(ToolError, match=told):
        execute(Call(name, arguments), world)


def test_every_tool_is_well_described():
    names = [name for tool in TOOLS.values() for name in (tool.name, *tool.aliases)]
    assert len(TOOLS) >= 10
    assert len(names) == len(set(names))
    for tool in TOOLS.values():
        properties = tool.tool.parameters["properties"]
        assert tool.tool.description
        assert set(tool.tool.parameters["required"]) <= properties.keys()
        assert set(tool.renames.values()) <= properties.keys()
        assert not set(tool.renames) & properties.keys()


@given(st.integers(-999, 999), st.integers(-999, 999), st.sampled_from("+-*"))
def test_the_calculator_computes_as_python_does(a, b, sign):
    assert evaluate(f"{a} {sign} ({b})") == eval(f"{a} {sign} ({b})")


@given(st.floats(-1e6, 1e6), st.sampled_from([("km", "mi"), ("kg", "lb"), ("C", "F"), ("h", "s"), ("gal", "ml")]))
def test_a_conversion_comes_back(value, units):
    one, other = units
    assert convert(convert(value, one, other), other, one) == pytest.approx(value, abs=1e-6)


@given(st.text())
def test_the_calculator_survives_any_text(text):
    with contextlib.suppress(ToolError):
        assert isinstance(evaluate(text), int | float)


def test_calls_that_do_the_same_are_the_same_once_normalised():
    assert normalised(Call("calculator", {"expression": "(2+3)"})) == normalised(
        Call("calculator", {"expression": "2 + 3"})
    )
    assert normalised(Call("calculator", {"expression": "2 + 3"})) != normalised(
        Call("calculator", {"expression": "5"})
    )
    assert normalised(Call("search", {"query": "Varn  Bridge"})) == normalised(Call("search", {"query": "varn bridge"}))
    miles = [{"value": 1, "from_unit": unit, "to_unit": "km"} for unit in ("miles", "mi")]
    assert normalised(Call("convert_units", miles[0])) == normalised(Call("convert_units", miles[1]))
    assert normalised(Call("unknown", {"a": 1})) == Call("unknown", {"a": 1})


def test_search_finds_every_article_by_its_title(world):
    from hone.world import world as invented

    for title, text in invented().articles.items():
        assert execute(Call("search", {"query": title}), world) == text
