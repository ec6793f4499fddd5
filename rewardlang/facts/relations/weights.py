"""Weights that add up to one over a population, and what they make of values: no more than the greatest, no less than the least."""

from rewardlang.facts.relations.populations import roles, same_population
from rewardlang.ir.node import Node
from rewardlang.values.interval import UNIT, Interval

_ZERO, _ONE = Interval(0, 0), Interval(1, 1)


def weighted(ranges, node: Node, count: Interval) -> Interval | None:
    """The range of a sum of weights, or of values times weights, over `count` entries; None of another sum."""
    x = roles(node).get("x")
    if node.op != "sum" or x is None:
        return None
    found = _total(ranges, x, node)
    if found is None and x.op == "mul":
        found = _of_values(ranges, x, node)
    return found if found is None or count.lo > 0 else found.hull(_ZERO)


def _of_values(ranges, product: Node, node: Node) -> Interval | None:
    for weight, value in (product.args, product.args[::-1]):
        total = _total(ranges, weight, node)
        each = ranges.of(value)
        if total is not None and each is not None:
            left_out = node.get("window") and ranges.fact(product).fails
            return each if total == _ONE and not left_out else each.hull(_ZERO)
    return None


def _total(ranges, weight: Node, node: Node) -> Interval | None:
    """What weights add up to over the entries of a sum: 1, or at most 1 where some are left out; None if they are no weights."""
    if weight.op == "softmax":
        return _ONE if same_population(weight, node, of_same=False) else UNIT if _wider(weight, node) else None
    if weight.op in ("coalesce", "gate"):
        fallback = weight.args[-1]
        inner = _total(ranges, weight.args[-2], node) if ranges.of(fallback) == _ZERO else None
        return inner and UNIT
    if weight.op == "div":
        return _of_shares(ranges, *weight.args, node)
    return None


def _wider(weight: Node, node: Node) -> bool:
    """Whether the weights were made over more entries than are added, or over those of them that are valid."""
    return same_population(weight, node, narrower=node, of_same=False) or same_population(weight, node, narrower=weight, of_same=False)


def _of_shares(ranges, part: Node, whole: Node, node: Node) -> Interval | None:
    """Of a / sum(a), with a not negative; the sum may be raised by more, or to a floor."""
    known = ranges.of(part)
    raised = whole.op in ("add", "maximum")
    for total in whole.args if raised else (whole,):
        if total.op == "sum" and roles(total)["x"] is part and known is not None and known.lo >= 0:
            others = [ranges.of(arg) for arg in whole.args if arg is not total] if raised else []
            if all(other is not None and other.lo >= 0 for other in others):
                if same_population(total, node, of_same=False):
                    return UNIT if raised else _ONE
                return UNIT if same_population(total, node, narrower=node, of_same=False) else None
    return None
