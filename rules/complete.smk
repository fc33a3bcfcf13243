"""What each variant answers to the test prompts. Scoring is a stage of its own, so a changed metric regenerates no text.

REQUIRED INPUTS:
    test.jsonl
    models/base, tokenizer: but for variants without a model, and for one behind an endpoint (params: RECIPE.endpoint)
    sft: for variants that were tuned

OUTPUTS:
    completions.jsonl
"""

for s in stages("complete"):
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
                variant=s.variant,
                base=s.flags("--base", "base"),
                tokenizer=s.flags("--tokenizer", "tokenizer"),
                adapter=s.flags("--adapter", f"{s.recipe}/{s.variant}"),
                rows=s.dep("test.jsonl"),
                out=s.out("completions.jsonl"),
                work=s.work,
                part=job.flag,
            log:
                job.log,
            threads: 8
            resources:
                gpu=len(s.data("base")) * job.works,
                mem_mb=lambda wildcards, attempt: 16000 * attempt,
                runtime=lambda wildcards, attempt: 240 * attempt,
            shell:
                "python scripts/complete.py"
                " --recipe {params.recipe}"
                " --variant {params.variant}"
                " --params {params.json:q}"
                " {params.base} {params.tokenizer} {params.adapter}"
                " --rows {params.rows}"
                " --out {params.out}"
                " --work {params.work} {params.part}"
                " --log {log}"
