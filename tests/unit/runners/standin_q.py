"""A stand-in for KX's q in tests: the same command line, the same streams, by qsubset. Started as a program."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "src"))

from qsubset.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
