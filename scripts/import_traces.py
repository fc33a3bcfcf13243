"""Traces in the published layout -> a parquet of problems for tool_traces, and an exact account of every line."""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import UserError, one_message
from hone.core.files import write_json
from hone.core.progress import say, set_log
from hone.problems import write_problems
from hone.recipes.tool_traces.foreign import Account, load


def main(
    traces: Annotated[Path, typer.Option(help="JSONL of {id?, level?, messages}")],
    out: Annotated[Path, typer.Option(help="parquet of problems to write, for tool_traces.problems.path")],
    account: Annotated[Path, typer.Option(help="JSON to write: kept, mapped and refused lines")],
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Import what can be used, and say of the rest why not."""
    with one_message():
        set_log(log)
        found = Account()
        problems = list(load(traces, found))
        write_json(account, found.facts())
        reasons = ", ".join(f"{reason} {count}" for reason, count in found.facts()["refused"].items())
        told = (
            f"{found.lines} traces, {found.kept} kept, {len(found.refused)} refused{f' ({reasons})' if reasons else ''}"
        )
        if not problems:
            raise UserError(f"{traces}: expected traces that can be used, found none: {told}; see {account}")
        write_problems(out, problems)
        say(f"{told}; see {account}")


if __name__ == "__main__":
    typer.run(main)
