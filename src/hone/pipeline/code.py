"""What code a script runs: its static import closure inside the repository, to be compared with a stage's deps.

Imports inside functions count, those under `if TYPE_CHECKING` do not. Not covered: modules found by name at run time
(`recipes.get`), and files that are run by path.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from hone.core.syntax import parse


def closure(start: Path, root: Path) -> set[Path]:
    """`start` and every file below `root`/src that it imports, directly or not, packages' `__init__.py` included.

    All paths are relative to `root`.
    """
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += [target for name in _imported(file, root) for target in _files(name, root)]
    return found


def _imported(file: Path, root: Path) -> Iterator[str]:
    """Dotted names that may be modules: for `from a import b` both `a` and `a.b`."""
    package = _package(file)
    for node in _running(parse((root / file).read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            children: list[ast.AST] = list(child.orelse)
        else:
            children = [child]
        for each in children:
            yield each
            yield from _running(each)


def _package(file: Path) -> list[str]:
    return list(file.parts[1:-1]) if file.parts[0] == "src" else []


def _files(name: str, root: Path) -> list[Path]:
    """The file of module `name`, and the `__init__.py` of each package around it, as far as they are ours."""
    parts = name.split(".")
    paths = [Path("src", *parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    paths.append(Path("src", *parts).with_suffix(".py") if parts[-1] else Path("src"))
    return [path for path in paths if (root / path).is_file()]
