"""Sums that telescope: what stands in them one step later, or one before, is shifted until it cancels.

With weights γ^t over T steps, Σ γ^t · u(t+1) is (Σ γ^t · u(t) - u(0)) / γ up to what stands beyond the last step; so a term
one step later is a term of now and two ends. γ = 1 gives the plain return.
"""

from fractions import Fraction
from functools import cached_property
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.machines import Paid, machine_facts, machine_of
from rewardlang.facts.relations.linear import Linear, combined, form, scaled
from rewardlang.facts.returns.machine_sums import paid
from rewardlang.facts.returns.portions import factors, portion, weighed
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo
from rewardlang.values import elementary
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval

_ZERO = Interval(0, 0)

#: What rewards are made of machines by; anything else is looked at by its parts.
_MADE = frozenset({"mul", "div", "gate", "add", "sub", "neg", "minimum", "maximum", "clamp", "relu", "abs", "coalesce"})


def weights(count: Interval, rate: int | Fraction) -> Interval:
    """The sums of the powers of a discount over so many steps."""
    if rate == 1:
        return count
    one, each = Interval(1, 1), Interval.of(rate)

    def total(most):
        left = elementary.power(each, Interval(most, most)) if most != inf else Interval(0, 0)
        return (one - left) / (one - each)

    return Interval(total(count.lo).lo if count.lo else 0, total(count.hi).hi)


class Telescope:
    """The range of the weighted sum of a node's entries along one axis, over `count` steps.

    With `cut` they are all steps but the last one: what looks ahead at the last of them sees a value, and no end.
    """

    def __init__(self, ranges, axis: Axis, rate: int | Fraction, count: Interval, context: Context, cut: bool = False):
        self.ranges = ranges
        self.axis = axis
        self.rate = rate
        self.whole = count
        self.count = Interval(max(count.lo - 1, 0), max(count.hi - 1, 0)) if cut else count
        self.weight = weights(self.count, rate)
        self.context = context
        self.cut = cut
        self.maybe_none = self.count.lo == 0
        most = max(self.count.hi - 1, 0)
        least = 0 if most == inf else elementary.power(Interval.of(rate), Interval(most, most)).lo
        self.last = Interval(1 if rate == 1 else least, 1)
        self.portions: dict[Node, Interval | None] = {}
        self.sums: dict[Node, Interval | None] = {}

    @cached_property
    def but_last(self) -> "Telescope":
        """The same over all steps but the last one."""
        return Telescope(self.ranges, self.axis, self.rate, self.whole, self.context, cut=True)

    def of(self, node: Node) -> Interval | None:
        """The range of the sum; None where a part of it is never valid."""
        if node not in self.sums:
            self.sums[node] = found = self.exact(node)
            part = portion(self, node)
            self.sums[node] = part if found is None or part is None else found.meet(part) or part
        return self.sums[node]

    def exact(self, node: Node) -> Interval | None:
        """The same without what is known of sums over some of the steps only."""
        found = None
        for rule in (self._times_weight, self._added_up, self.of_machine, self._structural, self._linear):
            narrower = rule(node)
            found = narrower if found is None else found if narrower is None else found.meet(narrower) or found
        return found

    def range(self, node: Node) -> Interval | None:
        """The range of an entry."""
        return self.ranges.fact(node, self.context).range

    def runs(self, node: Node) -> bool:
        """Whether a node has entries along the axis."""
        return self.axis in node.type.axes

    def at_end(self, condition: Node) -> bool:
        """Whether a condition holds at the last step at most: by what it says, or by what is assumed of it."""
        return is_last(self.ranges, condition, self.axis) or any(
            self._ends_all(fact, condition) for fact in self.ranges.spec.assumptions)

    def _ends_all(self, fact: Node, condition: Node) -> bool:
        """Whether a fact is `condition implies (this is the last step)`, or `not prev(condition, false)`."""
        if fact.op == "implies":
            return fact.args[0] is condition and is_last(self.ranges, fact.args[1], self.axis)
        before = fact.args[0] if fact.op == "not" else fact
        return before.op == "prev" and before is not fact and before.args[0] is condition and before["over"] == (self.axis,)

    def _times_weight(self, node: Node) -> Interval | None:
        found = self.range(node)
        return found and found * self.weight

    def _added_up(self, node: Node) -> Interval | None:
        """What is assumed of the sum itself, `sum(x over step) <= 1`, or of all running ones, `cumsum(x over step) <= 1`."""
        found = None
        for summed, known in self.ranges.universal.items():
            plain = summed.op in ("sum", "cumsum") and summed["roles"] == ("x",) and not summed.get("window")
            if plain and summed.args[0] is node and summed["over"] == (self.axis,) and (summed.op == "cumsum" or not self.cut):
                known = known.hull(_ZERO) if self.maybe_none else known
                found = known if found is None else found.meet(known) or found
        if found is None or self.rate == 1:
            return found
        return found.hull(_ZERO) if self.range(node).lo >= 0 else None

    def of_machine(self, node: Node, parts: bool = False) -> Interval | None:
        """Of a machine's reward: by its longest paths; with `parts` over any of the steps."""
        machine = machine_of(self.ranges.spec, node)
        if not self.context.is_root:
            return None
        if machine is not None:
            return machine_facts(self.ranges, machine).returns(self.count, float(self.rate), parts) if machine.axis == self.axis else None
        found = None
        for machine in self.ranges.spec.machines.values() if node.op in _MADE else ():
            edges = self._paid(machine, node) if machine.axis == self.axis else None
            narrower = edges and edges.returns(self.count, float(self.rate), parts)
            found = narrower if found is None else found if narrower is None else found.meet(narrower) or found
        return found

    def _paid(self, machine: MachineInfo, node: Node) -> Paid | None:
        """What a value can be on each edge of a machine, found once for one analysis."""
        known, key = self.ranges.payments, (machine.name, node)
        if key not in known:
            known[key] = paid(machine_facts(self.ranges, machine), node)
        return known[key]

    def _structural(self, node: Node) -> Interval | None:
        """Placement, factors, and gates that open at every step or at none, or at the last one only."""
        if node.op in ("at_last", "at_first"):
            found = self.range(node.args[0])
            found = found and (found * self.last if node.op == "at_last" else found)
            return found and (found.hull(_ZERO) if self.maybe_none or self.cut else found)
        if node.op in ("mul", "div"):
            return self._product(node)
        if node.op == "gate" and not self.runs(node.args[0]):
            sides = [self.of(side) for side in node.args[1:]]
            return None if None in sides else sides[0].hull(sides[1])
        if node.op == "gate" and self.at_end(node.args[0]):
            return self.of(node.args[2]) if self.cut else self._ending(node)
        return None

    def _product(self, node: Node) -> Interval | None:
        found = None
        for factor, rest in factors(self, node):
            other = node.args[1] if rest is node.args[0] else node.args[0]
            whole = self.of(rest) if other.op != "const" else None
            if whole is None:
                continue
            part = portion(self, rest) if self.runs(other) else None
            scaled = factor * whole if not self.runs(other) else part and weighed(factor, whole, part)
            found = found if scaled is None else scaled if found is None else found.meet(scaled) or found
        return found

    def _ending(self, node: Node) -> Interval | None:
        """A gate that may open at the last step: the closed side at all others, and one of them there."""
        before, last = self.but_last.of(node.args[2]), self.range(node.args[1])
        if before is None or last is None:
            return None
        closed = self.range(node.args[2])
        if not is_last(self.ranges, node.args[0], self.axis) and closed is not None:
            last = last.hull(closed)
        found = before + last * self.last
        return found.hull(_ZERO) if self.maybe_none else found

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
        if term.op in ("ahead", "prev", "delta"):
            inner, end = (self.range(arg) for arg in term.args)
            if inner is None or end is None or self.runs(term.args[1]):
                return None
            then, rate = form(self.ranges, term.args[0]), self.rate
            if term.op == "ahead":
                beyond = inner if self.cut else end
                return scaled(then, 1 / Fraction(rate)), beyond * self.last - self._over(inner)
            if term.op == "prev":
                return scaled(then, rate), end - Interval.of(rate) * (inner * self.last)
            return scaled(then, 1 - rate), Interval.of(rate) * (inner * self.last) - end
        if term.op == "gate" and term.args[0].op == "ending" and term.args[1].get("value") == 0:
            earlier = next((other for other in terms if is_earlier(other, term.args[2])), None)
            first = earlier and self.range(earlier)
            beyond = self.range(term.args[2]) if self.cut else _ZERO
            if first is not None and beyond is not None:
                return Linear(0, {earlier: 1 / Fraction(self.rate)}, False), beyond * self.last - self._over(first)
        return None

    def _over(self, interval: Interval) -> Interval:
        return Interval.of(1 / Fraction(self.rate)) * interval


def is_earlier(one: Node, later: Node) -> bool:
    """Whether a node is another one step before: `prev` of it, or the same table read at the state before."""
    if one.op == "prev":
        return one.args[0] is later
    same = one.op == later.op == "entry" and one["values"] == later["values"]
    return same and one.args[0].op == "prev" and one.args[0].args[0] is later.args[0]


def is_last(ranges, condition: Node, axis: Axis) -> bool:
    """Whether a condition says that its step is the last one: `index(step) == length(step) - 1`, or `>=`."""
    if condition.op not in ("eq", "ge", "le"):
        return False
    gap = combined(form(ranges, condition.args[0]), form(ranges, condition.args[1]), -1)
    ends = {node.op: coefficient for node, coefficient in gap.terms.items() if node.op in ("index", "length") and node["axis"] == axis}
    way = {"eq": ends.get("index"), "ge": 1, "le": -1}[condition.op]
    return way is not None and len(gap.terms) == 2 and ends == {"index": way, "length": -way} and gap.constant == way
