"""Comments that speak to the compiler: `# rwd: ignore[RW512] why`."""

import re
from bisect import bisect_left
from typing import NamedTuple

from rewardlang.syntax.scan import Comment, cut, scan
from rewardlang.text.source import Source, Span

_IGNORE = re.compile(r"#\s*rwd:\s*ignore\s*\[([^\]\n]*)\]\s*(.*)")


class Ignore(NamedTuple):
    """One line on which these codes are silenced, the reason given (perhaps empty), and the comment that says so."""

    line: int
    codes: tuple[str, ...]
    reason: str
    span: Span


def ignores(source: Source) -> list[Ignore]:
    """Every silenced line: the comment's own, or, if it stands alone, those of the declaration or item below it."""
    if "rwd:" not in source.text:
        return []
    found: list[Ignore] = []
    waiting: list[tuple[Comment, re.Match[str]]] = []
    for start, end in cut(source):
        lexemes, comments = scan(source, start, end)
        lines = [source.position(lexeme.span.start)[0] for lexeme in lexemes if lexeme.kind != "newline"]
        for comment, match in waiting:
            found += [_ignore(comment, match, line) for line in sorted(set(lines))]
        waiting = waiting if not lines else []
        for comment in comments:
            match = _IGNORE.match(comment.span.text)
            if match is None:
                continue
            line = source.position(comment.span.start)[0]
            at = bisect_left(lines, line)
            if not comment.alone:
                found.append(_ignore(comment, match, line))
            elif at < len(lines):
                found.append(_ignore(comment, match, lines[at]))
            else:
                waiting.append((comment, match))
    return found


def _ignore(comment: Comment, match: re.Match[str], line: int) -> Ignore:
    codes = tuple(code.strip() for code in match.group(1).split(",") if code.strip())
    return Ignore(line, codes, match.group(2).strip(), comment.span)
