"""Base against tuned, row by row: exactly, and by a judge where params name one.

REQUIRED INPUTS:
    test.jsonl
    completions.jsonl and scores.jsonl of base and of the tuned model

OUTPUTS:
    results.jsonl, comparison.jsonl: an answer a line, a row a line
    examples.md: the same, to read
    judging.json: how far the judge can be trusted
"""

for s in stages("judge"):
    for job in jobs(s, parts):

        rule:
            name:
                job.rule
            input:
                job.inputs,
            output:
                job.outputs,
            params:
                json=s.json,
                recipe=s.recipe,
                rows=s.dep("test.jsonl"),
                completions=s.flags("--completions", "completions.jsonl"),
                scores=s.flags("--scores", "scores.jsonl"),
                results=s.out("results.jsonl"),
                comparison=s.out("comparison.jsonl"),
                examples=s.out("examples.md"),
                out=s.out("judging.json"),
                work=s.work,
                part=job.flag,
            log:
                job.log,
            shell:
                "python scripts/judge.py"
                " --recipe {params.recipe}"
                " --params {params.json:q}"
                " --rows {params.rows}"
                " {params.completions} {params.scores}"
                " --results {params.results}"
                " --comparison {params.comparison}"
                " --examples {params.examples}"
                " --out {params.out}"
                " --work {params.work} {params.part}"
                " --log {log}"
