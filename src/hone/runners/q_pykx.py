"""`python q_pykx.py program.q`: a q program run by a licensed pykx. Started by its path, in the sandbox.

Standard library and pykx only; what the program prints, q itself prints.
"""

import os
import sys

_SOURCES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # qsubset is beside hone
sys.path.append(_SOURCES)

import pykx  # type: ignore[import-not-found]

from qsubset.session import statements_of


def main(path: str) -> int:
    """The exit status."""
    with open(path, encoding="utf-8") as stream:
        source = stream.read()
    for statement in statements_of(source):
        try:
            pykx.q(statement)
        except Exception as error:
            print(f"'{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
