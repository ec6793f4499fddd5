"""A run of `score`: rows in, scored rows out, in the order of the input, in whatever batches they were evaluated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Protocol

from rewardlang.cli.data.rows import Data, Row
from rewardlang.cli.scoring.batches import batches_by, chunks
from rewardlang.cli.scoring.lines import Scored
from rewardlang.cli.scoring.progress import Progress
from rewardlang.cli.scoring.resume import Output
from rewardlang.cli.scoring.summary import Summary

FIRST_ROWS = 1000  # rows that are looked at before the run, whatever the size of its chunks
PROBLEMS_SHOWN = 10

Scorer = Callable[[Sequence[Row]], list[Scored]]


class Remembers(Protocol):
    """What is remembered from batch to batch, as plain data that JSON holds."""

    def run_state(self) -> dict | None:
        """What was seen so far; None if nothing is to be remembered."""

    def load_run_state(self, saved: dict) -> None:
        """Go on from there."""


def peek(data: Data) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and all rows."""
    rows = data.rows()
    first = list(islice(rows, FIRST_ROWS))
    return first, chain(first, rows)


class Session:
    """One run over data: `output` is None where rows go to standard output through `write`; `memory` is what the scorer
    remembers from batch to batch, if anything.
    """

    def __init__(self, data: Data, score: Scorer, line: Callable[[Scored], str], output: Output | None,
                 write: Callable[[bytes], object], complain: Callable[[str], None], memory: Remembers | None = None):
        self.data = data
        self.summary = Summary.from_dict(output.state.summary if output else {})
        self._score = score
        self._line = line
        self._output = output
        self._write = write
        self._complain = complain
        self._memory = memory
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
        """Score rows that see each other: all of them in one batch, or in one for each value of a column.

        Batches are evaluated in order, and rows are written as soon as no batch is written in part: an interrupted run
        goes on with the next batch, and remembers what the earlier ones have left.
        """
        try:
            rows = list(rows)
            batches = batches_by(rows, batch_by) if batch_by else [rows] if rows else []
            check(batches)
            written = self._skip(iter(rows))
            done = {row.number for row in rows[:written]}
            found: dict[int, Scored] = {}
            for batch in batches:
                if all(row.number in done for row in batch):
                    continue
                found.update((scored.number, scored) for scored in self._score(batch))
                self._progress.advance(sum(map(self.data.weight, batch)), written + len(found))
                ready = rows[written:written + len(found)]
                if all(row.number in found for row in ready):
                    self._note_read(ready)
                    self._emit(ready, [found.pop(row.number) for row in ready], moved=True)
                    written += len(ready)
        finally:
            self._progress.close()

    def _skip(self, rows: Iterator[Row]) -> int:
        """Read again what is done, make sure that it is the same, and remember what it has left; how many rows it is."""
        if self._output is None or not self._output.state.rows:
            return 0
        done = 0
        for chunk in chunks(islice(rows, self._output.state.rows), FIRST_ROWS):
            self._note_read(chunk)
            done += len(chunk)
            self._progress.advance(sum(map(self.data.weight, chunk)), done)
        self._output.check_skipped(done)
        if self._memory is not None and self._output.state.run is not None:
            self._memory.load_run_state(self._output.state.run)
        return done

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
            run = None if self._memory is None else self._memory.run_state()
            self._output.commit(text, len(rows), self.summary.as_dict(), run)
        if not moved:
            self._progress.advance(sum(map(self.data.weight, rows)), self.summary.rows)

    def _show_problem(self, row: Scored) -> None:
        if self.summary.unread <= PROBLEMS_SHOWN:
            self._complain(f"{self.data.name}:{row.number}: {row.invalid}")
        elif self.summary.unread == PROBLEMS_SHOWN + 1:
            self._complain("further rows that cannot be read are counted only; each has its reason in the output")
