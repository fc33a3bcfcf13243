"""Reinforcement learning from a tuned adapter on. A killed run resumes from work/STAGE/KEY, which neither tool deletes.

REQUIRED INPUTS:
    base, tokenizer
    sft: the adapter to go on from
    train.jsonl, val.jsonl: val chooses the weights

OUTPUTS:
    rl: a folder with the adapter, training.json, the rewards by step and a manifest
"""

for s in stages("rl"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            json=s.json,
            recipe=s.recipe,
            base=s.dep("base"),
            tokenizer=s.dep("tokenizer"),
            start=s.dep("sft"),
            train=s.dep("train.jsonl"),
            val=s.dep("val.jsonl"),
            out=s.out("rl"),
            work=s.work,
        log:
            s.log,
        threads: 8
        resources:
            gpu=1,
            mem_mb=lambda wildcards, attempt: 32000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
        shell:
            "python scripts/rl.py"
            " --recipe {params.recipe}"
            " --params {params.json:q}"
            " --base {params.base}"
            " --tokenizer {params.tokenizer}"
            " --start {params.start}"
            " --train {params.train}"
            " --val {params.val}"
            " --out {params.out}"
            " --work {params.work}"
            " --log {log}"
