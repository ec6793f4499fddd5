"""Text into lexemes: one regular expression finds where declarations start, another splits a piece of text."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from rewardlang.syntax import words
from rewardlang.text.source import Source, Span

_LONG_TEXT = r'"""(?:[^"\\]|\\.|"(?!""))*"""'
_TEXT = r'\br"[^"\n]*"|"(?:[^"\\\n]|\\[^\n])*"'
_NUMBER = r"\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?"

# A declaration starts in column 1 with anything but a blank, a comment, a closing bracket or `else`.
_STARTS = re.compile(rf"(?P<start>(?:^|(?<=\A\ufeff))(?=[^\s\ufeff#)\]}}])(?!else\b))|(?s:{_LONG_TEXT})|{_TEXT}|#[^\n]*",
                     re.MULTILINE)

_LEXEME = re.compile(
    rf"(?P<blank>[ \t\r\f\ufeff]+)|(?P<comment>#[^\n]*)|(?P<newline>\n)"
    rf"|(?P<text>(?s:{_LONG_TEXT})|{_TEXT})"
    rf"|(?P<duration>{_NUMBER}[ \t]*(?:{'|'.join(words.UNITS_OF_TIME)})\b(?![ \t]*[:=(\[.]))"
    rf"|(?P<number>{_NUMBER})|(?P<word>[^\W\d]\w*)"
    rf"|(?P<sign>->|\+-(?=\s)|\*\*|\?\?|[=!<>+-]=|[()\[\]{{}},:.?=<>+*/-])"
    rf"|(?P<bad>.)",
    re.DOTALL)


@dataclass(slots=True)
class Lexeme:
    """A word, sign or literal: `kind` is what the scanner saw, `type` the grammar's terminal, set by the reader."""

    kind: str
    text: str
    span: Span
    type: str = ""


class Comment(NamedTuple):
    """A comment, and whether nothing but blanks stands before it on its line."""

    span: Span
    alone: bool


def cut(source: Source) -> list[tuple[int, int]]:
    """The pieces (start, end) of a source; the first starts at 0, each other one at a declaration in column 1."""
    starts = [m.start() for m in _STARTS.finditer(source.text) if m.lastgroup == "start"]
    if not starts or source.text[:starts[0]].strip("\ufeff \t\r\n"):
        starts.insert(0, 0)
    return list(zip(starts, [*starts[1:], len(source.text)]))


def scan(source: Source, start: int, end: int) -> tuple[list[Lexeme], list[Comment]]:
    """Everything in a piece but blanks: lexemes, line breaks (kind `newline`) included, and comments apart."""
    lexemes: list[Lexeme] = []
    comments: list[Comment] = []
    line_is_blank = True
    for match in _LEXEME.finditer(source.text, start, end):
        kind = match.lastgroup
        if kind == "blank":
            continue
        span = Span(source, match.start(), match.end())
        if kind == "comment":
            comments.append(Comment(span, line_is_blank))
            continue
        line_is_blank = kind == "newline"
        lexemes.append(Lexeme(kind, match.group(), span))
    return lexemes, comments
