"""Source lines drawn with marks under the very characters of a span."""

from collections.abc import Iterator
from dataclasses import dataclass

from rewardlang.text.cells import cells
from rewardlang.text.source import Span

LIMIT = 100
ELLIPSIS = "…"


@dataclass(frozen=True)
class Line:
    """A drawn source line: its number from 1, its text, and the marks that stand under it."""

    number: int
    text: str
    marks: str


def places(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    """Line and column of the first character and of the place after the last, both from 1; trailing blanks left out."""
    text = span.text
    end = span.start + len(text.rstrip()) if text.strip() else span.start
    return span.source.position(span.start), span.source.position(end)


def lines_of(span: Span, mark: str) -> Iterator[Line | None]:
    """The lines that a span covers, marked; of more than three only the first and the last, with None for those between."""
    (first, first_column), (last, last_column) = places(span)
    is_long = last - first >= 3
    for number in (first, last) if is_long else range(first, last + 1):
        if is_long and number == last:
            yield None
        text = span.source.line(number)
        start = first_column - 1 if number == first else len(text) - len(text.lstrip())
        end = last_column - 1 if number == last else len(text.rstrip())
        is_blank_inside = number != first and not text.strip()
        yield Line(number, text, "") if is_blank_inside else marked(number, text, start, end, mark)


def marked(number: int, text: str, start: int, end: int, mark: str) -> Line:
    """One line with marks under characters `start` to `end` (from 0, end exclusive), cut around them if it is long.

    An empty range gets one mark: it stands between two characters, or after the last.
    """
    begin, piece, is_cut = _window(text, start)
    drawn = cells(piece)
    before = sum(width for _, width in drawn[:start - begin])
    under = sum(width for _, width in drawn[start - begin:max(end, start) - begin])
    if under == 0 and end > start and before:
        before -= 1  # an accent stands in the column of the character before it
    left = ELLIPSIS if begin else ""
    body = "".join(piece for piece, _ in drawn)
    return Line(number, left + body + (ELLIPSIS if is_cut else ""), " " * (before + len(left)) + mark * max(under, 1))


def _window(text: str, start: int) -> tuple[int, str, bool]:
    """Where the drawn part of a line begins, that part, and whether more follows; at most LIMIT columns."""
    begin = 0 if len(text) <= LIMIT else max(0, min(start - LIMIT // 3, len(text) - LIMIT))
    widths = [width for _, width in cells(text[begin:begin + LIMIT])]
    skipped = 0
    while sum(widths[skipped:start - begin]) > LIMIT // 2 and sum(widths) > LIMIT:
        skipped += 1
    room, kept = LIMIT, skipped
    while kept < len(widths) and widths[kept] <= room:
        room -= widths[kept]
        kept += 1
    return begin + skipped, text[begin + skipped:begin + kept], begin + kept < len(text)
