"""What the teacher proposes: rows that nothing has proven yet.

REQUIRED INPUTS:
    samples.parquet

OUTPUTS:
    drafts.jsonl
    drafting.json: what became of each row that was asked for, and what it cost
"""

for s in stages("drafts"):

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
            samples=s.dep("samples.parquet"),
            out=s.out("drafts.jsonl"),
            account=s.out("drafting.json"),
            work=s.work,
        log:
            s.log,
        threads: 8
        shell:
            "python scripts/drafts.py"
            " --recipe {params.recipe}"
            " --params {params.json:q}"
            " --samples {params.samples}"
            " --out {params.out}"
            " --account {params.account}"
            " --work {params.work}"
            " --workers {threads}"
            " --log {log}"
