"""Supervised fine-tuning. A killed run resumes from work/STAGE/KEY, which neither tool deletes.

REQUIRED INPUTS:
    models/base, tokenizer
    train.jsonl, val.jsonl: val chooses the checkpoint

OUTPUTS:
    sft: a folder with the adapter (or the full model), training.json, the losses by step and a manifest
"""

for s in stages("sft"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            json=s.json,
            base=s.dep("base"),
            tokenizer=s.dep("tokenizer"),
            train=s.dep("train.jsonl"),
            val=s.dep("val.jsonl"),
            out=s.out("sft"),
            work=s.work,
        log:
            s.log,
        threads: 8
        resources:
            gpu=1,
            mem_mb=lambda wildcards, attempt: 32000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
        shell:
            "{config[launch]} scripts/train.py"
            " --params {params.json:q}"
            " --base {params.base}"
            " --tokenizer {params.tokenizer}"
            " --train {params.train}"
            " --val {params.val}"
            " --out {params.out}"
            " --work {params.work}"
            " --log {log}"
