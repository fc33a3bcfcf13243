"""The base model's tokenizer with the recipe's new tokens as single ids.

REQUIRED INPUTS:
    models/base
    train.jsonl: what the report is measured on

OUTPUTS:
    tokenizer: a folder with the tokenizer, tokens.json, report.json and a manifest
"""

for s in stages("tokenizer"):

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
            rows=s.dep("train.jsonl"),
            out=s.out("tokenizer"),
        log:
            s.log,
        shell:
            "python scripts/tokenizer.py"
            " --params {params.json:q}"
            " --base {params.base}"
            " --rows {params.rows}"
            " --out {params.out}"
            " --log {log}"
