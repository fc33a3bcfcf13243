"""What each completion was worth: pure and deterministic.

REQUIRED INPUTS:
    test.jsonl, completions.jsonl

OUTPUTS:
    scores.jsonl
"""

for s in stages("scores"):
    for job in jobs(s, parts):

        rule:
            name:
                job.rule
            input:
                job.inputs,
            output:
                job.outputs,
            params:
                recipe=s.recipe,
                rows=s.dep("test.jsonl"),
                completions=s.dep("completions.jsonl"),
                out=s.out("scores.jsonl"),
                work=s.work,
                part=job.flag,
            log:
                job.log,
            threads: 8
            shell:
                "python scripts/score.py"
                " --recipe {params.recipe}"
                " --rows {params.rows}"
                " --completions {params.completions}"
                " --out {params.out}"
                " --work {params.work} {params.part}"
                " --workers {threads}"
                " --log {log}"
