"""Diagnostics drawn for people: the sentence, the place, the source with marks, notes, and what to write instead."""

from collections.abc import Iterable, Sequence

from rewardlang.text.cells import safe
from rewardlang.text.diagnostic import Diagnostic, Fix
from rewardlang.text.snippet import Line, lines_of, marked, places
from rewardlang.text.source import Source, Span

COLORS = {"error": "1;31", "warning": "1;33", "note": "1;36", "help": "1;32", "gutter": "34", "bold": "1"}


class Brush:
    """Paints words, or leaves them plain; `gutter` is the width of the column with line numbers."""

    def __init__(self, color: bool, gutter: int):
        self.color = color
        self.gutter = gutter

    def paint(self, text: str, style: str) -> str:
        """The text in a style of COLORS, if there is color at all."""
        return f"\x1b[{COLORS[style]}m{text}\x1b[0m" if self.color and text else text

    def bar(self, number: int | None = None) -> str:
        """The line's number, or blanks, and the bar that parts it from the source."""
        return self.paint(f"{'' if number is None else number:>{self.gutter}} |", "gutter")

    def remark(self, kind: str, text: str) -> str:
        """A sentence below the source, further lines of it indented."""
        first, *rest = safe(text).split("\n")
        margin = " " * (self.gutter + 1)
        head = f"{margin}{self.paint('=', 'gutter')} {self.paint(kind + ':', kind)} {first}"
        return "\n".join([head, *(f"{margin}  {' ' * len(kind)}  {line}" for line in rest)])


def draw(diagnostic: Diagnostic, color: bool = False) -> str:
    """One diagnostic as a block of text, without a line break at its end."""
    brush = Brush(color, len(str(_last_line(diagnostic))))
    severity = diagnostic.severity
    head = brush.paint(f"{severity}[{diagnostic.code}]", severity)
    lines = [f"{head}: {brush.paint(_indented(diagnostic.message), 'bold')}"]
    lines += _place(diagnostic.span, "^", severity, brush)
    lines += [brush.remark("note", note.message) for note in diagnostic.notes if note.span is None]
    for note in diagnostic.notes:
        if note.span is not None:
            lines.append(f"{brush.paint('note', 'note')}: {_indented(note.message)}")
            lines += _place(note.span, "-", "note", brush)
    if diagnostic.fix is not None:
        lines += _fix(diagnostic.fix, brush)
    return "\n".join(lines)


def draw_all(diagnostics: Sequence[Diagnostic], color: bool = False) -> str:
    """All diagnostics, one block each, and a last line that counts them and says how to learn more."""
    if not diagnostics:
        return ""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    counts = [_count(diagnostics, severity) for severity in ("error", "warning")]
    more = f"`rewardlang explain {codes[0]}` says more" + (f" (likewise {', '.join(codes[1:])})" if codes[1:] else "")
    last = f"{', '.join(filter(None, counts))}: {more}."
    return "\n\n".join([*(draw(diagnostic, color) for diagnostic in diagnostics), last]) + "\n"


def concise(diagnostics: Iterable[Diagnostic]) -> str:
    """One line each: `file:line:column: CODE message`."""
    lines = []
    for diagnostic in diagnostics:
        line, column = diagnostic.position
        message = safe(diagnostic.message).replace("\n", " ")
        lines.append(f"{safe(diagnostic.span.source.name)}:{line}:{column}: {diagnostic.code} {message}\n")
    return "".join(lines)


def _last_line(diagnostic: Diagnostic) -> int:
    """The greatest line number that will be drawn."""
    spans = [diagnostic.span, *(note.span for note in diagnostic.notes if note.span is not None)]
    if diagnostic.fix is not None:
        spans.append(diagnostic.fix.span)
    return max(places(span)[1][0] for span in spans)


def _indented(message: str) -> str:
    """A sentence for the head of a block; its further lines stand to the right."""
    return safe(message).replace("\n", "\n  ")


def _count(diagnostics: Sequence[Diagnostic], severity: str) -> str:
    number = sum(diagnostic.severity == severity for diagnostic in diagnostics)
    return f"{number} {severity}{'s' if number > 1 else ''}" if number else ""


def _place(span: Span, mark: str, style: str, brush: Brush) -> list[str]:
    """Where a span lies, and its source."""
    line, column = span.source.position(span.start)
    where = f"{safe(span.source.name)}:{line}:{column}"
    lines = [f"{' ' * brush.gutter}{brush.paint('-->', 'gutter')} {where}", brush.bar()]
    return lines + _source(lines_of(span, mark), style, brush)


def _source(drawn: Iterable[Line | None], style: str, brush: Brush) -> list[str]:
    """Source lines with their numbers, and the lines with their marks."""
    lines = []
    for line in drawn:
        if line is None:
            lines.append(brush.paint("...", "gutter"))
            continue
        lines.append(f"{brush.bar(line.number)} {line.text}".rstrip())
        if line.marks:
            margin = " " * (len(line.marks) - len(line.marks.lstrip()))
            lines.append(f"{brush.bar()} {margin}{brush.paint(line.marks.strip(), style)}")
    return lines


def _fix(fix: Fix, brush: Brush) -> list[str]:
    """The cure in words, and the line as it would stand if the cure changes a single one."""
    lines = [brush.remark("help", fix.title)]
    (first, column), (last, after) = fix.span.source.position(fix.span.start), fix.span.source.position(fix.span.end)
    if first != last or "\n" in fix.replacement or not fix.replacement:
        return lines
    before = fix.span.source.line(first)
    cured = before[:column - 1] + fix.replacement + before[after - 1:]
    start = column - 1
    drawn = marked(first, Source("", cured).line(1), start, start + len(fix.replacement), "+")
    return [*lines, brush.bar(), *_source([drawn], "help", brush)]
