"""What goes wrong through no fault of Hone's: bad input, or a stop, told to the user in one message, no traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """A message for the user: what was expected, what was found, where (file, row, key) and what to do."""


class Interrupted(Exception):
    """Long work was asked to stop and has saved its state: the same command goes on from there."""


GO_ON = 75  # the exit status of what was interrupted: EX_TEMPFAIL of sysexits.h


@contextmanager
def one_message() -> Iterator[None]:
    """Turn a `UserError` or a failing disk into one message on stderr and exit status 2, an `Interrupted` into 75.

    Every command and script runs inside it. Any other exception is a bug of ours and keeps its traceback.
    """
    try:
        yield
    except UserError as error:
        sys.exit(_say(str(error)))
    except Interrupted as stopped:
        _say(f"{stopped}; the same command goes on")
        sys.exit(GO_ON)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.exit(_say(f"{place}{error.strerror or error}"))


def _say(message: str) -> int:
    print(f"hone: {message}", file=sys.stderr)
    return 2
