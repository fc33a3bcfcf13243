"""In which order a curriculum shows rows: each has a stage, and an epoch goes through the stages from the lowest up.

Within a stage the order is drawn, by batches.py.
"""

from collections.abc import Sequence
from pathlib import Path

from hone.core.config import TrainParams
from hone.core.errors import UserError
from hone.core.records import DIFFICULTIES, Row


def stages(rows: Sequence[Row], params: TrainParams, path: Path) -> list[int]:
    """The stage of each row of the file `path`; rows that tell no difficulty come after the hard ones.

    Raises: UserError for a difficulty of another name, and where no row tells any.
    """
    if params.curriculum == "label":
        labels = sorted({row.label for row in rows})
        return [labels.index(row.label) for row in rows]
    if params.curriculum == "difficulty":
        order = (*DIFFICULTIES, "")
        told = [row.meta.get("difficulty") or "" for row in rows]
        for row, difficulty in zip(rows, told, strict=True):
            if difficulty not in order:
                raise UserError(
                    f"{path}: row {row.id}: difficulty: expected easy, medium, hard or nothing, found {difficulty!r}; "
                    "rename it, or set curriculum to label or mixed"
                )
        if not any(told):
            raise UserError(
                f"{path}: expected rows that tell their difficulty, found none; set curriculum to label or mixed"
            )
        return [order.index(difficulty) for difficulty in told]
    return [0] * len(rows)
