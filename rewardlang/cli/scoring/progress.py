"""A progress bar with rate and time left, on a terminal only."""

import sys


class Progress:
    """Drawn by rich on standard error if that is a terminal, else nothing at all.

    `size` is the whole in the data's own unit (bytes or rows), None where it is not known.
    """

    def __init__(self, label: str, size: int | None):
        self._bar = self._task = None
        if sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task(label, total=size, rows=0)
            self._bar.start()

    def advance(self, weight: int, rows: int) -> None:
        """Move on by some of the size; `rows` is the number of rows done so far."""
        if self._bar is not None:
            self._bar.update(self._task, advance=weight, rows=rows)

    def close(self) -> None:
        """Leave the last state standing."""
        if self._bar is not None:
            self._bar.stop()


def _bar():
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    class Rate(ProgressColumn):
        """Rows a second since the start of this run."""

        def render(self, task):
            first = task.fields.setdefault("first", task.fields["rows"])
            rate = (task.fields["rows"] - first) / task.elapsed if task.elapsed else 0
            return f"{rate:,.0f} rows/s"

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
               TextColumn("{task.fields[rows]:,} rows"), Rate(), TimeElapsedColumn(), TextColumn("left"),
               TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
