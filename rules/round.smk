"""One round of a bootstrap loop; the stage's variant is its number. A killed run resumes from work/STAGE/KEY.

REQUIRED INPUTS:
    models/base, tokenizer
    train.jsonl, val.jsonl: what is to be solved, and what accepts a model
    pool.jsonl, metadata.json, rounds/NUMBER: of the round before, but for the first

OUTPUTS:
    pool.jsonl: all rows that are solved
    metadata.json: what the round did
    rounds/NUMBER: the folder of the best model so far
"""

for s in stages("round"):

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
            number=s.variant,
            base=s.dep("base"),
            tokenizer=s.dep("tokenizer"),
            train=s.dep("train.jsonl"),
            val=s.dep("val.jsonl"),
            before=s.flags("--before", "pool.jsonl"),
            model=s.flags("--model", f"rounds/{int(s.variant) - 1}"),
            pool=s.out("pool.jsonl"),
            metadata=s.out("metadata.json"),
            out=s.out(f"rounds/{s.variant}"),
            work=s.work,
        log:
            s.log,
        threads: 8
        resources:
            gpu=1,
            mem_mb=lambda wildcards, attempt: 32000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
        shell:
            "python scripts/round.py"
            " --recipe {params.recipe}"
            " --number {params.number}"
            " --params {params.json:q}"
            " --base {params.base}"
            " --tokenizer {params.tokenizer}"
            " --train {params.train}"
            " --val {params.val}"
            " {params.before} {params.model}"
            " --pool {params.pool}"
            " --metadata {params.metadata}"
            " --out {params.out}"
            " --work {params.work}"
            " --log {log}"
