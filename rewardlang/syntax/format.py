"""The one layout of a source file: `format_source` keeps every comment and the order of declarations."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from rewardlang.syntax import tree, words
from rewardlang.syntax.layout import INDENT, OutLine, render
from rewardlang.syntax.lines import separate
from rewardlang.syntax.parse import parse
from rewardlang.syntax.scan import Comment, Lexeme, cut, scan
from rewardlang.syntax.show_decl import WIDTH, Declarations
from rewardlang.syntax.show_expr import format_expr
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Source

MAX_PASSES = 4

__all__ = ["Formatted", "format_expr", "format_source"]


@dataclass(frozen=True, slots=True)
class Formatted:
    """The text in its one layout; or the text as it was, with the mistakes that keep it from being laid out."""

    text: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Whole lines of output and the source that they stand for."""

    text: str
    start: int
    end: int


def format_source(source: Source) -> Formatted:
    """Lays a whole file out anew. A file with syntax errors comes back unchanged, with its diagnostics."""
    formatted = _laid_out(source)
    for _ in range(MAX_PASSES):
        again = _laid_out(Source(source.name, formatted.text))
        if formatted.diagnostics or again.text == formatted.text:
            break
        formatted = Formatted(again.text, formatted.diagnostics)
    return formatted


def _laid_out(source: Source) -> Formatted:
    """One pass. Where it broke braces that were too wide, another may find better places for other breaks."""
    program, diagnostics = parse(source)
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        return Formatted(source.text, tuple(diagnostics))
    by_start = {node.span.start: node for node in program.declarations}
    chunks: list[_Chunk] = []
    for start, end in cut(source):
        chunks += _piece(source, start, end, by_start)
    return Formatted(_assemble(source, chunks), tuple(diagnostics))


def _assemble(source: Source, chunks: list[_Chunk]) -> str:
    """Chunks one below the other, with an empty line where the author had one or more."""
    parts: list[str] = []
    before: _Chunk | None = None
    for chunk in chunks:
        if before is not None and source.text.count("\n", before.end, chunk.start) > 1:
            parts.append("")
        parts.append(chunk.text)
        before = chunk
    return "\n".join(parts) + "\n" if parts else ""


def _piece(source: Source, start: int, end: int, by_start: dict[int, tree.Declaration]) -> list[_Chunk]:
    """A declaration (or docstring) with the comments inside it, then the comments that follow it."""
    lexemes, comments = scan(source, start, end)
    significant = [lexeme for lexeme in lexemes if lexeme.kind != "newline"]
    last = significant[-1].span.end if significant else start
    line_end = source.text.find("\n", last, end)
    inside = [c for c in comments if significant and (line_end < 0 or c.span.start < line_end)]
    after = [_Chunk(_tidy(c), c.span.start, c.span.end) for c in comments[len(inside):]]
    if not significant:
        return after
    node = by_start.get(significant[0].span.start)
    lines = _shown(node, lexemes) if node is not None else [_verbatim(significant[0])]
    block = _with_comments(source, lines, inside)
    return [_Chunk(block, significant[0].span.start, max(last, inside[-1].span.end if inside else last)), *after]


def _verbatim(docstring: Lexeme) -> OutLine:
    return OutLine(0, docstring.text.replace("\r\n", "\n"), [docstring.span.start])


def _shown(node: tree.Declaration, lexemes: list[Lexeme]) -> list[OutLine]:
    places = _keyword_places(separate(lexemes)) if type(node) is tree.Machine else {}
    return render(Declarations(places).declaration(node), WIDTH)


def _keyword_places(lexemes: list[Lexeme]) -> dict[str, int]:
    """Where `start`, `final` and `first match` stand: they begin an item of the machine."""
    places: dict[str, int] = {}
    for before, lexeme, following in zip(lexemes, lexemes[1:], lexemes[2:]):
        begins = before.kind == "separator" or before.text == "{"
        if begins and following.kind == "word" and lexeme.text in words.MACHINE_ITEMS:
            places.setdefault(lexeme.text, lexeme.span.start)
    return places


def _tidy(comment: Comment) -> str:
    return comment.span.text.rstrip()


def _with_comments(source: Source, lines: list[OutLine], comments: list[Comment]) -> str:
    """The lines with each comment on the line that shows what it stood beside, or above the one it stood above."""
    marks = sorted((mark, at) for at, line in enumerate(lines) for mark in line.marks)
    offsets = [mark for mark, _ in marks]
    above: dict[int, list[str]] = {}
    beside: dict[int, str] = {}
    for comment in comments:
        if comment.alone:
            at = marks[min(bisect_left(offsets, comment.span.start), len(marks) - 1)][1]
            above.setdefault(at, []).append(_tidy(comment))
            continue
        at = marks[max(bisect_right(offsets, comment.span.start) - 1, 0)][1]
        if at in beside:
            above.setdefault(at, []).append(beside[at])
        beside[at] = _tidy(comment)
    result: list[str] = []
    for at, line in enumerate(lines):
        indent = line.indent + (INDENT if line.text[:1] in ("}", ")", "]") else 0)
        result += [" " * indent + text for text in above.get(at, [])]
        result.append(" " * line.indent + line.text + (f"  {beside[at]}" if at in beside else ""))
    return "\n".join(result)
