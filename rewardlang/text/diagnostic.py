"""What the compiler has to say about a program, as data; words are made from the table in `codes`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rewardlang.text.codes import CODES, Code
from rewardlang.text.source import Span


@dataclass(frozen=True)
class Note:
    """A further sentence, with a place of its own if it has one."""

    message: str
    span: Span | None = None


@dataclass(frozen=True)
class Fix:
    """A replacement of the text at `span` that would cure the finding."""

    title: str
    span: Span
    replacement: str


@dataclass(frozen=True)
class Diagnostic:
    """One finding: its code, its place, and the values that the code's sentence needs."""

    code: str
    span: Span
    values: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    subject: str | None = None
    witness: object = None
    fix: Fix | None = None
    reason_override: str | None = None

    @property
    def row(self) -> Code:
        """The code's row in the table of diagnostics."""
        return CODES[self.code]

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return self.row.severity

    @property
    def reason(self) -> str | None:
        """The tag of the mistake (for example `compensation`), or None."""
        return self.reason_override or self.row.reason

    @property
    def message(self) -> str:
        """The code's sentence, filled in."""
        return self.row.message.format(**self.values)

    @property
    def position(self) -> tuple[int, int]:
        """Line and column, both from 1."""
        return self.span.source.position(self.span.start)

    def __str__(self) -> str:
        line, column = self.position
        return f"{self.span.source.name}:{line}:{column}: {self.severity}[{self.code}]: {self.message}"


class SpecError(Exception):
    """A program that has no agreed meaning; `.diagnostics` holds every finding, errors and warnings."""

    def __init__(self, diagnostics: Iterable[Diagnostic]):
        self.diagnostics = tuple(diagnostics)
        super().__init__(self._summary())

    def _summary(self) -> str:
        errors = [d for d in self.diagnostics if d.severity == "error"]
        return "\n".join(map(str, errors))

    def __reduce__(self):
        return SpecError, (self.diagnostics,)
