"""What every reader of data gives: rows in order, each with its number, its values or what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is its line (JSON lines) or its place from 1; exactly one of `values` and `problem` is given.

    `raw` is the text it was read from, empty where the format has none: a run that goes on after an interrupt compares it.
    """

    number: int
    values: Mapping[str, object] | None
    problem: str | None = None
    raw: bytes = b""


class Data(Protocol):
    """An open data file.

    `word` is what a row's number counts: `line` or `row`. `identity` tells one content from another where rows have no
    raw text. `size` is the whole, in the unit that `weight` gives for one row, or None where it cannot be known.
    """

    name: str
    word: str
    identity: str
    size: int | None

    def rows(self) -> Iterator[Row]:
        """All rows, once, in order."""

    def weight(self, row: Row) -> int:
        """How much of `size` one row is."""


def find(values: Mapping[str, object], column: str) -> tuple[bool, object]:
    """Whether a row has the column, and its value: the very name first, then dots as a path into records."""
    if column in values:
        return True, values[column]
    place: object = values
    for part in column.split("."):
        if not isinstance(place, Mapping) or part not in place:
            return False, None
        place = place[part]
    return True, place
