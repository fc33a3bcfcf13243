"""The door. `snakemake results/eval.json` makes what is stale and nothing else; `snakemake -n` says what that is.

dvc.yaml says what depends on what, rules/KIND.smk how a stage of that kind runs, params.yaml holds the knobs of the
science and profiles/ those of machines. Before any job: params.yaml is checked whole, and DVC and Snakemake are made
to agree about what is fresh.
"""

import os
import shutil
import sys
from pathlib import Path

from snakemake.utils import min_version

from hone.core.errors import one_message
from hone.pipeline import bridge, fanout
from hone.pipeline.fanout import jobs
from hone.pipeline.params import check_params, tree
from hone.pipeline.spec import pipeline

min_version("9.0")

# Steps run with the Python that runs Snakemake, whether or not its environment was activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# And with the hone of this folder: `dvc exp run --temp` and `--queue` build in a copy, whose code DVC records.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path("src").resolve()), os.environ.get("PYTHONPATH")]))

# How strictly untrusted programs are confined is a matter of machines: `config: [isolation=strict]` in a profile.
if config.get("isolation"):
    os.environ["HONE_ISOLATION"] = str(config["isolation"])

# Which q runs the programs of q_language, where yours is licensed: `config: [q_engine=q-binary]` (or q-pykx).
if config.get("q_engine"):
    os.environ["HONE_Q_ENGINE"] = str(config["q_engine"])

# Whether several processes of a training share out its model, or have it whole each: `config: [sharded=true]`.
if config.get("sharded"):
    os.environ["HONE_SHARDED"] = "true"

# A thread that waits for others spins a tenth of a millisecond, then sleeps: to sleep at once costs a small model a third
# of its speed, and to spin on (the default) slows two jobs on the same cores several times over.
os.environ.setdefault("GOMP_SPINCOUNT", "30000")
# A job dies with the snakemake that started it (trainers save first): an orphan would go on writing beside the next run.
shell.prefix("exec setpriv --pdeathsig TERM -- " if shutil.which("setpriv") else "exec ")

# What a training step is started with: where a profile says nothing, it is one process.
config.setdefault("launch", "python")

# What is too light for a job of its own, or needs the internet, can run beside snakemake itself: `head` in a profile.
HEAD = str(config.get("head", "")).split(",")

with one_message():
    if workflow.is_main_process:
        autosave = check_params(Path("params.yaml"), tree()).get("pipeline", {}).get("autosave", False)
    stages = pipeline().of
    # Into how many jobs a profile has the work of one stage split, where it can be: `config: [parts=4]`.
    parts = 1 if bridge.looks() else fanout.count(config)
    bridge.guard(workflow, autosave=workflow.is_main_process and autosave)


rule all:
    default_target: True
    input:
        [file for stage in stages("gather") for file in stage.outputs],


include: "rules/base_model.smk"
include: "rules/problems.smk"
include: "rules/samples.smk"
include: "rules/drafts.smk"
include: "rules/dataset.smk"
include: "rules/tokenizer.smk"
include: "rules/corpus.smk"
include: "rules/pretrain.smk"
include: "rules/sft.smk"
include: "rules/rl.smk"
include: "rules/round.smk"
include: "rules/rounds.smk"
include: "rules/complete.smk"
include: "rules/scores.smk"
include: "rules/judge.smk"
include: "rules/eval.smk"
include: "rules/card.smk"
include: "rules/report.smk"
include: "rules/gather.smk"

at_head = {name for kind in HEAD for stage in stages(kind) for name in (stage.rule, stage.part_rule)}
workflow.localrules(*(rule.name for rule in workflow.rules if rule.name in at_head))


onstart:
    with one_message():
        bridge.began(workflow, autosave)
        bridge.wait_quietly(workflow)


onsuccess:
    with one_message():
        bridge.ended(workflow, well=True, autosave=autosave)


onerror:
    bridge.ended(workflow, well=False, autosave=False)
