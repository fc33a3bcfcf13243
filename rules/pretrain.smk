"""Pretraining gone on with, on documents. A killed run resumes from work/STAGE/KEY, which neither tool deletes.

REQUIRED INPUTS:
    models/base, tokenizer
    corpus.jsonl, corpus_val.jsonl: documents; the second choose the checkpoint

OUTPUTS:
    base: a folder with the whole model, its tokenizer, training.json, the losses by step and a manifest
"""

for s in stages("pretrain"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            json=s.json,
            base=s.dep("models/base"),
            tokenizer=s.dep("tokenizer"),
            train=s.dep("corpus.jsonl"),
            val=s.dep("corpus_val.jsonl"),
            out=s.out("base"),
            work=s.work,
        log:
            s.log,
        threads: 8
        resources:
            gpu=1,
            mem_mb=lambda wildcards, attempt: 32000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
        shell:
            "{config[launch]} scripts/pretrain.py"
            " --params {params.json:q}"
            " --base {params.base}"
            " --tokenizer {params.tokenizer}"
            " --train {params.train}"
            " --val {params.val}"
            " --out {params.out}"
            " --work {params.work}"
            " --log {log}"
