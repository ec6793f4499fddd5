"""Gates, matches and blocks: what is chosen, and what is added up."""

from rewardlang.elaborate import terms as attribution
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.expressions import compared, conjunction, same_kind
from rewardlang.elaborate.infer import apply, article, as_number, expect_kind, joined, same_unit, zero
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.diagnostic import Note
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.types import Kind, Type


def decision(cx: Context, expr: tree.Expr, what: str, hint: Type | None = None) -> Node:
    """A bool that something hangs on: it must not be possibly invalid."""
    node = expect_kind(cx, cx.node(expr, hint), "bool", expr.span, what)
    if node.type.optional:
        raise cx.fail("RW112", expr.span, what=what, text=format_expr(expr))
    return node


def gate(cx: Context, expr: tree.Gate, hint: Type | None) -> Value:
    """`gate condition { body } else otherwise`."""
    parts: list = []

    def otherwise_value() -> Value | None:
        """`invalid` is of the kind of what stands before it."""
        body = parts[-1]
        known = body.node.type if isinstance(expr.otherwise, tree.Invalid) and body is not Failed else hint
        return cx.value(expr.otherwise, known) if expr.otherwise else None

    for build in (lambda: decision(cx, expr.condition, "the condition of a gate"), lambda: cx.value(expr.body, hint),
                  otherwise_value):
        try:
            parts.append(build())
        except Failed:
            parts.append(Failed)
    if Failed in parts:
        raise Failed
    condition, body, otherwise = parts
    if otherwise is None and (not body.node.type.kind.numeric or body.node.type.kind is Kind.BOOL):
        raise cx.fail("RW127", expr.span, found=article(body.node.type))
    name_gate(cx, expr.condition, condition)
    return chosen(cx, condition, body, otherwise, expr)


def name_gate(cx: Context, written: tree.Expr, condition: Node) -> None:
    """Remember the condition under its printed form, for logs; those inside functions have no name of their own."""
    if condition.op != "const" and not cx.expanding:
        cx.spec.gates.setdefault(format_expr(written), condition)


def chosen(cx: Context, condition: Node, body: Value, otherwise: Value | None, expr: tree.Expr) -> Value:
    """Body where the condition holds, else the other; terms side by side."""
    closed = otherwise.node if otherwise else zero(cx, expr.span)
    left, right = same_kind(cx, body.node, closed, expr, "the two sides of a gate")
    kind = Kind.FLOAT if Kind.FLOAT in (left.type.kind, right.type.kind) else left.type.kind
    unit = same_unit(cx, (left, right), expr.span)
    type_ = Type(kind, joined(cx, (condition, left, right), expr.span), left.type.optional or right.type.optional, unit,
                 left.type.labels, left.type.fields, left.type.name)
    node = cx.spec.graph.add("gate", (condition, left, right), type_, expr.span)
    return Value(node, attribution.gated(cx, condition, body, otherwise, expr.span))


# --- match --------------------------------------------------------------------------------------------------------


def match(cx: Context, expr: tree.Match, hint: Type | None) -> Value:
    """`match subject { label: value … else: value }`, read as gates from the last arm to the first."""
    subject = cx.node(expr.subject) if expr.subject else None
    arms, otherwise = [arm for arm in expr.arms if arm.tests], [arm for arm in expr.arms if not arm.tests]
    conditions = [_condition(cx, subject, arm, expr) for arm in arms]
    values = [cx.value(arm.value, hint) for arm in arms]
    if otherwise:
        result = cx.value(otherwise[0].value, hint)
    elif _covers(subject, arms):
        result = values.pop()
        conditions.pop()
    else:
        raise cx.fail("RW125", expr.span, missing=_missing(subject, arms))
    for arm, condition, value in reversed(list(zip(arms, conditions, values))):
        name_gate(cx, arm.tests[0], condition)
        result = chosen(cx, condition, value, result, expr)
    return result


def _condition(cx: Context, subject: Node | None, arm: tree.Arm, expr: tree.Match) -> Node:
    if subject is None:
        return conjunction(cx, [decision(cx, test, "the test of an arm") for test in arm.tests], expr, "or")
    if subject.type.optional:
        raise cx.fail("RW112", expr.subject.span, what="the subject of a match", text=format_expr(expr.subject))
    tests = cx.each(arm.tests, subject.type)
    return conjunction(cx, [compared(cx, "==", subject, test, arm.tests[0]) for test in tests], expr, "or")


def _labels(arms: list[tree.Arm]) -> set[str]:
    return {test.name for arm in arms for test in arm.tests if isinstance(test, tree.Name)}


def _covers(subject: Node | None, arms: list[tree.Arm]) -> bool:
    return subject is not None and subject.type.kind is Kind.ENUM and set(subject.type.labels) <= _labels(arms)


def _missing(subject: Node | None, arms: list[tree.Arm]) -> str:
    if subject is not None and subject.type.kind is Kind.ENUM:
        return ", ".join(f"`{label}`" for label in subject.type.labels if label not in _labels(arms))
    return "the rest: add an `else:` arm"


# --- blocks ---------------------------------------------------------------------------------------------------------


def block(cx: Context, expr: tree.Block, hint: Type | None) -> Value:
    """Braces: local names, then labelled terms that add up, or one value."""
    for let in expr.lets:
        _warn_if_hiding(cx, let)
        cx = cx.with_locals({let.name: cx.value(let.value)})
    if expr.value is not None:
        return cx.value(expr.value, hint)
    return summed(cx, expr, _terms(cx, expr))


def _warn_if_hiding(cx: Context, let: tree.LocalLet) -> None:
    known = cx.module.values.get(let.name)
    if known is not None:
        line = known.span.source.position(known.span.start)[0]
        cx.session.report("RW104", let.span, subject=let.name, name=let.name, what="value", line=line)


def _terms(cx: Context, expr: tree.Block) -> dict[str, tuple[Value, tree.Term]]:
    found: dict[str, tuple[Value, tree.Term]] = {}
    failed = False
    for term in expr.terms:
        if term.label in found:
            line = term.span.source.position(found[term.label][1].span.start)[0]
            raise cx.fail("RW102", term.span, name=term.label, line=line)
        try:
            value = cx.value(term.value)
            expect_kind(cx, value.node, "number", term.value.span, f"the term `{term.label}`")
            found[term.label] = value, term
        except Failed:
            failed = True
    if failed:
        raise Failed
    return found


def summed(cx: Context, expr: tree.Block, terms: dict[str, tuple[Value, tree.Term]]) -> Value:
    """The sum of the terms, which must share their ordered axes."""
    _check_placement(cx, terms)
    labels: dict[str, Node] = {}
    for label, (value, term) in terms.items():
        inner = value.terms or {}
        for name, node in inner.items():
            labels[f"{label}.{name}"] = as_number(cx, node, term.span)
        if not inner:
            labels[label] = as_number(cx, value.node, term.span)
    nodes = [as_number(cx, value.node, term.span) for value, term in terms.values()]
    total = nodes[0]
    for node in nodes[1:]:
        total = apply(cx, "add", [total, node], expr.span)
    return Value(total, labels)


def _check_placement(cx: Context, terms: dict[str, tuple[Value, tree.Term]]) -> None:
    axes: list[Axis] = []
    for value, _ in terms.values():
        axes.extend(axis for axis in ordered_axes(value.node.type.axes) if axis not in axes)
    for label, (value, term) in terms.items():
        missing = [axis for axis in axes if axis not in value.node.type.axes]
        if missing:
            text, axis = format_expr(term.value), missing[0].name
            own = ordered_axes(value.node.type.axes)
            found = f"one value a {own[0].name}" if own else "one value a rollout"
            cures = [Note(f"{what}: `{cure}({text}, {axis})`") for what, cure in
                     (("at the end", "at_last"), ("at the start", "at_first"), ("at each position", "every"))]
            raise cx.fail("RW111", term.span, *cures, label=label, found=found, axis=axis)


RULES = {tree.Gate: gate, tree.Match: match, tree.Block: block}
