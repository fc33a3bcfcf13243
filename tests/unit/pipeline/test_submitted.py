"""A job compares what it finds with what was there when it was submitted: the sources and params of its own stage."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hone.core.errors import UserError
from hone.pipeline import submitted
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Stage


def stage(name: str, source: str, n: int = 1) -> Stage:
    return Stage(name, "s", "", "", (source,), (f"{name}.json",), (source,), (source,), (f"{name}.json",), {"r": n}, "")


def pipeline(n: int = 1) -> SimpleNamespace:
    return SimpleNamespace(stages={"one": stage("one", "one.py", n), "two": stage("two", "two.py")})


@pytest.fixture(autouse=True)
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a job of stage one, submitted when both sources were as they are now."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(submitted.ENV, raising=False)
    for name in ("one.py", "two.py"):
        Path(name).write_text("1")
    monkeypatch.setattr(sys, "argv", ["snakemake", "--target-jobs", "one:", "--allowed-rules", "one"])
    with Contents() as contents:
        submitted.note(pipeline(), contents)


def test_an_edit_of_another_stage_and_one_that_was_taken_back_do_not_matter():
    Path("two.py").write_text("2")
    Path("one.py").write_text("2")
    Path("one.py").write_text("1")
    submitted.check(pipeline())


@pytest.mark.parametrize(("file", "n", "named"), [("one.py", 1, "one.py"), ("two.py", 2, "params.yaml")])
def test_an_edit_of_its_own_source_or_params_is_refused_by_name(file, n, named):
    Path(file).write_text("2")
    with pytest.raises(UserError, match=rf"^{named} was edited after this job was submitted"):
        submitted.check(pipeline(n))
