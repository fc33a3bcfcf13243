"""Documents to go on pretraining with: made by the recipe of its training rows, or from files or a table.

REQUIRED INPUTS:
    train.jsonl: what the recipe makes documents of
    val.jsonl, test.jsonl: what no document may share text with

OUTPUTS:
    corpus.jsonl, corpus_val.jsonl
    corpus.json: how many were kept, and why others were dropped
"""

for s in stages("corpus"):

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
            rows=s.dep("train.jsonl"),
            val=s.dep("val.jsonl"),
            test=s.dep("test.jsonl"),
            train=s.out("corpus.jsonl"),
            validation=s.out("corpus_val.jsonl"),
            account=s.out("corpus.json"),
        log:
            s.log,
        threads: 2
        shell:
            "python scripts/corpus.py"
            " --recipe {params.recipe}"
            " --params {params.json:q}"
            " --rows {params.rows}"
            " --held-out {params.val}"
            " --held-out {params.test}"
            " --train {params.train}"
            " --val {params.validation}"
            " --account {params.account}"
            " --log {log}"
