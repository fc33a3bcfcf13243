"""Where problems come from, and the one schema that all end in. `load` chooses the source by params."""

from collections.abc import Callable, Iterable
from pathlib import Path

from hone.core.config import ProblemsParams
from hone.core.errors import UserError
from hone.core.records import Problem
from hone.problems.sampling import pick, sample
from hone.problems.table import iter_problems, read_problems, write_problems

__all__ = ["iter_problems", "load", "pick", "read_problems", "sample", "write_problems"]


def load(params: ProblemsParams) -> Iterable[Problem]:
    """The problems of the source that `params` names, one at a time where the source is a file."""
    # Here, since reading problems needs none of them
    from hone.problems import gaia, human_eval, livebench, livecodebench, questions

    if params.source == "human_eval":
        return human_eval.load()
    if params.source == "questions":
        return questions.load()
    if not params.path:
        raise UserError(f"problems.path: expected a path for source {params.source}, found nothing")
    loaders: dict[str, Callable[[Path], Iterable[Problem]]] = {
        "livecodebench": livecodebench.load, "livebench": livebench.load, "gaia": gaia.load, "table": iter_problems,
    }  # fmt: skip
    return loaders[params.source](Path(params.path))
