"""`hone check`: every row of a file proven by its recipe's verifier, each bad one named with the reason."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from hone import recipes
from hone.core.errors import UserError
from hone.core.progress import track
from hone.pipeline.names import hint
from hone.runners import Sandbox, language


@dataclass(frozen=True)
class Counts:
    """How many rows there were, and why which number of them is bad."""

    rows: int
    bad: Counter[str]

    @property
    def ok(self) -> bool:
        return self.rows > 0 and not self.bad

    @property
    def told(self) -> str:
        """One line for the user."""
        if not self.rows:
            return "no rows: a file without rows proves nothing"
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.bad.items()))
        return f"{self.rows} rows, {self.rows - self.bad.total()} proven, {self.bad.total()} bad" + (
            f" ({reasons})" if reasons else ""
        )


def check(file: Path, recipe: str, say: Callable[[str], None]) -> Counts:
    """Verify each row of `file`; `say` is told of each bad one: `FILE: row ID: reason: detail`."""
    skill = recipes.get(recipe or _recipe_of(file))
    rows = list(skill.imported(file))
    bad: Counter[str] = Counter()
    with Sandbox(language=language(skill.language)) as runner:
        checks = runner.each(partial(skill.verify, row, runner) for row in rows)
        for row, found in zip(track(rows, len(rows), "check"), checks, strict=True):
            if not found.ok:
                bad[found.reason] += 1
                say(f"{file}: row {row.id}: {found.reason}" + (f": {found.detail}" if found.detail else ""))
    return Counts(len(rows), bad)


def _recipe_of(file: Path) -> str:
    """The recipe whose folder below data/ holds the file."""
    parts = file.resolve().parts
    for folder, name in pairwise(parts):
        if folder == "data" and name in recipes.names():
            return name
    known = ", ".join(recipes.names())
    raise UserError(
        f"{file}: expected --recipe, since the file is not in data/RECIPE/; one of {known}"
        f"{hint(file.stem, recipes.names())}"
    )
