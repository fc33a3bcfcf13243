"""The skills. A new one is a module here, its block in params.yaml and its stages in dvc.yaml."""

import importlib
import pkgutil

from hone.core.errors import UserError
from hone.recipes.base import Recipe

_SHARED = {"base"}


def names() -> list[str]:
    """Every recipe, by name, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _SHARED)


def get(name: str) -> Recipe:
    """The recipe called `name`."""
    if name not in names():
        raise UserError(f"recipe {name!r}: expected one of {', '.join(names())}")
    recipe: Recipe = importlib.import_module(f"{__name__}.{name}").RECIPE
    return recipe
