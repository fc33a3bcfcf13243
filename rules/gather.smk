"""One file of results over all recipes.

REQUIRED INPUTS:
    eval.json of each recipe
    report.html, README.md: not read; with results/eval.json all of the build stands there

OUTPUTS:
    results/eval.json
"""

for s in stages("gather"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            evals=s.flags("--eval", "eval.json"),
            out=s.out("eval.json"),
        log:
            s.log,
        shell:
            "python scripts/gather.py"
            " {params.evals}"
            " --out {params.out}"
            " --log {log}"
