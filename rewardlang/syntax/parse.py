"""Text to syntax tree: a file is cut into declarations, each is parsed alone, and every mistake is reported."""

from functools import cache
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedToken

from rewardlang.syntax import table, tree
from rewardlang.syntax.build import Refused
from rewardlang.syntax.build_declarations import Builder
from rewardlang.syntax.lines import separate
from rewardlang.syntax.literals import text_value
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.scan import Lexeme, cut, scan
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Source, Span


@cache
def _parser() -> tuple[Lark, Reader]:
    parser = table.load(Builder())
    return parser, Reader(table.fixed_terminals(parser))


def parse(source: Source) -> tuple[tree.Program, list[Diagnostic]]:
    """The program that a source says, and its mistakes; a declaration with a mistake is left out. Never raises."""
    found: list[Diagnostic] = []
    declarations: list[tree.Declaration] = []
    docstring = None
    for at, (start, end) in enumerate(cut(source)):
        lexemes, _ = scan(source, start, end)
        words = separate(lexemes)
        if not words:
            continue
        if at == 0 and len(words) == 1 and words[0].text.startswith('"""'):
            docstring = text_value(words[0].text)[0]
            continue
        declaration = _parse_piece(words, "declaration", found)
        if declaration is not None:
            declarations.append(declaration)
    span = Span(source, 0, len(source.text))
    return tree.Program(docstring, tuple(declarations), span=span), found


def parse_expression(source: Source, start: int = 0, end: int | None = None) -> tuple[tree.Expr | None, list[Diagnostic]]:
    """A lone expression (None if it has a mistake) between two offsets of a source, and its mistakes."""
    found: list[Diagnostic] = []
    lexemes, _ = scan(source, start, len(source.text) if end is None else end)
    return _parse_piece(separate(lexemes), "expression", found), found


def _parse_piece(words: list[Lexeme], start: str, found: list[Diagnostic]) -> Any:
    parser, reader = _parser()
    state = parser.parse_interactive(start=start).parser_state
    states, stack = state.parse_conf.states, state.state_stack
    last = None
    try:
        for at, word in enumerate(words):
            following = words[at + 1] if at + 1 < len(words) else None
            word.type = reader.terminal(word, last, following, states[stack[-1]])
            state.feed_token(word)
            last = word
        end = Lexeme("end", "", Span(last.span.source, last.span.end, last.span.end) if last else None, "$END")
        return state.feed_token(end, True)
    except UnexpectedToken as mistake:
        word = mistake.token
        found.append(Diagnostic("RW001", word.span, {"problem": f"I did not expect {word.text!r} here"}))
    except Refused as refused:
        found.append(refused.diagnostic)
    return None
