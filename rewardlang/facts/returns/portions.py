"""Sums over any of the steps: what a gate lets through, what a factor keeps, of a part whose whole sum is known.

The portion of a node holds, for every choice of steps at which it is valid, the weighted sum of its entries at these. With the whole
sum S and the portion P, a factor between l and h makes l·S + (h - l)·P of it, since a linear function of the factors
is extreme where each is l or h. Of what never changes sign the portions lie between 0 and S.
"""

from fractions import Fraction

from rewardlang.facts.relations.linear import form
from rewardlang.facts.returns.present import always_valid
from rewardlang.ir.node import Node
from rewardlang.values.interval import Interval

_ZERO = Interval(0, 0)

#: Whose value is that of one of two arguments, or of a side.
_EITHER = frozenset({"minimum", "maximum", "coalesce"})


def portion(total, node: Node) -> Interval | None:
    """The range of the sums over any steps, by a `Telescope`; None where the node is never valid."""
    if node not in total.portions:
        total.portions[node] = None     # what asks for itself on the way finds nothing
        total.portions[node] = _portion(total, node)
    return total.portions[node]


def _portion(total, node: Node) -> Interval | None:
    own = total.range(node)
    if own is None:
        return None
    found = (own * Interval(0, total.weight.hi)).hull(_ZERO)
    for rule in (_of_machine, _placed, _scaled, _chosen, _split, _of_one_sign):
        narrower = rule(total, node)
        found = found if narrower is None else found.meet(narrower.hull(_ZERO)) or found
    return found


def _of_machine(total, node: Node) -> Interval | None:
    return total.of_machine(node, parts=True)


def _placed(total, node: Node) -> Interval | None:
    if node.op not in ("at_last", "at_first"):
        return None
    found = total.range(node.args[0])
    return found and (found * total.last if node.op == "at_last" else found)


def _scaled(total, node: Node) -> Interval | None:
    """Factors: where each may be l or h, a portion is l·P + (h - l)·P."""
    if node.op == "neg":
        found = portion(total, node.args[0])
        return found and -found
    if node.op not in ("mul", "div"):
        return None
    found = None
    for factor, rest in factors(total, node):
        inner = portion(total, rest)
        if inner is not None:
            scaled = weighed(factor, inner, inner)
            found = scaled if found is None else found.meet(scaled) or found
    return found


def factors(total, node: Node) -> list[tuple[Interval, Node]]:
    """What a product is made of, each way: the range of one factor, and the other."""
    if node.op == "mul":
        pairs = [(total.range(one), other) for one, other in (node.args, node.args[::-1])]
    else:
        below = total.range(node.args[1])
        pairs = [(below and (None if below.contains(0) else below.reciprocal()), node.args[0])]
    return [(factor, rest) for factor, rest in pairs if factor is not None and factor.is_finite]


def weighed(factor: Interval, whole: Interval, part: Interval) -> Interval:
    """The sums with a factor at each step, from the sums over all steps (`whole`) and over any of them (`part`)."""
    low, high, width = Interval.of(factor.lo), Interval.of(factor.hi), Interval.of(factor.hi - factor.lo)
    up, down = low * whole + width * part, high * whole - width * part
    return up.meet(down) or up


def _chosen(total, node: Node) -> Interval | None:
    """Where each entry is one of two: portions of both."""
    if node.op in ("relu", "abs"):
        found = portion(total, node.args[0])
        return found and (found if node.op == "relu" else found - found)
    if node.op in _EITHER:
        sides = [portion(total, side) for side in node.args[:2]]
    elif node.op == "gate":
        if total.at_end(node.args[0]):
            sides = [_ends(total, node), portion(total, node.args[2])]
        elif not total.runs(node.args[0]):
            sides = [portion(total, side) for side in node.args[1:]]
            return None if None in sides else sides[0].hull(sides[1])
        else:
            sides = [portion(total, side) for side in node.args[1:]]
    else:
        return None
    return sides[0] + sides[1] if None not in sides else None


def _ends(total, node: Node) -> Interval | None:
    """What a gate that opens at the last step only lets through."""
    found = total.range(node.args[1])
    return found and (found * total.last).hull(_ZERO)


def _split(total, node: Node) -> Interval | None:
    """Portions of a sum are sums of portions."""
    linear = form(total.ranges, node)
    if list(linear.terms) == [node]:
        return None
    found = Interval.of(linear.constant) * Interval(0, total.weight.hi)
    for term, coefficient in linear.terms.items():
        inner = portion(total, term)
        if inner is None:
            return None
        found = found + Interval.of(Fraction(coefficient)) * inner
    return found


def _of_one_sign(total, node: Node) -> Interval | None:
    """Of what is never negative no portion exceeds the whole; all of it must be there, since a null hidden by a gate breaks the sum."""
    own = total.range(node)
    if own.lo < 0 < own.hi or not total.runs(node) or not always_valid(total.ranges, node, total.axis):
        return None
    whole = total.exact(node)
    return whole and (Interval(0, max(whole.hi, 0)) if own.lo >= 0 else Interval(min(whole.lo, 0), 0))
