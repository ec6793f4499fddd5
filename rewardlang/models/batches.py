"""Rows into micro-batches of nearly equal length, so that little is padded, and of a size that memory holds."""

from collections.abc import Callable, Sequence

#: Padded positions of one micro-batch of a model that reads tokens, as long as nothing is known of the memory they take.
POSITIONS = 8192


def micro_batches(lengths: Sequence[int] | None, rows: int, size: int) -> list[list[int]]:
    """The numbers of the rows, the longest first, in batches of `size`; in their own order where `lengths` is None.

    The longest come first, so that a batch that does not fit in memory is met at once.
    """
    order = longest_first(lengths, rows)
    return [order[at : at + size] for at in range(0, rows, size)]


def longest_first(lengths: Sequence[int] | None, rows: int) -> list[int]:
    """The numbers of the rows by length, equal ones in their own order."""
    return list(range(rows)) if lengths is None else sorted(range(rows), key=[-length for length in lengths].__getitem__)


def text_lengths(columns: Sequence[Sequence], rows: int) -> list[int] | None:
    """For each row the characters of its texts; None where no column holds texts."""
    texts = [column for column in columns if rows and isinstance(column[0], str)]
    return [sum(map(len, row)) for row in zip(*texts, strict=True)] if texts else None


class Budget:
    """How many rows go into one micro-batch: so many `rows`, or as many as make `positions` once padded (None: no such limit).

    It is halved by what does not fit in memory, and stays so.
    """

    def __init__(self, rows: int | None = None, positions: int | None = None):
        self.rows, self.positions = rows, positions

    def taken(self, longest: int, left: int) -> int:
        """The rows of the next micro-batch, the longest of which has so many positions, of so many that are left."""
        fits = left if self.positions is None else self.positions // max(longest, 1)
        return max(1, min(left, fits, self.rows or left))

    def halve(self, rows: int, longest: int) -> None:
        """So many rows of such a length were too many."""
        if self.positions is None:
            self.rows = rows // 2
        else:
            self.positions = rows // 2 * longest

    def answers(self, order: Sequence[int], lengths: Sequence[int] | None, ask: Callable[[list[int]], Sequence],
                too_large: Callable[[BaseException], bool], fails: Callable[[BaseException], object]) -> dict[int, object]:
        """What `ask` gives for each row, micro-batch after micro-batch; half of one at a time where that is `too_large`.

        A single row that is too large has what `fails` makes of the error. Other errors pass.
        """
        found, at = {}, 0
        while at < len(order):
            longest = lengths[order[at]] if lengths is not None else 1
            batch = list(order[at : at + self.taken(longest, len(order) - at)])
            try:
                found.update(zip(batch, ask(batch), strict=True))
            except Exception as error:
                if not too_large(error):
                    raise
                if len(batch) > 1:
                    self.halve(len(batch), longest)
                    continue
                found[batch[0]] = fails(error)
            at += len(batch)
        return found
