"""q: by the interpreter of a subset that comes with Hone, by the user's own binary, or by a licensed pykx.

By a server of the user's: `q_server.py`. No timing of KX's q is printed or kept beyond a verdict's own seconds.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.runners import q_script, q_values
from hone.runners.languages import Language, command, standard_library
from hone.runners.values import same

VARIABLE = "HONE_Q_ENGINE"  # how a profile's `q_engine` reaches the steps


def subset() -> Language:
    """q, by the interpreter of a subset that comes with Hone."""
    return Language(
        "q", "qsubset", adapter="q_adapter", series=True, readable=standard_library(), canonical=q_values.canonical
    )


def binary() -> Language:
    """q, by the user's own binary: the one at Q_INTERPRETER_PATH, or `q` on the PATH."""
    found = os.environ.get("Q_INTERPRETER_PATH") or shutil.which("q")
    if not found:
        raise UserError(
            "q-binary: expected KX's q at Q_INTERPRETER_PATH or on the PATH, found neither; "
            "install it with its licence, or use the language q, which needs nothing"
        )
    home = os.environ.get("QHOME", str(Path(found).resolve().parent.parent))
    made = command("q-binary", "q binary", (found,), ".q", readable=(home,))
    return replace(made, environment={"QHOME": home} | _licence(), calls=q_script, canonical=q_values.canonical)


def _licence() -> dict[str, str]:
    """Where KX's licence is, if the environment says so."""
    return {name: os.environ[name] for name in ("QLIC", "QHOME") if name in os.environ}


def pykx() -> Language:
    """q, by the user's licensed pykx, in a Python process for each call."""
    found = importlib.util.find_spec("pykx")
    if found is None or not found.submodule_search_locations:
        raise UserError(
            "q-pykx: expected the package pykx, found none; install it with its licence, or use the language q"
        )
    packages = Path(found.submodule_search_locations[0]).parent
    here = Path(__file__).resolve().parent
    readable = (str(packages), str(here.parents[1]), *_licence().values())
    argv = (sys.executable, str(here / "q_pykx.py"))
    made = command("q-pykx", "pykx", argv, ".q", readable=readable)
    readings = (*made.readable, *standard_library())
    return replace(made, readable=readings, environment={"PYTHONPATH": str(packages)} | _licence(), calls=q_script,
                   canonical=q_values.canonical)  # fmt: skip


def crosses(value: Any) -> bool:
    """Whether a Python value comes back from q as it went."""
    try:
        return same(q_values.from_q(q_values.to_q(value)), q_values.canonical(value))
    except TypeError:
        return False


ENGINES: Mapping[str, Callable[[], Language]] = {"qsubset": subset, "q-binary": binary, "q-pykx": pykx}


def by_profile() -> Language:
    """q, by the engine that the profile names; by the subset if it names none."""
    name = os.environ.get(VARIABLE) or "qsubset"
    if name not in ENGINES:
        raise UserError(f"q_engine: expected one of {', '.join(ENGINES)}, found {name!r}")
    return ENGINES[name]()


LANGUAGES: Mapping[str, Callable[[], Language]] = {"q": by_profile, "q-binary": binary, "q-pykx": pykx}
