"""The report over all recipes, as one file of HTML.

    python scripts/report.py --file results/R/eval.json --file data/R/validation.json ... --out results/report.html

What a file is, its path says (`src/hone/report/build.py`); what is not given is not shown.
"""

from pathlib import Path
from typing import Annotated

import typer

from hone.core.errors import one_message
from hone.core.files import write_text
from hone.core.progress import say, set_log
from hone.report.build import load
from hone.report.page import page


def main(
    file: Annotated[list[Path], typer.Option(help="eval.json, or a file or folder that the build made; repeat it")],
    out: Annotated[Path, typer.Option(help="report.html to write")],
    log: Annotated[Path | None, typer.Option(help="file for plain progress lines")] = None,
) -> None:
    """Write the report."""
    with one_message():
        set_log(log)
        write_text(out, page(load(file)))
        say(f"report: {out}")


if __name__ == "__main__":
    typer.run(main)
