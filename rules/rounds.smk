"""The rounds of a bootstrap loop side by side.

REQUIRED INPUTS:
    metadata.json of each round

OUTPUTS:
    rounds.json, rounds.png
"""

for s in stages("rounds"):

    rule:
        name:
            s.rule
        input:
            s.inputs,
        output:
            s.outputs,
        params:
            metadata=s.flags("--metadata", "metadata.json"),
            out=s.out("rounds.json"),
            picture=s.out("rounds.png"),
        log:
            s.log,
        shell:
            "python scripts/rounds.py"
            " {params.metadata}"
            " --out {params.out}"
            " --picture {params.picture}"
            " --log {log}"
