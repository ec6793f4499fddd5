"""Which rows are evaluated together: a few at a time where rows are alone, all of a batch where they see each other."""

from collections.abc import Iterable, Iterator
from itertools import islice

from rewardlang.cli.data.rows import Row, find
from rewardlang.cli.errors import CliError


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in order, `size` at a time: for specs in which no row sees another."""
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def batches_by(rows: Iterable[Row], column: str) -> list[list[Row]]:
    """All rows, those with an equal value of the column together, in the order in which the values are first met.

    Rows that cannot be read are a batch of their own, the last.

    Raises:
        CliError: a row has no such column.
    """
    found: dict[str, list[Row]] = {}
    unread: list[Row] = []
    for row in rows:
        if row.values is None:
            unread.append(row)
            continue
        known, value = find(row.values, column)
        if not known:
            raise CliError(f"row {row.number} has no column `{column}`, by which the batches are made")
        found.setdefault(repr(value), []).append(row)
    return [*found.values(), unread] if unread else list(found.values())


def check_groups(batches: list[list[Row]], column: str, by: str) -> None:
    """Whether every group lies in one batch: `over group` and `over batch` are then both exact.

    Raises:
        CliError: a group has rows in two batches.
    """
    home: dict[str, int] = {}
    for place, batch in enumerate(batches):
        for row in batch:
            known, key = find(row.values, column) if row.values is not None else (False, None)
            if known and home.setdefault(repr(key), place) != place:
                raise CliError(f"the group {column} = {key!r} has rows in more than one batch of `{by}`",
                               "a spec with both `over group` and `over batch` needs whole groups in a batch")
