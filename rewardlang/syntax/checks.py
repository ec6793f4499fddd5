"""What can be said of a piece before it is parsed: characters, texts, escapes, brackets, size."""

import re
import unicodedata

from rewardlang.syntax.limits import MAX_DEPTH
from rewardlang.syntax.literals import text_value
from rewardlang.syntax.scan import Lexeme, is_closed
from rewardlang.text.diagnostic import Diagnostic, Fix
from rewardlang.text.source import Source, Span

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_QUOTES = {"'": "'", "`": "`", "“": "”", "”": "”", "„": "“", "‘": "’", "’": "’", "«": "»"}

# Signs of other languages, and what to write instead.
FOREIGN_SIGNS = {
    "%": "for the remainder of a / b write `a - b * floor(a / b)`", "^": "write `**` for a power",
    "&&": "write `and`", "&": "write `and`", "||": "write `or`", "|": "write `or`", "!": "write `not`", "~": "write `not`",
    ";": "a line ends where it ends; on one line write `,`", "@": "multiply with `*` and reduce with `sum(… over axis)`",
    "\\": "a declaration goes on by itself on indented lines",
}
# Characters that look like ours, or mean what one of ours means.
_ALIKE = {"−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "∞": "inf",
          "∧": "and", "∨": "or", "¬": "not", "□": "always", "◇": "eventually", "∈": "in", "±": "+-",
          "\u00a0": "a plain blank",
          "²": "** 2", "³": "** 3", "，": ",", "：": ":", "（": "(", "）": ")"}
_HIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def characters(lexemes: list[Lexeme]) -> list[Diagnostic]:
    """Characters that no lexeme of the language begins with; what stands in wrong quotes counts once."""
    found: list[Diagnostic] = []
    skip_to = 0
    for lexeme in lexemes:
        if lexeme.kind != "bad" or lexeme.span.start < skip_to:
            continue
        diagnostic = _of_character(lexeme)
        skip_to = diagnostic.span.end
        found.append(diagnostic)
    return found


def _of_character(lexeme: Lexeme) -> Diagnostic:
    sign, span = lexeme.text, lexeme.span
    if sign in _QUOTES:
        line_end = span.source.text.find("\n", span.start)
        line_end = len(span.source.text) if line_end < 0 else line_end
        closing = span.source.text.find(_QUOTES[sign], span.end, line_end)
        return Diagnostic("RW021", Span(span.source, span.start, closing + 1 if closing > 0 else span.end))
    if sign in FOREIGN_SIGNS:
        return Diagnostic("RW011", span, {"found": sign, "cure": FOREIGN_SIGNS[sign]})
    alike = _ALIKE.get(sign)
    fix = Fix(f"write {alike}", span, alike) if alike and alike.isascii() and " " not in alike else None
    hint = f": write {alike if alike and ' ' in alike else f'`{alike}`'}" if alike else ""
    return Diagnostic("RW005", span, {"character": character_name(sign), "hint": hint}, fix=fix)


def character_name(sign: str) -> str:
    """A character in words: itself if it can be printed, and its code."""
    shown = f"`{sign}` " if sign.isprintable() and not sign.isspace() else ""
    name = unicodedata.name(sign, "")
    return f"{shown}U+{ord(sign):04X}" + (f" ({name.lower()})" if name else "")


def hidden_characters(source: Source, most: int) -> list[Diagnostic]:
    """Control characters and lone surrogates inside texts and comments too; at most `most` of them."""
    found = []
    for match in _HIDDEN.finditer(source.text):
        found.append(Diagnostic("RW005", Span(source, match.start(), match.end()),
                                {"character": character_name(match.group()), "hint": ""}))
        if len(found) == most:
            break
    return found


def texts(lexemes: list[Lexeme]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Texts that are never closed, and escapes that mean nothing."""
    unclosed: list[Diagnostic] = []
    escapes: list[Diagnostic] = []
    for lexeme in lexemes:
        if lexeme.kind != "text":
            continue
        if not is_closed(lexeme.text):
            unclosed.append(_unclosed(lexeme))
        elif "\\" in lexeme.text:
            escapes += _bad_escapes(lexeme)
    return unclosed, escapes


def _unclosed(lexeme: Lexeme) -> Diagnostic:
    quotes = '"""' if lexeme.text.startswith('"""') else '"'
    start = lexeme.span.start
    line = lexeme.text.split("\n", 1)[0]
    return Diagnostic("RW007", Span(lexeme.span.source, start, start + len(line.rstrip())), {"quotes": quotes})


def _bad_escapes(lexeme: Lexeme) -> list[Diagnostic]:
    source, start = lexeme.span.source, lexeme.span.start
    found = []
    for low, high in text_value(lexeme.text)[1]:
        escape = lexeme.text[low:high].replace("\n", " ")
        found.append(Diagnostic("RW008", Span(source, start + low, start + high), {"escape": escape, "cure": "\\" + escape}))
    return found


def brackets(lexemes: list[Lexeme]) -> list[Diagnostic]:
    """Brackets that are never closed, that close nothing, or that nest too deep."""
    found: list[Diagnostic] = []
    opened: list[Lexeme] = []
    for lexeme in lexemes:
        if lexeme.kind != "sign":
            continue
        if lexeme.text in _CLOSING:
            opened.append(lexeme)
            if len(opened) > MAX_DEPTH:
                return [Diagnostic("RW002", lexeme.span, {"limit": MAX_DEPTH})]
        elif lexeme.text in _OPENING:
            _close(lexeme, opened, found)
    return found + [_never_closed(lexeme) for lexeme in opened]


def _close(lexeme: Lexeme, opened: list[Lexeme], found: list[Diagnostic]) -> None:
    """Takes the opening bracket from the stack; those that were skipped to reach it are never closed."""
    opening = _OPENING[lexeme.text]
    if all(bracket.text != opening for bracket in opened):
        hint = f": the bracket that is open is `{opened.pop().text}`" if opened else ""
        found.append(Diagnostic("RW010", lexeme.span, {"bracket": lexeme.text, "hint": hint}))
        return
    while opened[-1].text != opening:
        found.append(_never_closed(opened.pop()))
    opened.pop()


def _never_closed(lexeme: Lexeme) -> Diagnostic:
    return Diagnostic("RW009", lexeme.span, {"bracket": lexeme.text})
