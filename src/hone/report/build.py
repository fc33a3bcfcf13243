"""The files of a build as the report and the card take them: by recipe and role, whatever the recipe.

A path says what it is: data/RECIPE/..., models/RECIPE/..., results/RECIPE/VARIANT/... Folders are known by their
manifest. Not covered: builds in other layouts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.core.files import MANIFEST, digest, read_json
from hone.core.records import Completion, Row, Score, json_lines, read_jsonl

ROOTS = ("data", "models", "results")
SHARED = "base"  # models/base belongs to every recipe


@dataclass(frozen=True)
class Part:
    """One file or folder of the build, as the lineage names it."""

    path: str
    sha256: str
    size: int  # bytes, of all files of a folder

    @classmethod
    def of(cls, path: Path) -> "Part":
        """What stands at `path`; nothing there is a `UserError`."""
        name = digest(path)
        if not path.is_dir():
            return cls(path.as_posix(), name, path.stat().st_size)
        files = read_json(path / MANIFEST)["files"].values()
        return cls(path.as_posix(), name, sum(file["size"] for file in files))


@dataclass
class Skill:
    """What was built of one recipe. What a recipe does not make is empty."""

    name: str
    block: Mapping[str, Any]  # of eval.json
    parts: list[Part] = field(default_factory=list)
    validation: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    judged: list[dict[str, Any]] = field(default_factory=list)  # comparison.jsonl: a line a row
    rows: list[Row] = field(default_factory=list)
    completions: dict[str, dict[str, Completion]] = field(default_factory=dict)  # variant -> row -> first sample
    written: dict[str, tuple[int, int]] = field(default_factory=dict)  # variant -> completions, their tokens
    scores: dict[str, dict[str, Score]] = field(default_factory=dict)  # variant -> row -> first sample

    def scored(self) -> dict[str, list[Score]]:
        """The scores of each variant in the order of the test rows."""
        return {name: [by_row[row.id] for row in self.rows] for name, by_row in sorted(self.scores.items())}


def load(files: Iterable[Path]) -> list[Skill]:
    """All recipes of an evaluation, by name; `files` are what each recipe made, its eval.json among it.

    Raises: UserError for a path of no known place, and for a test row without a score or a completion.
    """
    paths = sorted(set(map(Path, files)))
    evaluations = [read_json(path) for path in paths if path.name == "eval.json"]
    skills = {name: Skill(name, block) for found in evaluations for name, block in found["recipes"].items()}
    for path in paths:
        for skill in _owners(path, skills):
            skill.parts.append(Part.of(path))
            _take(skill, path)
    for skill in skills.values():
        _complete(skill)
    return [skills[name] for name in sorted(skills)]


def _owners(path: Path, skills: Mapping[str, Skill]) -> list[Skill]:
    owner = path.parts[1] if len(path.parts) > 1 and path.parts[0] in ROOTS else ""
    if owner == SHARED:
        return list(skills.values())
    if owner not in skills:
        raise UserError(
            f"{path}: expected data/RECIPE/, models/RECIPE/ or results/RECIPE/ of a recipe whose eval.json is given"
        )
    return [skills[owner]]


def _take(skill: Skill, path: Path) -> None:
    if path.name == "validation.json":
        skill.validation = read_json(path)
    elif path.name == "test.jsonl":
        skill.rows = read_jsonl(path, Row)
    elif path.name == "comparison.jsonl":
        skill.judged = [line for _, line in json_lines(path)]
    elif (path / "training.json").exists():
        skill.training = read_json(path / "training.json")
    elif path.name == "completions.jsonl":
        found = read_jsonl(path, Completion)
        skill.completions[path.parent.name] = {c.row_id: c for c in found if c.sample == 0}
        skill.written[path.parent.name] = (len(found), sum(len(c.token_ids) for c in found))
    elif path.name == "scores.jsonl":
        skill.scores[path.parent.name] = {s.row_id: s for s in read_jsonl(path, Score) if s.sample == 0}


def _complete(skill: Skill) -> None:
    for what, found in (("score", skill.scores), ("completion", skill.completions)):
        for variant, by_row in found.items():
            missing = [row.id for row in skill.rows if row.id not in by_row]
            if missing:
                raise UserError(f"{skill.name}: {variant}: row {missing[0]}: expected a {what}, found none")
