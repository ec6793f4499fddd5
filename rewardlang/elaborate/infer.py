"""Applying an operator of the table to typed nodes: kinds, units, axes and validity of the result."""

from collections.abc import Sequence
from functools import lru_cache

from rewardlang.elaborate.alignment import aligned
from rewardlang.elaborate.context import Context
from rewardlang.ir.node import Node
from rewardlang.ops.row import Operator
from rewardlang.ops.table import OPERATORS
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis, join
from rewardlang.values.types import INT, Kind, Type
from rewardlang.values.units import DIMENSIONLESS, Unit


def apply(cx: Context, name: str, args: Sequence[Node], span: Span, **options) -> Node:
    """A pointwise or control operator on its arguments, broadcast by axis name."""
    row = OPERATORS[name]
    nodes = aligned(cx, [accept(cx, row, position, arg, span) for position, arg in enumerate(args)], span)
    type_ = Type(result_kind(row, nodes), joined(cx, nodes, span), any(node.type.optional for node in nodes),
                 result_unit(cx, row, nodes, span), labels=nodes[0].type.labels if row.result == "first" else ())
    return cx.spec.graph.add(name, nodes, type_, span, **options)


def accept(cx: Context, row: Operator, position: int, arg: Node, span: Span) -> Node:
    """The argument as the row takes it: a bool in arithmetic becomes 0 or 1."""
    wanted = [argument for argument in row.arguments if not argument.option][position].kinds
    return expect_kind(cx, arg, wanted, span, row.symbol or row.name)


def expect_kind(cx: Context, node: Node, wanted: str, span: Span, what: str) -> Node:
    """The node if it is of the kind, converted if it is a bool among numbers; else a finding."""
    kind = node.type.kind
    if wanted == "number" and kind is Kind.BOOL:
        return as_number(cx, node, span)
    fits = {"number": kind.numeric, "bool": kind is Kind.BOOL, "text": kind in (Kind.TEXT, Kind.ID), "any": True}
    if fits[wanted]:
        return node
    raise cx.fail("RW108", span, what=what if " " in what else f"what `{what}` takes", wanted=f"a {wanted}",
                  found=article(node.type))


def article(type_: Type) -> str:
    """The type as a phrase: `a text`, `an int`."""
    word = str(type_)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def as_number(cx: Context, node: Node, span: Span) -> Node:
    """A bool as 0 or 1; numbers as they are."""
    if node.type.kind is not Kind.BOOL:
        return node
    if node.op == "const":
        return cx.const(int(node["value"]), INT, span)
    return cx.spec.graph.add("number", (node,), Type(Kind.INT, node.type.axes, node.type.optional), span)


def result_kind(row: Operator, nodes: Sequence[Node]) -> Kind:
    """The kind of one entry of the result."""
    if row.result == "arithmetic":
        return Kind.FLOAT if any(node.type.kind is Kind.FLOAT for node in nodes) else Kind.INT
    if row.result == "first":
        kinds = {node.type.kind for node in nodes}
        return Kind.FLOAT if kinds == {Kind.INT, Kind.FLOAT} else nodes[0].type.kind
    return Kind(row.result)


def joined(cx: Context, nodes: Sequence[Node], span: Span) -> tuple[Axis, ...]:
    """The axes of a broadcast; one name for two different axes is a finding."""
    axes = join(*(node.type.axes for node in nodes))
    seen: dict[str, Axis] = {}
    for axis in axes:
        other = seen.setdefault(axis.name, axis)
        if other != axis:
            raise cx.fail("RW126", span, problem=_clash(other, axis))
    return axes


def _clash(one: Axis, other: Axis) -> str:
    if one.maker != other.maker:
        return f"two lists are both called `{one.name}`, and their lengths need not agree: name one of them otherwise"
    inner, outer = (one, other) if one.within else (other, one)
    lies = ", ".join(inner.within)
    return f"`{outer.name}` has one length a rollout in one value and lies within `{lies}` in the other: reduce one first"


# --- units ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)  # asked again of shared parts, it would take time exponential in their depth
def is_bare(node: Node) -> bool:
    """Whether it is made of plain numbers only, and so takes whatever unit it meets."""
    return node.op == "const" or bool(node.args) and all(is_bare(arg) for arg in node.args)


@lru_cache(maxsize=10_000)
def is_scaled(node: Node) -> bool:
    """Whether whatever has a unit in it has a bare coefficient, which then carries the inverse unit."""
    waiting, seen = [node], set()
    while waiting:
        part = waiting.pop()
        seen.add(part)
        if part.op in ("mul", "div"):
            if not any(is_bare(arg) or is_scaled(arg) for arg in part.args):
                return False
            continue
        row = OPERATORS.get(part.op)
        said = [arg for arg in part.args if arg.type.unit not in (None, DIMENSIONLESS) and not is_bare(arg)]
        if row is None or row.units not in ("same", "first") or not said:
            return False
        waiting += [arg for arg in said if arg not in seen]
    return True


def result_unit(cx: Context, row: Operator, nodes: Sequence[Node], span: Span) -> Unit | None:
    """The unit of the result, after the units of the arguments have been checked."""
    rule = row.units
    if rule in ("same", "compare"):
        found = same_unit(cx, nodes, span)
        return found if rule == "same" else DIMENSIONLESS
    if rule == "none":
        for node in nodes:
            demand_dimensionless(cx, node, span, f"what `{row.name}` takes")
        return DIMENSIONLESS if any(node.type.unit is not None for node in nodes) else None
    if rule == "first":
        return nodes[0].type.unit
    return None if rule == "drop" else _composed(rule, nodes)


def _composed(rule: str, nodes: Sequence[Node]) -> Unit | None:
    first = nodes[0].type.unit
    if rule == "square_root":
        return None if first is None else first ** 0.5
    if rule == "square":
        return None if first is None else first ** 2
    if rule == "power":
        exponent = nodes[1].get("value") if nodes[1].op == "const" else None
        return None if first is None or exponent is None else first ** exponent
    left, right = (DIMENSIONLESS if is_bare(node) else node.type.unit for node in nodes)
    if left is None or right is None or (left, right) == (DIMENSIONLESS, DIMENSIONLESS) and not _said(nodes):
        return None
    return left * right if rule == "product" else left / right


def _said(nodes: Sequence[Node]) -> bool:
    return any(node.type.unit is not None for node in nodes)


def same_unit(cx: Context, nodes: Sequence[Node], span: Span) -> Unit | None:
    """The one unit of nodes that are added or compared; bare numbers take it, coefficients carry the inverse."""
    said = [node for node in nodes if node.type.unit is not None and not is_bare(node)]
    units = {node.type.unit for node in said}
    if len(units) <= 1:
        return next(iter(units), None)
    if all(is_scaled(node) or node.type.unit == DIMENSIONLESS for node in said):
        return DIMENSIONLESS
    one, other = said[0], next(node for node in said if node.type.unit != said[0].type.unit)
    what = f"{one.type.unit} beside {other.type.unit}"
    raise cx.fail("RW230", span, left=_called(cx, one), right=_called(cx, other), what=what,
                  witness={"units": [str(one.type.unit), str(other.type.unit)]})


def _called(cx: Context, node: Node) -> str:
    if node.op in ("input", "param"):
        return f"`{node['name']}`"
    place = cx.spec.graph.origins.get(node)
    return f"`{place.text}`" if place is not None and len(place.text) < 40 else "one side"


def demand_dimensionless(cx: Context, node: Node, span: Span, what: str) -> None:
    """A finding if the node has a unit that nothing takes away."""
    unit = node.type.unit
    if unit is not None and unit != DIMENSIONLESS and not is_scaled(node):
        raise cx.fail("RW231", span, what=what, unit=unit, witness={"unit": str(unit)})


def zero(cx: Context, span: Span) -> Node:
    """The constant 0."""
    return cx.const(0, INT, span)


