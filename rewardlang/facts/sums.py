"""The range of a reward's sum along its ordered axis: the return of an episode, plain or discounted."""

from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.machines import machine_facts, machine_of
from rewardlang.ir.node import Node
from rewardlang.ir.spec import SettingInfo
from rewardlang.values import elementary
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.interval import Interval

ZERO = Interval(0, 0)


def sum_bounds(ranges, node: Node, discount: float | None = None, context: Context | None = None) -> Interval | None:
    """The range of the sum of a node over its ordered axes, for every horizon the setting allows.

    With a `discount` the entries are weighted by its powers. Without an ordered axis it is the node's own range; None
    if the node has no valid value.
    """
    context = context or ranges.root
    axes = ordered_axes(node.type.axes)
    if not axes:
        return ranges.fact(node, context).range
    machine = machine_of(ranges.spec, node)
    if machine is not None and context.is_root and axes == (machine.axis,):
        found = machine_facts(ranges, machine).returns(steps(ranges.spec.setting, axes), discount or 1)
        if found is not None:
            return found
    if discount is not None and discount != 1:
        return _times(ranges.fact(node, context).range, weights(ranges.spec.setting, axes, discount))
    return _Sum(ranges, axes, context).of(node)


def steps(setting: SettingInfo, axes: tuple[Axis, ...]) -> Interval:
    """How many positions an episode has along its axes."""
    if setting.horizon is not None and len(axes) == 1 and axes[0].name == (setting.axis or "step"):
        return Interval(*setting.horizon)
    if all(axis.size is not None for axis in axes):
        found = Interval(1, 1)
        for axis in axes:
            found = found * Interval(axis.size, axis.size)
        return found
    return Interval(0, inf)


def weights(setting: SettingInfo, axes: tuple[Axis, ...], discount: float) -> Interval:
    """The sum of the powers of the discount over the steps of an episode."""
    count, rate = steps(setting, axes), Interval.of(discount)
    one = Interval(1, 1)

    def total(most):
        left = elementary.power(rate, Interval(most, most)) if most != inf else ZERO
        return (one - left) / (one - rate)

    return Interval(total(count.lo).lo if count.lo else 0, total(count.hi).hi)


def _times(entry: Interval | None, count: Interval) -> Interval | None:
    return None if entry is None else count * entry


class _Sum:
    """Adds up a node's entries, term by term, so that what telescopes does."""

    def __init__(self, ranges, axes: tuple[Axis, ...], context: Context):
        self.ranges = ranges
        self.axes = axes
        self.context = context
        self.count = steps(ranges.spec.setting, axes)

    def of(self, node: Node) -> Interval | None:
        """The range of the sum over the axes."""
        plain = _times(self.ranges.fact(node, self.context).range, self.count)
        machine = machine_of(self.ranges.spec, node)
        if machine is not None and self.axes == (machine.axis,):
            found = machine_facts(self.ranges, machine).returns(self.count)
            return found if found is None or plain is None else plain.meet(found) or plain
        rule = getattr(self, f"_{node.op}", None) if len(self.axes) == 1 else None
        found = rule(*node.args, node=node) if rule is not None else None
        if plain is None or found is None:
            return plain
        return plain.meet(found) or plain

    def _runs(self, node: Node) -> bool:
        return any(axis in node.type.axes for axis in self.axes)

    def _pair(self, left: Node, right: Node, sign: int) -> Interval | None:
        one, other = self._whole(left), self._whole(right)
        if one is None or other is None:
            return None
        return one + other if sign > 0 else one - other

    def _whole(self, node: Node) -> Interval | None:
        """The sum of a node over the axes, be it that every position has the same value."""
        return self.of(node) if self._runs(node) else _times(self.ranges.fact(node, self.context).range, self.count)

    def _add(self, left, right, node):
        return self._pair(left, right, 1)

    def _sub(self, left, right, node):
        if _is_neighbour(right, of=left):
            return self._ends(left, right.args[1])
        if _is_neighbour(left, of=right):
            found = self._ends(right, left.args[1])
            return found and -found
        return self._pair(left, right, -1)

    def _delta(self, x, *start, node):
        return self._ends(x, start[0]) if _is_plain(node) else None

    def _ends(self, x: Node, end: Node) -> Interval | None:
        """x at one end less the value beyond the other: what is left of a sum that telescopes; 0 of no steps."""
        first, beyond = (self.ranges.fact(part, self.context).range for part in (x, end))
        if first is None or beyond is None or self._runs(end):
            return None
        return (first - beyond).hull(ZERO) if self.count.lo == 0 else first - beyond

    def _neg(self, x, node):
        found = self.of(x)
        return found and -found

    def _mul(self, left, right, node):
        for factor, rest in ((left, right), (right, left)):
            if not self._runs(factor):
                scale, found = self.ranges.fact(factor, self.context).range, self.of(rest)
                return None if scale is None or found is None else scale * found
        return None

    def _div(self, left, right, node):
        scale = self.ranges.fact(right, self.context).range
        found = self.of(left) if not self._runs(right) else None
        return None if scale is None or found is None or scale.contains(0) else found / scale

    def _gate(self, condition, opened, closed, node):
        sides = [self._whole(side) for side in (opened, closed)]
        return None if self._runs(condition) or None in sides else sides[0].hull(sides[1])

    def _at_last(self, x, node):
        found = self.ranges.fact(x, self.context).range
        return found and (found.hull(ZERO) if self.count.lo == 0 else found)

    _at_first = _at_last


def _is_plain(node: Node) -> bool:
    """Whether a scan sees every position of the rollout's own axis."""
    return not node.get("window") and not {"where", "by"} & set(node["roles"])


def _is_neighbour(node: Node, of: Node) -> bool:
    return node.op in ("ahead", "prev") and node.args[0] is of and _is_plain(node)
