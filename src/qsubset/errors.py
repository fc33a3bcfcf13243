"""How a q program ends early: q's own errors, a limit of the caller, `exit`.

Only `QError` can be trapped by a program; the others go past every trap.
"""


class QError(Exception):
    """A q error, by q's name for it ("type", "length", an undefined name, what a program signals)."""

    def __init__(self, name: str, note: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.note = note  # for people; never part of what a program or the console sees
        self.place: tuple[str, int, int] | None = None  # source of the function, where in it, depth of calls


class LimitReached(Exception):
    """A program went on for longer than its caller allows, or wrote more."""


class Exit(Exception):
    """`exit code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
