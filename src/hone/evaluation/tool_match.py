"""Whether a predicted tool call is the right one: its name, and its arguments exactly and by what they mean.

Arguments are compared key by key: one too many, one missing or one of another name is a difference. By meaning, a
value is what its schema makes of it: 3, 3.0 and "3" are one integer, an enum's case and the space around a text do
not matter, and an optional argument that is null or its default is as good as left out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hone.calls import Call

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class CallMatch:
    """What of a prediction is right. Each implies those before it."""

    name: bool = False
    meaning: bool = False  # arguments are equal once both are normalised
    exact: bool = False


def match(predicted: Call | None, gold: Call, schema: Schema) -> CallMatch:
    """Compare a prediction (None: there was no call) with the call that was made; `schema` is of gold's arguments."""
    if predicted is None or predicted.name != gold.name:
        return CallMatch()
    exact = _same(predicted.arguments, gold.arguments)
    meaning = exact or _same(by_schema(predicted.arguments, schema), by_schema(gold.arguments, schema))
    return CallMatch(True, meaning, exact)


def by_schema(arguments: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Arguments as the schema takes them to be. Keys that it does not know stay."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    found = {key: _value(value, properties.get(key, {})) for key, value in arguments.items()}
    return {
        key: value
        for key, value in found.items()
        if key in required or (value is not None and not _same(value, properties.get(key, {}).get("default")))
    }


def sequence_f1(predicted: Sequence[str], gold: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of the longest common subsequence: order matters. 1 if both are empty."""
    if not predicted and not gold:
        return 1.0
    row = [0] * (len(gold) + 1)
    for name in predicted:
        before = row[:]
        for place, other in enumerate(gold, start=1):
            row[place] = before[place - 1] + 1 if name == other else max(before[place], row[place - 1])
    return 2 * row[-1] / (len(predicted) + len(gold))


def edit_distance(predicted: Sequence[str], gold: Sequence[str]) -> int:
    """Insertions, deletions and replacements that turn one into the other (Levenshtein)."""
    row = list(range(len(gold) + 1))
    for number, name in enumerate(predicted, start=1):
        before, row = row, [number]
        for place, other in enumerate(gold, start=1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (name != other)))
    return row[-1]


def _value(value: Any, schema: Schema) -> Any:
    kind = schema.get("type")
    if isinstance(value, str):
        value = value.strip()
        if kind in ("integer", "number"):
            value = _number(value)
        elif kind == "boolean" and value.lower() in ("true", "false"):
            value = value.lower() == "true"
        elif "enum" in schema:
            value = {str(choice).lower(): choice for choice in schema["enum"]}.get(value.lower(), value)
    elif kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.15g}"
    if isinstance(value, float) and value.is_integer() and kind in ("integer", "number"):
        return int(value)
    if isinstance(value, Mapping) and kind == "object":
        return by_schema(value, schema)
    if isinstance(value, list):
        return [_value(item, schema.get("items", {})) for item in value]
    return value


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            found = float(text)
        except ValueError:
            return text
        return found if math.isfinite(found) else text


def _same(one: Any, other: Any) -> bool:
    """Equal in value and in type, in whatever order the keys are: 1, 1.0 and true are three things."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)
