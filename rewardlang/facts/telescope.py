"""Sums that telescope: what stands in them one step later, or one before, is shifted until it cancels.

With weights γ^t over T steps, Σ γ^t · u(t+1) is (Σ γ^t · u(t) - u(0)) / γ up to what stands beyond the last step; so a term
one step later is a term of now and two ends. γ = 1 gives the plain return.
"""

from fractions import Fraction
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.linear import Linear, combined, form, scaled
from rewardlang.facts.machines import machine_facts, machine_of
from rewardlang.ir.node import Node
from rewardlang.values import elementary
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval

_ZERO = Interval(0, 0)


class Telescope:
    """The range of the weighted sum of a node's entries along one axis."""

    def __init__(self, ranges, axis: Axis, rate: int | Fraction, count: Interval, weight: Interval, context: Context):
        """`count` are the steps there may be, `weight` the sums of the weights over them."""
        self.ranges = ranges
        self.axis = axis
        self.rate = rate
        self.weight = weight
        self.context = context
        self.maybe_none = count.lo == 0
        self.count = count
        most = max(count.hi - 1, 0)
        least = 0 if count.hi == inf else elementary.power(Interval.of(rate), Interval(most, most)).lo
        self.last = Interval(1 if rate == 1 else least, 1)

    def of(self, node: Node) -> Interval | None:
        """The range of the sum; None where a part of it is never valid."""
        found = self._of_machine(node)
        if found is None:
            found = self._structural(node)
        if found is None:
            found = self._linear(node)
        plain = self._times_weight(node)
        return plain if found is None or plain is None else found.meet(plain) or plain

    def _range(self, node: Node) -> Interval | None:
        return self.ranges.fact(node, self.context).range

    def _runs(self, node: Node) -> bool:
        return self.axis in node.type.axes

    def _times_weight(self, node: Node) -> Interval | None:
        found = self._range(node)
        return found and found * self.weight

    def _of_machine(self, node: Node) -> Interval | None:
        """Of a machine's reward: by its longest paths."""
        machine = machine_of(self.ranges.spec, node)
        if machine is None or not self.context.is_root or machine.axis != self.axis:
            return None
        return machine_facts(self.ranges, machine).returns(self.count, float(self.rate))

    def _structural(self, node: Node) -> Interval | None:
        """Placement, and factors that are the same at every step."""
        if node.op in ("at_last", "at_first"):
            found = self._range(node.args[0])
            found = found and (found * self.last if node.op == "at_last" else found)
            return found and (found.hull(_ZERO) if self.maybe_none else found)
        if node.op == "mul":
            for factor, rest in (node.args, node.args[::-1]):
                if not self._runs(factor) and self._runs(rest) and factor.op != "const":
                    scale, found = self._range(factor), self.of(rest)
                    return None if scale is None or found is None else scale * found
        if node.op == "div" and not self._runs(node.args[1]) and node.args[1].op != "const":
            scale, found = self._range(node.args[1]), self.of(node.args[0])
            return None if scale is None or found is None or scale.contains(0) else found / scale
        if node.op == "gate" and not self._runs(node.args[0]):
            sides = [self.of(side) for side in node.args[1:]]
            return None if None in sides else sides[0].hull(sides[1])
        return None

    def _linear(self, node: Node) -> Interval | None:
        linear = form(self.ranges, node)
        if list(linear.terms) == [node] and self._shifted(node, linear.terms) is None:
            return None
        rest, ends = Linear(linear.constant, {}, False), _ZERO
        for term, coefficient in linear.terms.items():
            shifted = self._shifted(term, linear.terms)
            if shifted is None:
                rest = combined(rest, Linear(0, {term: coefficient}, False))
            else:
                rest = combined(rest, scaled(shifted[0], coefficient))
                ends = ends + Interval.of(coefficient) * shifted[1]
        total = ends.hull(_ZERO) if self.maybe_none else ends
        total = total + Interval.of(rest.constant) * self.weight
        for term, coefficient in rest.terms.items():
            found = self.of(term)
            if found is None:
                return None
            total = total + Interval.of(coefficient) * found
        return total

    def _shifted(self, term: Node, terms) -> tuple[Linear, Interval] | None:
        """A term of another step as a form of now, and the range of the two ends that are left."""
        if term.get("window") or {"where", "by"} & set(term.get("roles") or ()):
            return None
        if term.op in ("ahead", "prev"):
            inner, end = (self._range(arg) for arg in term.args)
            if inner is None or end is None or self._runs(term.args[1]):
                return None
            if term.op == "ahead":
                return scaled(form(self.ranges, term.args[0]), 1 / Fraction(self.rate)), end * self.last - self._over(inner)
            return scaled(form(self.ranges, term.args[0]), self.rate), end - Interval.of(self.rate) * (inner * self.last)
        if term.op == "delta":
            inner, start = (self._range(arg) for arg in term.args)
            if inner is None or start is None or self._runs(term.args[1]):
                return None
            return scaled(form(self.ranges, term.args[0]), 1 - self.rate), Interval.of(self.rate) * (inner * self.last) - start
        if term.op == "gate" and term.args[0].op == "ending" and term.args[1].get("value") == 0:
            earlier = next((other for other in terms if is_earlier(other, term.args[2])), None)
            first = earlier and self._range(earlier)
            return (Linear(0, {earlier: 1 / Fraction(self.rate)}, False), -self._over(first)) if first is not None else None
        return None

    def _over(self, interval: Interval) -> Interval:
        return Interval.of(1 / Fraction(self.rate)) * interval


def is_earlier(one: Node, later: Node) -> bool:
    """Whether a node is another one step before: `prev` of it, or the same table read at the state before."""
    if one.op == "prev":
        return one.args[0] is later
    same = one.op == later.op == "entry" and one["values"] == later["values"]
    return same and one.args[0].op == "prev" and one.args[0].args[0] is later.args[0]
