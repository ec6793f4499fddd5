"""Expressions of the syntax tree, built while the parser reduces: one method for each rule of the grammar."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from lark import Transformer, v_args

from rewardlang.syntax import literals, tree
from rewardlang.syntax.limits import MAX_DIGITS, MAX_EXPONENT
from rewardlang.syntax.scan import Lexeme
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Span

_PYTHON_NAMES = {"True": "write `true`", "False": "write `false`", "None": "write `invalid`"}


class Refused(Exception):
    """What the grammar allows and the language does not; carries its diagnostic."""

    def __init__(self, diagnostic: Diagnostic):
        self.diagnostic = diagnostic
        super().__init__(diagnostic.code)


def between(first: Any, last: Any) -> Span:
    """From the start of one child to the end of another."""
    start, end = first.span, last.span
    return Span(start.source, start.start, end.end)


def nodes(children: tuple[Any, ...]) -> tuple[Any, ...]:
    """The children that are no lexemes."""
    return tuple(child for child in children if type(child) is not Lexeme)


def texts(children: tuple[Any, ...], *types: str) -> tuple[str, ...]:
    """The words of the lexemes of these terminals."""
    return tuple(child.text for child in children if type(child) is Lexeme and child.type in types)


def has(children: tuple[Any, ...], word: str) -> bool:
    """Whether a keyword or sign is among the children."""
    return any(type(child) is Lexeme and child.text == word and child.type not in ("NAME", "WORD", "KEY")
               for child in children)


def text_of(lexeme: Lexeme) -> str:
    """The value of a text literal."""
    return literals.text_value(lexeme.text)[0]


def number_of(lexeme: Lexeme, value: Fraction | None) -> Fraction:
    """A number's value, refused where it is out of all bounds."""
    if value is None:
        raise Refused(Diagnostic("RW006", lexeme.span, {"digits": MAX_DIGITS, "exponent": MAX_EXPONENT}))
    return value


@v_args(inline=True)
class Expressions(Transformer):
    """Builders of expressions; children are lexemes and nodes, every sign and word included."""

    # --- atoms ---

    def number(self, lexeme):
        value = number_of(lexeme, literals.number_value(lexeme.text))
        return tree.Number(value, literals.is_integer(lexeme.text), span=lexeme.span)

    def plus_number(self, plus, lexeme):
        return replace(self.number(lexeme), span=between(plus, lexeme))

    def duration(self, lexeme):
        return tree.Duration(number_of(lexeme, literals.duration_value(lexeme.text)), span=lexeme.span)

    def text(self, lexeme):
        return tree.Text(text_of(lexeme), lexeme.text.startswith("r"), span=lexeme.span)

    def boolean(self, lexeme):
        return tree.Bool(lexeme.text == "true", span=lexeme.span)

    def invalid(self, lexeme):
        return tree.Invalid(span=lexeme.span)

    def name(self, lexeme):
        if lexeme.text in _PYTHON_NAMES:
            raise Refused(Diagnostic("RW020", lexeme.span, {"word": lexeme.text, "cure": _PYTHON_NAMES[lexeme.text]}))
        return tree.Name(lexeme.text, span=lexeme.span)

    def bracketed(self, opening, value, closing):
        return replace(value, span=between(opening, closing), bracketed=True)

    def when(self, opening, value, _when, condition, closing):
        return tree.When(value, condition, span=between(opening, closing), bracketed=True)

    def vector(self, *children):
        items = nodes(children)
        if len({item.key is None for item in items}) > 1:
            raise Refused(Diagnostic("RW030", between(children[0], children[-1])))
        return tree.Vector(items, span=between(children[0], children[-1]))

    def item(self, *children):
        key = children[0].text if len(children) == 3 else None
        return tree.Argument(children[-1], key, span=between(children[0], children[-1]))

    # --- operators ---

    def binary(self, left, operator, right):
        return tree.Binary(operator.text, left, right, span=between(left, right))

    def unary(self, operator, operand):
        return tree.Unary(operator.text, operand, span=between(operator, operand))

    def compare(self, *children):
        ops = tuple(child.text for child in children[1::2])
        _check_chain(children[1::2])
        return tree.Compare(children[::2], ops, span=between(children[0], children[-1]))

    def in_range(self, value, *rest):
        interval = rest[-1]
        return tree.InRange(value, interval.low, interval.high, has(rest, "not"), span=between(value, interval))

    def in_set(self, value, *rest):
        return tree.InSet(value, nodes(rest), has(rest, "not"), span=between(value, rest[-1]))

    def temporal_prefix(self, word, *rest):
        return _temporal(word, (rest[-1],), rest[:-1], between(word, rest[-1]))

    def temporal_infix(self, left, word, *rest):
        return _temporal(word, (left, rest[-1]), rest[:-1], between(left, rest[-1]))

    def window(self, opening, low, _comma, high, closing):
        return tree.Domain(low, high, span=between(opening, closing))

    def along(self, over, axis):
        return tree.Over((axis.text,), span=between(over, axis))

    # --- after a value ---

    def member(self, value, _dot, word):
        return tree.Member(value, word.text, span=between(value, word))

    def index(self, value, _opening, item, closing):
        return tree.Index(value, item, span=between(value, closing))

    def rename(self, value, _opening, source, _arrow, target, closing):
        return tree.Rename(value, source.text, target.text, span=between(value, closing))

    def call(self, function, *rest):
        clauses: dict[str, Any] = {}
        arguments = []
        for argument, own in nodes(rest):
            if argument is not None:
                arguments.append(argument)
            for kind, value, span in own:
                if kind in clauses:
                    raise Refused(Diagnostic("RW031", span, {"clause": kind}))
                clauses[kind] = value
        return tree.Call(_dotted(function), tuple(arguments), span=between(function, rest[-1]), **clauses)

    def argument(self, *children):
        first = children[0]
        if type(first) is tree.Argument:
            return first, children[1:]
        return None, children

    def over(self, word, axes):
        names, listed = ((axes.text,), False) if type(axes) is Lexeme else (axes.names, True)
        return "over", tree.Over(names, listed, span=between(word, axes)), word.span

    def where(self, word, mask):
        return "where", mask, word.span

    def by(self, word, keys):
        return "by", keys, word.span

    def onto(self, word, axis):
        return "onto", axis.text, word.span

    # --- whole-expression forms ---

    def gate(self, word, condition, body, *rest):
        otherwise = rest[-1] if rest else None
        return tree.Gate(condition, body, otherwise, span=between(word, otherwise or body))

    def match(self, word, *rest):
        inner = nodes(rest)
        subject = inner[0] if type(inner[0]) is not tree.Arm else None
        arms = inner if subject is None else inner[1:]
        return tree.Match(subject, arms, span=between(word, rest[-1]))

    def arm(self, *children):
        *tests, value = nodes(children)
        return tree.Arm(tuple(tests), value, span=between(children[0], value))

    def block(self, *children):
        inner = nodes(children)
        lets = tuple(child for child in inner if type(child) is tree.LocalLet)
        terms = tuple(child for child in inner if type(child) is tree.Term)
        value = None if terms else inner[-1]
        return tree.Block(lets, terms, value, span=between(children[0], children[-1]))

    def local(self, word, name, _equal, value):
        return tree.LocalLet(name.text, value, span=between(word, value))

    def term(self, label, _colon, value):
        return tree.Term(label.text, value, span=between(label, value))

    def table(self, *children):
        return tree.Table(nodes(children), span=between(children[0], children[-1]))

    def row(self, key, _colon, value):
        return text_of(key), value


def _temporal(word: Lexeme, operands: tuple[Any, ...], clauses: tuple[Any, ...], span: Span) -> tree.Temporal:
    windows = [c for c in clauses if type(c) is tree.Domain]
    axes = [c.axes[0] for c in clauses if type(c) is tree.Over]
    window = (windows[0].low, windows[0].high) if windows else None
    return tree.Temporal(word.text, operands, window, axes[0] if axes else None, span=span)


def _check_chain(ops: tuple[Lexeme, ...]) -> None:
    """A chain runs in one direction (`a <= b < c`, `a == b == c`), so that it reads as what it means."""
    for left, right in zip(ops, ops[1:]):
        directions = {_DIRECTIONS[left.text], _DIRECTIONS[right.text]}
        if "!" in directions or directions == {"<", ">"}:
            raise Refused(Diagnostic("RW016", right.span, {"left": left.text, "right": right.text}))


_DIRECTIONS = {"<": "<", "<=": "<", ">": ">", ">=": ">", "==": "=", "!=": "!"}


def _dotted(function: Any) -> str:
    """The name of what is called; only names, with dots or without, can be."""
    names: list[str] = []
    inner = function
    while type(inner) is tree.Member and not inner.bracketed:
        names.append(inner.name)
        inner = inner.value
    if type(inner) is not tree.Name or inner.bracketed:
        raise Refused(Diagnostic("RW032", function.span))
    return ".".join([inner.name, *reversed(names)])
