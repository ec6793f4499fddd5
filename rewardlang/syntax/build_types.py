"""Types and clauses of declarations in the syntax tree, built while the parser reduces."""

from dataclasses import dataclass
from typing import Any

from lark import v_args

from rewardlang.syntax import tree
from rewardlang.syntax.build import Expressions, Refused, between, has, nodes, text_of, texts
from rewardlang.syntax.scan import Lexeme
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Span


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a declaration that is no node of its own: what it is called, what it says, where it stands."""

    kind: str
    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words in brackets."""

    names: tuple[str, ...]
    span: Span


def clauses_of(children: tuple[Any, ...]) -> dict[str, Any]:
    """The clauses among the children by kind; refused where one stands twice."""
    found: dict[str, Any] = {}
    for child in children:
        if type(child) is tree.Domain:
            kind, value = "domain", child
        elif type(child) is tree.Origin:
            kind, value = "origin", child
        elif type(child) is Clause:
            kind, value = child.kind, child.value
        else:
            continue
        if kind in found:
            raise Refused(Diagnostic("RW031", child.span, {"clause": _SPELLED.get(kind, kind)}))
        found[kind] = value
    return found


_SPELLED = {"domain": "in", "origin": "from"}


def after(children: tuple[Any, ...], sign: str) -> Any:
    """The child that follows a sign, or None."""
    for child, following in zip(children, children[1:]):
        if type(child) is Lexeme and child.text == sign:
            return following
    return None


def type_of(children: tuple[Any, ...]) -> Any:
    return next((child for child in children if type(child) is tree.TypeExpr), None)


@v_args(inline=True)
class Types(Expressions):
    """Builders of types, signatures and clauses."""

    def type(self, name, *rest):
        return tree.TypeExpr(name.text, *_shape(rest), span=between(name, rest[-1] if rest else name))

    def enum_type(self, word, *rest):
        return tree.TypeExpr("enum", *_shape(rest), labels=texts(rest, "WORD"), span=between(word, rest[-1]))

    def table_type(self, word, _opening, key, _closing, _of, value):
        if key.text != "text":
            raise Refused(Diagnostic("RW034", key.span, {"key": key.text}))
        return tree.TypeExpr("table", value=value, span=between(word, value))

    def record_type(self, *children):
        fields = tuple(child for child in children if type(child) is tree.Field)
        return tree.TypeExpr("record", *_shape(children), fields=fields, span=between(children[0], children[-1]))

    def axes(self, *children):
        return Words(texts(children, "WORD"), between(children[0], children[-1]))

    def field(self, label, _colon, type_, domain=None):
        return tree.Field(label.text, type_, domain, span=between(label, domain or type_))

    def domain(self, word, interval):
        return tree.Domain(interval.low, interval.high, span=between(word, interval))

    def interval(self, opening, low, _comma, high, closing):
        return tree.Domain(low, high, span=between(opening, closing))

    def unit(self, word, text):
        return Clause("unit", text_of(text), between(word, text))

    def origin(self, word, *rest):
        columns = [text_of(child) for child in rest if child.type == "TEXT"]
        roles = texts(rest, "NAME")
        return tree.Origin(columns[0] if columns else None, roles[0] if roles else None, has(rest, "given"),
                           has(rest, "state"), span=between(word, rest[-1]))

    def signature(self, *children):
        return Clause("signature", nodes(children), between(children[0], children[-1]))

    def parameter(self, name, _colon, type_, *rest):
        span = between(name, rest[-1] if rest else type_)
        return tree.Parameter(name.text, type_, default=after(rest, "="), span=span, **clauses_of(rest))


def _shape(children: tuple[Any, ...]) -> tuple[tuple[str, ...], bool]:
    """The axes after a type, and whether a `?` follows."""
    axes = next((child.names for child in children if type(child) is Words), ())
    return axes, has(children, "?")
