"""Problems in one schema, whatever their source.

REQUIRED INPUTS:
    nothing but code; params name the source

OUTPUTS:
    problems.parquet
    problems.json: how many there are, and why others were dropped
"""

for s in stages("problems"):

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
            out=s.out("problems.parquet"),
            account=s.out("problems.json"),
        log:
            s.log,
        shell:
            "python scripts/problems.py"
            " --recipe {params.recipe}"
            " --params {params.json:q}"
            " --out {params.out}"
            " --account {params.account}"
            " --log {log}"
