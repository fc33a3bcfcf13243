"""The variants of one recipe compared: every metric with n and a 95 % interval, paired tests, a picture.

REQUIRED INPUTS:
    scores.jsonl of each variant
    judging.json: where base and tuned are judged

OUTPUTS:
    eval.json
    comparison.png, comparison.json: the variants side by side, drawn here and by `dvc plots`
"""

for s in stages("eval"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            recipe=s.recipe,
            scores=s.flags("--scores", "scores.jsonl"),
            judging=s.flags("--judging", "judging.json"),
            out=s.out("eval.json"),
            picture=s.out("comparison.png"),
            comparison=s.out("comparison.json"),
            work=s.work,
        log:
            s.log,
        shell:
            "python scripts/evaluate.py"
            " --recipe {params.recipe}"
            " {params.scores} {params.judging}"
            " --out {params.out}"
            " --picture {params.picture}"
            " --comparison {params.comparison}"
            " --work {params.work}"
            " --log {log}"
