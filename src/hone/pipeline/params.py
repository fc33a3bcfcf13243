"""params.yaml, read as DVC reads it and checked against the typed tree of all recipes before any job starts.

Every fault is one line: file, key path, what was expected (range, choices or keys), what was found, and the nearest
valid name. Values are handed on as they are written, so that both tools compare the same; a step's own model fills
in the defaults. Not covered: what values mean together, beyond what the models themselves say.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError, create_model
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from hone.core.config import BaseModelParams, Block, PipelineParams
from hone.core.errors import UserError
from hone.pipeline.names import did_you_mean

Schema = Mapping[str, Any]


def tree() -> type[Block]:
    """The model of the whole of params.yaml: pipeline, base model, and one block a recipe."""
    from hone import recipes  # here, since jobs read params and need no recipe

    blocks: dict[str, Any] = {name: (recipes.get(name).Params, ...) for name in recipes.names()}
    common: dict[str, Any] = {"pipeline": (PipelineParams, PipelineParams()), "base_model": (BaseModelParams, ...)}
    return create_model("Params", __base__=Block, **common, **blocks)


def check_params(path: Path, tree: type[Block]) -> dict[str, Any]:
    """Read `path`, raise one `UserError` with a line for each fault, and return the values as written."""
    values = read_params(path)
    odd = list(_odd_values(values))
    if odd:
        raise UserError("\n".join(f"{path}: {line}" for line in odd))
    try:
        tree.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise UserError("\n".join(f"{path}: {line}" for line in explain(error, tree, values))) from None
    return values


def read_params(path: Path) -> dict[str, Any]:
    """The values of a YAML file (1.2, as DVC reads it); a syntax error or a duplicate key is a `UserError`."""
    try:
        values = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: expected the file of all parameters, found nothing there") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected UTF-8 text, found byte {error.object[error.start]:#x}") from None
    except MarkedYAMLError as error:
        raise UserError(f"{path}: {_marked(error)}") from None
    except YAMLError as error:
        raise UserError(f"{path}: expected YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected blocks of parameters, found {_shown(values)}")
    return values


def explain(error: ValidationError, tree: type[Block], values: Any) -> list[str]:
    """One line a fault, in the order of pydantic's; a missing key that a misspelt neighbour explains has no line."""
    schema = tree.model_json_schema()
    faults = [(tuple(fault["loc"]), fault) for fault in error.errors()]
    lines, explained = [], set()
    for loc, fault in faults:
        if fault["type"] == "extra_forbidden":
            keys = _node(schema, loc[:-1]).get("properties", {})
            near = did_you_mean(str(loc[-1]), keys)
            explained.add((*loc[:-1], near))
            lines.append(f"{_path(loc)}: unknown key{_hint(near)}; expected one of {', '.join(keys)}")
    for loc, fault in faults:
        if fault["type"] == "missing" and loc not in explained:
            lines.append(f"{_path(loc)}: missing; expected {_expected(_node(schema, loc))}")
        elif fault["type"] not in ("extra_forbidden", "missing"):
            lines.append(f"{_path(loc)}: {_wrong(fault, _node(schema, loc), _at(values, loc))}")
    return lines


def _wrong(fault: Mapping[str, Any], node: Schema, found: Any) -> str:
    if fault["type"] in ("value_error", "assertion_error"):
        return f"{str(fault['msg']).split(', ', 1)[-1]}, found {_shown(found)}"
    near = did_you_mean(found, node["enum"]) if isinstance(found, str) and "enum" in node else ""
    return f"expected {_expected(node)}, found {_shown(found)}{_hint(near)}"


def _expected(node: Schema) -> str:
    """What a JSON schema allows, in words."""
    if "enum" in node or "const" in node:
        choices = node.get("enum", [node.get("const")])
        return f"one of {', '.join(map(str, choices))}"
    if "properties" in node:
        return f"a block with keys from {', '.join(node['properties'])}"
    names = {
        "integer": "a whole number",
        "number": "a number",
        "string": "text",
        "boolean": "true or false",
        "array": "a list",
    }
    signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    limits = [f"{sign} {node[key]}" for key, sign in signs.items() if key in node]
    if "minLength" in node:
        limits.append("that is not empty")
    return " ".join([names.get(str(node.get("type")), "another value"), " and ".join(limits)]).strip()


def _node(schema: Schema, loc: tuple[int | str, ...]) -> Schema:
    """The part of a JSON schema that describes the value at `loc`; empty where the schema does not say."""
    node = _resolved(schema, schema)
    for part in loc:
        inner = node.get("items", {}) if isinstance(part, int) else node.get("properties", {}).get(part, {})
        node = _resolved(schema, inner)
    return node


def _resolved(schema: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node


def _odd_values(value: Any, loc: tuple[int | str, ...] = ()) -> Iterator[str]:
    """Values that YAML knows and JSON does not: dates, infinities, keys that are no text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield f"{_path((*loc, str(key)))}: expected a key that is text, found {_shown(key)}; put it in quotes"
            yield from _odd_values(inner, (*loc, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _odd_values(inner, (*loc, number))
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield f"{_path(loc)}: expected a finite number, found {value}"
    elif not isinstance(value, (str, int, float, bool, type(None))):
        yield f"{_path(loc)}: expected text or a number, found {type(value).__name__} {value}; put it in quotes"


def _marked(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    problem = " ".join(str(error.problem or error.context).split())
    return f"{place}expected YAML: {problem}"


def _path(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".") or "the file"


def _at(values: Any, loc: tuple[int | str, ...]) -> Any:
    for part in loc:
        values = values[part]
    return values


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _hint(near: str) -> str:
    return f"; did you mean {near!r}?" if near else ""
