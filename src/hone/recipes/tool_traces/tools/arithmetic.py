"""Numbers, units and dates."""

import ast
import calendar
import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from hone.core import syntax
from hone.recipes.tool_traces.tools.base import LocalTool, ToolError, World, described, number

_MOST_EXPONENT = 64
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
}  # fmt: skip
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sqrt": math.sqrt, "abs": abs, "round": round, "min": min, "max": max, "floor": math.floor, "ceil": math.ceil,
}  # fmt: skip

# In SI units; temperature has an offset and is done apart.
_UNITS: Mapping[str, Mapping[str, float]] = {
    "length": {"m": 1, "km": 1e3, "cm": 1e-2, "mm": 1e-3, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048, "in": 0.0254},
    "mass": {"kg": 1, "g": 1e-3, "t": 1e3, "lb": 0.45359237, "oz": 0.028349523125},
    "time": {"s": 1, "min": 60, "h": 3600, "d": 86400},
    "volume": {"l": 1, "ml": 1e-3, "m3": 1e3, "gal": 3.785411784},
    "speed": {"m/s": 1, "km/h": 1 / 3.6, "mph": 0.44704},
}
_UNIT_NAMES: Mapping[str, str] = {
    "meter": "m", "metre": "m", "kilometer": "km", "kilometre": "km", "centimeter": "cm", "centimetre": "cm",
    "millimeter": "mm", "mile": "mi", "yard": "yd", "foot": "ft", "feet": "ft", "inch": "in", "inche": "in",
    "kilogram": "kg", "gram": "g", "tonne": "t", "ton": "t", "pound": "lb", "ounce": "oz", "second": "s",
    "minute": "min", "hour": "h", "day": "d", "liter": "l", "litre": "l", "milliliter": "ml", "gallon": "gal",
    "celsius": "C", "fahrenheit": "F", "kelvin": "K", "°c": "C", "°f": "F", "kmh": "km/h", "kph": "km/h",
}  # fmt: skip
_DATE_UNITS = ("days", "weeks", "months", "years")


def evaluate(expression: str) -> float:
    """The value of an arithmetic expression; nothing but numbers, operators and a few functions is known.

    Raises: ToolError.
    """
    try:
        tree = syntax.expression(expression.replace("^", "**").strip())
        value = _value(tree.body)
        return value if isinstance(value, int) and abs(value) < 10**15 else float(value)
    except (SyntaxError, ValueError, TypeError, ZeroDivisionError, OverflowError, RecursionError, MemoryError) as error:
        raise ToolError(f"cannot evaluate {expression[:60]!r}: {error}") from None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            a, b = _value(left), _value(right)
            if isinstance(op, ast.Pow) and (abs(b) > _MOST_EXPONENT or abs(a) > 1e6):
                raise ValueError("the power is too large")
            return _BINARY[type(op)](a, b)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*map(_value, args))
    raise ValueError("expected numbers, + - * / // % ** and " + ", ".join(sorted(_FUNCTIONS)))


def _calculate(arguments: Mapping[str, Any], world: World) -> str:
    return number(evaluate(arguments["expression"]))


def _plain_expression(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without spaces and brackets that change nothing."""
    try:
        tree = syntax.expression(str(arguments["expression"]).replace("^", "**").strip())
        return {**arguments, "expression": ast.unparse(tree)}
    except (KeyError, SyntaxError, ValueError, RecursionError, MemoryError):
        return arguments


def unit(name: str) -> str:
    """A unit's symbol, from a symbol or a name in singular or plural; itself if it is unknown."""
    plain = name.strip()
    if plain in ("C", "F", "K") or any(plain in units for units in _UNITS.values()):
        return plain
    low = plain.lower()
    return _UNIT_NAMES.get(low) or _UNIT_NAMES.get(low.removesuffix("s")) or (low if low in _known() else plain)


def _known() -> set[str]:
    return {name for units in _UNITS.values() for name in units}


def convert(value: float, source: str, target: str) -> float:
    """`value` in another unit. Raises: ToolError for units that are unknown or of different kinds."""
    a, b = unit(source), unit(target)
    if {a, b} <= {"C", "F", "K"}:
        celsius = {"C": value, "F": (value - 32) / 1.8, "K": value - 273.15}[a]
        return {"C": celsius, "F": celsius * 1.8 + 32, "K": celsius + 273.15}[b]
    for units in _UNITS.values():
        if a in units and b in units:
            return value * units[a] / units[b]
    raise ToolError(f"cannot convert {source} to {target}")


def _convert(arguments: Mapping[str, Any], world: World) -> str:
    found = convert(arguments["value"], arguments["from_unit"], arguments["to_unit"])
    return number(round(found, 4))


def _plain_units(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {k: unit(v) if k.endswith("_unit") and isinstance(v, str) else v for k, v in arguments.items()}


def date(text: str) -> dt.date:
    """Raises: ToolError for what is no date in ISO 8601."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise ToolError(f"expected a date such as 2024-02-29, found {text[:40]!r}") from None


def moved(start: dt.date, amount: int, kind: str) -> dt.date:
    """`start` moved by days, weeks, months or years; a day that the month lacks becomes its last."""
    try:
        if kind in ("days", "weeks"):
            return start + dt.timedelta(**{kind: amount})
        months = start.year * 12 + start.month - 1 + amount * (12 if kind == "years" else 1)
        year, month = divmod(months, 12)
        return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        raise ToolError("the date is out of range") from None


def _move(arguments: Mapping[str, Any], world: World) -> str:
    return moved(date(arguments["date"]), arguments["amount"], arguments["unit"]).isoformat()


def _between(arguments: Mapping[str, Any], world: World) -> str:
    return str((date(arguments["end"]) - date(arguments["start"])).days)


def _weekday(arguments: Mapping[str, Any], world: World) -> str:
    return calendar.day_name[date(arguments["date"]).weekday()]


TOOLS = (
    LocalTool(
        described("calculator", "value of an arithmetic expression", "expression", expression="string"),
        _calculate, ("calc", "calculate", "math", "arithmetic", "wolfram_alpha"),
        {"expr": "expression", "input": "expression", "query": "expression"}, _plain_expression,
    ),
    LocalTool(
        described(
            "convert_units", "a quantity in another unit", "value from_unit to_unit",
            value="number", from_unit="string", to_unit="string",
        ),
        _convert, ("unit_converter", "convert", "unit_conversion"),
        {"from": "from_unit", "to": "to_unit", "amount": "value"}, _plain_units,
    ),
    LocalTool(
        described(
            "move_date", "the date so much later (or earlier, if negative)", "date amount unit",
            date="string", amount="integer", unit={"type": "string", "enum": list(_DATE_UNITS)},
        ),
        _move, ("date_add", "add_days", "date_calculator"),
    ),
    LocalTool(
        described("days_between", "days from start to end", "start end", start="string", end="string"),
        _between, ("date_diff", "date_difference"), {"start_date": "start", "end_date": "end"},
    ),
    LocalTool(
        described("weekday", "day of the week of a date", "date", date="string"), _weekday, ("day_of_week",),
    ),
)  # fmt: skip
