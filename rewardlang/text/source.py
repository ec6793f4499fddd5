"""Program text that knows its lines, and spans of it."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(eq=False)
class Source:
    """A named piece of program text; offsets count characters from 0, lines and columns from 1."""

    name: str
    text: str
    _starts: list[int] = field(default_factory=list, repr=False)

    def starts(self) -> list[int]:
        """Offsets at which the lines start, found once."""
        if not self._starts:
            self._starts = [0]
            offset = self.text.find("\n")
            while offset >= 0:
                self._starts.append(offset + 1)
                offset = self.text.find("\n", offset + 1)
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        starts = self.starts()
        line = bisect_right(starts, min(max(offset, 0), len(self.text)))
        return line, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line without its line break; empty past the end."""
        starts = self.starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1]:end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start:self.end]

    def to(self, other: "Span") -> "Span":
        """The smallest span that holds both; both must lie in one source."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))
