"""docs/q-subset.md says what the code has."""

import runpy
from pathlib import Path

from qsubset.verbs import VERBS

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_what_the_code_writes():
    written = runpy.run_path(str(DOCS / "q_subset.py"))["page"]()
    assert (DOCS / "q-subset.md").read_text() == written, "run: python docs/q_subset.py > docs/q-subset.md"


def test_every_verb_is_on_the_page():
    page = (DOCS / "q-subset.md").read_text().replace("\\|", "|")
    assert [name for name in VERBS if f"`{name}`" not in page] == []
