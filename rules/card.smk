"""The card of a recipe's tuned model, as the hub reads it.

REQUIRED INPUTS:
    eval.json, validation.json, base, tokenizer, sft

OUTPUTS:
    README.md
"""

for s in stages("card"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            json=s.json,
            files=s.flags("--file", ""),
            out=s.out("README.md"),
        log:
            s.log,
        shell:
            "python scripts/card.py"
            " --params {params.json:q}"
            " {params.files}"
            " --out {params.out}"
            " --log {log}"
