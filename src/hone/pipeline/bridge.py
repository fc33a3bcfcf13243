"""The bridge between DVC (what is fresh) and Snakemake (how to run): `hone run`, the Snakefile's guard, `hone save`.

A stage is fresh if what it was made of and what it made are, by content, what stands there now. Two records can tell:
dvc.lock, and Snakemake's own, which alone would trust times and never look at an output. The guard compares the
second with what stands there (freshness.py), asks DVC where they differ, and makes Snakemake's records say the same.
Not covered: `snakemake --config`, `--directory`, the database backend of Snakemake's records.
"""

import contextlib
import ctypes
import fcntl
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hone.core.errors import UserError
from hone.events.origin import BUILDS
from hone.ledger import content_key
from hone.pipeline import builds, freshness, lockfile, orphans, submitted
from hone.pipeline import snakemake_records as records
from hone.pipeline.contents import Contents
from hone.pipeline.spec import Pipeline, Stage, pipeline

INSIDE = "HONE_INSIDE"  # set for the snakemake calls made here, to RUN or LOOK: they must not ask the guard again
RUN, LOOK = "run", "look"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
UNSAVED = records.HOME / "hone.unsaved"  # stands from the first job of a run with autosave until all is recorded
BEGAN = time.time()
PATIENCE_S = 10.0
ANCIENT = 1  # seconds since 1970: older than any input, so that Snakemake compares every input by checksum


def run(name: str) -> int:
    """Build one stage, and only that, on whatever SNAKEMAKE_PROFILE names. It is every cmd of dvc.yaml.

    DVC has already decided that the stage is stale, so its rules are forced. Returns Snakemake's exit status, or 1 if
    params or code were edited meanwhile: DVC, which reads them once more when the command ends, must not record that.
    """
    _die_with_parent(signal.SIGTERM)
    lockfile.keep()
    with Contents() as contents:
        submitted.note(pipeline(), contents)
    since = time.time()
    stage = pipeline()[name]
    flags = ["--quiet", "rules", "--rerun-incomplete", "--forceall"]
    command = [*flags, "--allowed-rules", stage.rule, stage.part_rule, "--", *stage.outputs]
    # On SIGINT Snakemake cancels its jobs; on SIGTERM it would wait for them.
    mortal = functools.partial(_die_with_parent, signal.SIGINT)
    status = subprocess.run(_snakemake(*command), env={**os.environ, INSIDE: RUN}, preexec_fn=mortal).returncode
    if status:
        return status
    with Contents() as contents:
        edited = _note([stage], contents, of_jobs=True)
        builds.note([stage], since, contents)
    if Pipeline()[name].params != stage.params:
        edited = [*edited, "params.yaml"]
    if edited:
        _tell(f"{', '.join(edited)} was edited while {name} ran; nothing was recorded, run it again")
    return int(bool(edited))


def guard(workflow: Any, autosave: bool) -> None:
    """Called at the head of the Snakefile, before any job: what DVC and Snakemake think is fresh becomes one."""
    if workflow.remote_exec:
        submitted.check(pipeline())
    if not workflow.is_main_process or looks():
        return
    if not alone():
        raise UserError("another snakemake is at work in this folder; wait for it, or stop it")
    _back_from_the_future(pipeline())
    with Contents() as contents:
        submitted.note(pipeline(), contents)
        os.environ[BUILDS] = json.dumps(builds.keys(pipeline(), contents))
    if not _inside():
        _heal()
        by_dvc = agree(pipeline())
        if UNSAVED.exists() or (autosave and _proves_more(pipeline(), by_dvc)):
            _catch_up()


def looks() -> bool:
    """Whether this snakemake runs no job, and was called here: then parts of a stage's work do not matter."""
    return os.environ.get(INSIDE) == LOOK


def _back_from_the_future(pipeline: Pipeline) -> None:
    """Give files that are dated ahead of this machine's clock the present time: where an input is, Snakemake throws
    away what a job has made of it, as older than its input."""
    now = time.time()
    for file in {file for stage in pipeline.stages.values() for file in stage.inputs}:
        with contextlib.suppress(OSError):  # missing, or another's
            if os.stat(file).st_mtime > now:
                os.utime(file, (now, now))


def began(workflow: Any, autosave: bool) -> None:
    """Called before the first job of a run: none of an earlier one must write beside it, and should it be killed or
    fail, the next one records what was made."""
    if workflow.is_main_process and not looks() and (left := orphans.end(Path.cwd())):
        _tell(f"cancelled the SLURM jobs {', '.join(left)} of an earlier snakemake; what they saved is gone on from")
    if autosave and workflow.is_main_process and not _inside():
        UNSAVED.touch()


def wait_quietly(workflow: Any) -> None:
    """Called before the first job, too: take off the built-in limit of 100 jobs a second, for which the scheduler looks
    again every second, and once more a second for each job that came or went. After eleven minutes that took an eighth
    of a core from the job it waited for. A limit of the user's own (`max-jobs-per-timespan`) stays."""
    limit = workflow.scheduling_settings.max_jobs_per_timespan
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


def _catch_up() -> None:
    """Have DVC record what is proven and it does not know: what a run with autosave had made when it was killed or
    failed, or what was made before another dvc.lock was checked out."""
    with contextlib.suppress(UserError):  # nothing that it made is fresh
        _tell(saved(*save(pipeline())))
    UNSAVED.unlink(missing_ok=True)


def _proves_more(pipeline: Pipeline, by_dvc: dict[str, Any] | None) -> bool:
    """Whether Snakemake's records prove a stage that `by_dvc`, DVC's own view, calls stale. DVC is asked, if it was
    not, only if dvc.lock or what stages are made of is not as when the two were last found to agree."""
    with Contents() as contents:
        files = {"dvc.lock", *(file for stage in pipeline.stages.values() for file in stage.inputs)}
        params = [dict(stage.params) for stage in pipeline.stages.values()]
        state = content_key(params, {file: contents.digest(file) for file in files})
        if by_dvc is None:
            if state == contents.settled:
                return False
            by_dvc = status_of_dvc()
        stale = [stage for name, stage in pipeline.stages.items() if name in by_dvc]
        whole = [stage for stage in stale if all(map(os.path.exists, stage.outputs))]
        proven = [stage for stage in whole if not freshness.differences(stage, contents)]
        if not proven:
            contents.settled = state
        return bool(proven)


def _heal() -> None:
    for file in lockfile.heal():
        _tell(f"{file} was torn by a DVC that was killed; it is put right")


def ended(workflow: Any, well: bool, autosave: bool) -> None:
    """Called when a snakemake run has ended: note what it made, and say (or, with `autosave`, do) what records it."""
    if not workflow.is_main_process or _inside():
        return
    with Contents() as contents:
        edited = _note(pipeline().stages.values(), contents, of_jobs=not workflow.local_exec)
        builds.note(pipeline().stages.values(), BEGAN, contents)
    if edited:
        _tell(f"{', '.join(sorted(set(edited)))} was edited meanwhile: what was made of it is stale; run it again")
    if well and autosave:
        _tell(saved(*save(pipeline())))
        UNSAVED.unlink(missing_ok=True)
    elif well:
        _tell("built; `hone save` records it for DVC")


def agree(pipeline: Pipeline) -> dict[str, Any] | None:
    """Make Snakemake see as fresh what it or DVC can prove to be, and as stale all else that stands on disk.

    Returns the stages that DVC finds stale, None if it was not asked.
    """
    with Contents() as contents:
        standing = [stage for stage in pipeline.stages.values() if any(map(os.path.lexists, stage.outputs))]
        doubtful = [stage for stage in standing if freshness.differences(stage, contents)]
        if not doubtful:
            return None
        by_dvc = status_of_dvc()
        fresh = [stage for stage in doubtful if stage.name not in by_dvc and all(map(os.path.exists, stage.outputs))]
        for stage in doubtful:
            if stage not in fresh:
                _show_as_stale(stage, contents)
        if fresh:
            _renew(fresh)
            _note(fresh, contents)
            _tell(f"taken from dvc.lock as fresh: {_names(fresh)}")
    return by_dvc


def save(pipeline: Pipeline) -> tuple[list[str], list[str]]:
    """Let DVC record the stages that are whole on disk and fresh; returns their names, and those that are stale.

    Raises `UserError` where nothing is fresh: DVC would lock outputs to inputs that they were not made of.
    """
    _heal()
    agree(pipeline)
    whole = [stage for stage in pipeline.stages.values() if all(map(os.path.exists, stage.outputs))]
    if not whole:
        raise UserError("hone save: expected built outputs, found none; build first, as with `snakemake`")
    planned = _planned(whole)
    fresh = [stage.name for stage in whole if stage.rule not in planned]
    stale = [stage.name for stage in whole if stage.rule in planned]
    if not fresh:
        raise UserError("hone save: all that stands on disk is stale (`snakemake -n` lists why); build first")
    by_dvc = status_of_dvc()  # also names what its cache lacks
    if unrecorded := [name for name in fresh if name in by_dvc]:  # each that DVC is given takes it a second
        _dvc("commit", "--force", "--quiet", *unrecorded)
    return fresh, stale


def saved(fresh: list[str], stale: list[str]) -> str:
    """What `save` did, in a line."""
    left = f"; not recorded, since stale: {', '.join(stale)}" if stale else ""
    return f"recorded in dvc.lock: {', '.join(fresh)}{left}"


def _note(stages: Iterable[Stage], contents: Contents, of_jobs: bool = False) -> list[str]:
    """Remember what each output holds now that Snakemake has recorded it; `of_jobs`: perhaps made on a cluster.

    Returns the inputs that were edited while a job ran; what those jobs made is shown to Snakemake as stale.
    """
    edited: list[str] = []
    for stage in stages:
        since = submitted.edited(stage) if of_jobs and freshness.unseen(stage, contents) else []
        if since:  # the record was made of the edited files, and does not know when the job began
            for output in stage.outputs:
                records.drop(output)
        if any(differing.was is None and differing.now for differing in freshness.outputs(stage, contents)):
            meanwhile = since or freshness.edited_meanwhile(stage)
            if meanwhile:
                edited += meanwhile
                _show_as_stale(stage, contents)
    return edited


def _show_as_stale(stage: Stage, contents: Contents) -> None:
    """Make Snakemake see what it would not: an output that it did not make, an input that is gone or is older.

    It is not asked to compare the lists of inputs: those of one stage differ by the number of its parts.
    """
    strange = [differing.name for differing in freshness.outputs(stage, contents) if differing.now]
    for output in strange:
        records.drop(output)
    differing = list(freshness.inputs(stage, contents))
    gone = [each for each in differing if each.name not in stage.inputs]
    unseen = [each.name for each in differing if each.now]
    there = [output for output in stage.outputs if os.path.lexists(output)]
    oldest = min((os.lstat(output).st_mtime for output in there), default=ANCIENT)
    if strange or gone or any(os.stat(file).st_mtime <= oldest for file in unseen):
        for output in there:
            os.utime(output, (ANCIENT, ANCIENT), follow_symlinks=False)


def _renew(stages: list[Stage]) -> None:
    """Have Snakemake record the outputs of stages whose content, code and params DVC has vouched for.

    Only their rules are allowed: `--touch` alone would seal stale files upstream as fresh too.
    """
    flags = ["--touch", "--forceall", "--quiet", "all", "--cores", "1"]
    rules = [stage.rule for stage in stages]
    _look(*flags, "--allowed-rules", *rules, "--", *_outputs(stages))


def _planned(stages: list[Stage]) -> set[str]:
    """The rules that Snakemake would run for the outputs of `stages`."""
    return set(re.findall(r"^(?:local)?rule (\w+):$", _look("-n", "--", *_outputs(stages)), re.MULTILINE))


def alone() -> bool:
    """Take this folder for as long as this process lives; False if another snakemake has it, and keeps it: one whose
    `dvc repro` was killed is given the time to end.

    Whoever has it may clear what a killed one left locked; jobs of that one on a cluster are seen to in `began`.
    """
    records.HOME.mkdir(exist_ok=True)
    lock = os.open(records.HOME / "hone.lock", os.O_RDWR | os.O_CREAT)  # closed by the end of the process
    patient_until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if time.monotonic() > patient_until:
                os.close(lock)
                return False
            time.sleep(0.2)
    for left in (records.HOME / "locks").glob("*.lock"):
        left.unlink(missing_ok=True)
    return True


def status_of_dvc() -> dict[str, Any]:
    """The stages that DVC finds stale by themselves, with its reasons as `dvc status --json` gives them."""
    found: dict[str, Any] = json.loads(_dvc("status", "--json") or "{}")
    return found


def _dvc(*args: str) -> str:
    done = subprocess.run([sys.executable, "-m", "dvc", *args], capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"dvc {args[0]} failed: {_last_line(done.stderr)}")
    return done.stdout


def _look(*args: str) -> str:
    """What a snakemake that runs no job says."""
    env = {**os.environ, INSIDE: LOOK}
    done = subprocess.run(_snakemake(*args), env=env, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"snakemake {args[0]} failed: {_last_line(done.stderr)}")
    return done.stdout + done.stderr


def _snakemake(*args: str) -> list[str]:
    return [sys.executable, "-m", "snakemake", *args]


def _die_with_parent(by: signal.Signals) -> None:
    """Have Linux send this process `by` when its parent dies: a build must not outlive the `dvc repro` that ran it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def _inside() -> bool:
    """Whether DVC has called this, and has judged already."""
    return bool(os.environ.get(INSIDE) or os.environ.get("DVC_STAGE"))


def _outputs(stages: Iterable[Stage]) -> list[str]:
    return [file for stage in stages for file in stage.outputs]


def _names(stages: Iterable[Stage]) -> str:
    return ", ".join(stage.name for stage in stages) or "none"


def _last_line(text: str) -> str:
    """Of what a tool said before it failed: its last error, or else its last words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR: ")


def _tell(message: str) -> None:
    print(f"hone: {message}", file=sys.stderr)
