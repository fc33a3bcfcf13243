"""One page on all recipes, that can be mailed.

REQUIRED INPUTS:
    of each recipe: eval.json, and what the page shows of data, models, completions and scores

OUTPUTS:
    results/report.html
"""

for s in stages("report"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            report(s.outputs, category="Results"),
        params:
            files=s.flags("--file", ""),
            out=s.out("report.html"),
        log:
            s.log,
        shell:
            "python scripts/report.py"
            " {params.files}"
            " --out {params.out}"
            " --log {log}"
