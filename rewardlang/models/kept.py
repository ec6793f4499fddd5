"""Answers on the way to their file: put by as they come, so that a run that is interrupted has not asked in vain."""

from collections.abc import Callable
from time import monotonic

#: Seconds between two writes.
EVERY = 1.0


class Kept:
    """Collects what each row was answered, and gives it to `write` (row -> answer) once a second, and at the end."""

    def __init__(self, write: Callable[[dict[int, object]], None]):
        self.write, self._last = write, monotonic()
        self._found: dict[int, object] = {}

    def add(self, row: int, answer: object) -> None:
        """Put one answer by."""
        self._found[row] = answer
        if monotonic() - self._last >= EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what is there."""
        found, self._found, self._last = self._found, {}, monotonic()
        if found:
            self.write(found)
