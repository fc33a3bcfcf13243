"""`python -m qsubset script.q` runs a script, `python -m qsubset` is a console."""

import sys
from pathlib import Path

from qsubset import LimitReached, Session, as_bytes, as_text, run
from qsubset.errors import Exit


def main(arguments: list[str]) -> int:
    """The exit status."""
    if not arguments:
        return console()
    try:
        source = Path(arguments[0]).read_text()
    except OSError as error:
        print(f"qsubset: expected a script, cannot read {arguments[0]}: {error.strerror}", file=sys.stderr)
        return 2
    result = run(source, "" if sys.stdin.isatty() else sys.stdin.read())
    sys.stdout.write(result.stdout)
    sys.stderr.write(result.error)
    return 0 if result.finished else 1


def console() -> int:
    session = Session()
    prompt = "q)" if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
        except EOFError:
            return 0
        if line.strip() in ("\\\\", "exit 0"):
            return 0
        try:
            sys.stdout.write(as_text(session.repl(as_bytes(line))))
        except Exit as end:
            return end.code
        except LimitReached as reached:
            print(f"'stop: {reached}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
