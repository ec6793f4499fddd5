"""One declaration, or one expression, from lexemes to tree: the parser's loop, and what is left to find after a mistake."""

from functools import cache
from typing import Any

from lark import Lark
from lark.exceptions import UnexpectedToken

from rewardlang.syntax import checks, table, tree, walk
from rewardlang.syntax.build import Refused
from rewardlang.syntax.build_declarations import Builder
from rewardlang.syntax.limits import MAX_DEPTH, MAX_LEXEMES_AGAIN, MAX_ROUNDS
from rewardlang.syntax.mistakes import SURE, explain
from rewardlang.syntax.reader import Reader
from rewardlang.syntax.scan import Lexeme
from rewardlang.syntax.stuck import Stuck
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Span


@cache
def _parser() -> tuple[Lark, Reader, dict[str, str]]:
    parser = table.load(Builder())
    fixed = table.fixed_terminals(parser)
    return parser, Reader(fixed), {terminal: text for text, terminal in fixed.items()}


def parse_piece(lexemes: list[Lexeme], start: str) -> tuple[Any, list[Diagnostic]]:
    """The tree of a piece (lexemes without line breaks) from the rule `start`, or None; and every mistake found."""
    unclosed, escapes = checks.texts(lexemes)
    found = unclosed or checks.brackets(lexemes)
    strange = checks.characters(lexemes)
    if found:
        return None, [*found, *strange, *escapes]
    if strange:
        return None, [*strange, *_beside_strange(lexemes, start), *escapes]
    node, mistake, at = _run(lexemes, start)
    if mistake is None:
        return node, escapes
    return None, [mistake, *_others(lexemes, start, at), *escapes]


def _run(lexemes: list[Lexeme], start: str) -> tuple[Any, Diagnostic | None, int]:
    """The tree; or the first mistake and the index of the lexeme at which it was noticed."""
    parser, reader, spelled = _parser()
    state = parser.parse_interactive(start=start).parser_state
    states, stack = state.parse_conf.states, state.state_stack
    last, at = None, -1
    try:
        for at, lexeme in enumerate(lexemes):
            following = lexemes[at + 1] if at + 1 < len(lexemes) else None
            lexeme.type = reader.terminal(lexeme, last, following, states[stack[-1]])
            state.feed_token(lexeme)
            last = lexeme
        at = len(lexemes)
        node = state.feed_token(_end(lexemes), True)
    except UnexpectedToken as stuck:
        return None, explain(Stuck(lexemes, at, stuck.expected, spelled)), at
    except Refused as refused:
        return None, refused.diagnostic, at
    if len(lexemes) > MAX_DEPTH and (deep := _too_deep(node)) is not None:
        return None, Diagnostic("RW002", deep.span, {"limit": MAX_DEPTH}), at
    return node, None, at


def _end(lexemes: list[Lexeme]) -> Lexeme:
    end = lexemes[-1].span.end
    return Lexeme("end", "", Span(lexemes[-1].span.source, end, end), "$END")


def _too_deep(node: tree.Node) -> tree.Node | None:
    """A node below MAX_DEPTH others, found without recursion."""
    layer = [node]
    for _ in range(MAX_DEPTH):
        layer = [child for parent in layer for child in walk.children(parent)]
        if not layer:
            return None
    return layer[0]


def _others(lexemes: list[Lexeme], start: str, at: int) -> list[Diagnostic]:
    """Mistakes in other lines of the same braces: the bad line is taken out and the rest parsed again."""
    found: list[Diagnostic] = []
    for _ in range(min(MAX_ROUNDS, MAX_LEXEMES_AGAIN // len(lexemes))):
        rest = _without_item(lexemes, at)
        if rest is None:
            return found
        lexemes = rest
        _, mistake, at = _run(lexemes, start)
        if mistake is None or mistake.code not in SURE:
            return found
        found.append(mistake)
    return found


def _beside_strange(lexemes: list[Lexeme], start: str) -> list[Diagnostic]:
    """Mistakes in the lines of braces that hold no strange character."""
    while (at := next((at for at, lexeme in enumerate(lexemes) if lexeme.kind == "bad"), None)) is not None:
        rest = _without_item(lexemes, at + 1)
        if rest is None:
            return []
        lexemes = rest
    _, mistake, at = _run(lexemes, start)
    if mistake is None or mistake.code not in SURE:
        return []
    return [mistake, *_others(lexemes, start, at)]


def _without_item(lexemes: list[Lexeme], at: int) -> list[Lexeme] | None:
    """The lexemes without the item of braces around index `at`, or None if it stands in none, or is the only one."""
    low = _bound(lexemes, min(at, len(lexemes)) - 1, -1)
    high = _bound(lexemes, low + 1, 1) if low is not None else None
    if low is None or high is None:
        return None
    ends_with_separator = lexemes[high].kind == "separator"
    if not ends_with_separator and lexemes[low].kind != "separator":
        return None
    return lexemes[:low + 1] + lexemes[high + 1:] if ends_with_separator else lexemes[:low] + lexemes[high:]


def _bound(lexemes: list[Lexeme], at: int, step: int) -> int | None:
    """The nearest separator or brace that bounds the item at `at`, in one direction."""
    entering, leaving = ("}", "{") if step < 0 else ("{", "}")
    depth = 0
    while 0 <= at < len(lexemes):
        lexeme = lexemes[at]
        if lexeme.kind == "sign" and lexeme.text == entering:
            depth += 1
        elif lexeme.kind == "sign" and lexeme.text == leaving:
            if depth == 0:
                return at
            depth -= 1
        elif lexeme.kind == "separator" and depth == 0:
            return at
        at += step
    return None
