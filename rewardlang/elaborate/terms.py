"""Additive attribution: which labelled terms a value is the sum of, and how they survive what is done to it.

The labels of a block survive `+`, `-`, scaling, gates, placement and sums over an axis: on every rollout they add up to
the value. What stands beside a block without a label is called `rest`; an unlabelled open side of a gate, `then`; a
closed gate's value, `else`. Through anything else the labels are lost and the value is one term.
"""

from collections.abc import Callable, Mapping

from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.infer import apply, zero
from rewardlang.ir.node import Node
from rewardlang.text.source import Span

REST, THEN, ELSE = "rest", "then", "else"


def mapped(value: Value, node: Node, change: Callable[[Node], Node]) -> Value:
    """The value `node` whose terms are those of `value`, each changed in the same way."""
    if value.terms is None:
        return Value(node)
    return Value(node, {label: change(term) for label, term in value.terms.items()})


def negated(cx: Context, operand: Value, node: Node) -> Value:
    """The terms of `-x`."""
    return mapped(operand, node, lambda term: apply(cx, "neg", [term], _span(cx, node)))


def combined(cx: Context, op: str, left: Value, right: Value, node: Node) -> Value:
    """The terms of `left op right`: kept by sums, differences and scaling."""
    if left.terms is None and right.terms is None:
        return Value(node)
    if op in ("+", "-"):
        return Value(node, _summed(cx, op, left, right, _span(cx, node)))
    if op == "*" and (left.terms is None or right.terms is None):
        factor, scaled = (left, right) if left.terms is None else (right, left)
        return mapped(scaled, node, lambda term: apply(cx, "mul", [factor.node, term], _span(cx, node)))
    if op == "/" and right.terms is None:
        return mapped(left, node, lambda term: apply(cx, "div", [term, right.node], _span(cx, node)))
    return Value(node)


def _summed(cx: Context, op: str, left: Value, right: Value, span: Span) -> dict[str, Node]:
    found = dict(left.terms or {REST: left.node})
    for label, term in (right.terms or {REST: right.node}).items():
        if label in found:
            found[label] = apply(cx, "add" if op == "+" else "sub", [found[label], term], span)
        else:
            found[label] = term if op == "+" else apply(cx, "neg", [term], span)
    return found


def gated(cx: Context, condition: Node, body: Value, otherwise: Value | None, span: Span) -> Mapping[str, Node] | None:
    """The terms of a gate: each side's, 0 where that side is closed."""
    if body.terms is None and (otherwise is None or otherwise.terms is None):
        return None
    opened = dict(body.terms or {THEN: body.node})
    closed = _else_terms(otherwise)
    found = {}
    for label in (*opened, *(label for label in closed if label not in opened)):
        sides = [opened.get(label) or zero(cx, span), closed.get(label) or zero(cx, span)]
        found[label] = apply(cx, "gate", [condition, *sides], span)
    return found


def _else_terms(otherwise: Value | None) -> Mapping[str, Node]:
    if otherwise is None:
        return {}
    if otherwise.terms is not None:
        return otherwise.terms
    is_zero = otherwise.node.op == "const" and otherwise.node["value"] == 0
    return {} if is_zero else {ELSE: otherwise.node}


def _span(cx: Context, node: Node) -> Span:
    return cx.spec.graph.origins[node]
