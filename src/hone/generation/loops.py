"""Which of a batch's rows go in circles, so that decoding them to their limit would only say the same again.

A model that answers greedily and has said one phrase some times over says it for ever: its next token is the same
function of nearly the same words. Small models end half of their answers so.
"""

from collections.abc import Sequence

import numpy as np

_LONGEST = 64  # the longest phrase that is noticed, in tokens
_REPEATED = 96  # that many tokens must be as one phrase earlier, and the phrase have come three times


class Loops:
    """Is told each row's next token, and tells which rows repeat themselves; rows leave with their batch's."""

    def __init__(self, rows: int) -> None:
        self._last = np.full((rows, _LONGEST), -1)  # [rows, back]: the tokens so far, the newest first
        self._runs = np.zeros((rows, _LONGEST), int)  # [rows, back]: how many were as those `back + 1` before them
        self._enough = np.maximum(_REPEATED, 2 * np.arange(1, _LONGEST + 1))

    def add(self, tokens: Sequence[int]) -> list[bool]:
        """One more token of each row; whether the row repeats itself now."""
        newest = np.array(tokens)[:, None]
        self._runs = np.where(self._last == newest, self._runs + 1, 0)
        self._last = np.concatenate([newest, self._last[:, :-1]], axis=1)
        return [bool(runs.any()) for runs in self._runs >= self._enough]

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some rows only, by place."""
        self._last, self._runs = self._last[list(rows)], self._runs[list(rows)]
