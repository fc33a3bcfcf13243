"""A step that writes a hash of all that its stage names in dvc.yaml: what a build from nothing gives can be computed.

It stands under each name in scripts/ of the small repository of test_agreement.py, which imports `made_of` too.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hone.core.files import MANIFEST, atomic_folder, write_text
from hone.pipeline.spec import Pipeline

UNUSED = "max_chars"  # a parameter that changes no output
CONTENT = "content.json"  # what a folder holds beside its manifest


def made_of(stage: Any, read: Callable[[str], str]) -> dict[str, str]:
    """What a stage writes, out -> text, given what each of its inputs holds."""
    inputs = {file: read(file.replace(MANIFEST, CONTENT)) for file in stage.inputs}
    params = json.loads(stage.json())
    params.get("samples", {}).pop(UNUSED, None)
    facts = json.dumps([inputs, params], sort_keys=True)
    return {out: hashlib.sha256((out + facts).encode()).hexdigest() + "\n" for out in stage.outs}


def main() -> None:
    """Find the stage by its script, and write its outputs, slowly enough to be killed in the middle."""
    (stage,) = Pipeline().of(Path(sys.argv[0]).stem)
    texts = made_of(stage, lambda file: Path(file).read_text())
    for out, text in texts.items():
        time.sleep(0.05)
        if Path(out).suffix:
            write_text(Path(out), text)
        else:
            with atomic_folder(Path(out)) as folder:
                write_text(folder / CONTENT, text)


if __name__ == "__main__":
    main()
