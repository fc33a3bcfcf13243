"""The rows that were proven by running them, split by problem, and what became of the others.

REQUIRED INPUTS:
    drafts.jsonl, drafting.json

OUTPUTS:
    train.jsonl, val.jsonl, test.jsonl
    train_alpaca.json: train in the layout that other trainers read
    validation.json, validation.md: counts by reason, balance, lengths, examples
"""

for s in stages("dataset"):
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
                drafts=s.dep("drafts.jsonl"),
                account=s.dep("drafting.json"),
                train=s.out("train.jsonl"),
                val=s.out("val.jsonl"),
                test=s.out("test.jsonl"),
                alpaca=s.out("train_alpaca.json"),
                validation=s.out("validation.json"),
                report=s.out("validation.md"),
                work=s.work,
                part=job.flag,
            log:
                job.log,
            threads: 8
            shell:
                "python scripts/dataset.py"
                " --recipe {params.recipe}"
                " --params {params.json:q}"
                " --drafts {params.drafts}"
                " --account {params.account}"
                " --train {params.train}"
                " --val {params.val}"
                " --test {params.test}"
                " --alpaca {params.alpaca}"
                " --validation {params.validation}"
                " --report {params.report}"
                " --work {params.work} {params.part}"
                " --workers {threads}"
                " --log {log}"
