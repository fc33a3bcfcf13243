"""Keys of endpoints: read from the environment, and taken out of whatever an endpoint sends back."""

import os

from hone.core.errors import UserError

HIDDEN = "[key]"


class Key:
    """A secret. Never printed: its text is asked for by name, where a request needs it."""

    def __init__(self, *names: str, needed: bool = True) -> None:
        """Read the first of the environment's variables `names` that is set. Raises: UserError if one is `needed` and
        none is set."""
        self._text = next((os.environ[name] for name in names if os.environ.get(name)), "")
        if needed and not self._text:
            raise UserError(f"teacher: expected a key in the environment ({' or '.join(names)}), found none; set it")

    @property
    def text(self) -> str:
        """The secret itself; endpoints that need none get a word in its place."""
        return self._text or "none"

    def hide(self, said: str) -> str:
        """`said` without the key: some endpoints repeat it in what they answer."""
        return said.replace(self._text, HIDDEN) if self._text else said
