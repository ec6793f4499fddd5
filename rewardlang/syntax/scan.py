"""Text into lexemes: one regular expression finds where declarations start, another splits a piece of text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rewardlang.syntax import words
from rewardlang.text.source import Source, Span

# A text that is never closed ends with its line, a long one with the file: so each character is looked at once.
_LONG_TEXT = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z)'
_TEXT = r'\br"[^"\n]*+(?:"|(?=\n|\Z))|"(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n|\Z))'
_NUMBER = r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?"

# A declaration starts in column 1 with anything but a blank, a comment, a closing bracket or `else`.
_STARTS = re.compile(rf"(?P<start>(?:^|(?<=\A\ufeff))(?=[^\s\ufeff#)\]}}])(?!else\b))|(?P<long>(?s:{_LONG_TEXT}))"
                     rf"|{_TEXT}|#[^\n]*", re.MULTILINE)
_FAMILIAR_START = re.compile(rf"^(?:{'|'.join(words.DECLARATIONS)})\b", re.MULTILINE)

_LEXEME = re.compile(
    rf"(?P<blank>[ \t\r\f\ufeff]+)|(?P<comment>#[^\n]*)|(?P<newline>\n[ \t\r\n\f]*)"
    rf"|(?P<text>(?s:{_LONG_TEXT})|{_TEXT})"
    rf"|(?P<duration>{_NUMBER}[ \t]*(?:{'|'.join(words.UNITS_OF_TIME)})\b)"
    rf"|(?P<number>{_NUMBER})|(?P<word>[^\W\d]\w*)"
    rf"|(?P<sign>->|\+-(?=\s)|\*\*|\?\?|[=!<>+-]=|[()\[\]{{}},:.?=<>+*/-])"
    rf"|(?P<bad>&&|\|\||[^\S \t\r\n\f]|.)",
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
    """The pieces (start, end) of a source; each starts at a declaration in column 1, the first perhaps before that."""
    starts = list(_starts(source.text))
    if not starts or source.text[:starts[0]].strip("\ufeff \t\r\n"):
        starts.insert(0, 0)
    return list(zip(starts, [*starts[1:], len(source.text)]))


def _starts(text: str) -> Iterator[int]:
    """Offsets of declarations; a long text that is never closed ends where a line looks like a declaration again."""
    position = 0
    while True:
        for match in _STARTS.finditer(text, position):
            if match.lastgroup == "start":
                yield match.start()
            elif match.lastgroup == "long" and not is_closed(match.group()):
                following = _FAMILIAR_START.search(text, match.start() + 3)
                break
        else:
            return
        if following is None:
            return
        position = following.start()


def is_closed(literal: str) -> bool:
    """Whether a text literal has its closing quotes."""
    if literal.startswith('"""'):
        return len(literal) >= 6 and literal.endswith('"""') and not _is_escaped(literal, len(literal) - 3)
    opening = 2 if literal.startswith("r") else 1
    closed = len(literal) > opening and literal.endswith('"')
    return closed and (opening == 2 or not _is_escaped(literal, len(literal) - 1))


def _is_escaped(literal: str, at: int) -> bool:
    backslashes = at - len(literal[:at].rstrip("\\"))
    return backslashes % 2 == 1


def scan(source: Source, start: int, end: int, most: int | None = None) -> tuple[list[Lexeme], list[Comment]]:
    """Everything in a piece but blanks: lexemes, of which line breaks have the kind `newline`; comments apart.

    With `most`, the scan ends after that many lexemes, line breaks not counted.
    """
    lexemes: list[Lexeme] = []
    comments: list[Comment] = []
    line_is_blank = True
    count = 0
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
        count += not line_is_blank
        if count == most:
            break
    return lexemes, comments
