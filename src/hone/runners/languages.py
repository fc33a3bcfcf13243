"""The languages that programs are written in, and how each is run.

A language is an adapter, a file of functions that the fork server loads (`python_adapter.py` shows which), or the
command of a program that reads stdin and writes stdout. Nothing else in this room knows one language from another.
"""

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hone.core.errors import UserError

Right = tuple[str, str]  # a path, and "list", "read" or "run"


@dataclass(frozen=True)
class Language:
    """`engine` is what verdicts name. `command`: what is started, with the program's file as last argument, in
    place of `adapter`; it can then be tested by stdin and stdout only, unless `calls` says how a call is put as a
    script and read from its output. `series`: one confined process runs programs one after the other,
    which cannot reach it. `readable`: what it needs to read; `environment`: what a command
    finds in its own. `canonical`: the form in which values are
    compared, where the language cannot tell all of Python's apart."""

    name: str
    engine: str
    adapter: str = ""
    command: tuple[str, ...] = ()
    suffix: str = ""
    readable: tuple[Right, ...] = field(default=(), repr=False)
    series: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    calls: "Calls | None" = None
    canonical: Callable[[Any], Any] | None = None


class Calls(Protocol):
    """Calls of a function, for a language that is a command."""

    def script(self, source: str, entry: str, arguments: Sequence[Any]) -> str:
        """A whole program that calls `entry` and writes what it gave."""

    def value(self, stdout: str) -> Any:
        """What was given, from the output. Raises: ValueError if it is not there."""


def python() -> Language:
    """This Python, with its standard library and no installed package."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Language("python", f"python {version}", adapter="python_adapter", readable=standard_library())


def command(name: str, engine: str, argv: tuple[str, ...], suffix: str, readable: tuple[str, ...] = ()) -> Language:
    """A binary that runs a program's file: it alone may be started, and `readable` is what it reads besides."""
    binary = os.path.realpath(argv[0])
    if not os.access(binary, os.X_OK):
        raise UserError(
            f"{name}: expected a program that can be started, found {argv[0]}; install it or correct its path"
        )
    starts = tuple((str(path), "run") for path in (binary, *_dynamic_loaders()))
    rights = (*starts, *_shared_libraries(), *_existing(*readable))
    return Language(name, engine, command=(binary, *argv[1:]), suffix=suffix, readable=rights)


LANGUAGES: Mapping[str, Callable[[], Language]] = {"python": python}
# Loaded by name when they are needed: what runs programs in another language does not depend on their code.
ELSEWHERE = {"q": "hone.runners.q", "q-binary": "hone.runners.q", "q-pykx": "hone.runners.q"}


def language(name: str) -> Language:
    """The language of that name. Raises: UserError that lists those there are."""
    if name in ELSEWHERE:
        found: Language = importlib.import_module(ELSEWHERE[name]).LANGUAGES[name]()
        return found
    if name not in LANGUAGES:
        raise UserError(f"language: expected one of {', '.join([*LANGUAGES, *ELSEWHERE])}, found {name!r}")
    return LANGUAGES[name]()


def standard_library() -> tuple[Right, ...]:
    """Its files, and what it is linked with; not the packages installed beside it, which may hold answers."""
    library = Path(os.__file__).resolve().parent
    return (*_without_packages(library), *_shared_libraries(), *_existing("/usr/share/zoneinfo"))


def _shared_libraries() -> tuple[Right, ...]:
    folders = {Path(folder).resolve() for folder in ("/lib64", "/lib", "/usr/lib64", "/usr/lib")}
    return tuple(right for folder in sorted(folders) if folder.is_dir() for right in _without_packages(folder))


def _without_packages(folder: Path) -> tuple[Right, ...]:
    """The folder's names, and its entries but those that hold a Python's installed packages."""
    entries = [entry for entry in sorted(folder.iterdir()) if not _holds_packages(entry)]
    return ((str(folder), "list"), *((str(entry), "read") for entry in entries))


def _holds_packages(entry: Path) -> bool:
    return entry.name in ("site-packages", "dist-packages") or entry.name.startswith(("python", "pypy"))


def _existing(*paths: str) -> tuple[Right, ...]:
    return tuple((path, "read") for path in paths if os.path.exists(path))


def _dynamic_loaders() -> list[Path]:
    """The loader that the kernel starts for a dynamic binary; it is a program too."""
    return sorted({path.resolve() for folder in ("/lib64", "/lib") for path in Path(folder).glob("ld-linux*.so*")})
