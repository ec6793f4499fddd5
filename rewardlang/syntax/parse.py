"""Text to syntax tree: a file is cut into declarations, each is parsed alone, and every mistake is reported."""

from pathlib import Path

from rewardlang.syntax import checks, tree
from rewardlang.syntax.comments import Ignore, ignores
from rewardlang.syntax.limits import MAX_CHARACTERS, MAX_LEXEMES, MAX_LEXEMES_OF_FILE, MAX_LEXEMES_OF_MACHINE, MAX_MISTAKES
from rewardlang.syntax.lines import separate
from rewardlang.syntax.literals import text_value
from rewardlang.syntax.piece import parse_piece
from rewardlang.syntax.scan import Lexeme, cut, is_closed, scan
from rewardlang.syntax.words import DECLARATIONS
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Source, Span

__all__ = ["Ignore", "ignores", "parse", "parse_expression", "read_source"]


def read_source(path: str | Path) -> Source | Diagnostic:
    """The source of a file, or why it is no text (RW004, RW003); OSError where the file cannot be read at all."""
    with open(path, "rb") as file:
        content = file.read(4 * MAX_CHARACTERS + 1)
    try:
        source = Source(str(path), content.decode("utf-8"))
    except UnicodeDecodeError as error:
        source = Source(str(path), content.decode("utf-8", "replace"))
        at = len(content[:error.start].decode("utf-8", "replace"))
        values = {"byte": f"0x{content[error.start]:02X}", "offset": error.start}
        return Diagnostic("RW004", Span(source, at, at + 1), values)
    return _too_long("file", source, 0, MAX_CHARACTERS, "characters") if len(source.text) > MAX_CHARACTERS else source


def parse(source: Source) -> tuple[tree.Program, list[Diagnostic]]:
    """The program that a source says, and its mistakes; a declaration with a mistake is left out. Never raises."""
    whole = Span(source, 0, len(source.text))
    if len(source.text) > MAX_CHARACTERS:
        return tree.Program(None, (), span=whole), [_too_long("file", source, 0, MAX_CHARACTERS, "characters")]
    file = _File(source)
    for start, end in cut(source):
        if not file.take(start, end):
            break
    return tree.Program(file.docstring, tuple(file.declarations), span=whole), file.mistakes()


def parse_expression(source: Source, start: int = 0, end: int | None = None) -> tuple[tree.Expr | None, list[Diagnostic]]:
    """A lone expression (None if it has a mistake) between two offsets of a source, and its mistakes."""
    end = len(source.text) if end is None else end
    lexemes, _ = scan(source, start, end, MAX_LEXEMES + 1)
    words = separate(lexemes)
    if len(words) > MAX_LEXEMES:
        return None, [_too_long("expression", source, start, MAX_LEXEMES, "words and signs")]
    if not words:
        return None, [Diagnostic("RW001", Span(source, start, end), {"problem": "an expression is missing"})]
    return parse_piece(words, "expression")


def _too_long(what: str, source: Source, start: int, limit: int, unit: str) -> Diagnostic:
    span = Span(source, start, min(start + 1, len(source.text)))
    return Diagnostic("RW003", span, {"what": what, "limit": f"{limit:,}", "unit": unit})


class _File:
    """What has been read of a file so far."""

    def __init__(self, source: Source):
        self.source = source
        self.docstring: str | None = None
        self.declarations: list[tree.Declaration] = []
        self.found = checks.hidden_characters(source, MAX_MISTAKES)
        self.lexemes = 0
        self.is_first = True
        self.in_open_bracket = False

    def take(self, start: int, end: int) -> bool:
        """Reads one piece; False where no further one is to be read."""
        lexemes, _ = scan(self.source, start, end, MAX_LEXEMES_OF_MACHINE + 1)
        words = separate(lexemes)
        most = MAX_LEXEMES_OF_MACHINE if words and words[0].text == "machine" else MAX_LEXEMES
        self.lexemes += len(words)
        if self.lexemes > MAX_LEXEMES_OF_FILE:
            self.found.append(_too_long("file", self.source, start, MAX_LEXEMES_OF_FILE, "words and signs"))
            return False
        if len(words) > most:
            self.found.append(_too_long("declaration", self.source, start, most, "words and signs"))
            return True
        if words:
            self._piece(words)
            self.is_first = False
        return len(self.found) < MAX_MISTAKES

    def _piece(self, words: list[Lexeme]) -> None:
        first = words[0]
        if self.is_first and len(words) == 1 and first.text.startswith('"""') and is_closed(first.text):
            self.docstring = text_value(first.text)[0]
            self.found += checks.texts(words)[1]
            return
        if self.source.position(first.span.start)[1] > 1 and self.source.text[:first.span.start] != "\ufeff":
            self.found.append(Diagnostic("RW023", first.span))
            return
        if self.in_open_bracket and first.text not in DECLARATIONS:
            return  # Most likely the lines inside a bracket that was reported as never closed.
        declaration, mistakes = parse_piece(words, "declaration")
        self.in_open_bracket = any(mistake.code == "RW009" for mistake in mistakes)
        self.found += mistakes
        if declaration is not None:
            self.declarations.append(declaration)

    def mistakes(self) -> list[Diagnostic]:
        """All findings, each place once, in the order of the text."""
        kept: dict[tuple[int, str], Diagnostic] = {}
        for diagnostic in self.found:
            kept.setdefault((diagnostic.span.start, diagnostic.code), diagnostic)
        return sorted(kept.values(), key=lambda diagnostic: diagnostic.span.start)
