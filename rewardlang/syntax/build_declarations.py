"""Declarations of the syntax tree, built while the parser reduces: one method for each rule."""

from lark import v_args

from rewardlang.syntax import literals, tree
from rewardlang.syntax.build import Refused, between, has, nodes, number_of, text_of, texts
from rewardlang.syntax.build_types import Clause, Types, after, clauses_of, type_of
from rewardlang.syntax.scan import Lexeme
from rewardlang.syntax.words import CLAUSE_ORDERS
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Span

MODES = ("frozen", "refreshed", "trained")
#: Which builder reads the value of an option, by its terminal; a word otherwise.
_OPTION_VALUES = {"TEXT": "text", "NUMBER": "number", "DURATION": "duration"}


@v_args(inline=True)
class Builder(Types):
    """Builders of declarations; stateless, so that one serves every parse of every thread."""

    # --- names and settings ---

    def use(self, word, path, *rest):
        is_file = type(path) is Lexeme
        last = rest[-1] if rest else path
        imported = tuple(child.value for child in nodes(rest))
        return tree.Use(text_of(path) if is_file else path.value, imported, is_file, span=between(word, last))

    def module(self, *children):
        return Clause("module", ".".join(texts(children, "WORD")), between(children[0], children[-1]))

    def imported(self, *children):
        alias = children[-1].text if len(children) == 3 else None
        return Clause("imported", (children[0].text, alias), between(children[0], children[-1]))

    def setting(self, word, kind, *rest):
        found = clauses_of(rest)
        horizon, axis = found.get("horizon", (None, None))
        discount, within = found.get("discount", (None, False))
        span = between(word, rest[-1] if rest else kind)
        return tree.Setting(kind.text, horizon, axis, discount, within, span=span)

    def horizon(self, word, value, *rest):
        span = between(word, rest[-1] if rest else value)
        return Clause("horizon", (self._pair(value), rest[0].text if rest else None), span)

    def discount(self, word, value, *rest):
        return Clause("discount", (value, bool(rest)), between(word, rest[-1] if rest else value))

    def _pair(self, value):
        """Low and high of an interval, or of one number or name twice."""
        if type(value) is tree.Domain:
            return value.low, value.high
        single = self.number(value) if value.type == "NUMBER" else self.name(value)
        return single, single

    def axis(self, word, name, *rest):
        span = between(word, rest[-1] if rest else name)
        numbers = [child for child in rest if child.type == "NUMBER"]
        like = texts(rest, "NAME")
        return tree.AxisDecl(name.text, texts(rest, "WORD"), self._size(numbers[0]) if numbers else None,
                             has(rest, "ragged"), has(rest, "ordered"), like[0] if like else None, span=span)

    def _size(self, lexeme):
        value = number_of(lexeme, literals.number_value(lexeme.text))
        if value.denominator != 1 or value < 1:
            raise Refused(Diagnostic("RW033", lexeme.span))
        return int(value)

    # --- what comes from outside ---

    def input(self, word, name, _colon, type_, *rest):
        span = between(word, rest[-1] if rest else type_)
        return tree.Input(name.text, type_, default=self._default(word, rest), span=span, **clauses_of(rest))

    def group_by(self, word, _by, key, *rest):
        size = self._pair(rest[-1]) if rest else None
        return tree.GroupBy(key.text, size, span=between(word, rest[-1] if rest else key))

    def param(self, word, name, *rest):
        span = between(word, rest[-1] if rest else name)
        return tree.Param(name.text, type_of(rest), default=self._default(word, rest), learnable=has(rest, "learnable"),
                          span=span, **clauses_of(rest))

    def _default(self, word, children):
        """The value after `=`; a number `in` a range there is a default written before its range."""
        value = after(children, "=")
        if type(value) is tree.InRange and type(value.value) in (tree.Number, tree.Unary) and not value.bracketed:
            start = value.span.source.text.index("in", value.value.span.end)
            span = Span(value.span.source, start, value.span.end)
            raise Refused(Diagnostic("RW027", span, {"clause": "in", "order": CLAUSE_ORDERS[word.text]}))
        return value

    def external(self, word, name, parameters, _arrow, type_, *rest):
        parts = []
        mode = None
        for part in rest:
            if type(part) is tree.Origin and part.role in MODES:
                mode, part = part.role, tree.Origin(part.column, span=part.span) if part.column is not None else None
            parts.append(part)
        span = between(word, rest[-1] if rest else type_)
        found = clauses_of(tuple(parts))
        options = tuple(found.pop(kind) for kind in list(found) if type(found[kind]) is tree.Option)
        return tree.External(word.text, name.text, parameters.value, type_, mode=mode, options=options, span=span, **found)

    def option(self, word, value):
        if type(value) is Lexeme:
            value = getattr(self, _OPTION_VALUES.get(value.type, "name"))(value)
        return Clause(word.text, tree.Option(word.text, value, span=between(word, value)), between(word, value))

    def timeout(self, word, lexeme):
        return Clause("timeout", self.duration(lexeme), between(word, lexeme))

    def on_error(self, word, value):
        return Clause("on_error", value, between(word, value))

    # --- values and functions ---

    def let(self, word, name, *rest):
        return tree.Let(name.text, rest[-1], type_of(rest), span=between(word, rest[-1]), **clauses_of(rest))

    def function(self, word, name, parameters, *rest):
        return tree.Def(name.text, parameters.value, rest[-1], type_of(rest), span=between(word, rest[-1]),
                        **clauses_of(rest))

    def assume(self, word, fact):
        return tree.Assume(fact, span=between(word, fact))

    def output(self, word, *rest):
        name = rest[0].text if len(rest) == 3 else None
        return tree.Output(word.text, name, rest[-1], span=between(word, rest[-1]))

    # --- what is aimed at and promised ---

    def objective(self, word, kind, *rest):
        cut = next((at for at, child in enumerate(rest) if type(child) is Lexeme and child.text == "subject"), len(rest))
        return tree.Objective(kind.text, nodes(rest[:cut]), nodes(rest[cut:]), span=between(word, rest[-1]))

    def ensure(self, word, claim, *rest):
        monotone = next((child.value for child in rest if type(child) is Clause), {})
        return tree.Ensure(claim, after(rest, "when"), span=between(word, rest[-1] if rest else claim), **monotone)

    def monotone(self, *children):
        direction = next(c.text for c in children if type(c) is Lexeme and c.text in ("increasing", "decreasing"))
        value = {"direction": direction, "strictly": has(children, "strictly"), "along": children[-1]}
        return Clause("monotone", value, between(children[0], children[-1]))

    # --- machines ---

    def machine(self, word, name, *rest):
        span = between(word, rest[-1])
        over = texts(rest, "NAME")
        value = after(rest, "=")
        if value is not None:
            return tree.Machine(name.text, over[0] if over else None, value=value, span=span)
        items = nodes(rest)
        lists = {kind: tuple(word for item in items if type(item) is Clause and item.kind == kind for word in item.value)
                 for kind in ("starts", "finals")}
        return tree.Machine(
            name.text, over[0] if over else None, counters=tuple(i for i in items if type(i) is tree.Counter),
            edges=tuple(i for i in items if type(i) is tree.Edge),
            first_match=any(type(i) is Clause and i.kind == "first_match" for i in items), span=span, **lists)

    def starts(self, *children):
        return Clause("starts", texts(children, "WORD"), between(children[0], children[-1]))

    def finals(self, *children):
        return Clause("finals", texts(children, "WORD"), between(children[0], children[-1]))

    def first_match(self, first, match):
        return Clause("first_match", True, between(first, match))

    def counter(self, word, name, domain):
        return tree.Counter(name.text, domain, span=between(word, domain))

    def edge(self, *children):
        words = texts(children, "WORD")
        return tree.Edge(words[:-1], words[-1], span=between(children[0], children[-1]), **clauses_of(children))

    def otherwise(self, *children):
        target = texts(children, "WORD")
        return tree.Edge((), target[0] if target else None, span=between(children[0], children[-1]),
                         **clauses_of(children))

    def guard(self, word, value):
        return Clause("guard", value, between(word, value))

    def updates(self, *children):
        return Clause("updates", nodes(children), between(children[0], children[-1]))

    def update(self, word, operator, value):
        return tree.Update(word.text, operator.text, value, span=between(word, value))

    def paid(self, colon, value):
        return Clause("reward", value, between(colon, value))

    # --- examples ---

    def example(self, word, title, *rest):
        items = nodes(rest)
        parts = [tuple(item for item in items if type(item) is kind) for kind in (tree.Given, tree.Sample, tree.Expect)]
        return tree.Example(text_of(title), *parts, span=between(word, rest[-1]))

    def given(self, key, _equal, value):
        return tree.Given(key.text, value, span=between(key, value))

    def sample(self, word, *rest):
        return tree.Sample(nodes(rest), span=between(word, rest[-1]))

    def expect(self, word, claim, *rest):
        tolerance = rest[-1] if rest else None
        return tree.Expect(claim, tolerance, span=between(word, tolerance or claim))
