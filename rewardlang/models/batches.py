"""Rows into micro-batches of nearly equal length, so that little is padded."""

from collections.abc import Sequence


def micro_batches(lengths: Sequence[int] | None, rows: int, size: int) -> list[list[int]]:
    """The numbers of the rows, the longest first, in batches of `size`; in their own order where `lengths` is None.

    The longest come first, so that a batch that does not fit in memory is met at once.
    """
    order = range(rows) if lengths is None else sorted(range(rows), key=lambda row: (-lengths[row], row))
    return [list(order[at : at + size]) for at in range(0, rows, size)]


def text_lengths(columns: Sequence[Sequence], rows: int) -> list[int] | None:
    """For each row the characters of its texts; None where no column holds texts."""
    texts = [column for column in columns if rows and isinstance(column[0], str)]
    return [sum(map(len, row)) for row in zip(*texts, strict=True)] if texts else None

