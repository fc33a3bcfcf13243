"""`hone`: what is not a step of the build. Each command imports what it needs when it is called: all start fast.

Exit status: 0 done, 1 something is wrong with what was checked or built, 2 bad input.
"""

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import UserError, one_message

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
PARAMS = Path("params.yaml")

RecipeName = Annotated[str, typer.Option("--recipe", help="The recipe, as in src/hone/recipes.")]


@app.command()
def run(stage: Annotated[str, typer.Argument(help="A stage of dvc.yaml.")]) -> None:
    """Build one stage through Snakemake, honouring SNAKEMAKE_PROFILE. This is every cmd of dvc.yaml."""
    from hone.pipeline import bridge

    raise typer.Exit(bridge.run(stage))


@app.command()
def save() -> None:
    """Have DVC record what a bare snakemake run built: the fresh stages, and only those. Exit 1 if some are stale."""
    from hone.pipeline import bridge
    from hone.pipeline.spec import pipeline

    fresh, stale = bridge.save(pipeline())
    typer.echo(bridge.saved(fresh, stale))
    raise typer.Exit(1 if stale else 0)


@app.command()
def explain(file: Annotated[str, typer.Argument(help="A file that the build makes or reads.")]) -> None:
    """Say why a file is fresh or stale, what it is made of, and what building it would run."""
    from hone.pipeline.explain import explain as lines
    from hone.pipeline.spec import pipeline

    for line in lines(file, pipeline()):
        typer.echo(line)


@app.command()
def preset(
    name: Annotated[str, typer.Argument(help="A file in presets/, without .yaml.")] = "",
    show_all: Annotated[bool, typer.Option("--list", help="List the presets.")] = False,
) -> None:
    """Lay a preset over params.yaml and say what changed."""
    from hone.pipeline import presets
    from hone.pipeline.params import tree

    if show_all:
        typer.echo("\n".join(presets.names()))
    elif not name:
        raise UserError(f"hone preset: expected a name, one of {', '.join(presets.names())}")
    else:
        typer.echo("\n".join(presets.apply(name, PARAMS, tree())) or "nothing changed")


@app.command()
def show(file: Annotated[Path, typer.Argument(help="An eval.json.")] = Path("results/eval.json")) -> None:
    """Print the figures of an evaluation as tables."""
    from hone.core.files import read_json
    from hone.evaluation.table import table

    typer.echo(table(read_json(file)))


@app.command()
def track(
    work: Annotated[Path, typer.Option(help="Where the stages keep their event logs.")] = Path("work"),
    follow: Annotated[bool, typer.Option("--follow", help="Go on while a build runs, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks of --follow.", min=0.1)] = 10.0,
) -> None:
    """Bring the stages' event logs into MLflow: MLFLOW_TRACKING_URI, or mlflow.db here."""
    from hone import tracking

    if follow:
        with contextlib.suppress(KeyboardInterrupt):
            tracking.follow(work, every, typer.echo)
    changed = tracking.import_events(work)
    uri = tracking.default_uri()
    look = f"look at {uri}" if uri.startswith("http") else f"`mlflow ui --backend-store-uri {uri}`"
    typer.echo(f"tracked: {changed} runs new or changed; {look}")


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="REV_A", help="A git revision.")],
    b: Annotated[str, typer.Argument(metavar="REV_B", help="Another; by default what stands here.")] = "workspace",
) -> None:
    """Compare two revisions: parameters, data, and metrics with paired tests on the test rows that both have."""
    from hone import comparing

    for line in comparing.compared(comparing.revision(a), comparing.revision(b)):
        typer.echo(line)


@app.command()
def push(
    recipe: Annotated[str, typer.Argument(help="The recipe, as in src/hone/recipes.")],
    repository: Annotated[str, typer.Argument(help="On the hub: owner/name.")],
    private: Annotated[bool, typer.Option("--private", help="Let nobody else see a new repository.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be uploaded.")] = False,
) -> None:
    """Upload a tuned model with its tokenizer and card to the Hugging Face hub; the token comes from HF_TOKEN."""
    from hone import pushing

    if dry_run:
        for name, file in sorted(pushing.contents(recipe).items()):
            typer.echo(f"{name}: {file}, {file.stat().st_size} bytes")
    else:
        typer.echo(pushing.push(recipe, repository, private))


@app.command()
def answer(
    queries: Annotated[Path, typer.Option(help='JSON list or JSONL of {"Query": ...}.')],
    recipe: RecipeName,
    out: Annotated[Path, typer.Option(help="JSON list to write: the queries with their Output.")],
) -> None:
    """Answer queries with the tuned model of a recipe, generating as params.yaml says."""
    from hone.core.files import dumps
    from hone.pipeline.params import check_params, tree

    values = check_params(PARAMS, tree()).get(recipe, {})
    params = dumps({"generate": values.get("generate", {})})
    flags = ["--queries", str(queries), "--recipe", recipe, "--out", str(out), "--params", params]
    raise typer.Exit(subprocess.run([sys.executable, "scripts/answer.py", *flags], check=False).returncode)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Rows: our JSONL, or a layout that the recipe can import.")],
    recipe: RecipeName = "",
) -> None:
    """Prove every row of a file by running it; name each bad row and exit with 1 if there is one."""
    from hone import checking

    counts = checking.check(file, recipe, say=typer.echo)
    typer.echo(counts.told)
    raise typer.Exit(0 if counts.ok else 1)


@app.command()
def verdict(
    programs: Annotated[
        list[Path], typer.Argument(help="Programs to run; each gets a line of JSON.", metavar="PROGRAM...")
    ],
    tests: Annotated[
        Path, typer.Option(help="JSON: entry and cases of args and expected, or cases of stdin and stdout.")
    ],
    language: Annotated[str, typer.Option(help="What the programs are written in.")] = "python",
    isolation: Annotated[str, typer.Option(help="strict, best or off; by default what the profile says.")] = "",
    first_failure: Annotated[
        bool, typer.Option("--first-failure", help="End a program at its first failed test.")
    ] = False,
) -> None:
    """Run programs in the sandbox and print their verdicts. Exit 0 only if every one passes all tests."""
    from hone import judging
    from hone.core.files import dumps

    all_passed = True
    for found in judging.judge(programs, tests, language, isolation, first_failure):
        typer.echo(dumps(found))
        all_passed = all_passed and found["passed"]
    raise typer.Exit(0 if all_passed else 1)


@app.command()
def doctor(
    of_slurm: Annotated[bool, typer.Option("--cluster", help="What SLURM offers, tried by tiny jobs.")] = False,
) -> None:
    """Print what this machine offers: versions, cores, accelerator, isolation of untrusted code."""
    from hone import cluster
    from hone import doctor as report

    for line in cluster.lines() if of_slurm else report.lines():
        typer.echo(line)


def main() -> None:
    """Entry point of the `hone` command."""
    with one_message():
        app()


if __name__ == "__main__":
    main()
