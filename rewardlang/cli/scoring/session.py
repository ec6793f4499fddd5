"""A run of `score`: rows in, scored rows out, in the order of the input, in whatever batches they were evaluated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from rewardlang.cli.data.rows import Data, Row
from rewardlang.cli.scoring.batches import batches_by, chunks
from rewardlang.cli.scoring.lines import Scored
from rewardlang.cli.scoring.progress import Progress
from rewardlang.cli.scoring.resume import Output
from rewardlang.cli.scoring.summary import Summary

FIRST_ROWS = 1000  # rows that are looked at before the run, whatever the size of its chunks
PROBLEMS_SHOWN = 10

Scorer = Callable[[Sequence[Row]], list[Scored]]


def peek(data: Data) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and all rows."""
    rows = data.rows()
    first = list(islice(rows, FIRST_ROWS))
    return first, chain(first, rows)


class Session:
    """One run over data: `output` is None where rows go to standard output through `write`."""

    def __init__(self, data: Data, score: Scorer, line: Callable[[Scored], str], output: Output | None,
                 write: Callable[[bytes], object], complain: Callable[[str], None]):
        self.data = data
        self.summary = Summary.from_dict(output.state.summary if output else {})
        self._score = score
        self._line = line
        self._output = output
        self._write = write
        self._complain = complain
        self._progress = Progress("scoring", data.size)

    def stream(self, rows: Iterable[Row], size: int) -> None:
        """Score rows that do not see each other, `size` at a time; what an interrupted run did is skipped."""
        try:
            rows = iter(rows)
            self._skip(rows)
            for chunk in chunks(rows, size):
                self._note_read(chunk)
                self._emit(chunk, self._score(chunk))
        finally:
            self._progress.close()

    def whole(self, rows: Iterable[Row], batch_by: str | None, check: Callable[[list[list[Row]]], None]) -> None:
        """Score rows that see each other: all of them in one batch, or in one for each value of a column."""
        try:
            rows = list(rows)
            batches = batches_by(rows, batch_by) if batch_by else [rows] if rows else []
            check(batches)
            found: dict[int, Scored] = {}
            for batch in batches:
                found.update((scored.number, scored) for scored in self._score(batch))
                self._progress.advance(sum(map(self.data.weight, batch)), len(found))
            self._note_read(rows)
            self._emit(rows, [found[row.number] for row in rows], moved=True)
        finally:
            self._progress.close()

    def _skip(self, rows: Iterator[Row]) -> None:
        """Read again what is done, and make sure that it is the same."""
        if self._output is None or not self._output.state.rows:
            return
        done = 0
        for chunk in chunks(islice(rows, self._output.state.rows), FIRST_ROWS):
            self._note_read(chunk)
            done += len(chunk)
            self._progress.advance(sum(map(self.data.weight, chunk)), done)
        self._output.check_skipped(done)

    def _note_read(self, rows: list[Row]) -> None:
        if self._output is not None:
            self._output.note_read(rows)

    def _emit(self, rows: list[Row], scored: list[Scored], moved: bool = False) -> None:
        """Count and write a chunk."""
        for row in scored:
            if row.unread:
                self.summary.add_unread(row.invalid)
                self._show_problem(row)
            else:
                self.summary.add(row.reward, row.invalid, row.reasons if row.rewarded else {})
        text = "".join(map(self._line, scored)).encode("utf-8", "backslashreplace")
        if self._output is None:
            self._write(text)
        else:
            self._output.commit(text, len(rows), self.summary.as_dict())
        if not moved:
            self._progress.advance(sum(map(self.data.weight, rows)), self.summary.rows)

    def _show_problem(self, row: Scored) -> None:
        if self.summary.unread <= PROBLEMS_SHOWN:
            self._complain(f"{self.data.name}:{row.number}: {row.invalid}")
        elif self.summary.unread == PROBLEMS_SHOWN + 1:
            self._complain("further rows that cannot be read are counted only; each has its reason in the output")
