"""Presets: parameters for real runs, laid over params.yaml key by key, whose comments stay.

A preset names only what it changes; lists are replaced whole. The result is checked like any params.yaml before it is
written. Not covered: going back, which is git's work (`git checkout params.yaml`).
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from hone.core.config import Block
from hone.core.errors import UserError
from hone.core.files import atomic
from hone.pipeline.names import hint
from hone.pipeline.params import check_params, read_params

FOLDER = Path("presets")


def names(folder: Path = FOLDER) -> list[str]:
    """All presets, sorted."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


def apply(name: str, params: Path, tree: type[Block], folder: Path = FOLDER) -> list[str]:
    """Lay preset `name` over `params` and return the changes, as `key: old -> new`. A bad preset changes nothing."""
    if name not in names(folder):
        raise UserError(
            f"preset {name!r}: expected one of {', '.join(names(folder)) or 'none'}{hint(name, names(folder))}"
        )
    read_params(params)  # syntax errors and duplicate keys, told well
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    values = yaml.load(params.read_text(encoding="utf-8"))
    changes = list(_lay(values, read_params(folder / f"{name}.yaml"), ""))
    if changes:
        text = io.StringIO()
        yaml.dump(values, text)
        with atomic(params) as temporary:
            temporary.write_text(text.getvalue(), encoding="utf-8")
            _check(temporary, tree, folder / f"{name}.yaml")
    return changes


def _lay(values: Any, over: dict[str, Any], path: str) -> Iterator[str]:
    for key, new in over.items():
        old = values.get(key)
        here = f"{path}{key}"
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _lay(old, new, f"{here}.")
        elif old != new:
            values[key] = new
            yield f"{here}: {'nothing' if old is None else _plain(old)} -> {new}"


def _plain(value: Any) -> Any:
    """A value without the round-trip loader's wrappers, for printing."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _check(written: Path, tree: type[Block], preset: Path) -> None:
    try:
        check_params(written, tree)
    except UserError as error:
        raise UserError(str(error).replace(str(written), f"{preset} laid over params.yaml")) from None
