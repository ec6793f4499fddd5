"""The range of a reward's sum along its ordered axis: the return of an episode, plain or discounted."""

from fractions import Fraction
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.telescope import Telescope
from rewardlang.ir.node import Node
from rewardlang.ir.spec import SettingInfo
from rewardlang.values import elementary
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.interval import Interval


def sum_bounds(ranges, node: Node, discount: float | None = None, context: Context | None = None) -> Interval | None:
    """The range of the sum of a node over its ordered axes, for every horizon the setting allows.

    With a `discount` the entries are weighted by its powers. Without an ordered axis it is the node's own range; None
    if the node has no valid value.
    """
    context = context or ranges.root
    axes = ordered_axes(node.type.axes)
    if not axes:
        return ranges.fact(node, context).range
    rate = 1 if discount is None else Fraction(repr(discount))
    count = steps(ranges.spec.setting, axes)
    weight = count if rate == 1 else weights(ranges.spec.setting, axes, discount)
    if len(axes) > 1 or rate == 0:
        found = ranges.fact(node, context).range
        return found and found * weight
    return Telescope(ranges, axes[0], rate, count, weight, context).of(node)


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
        left = elementary.power(rate, Interval(most, most)) if most != inf else Interval(0, 0)
        return (one - left) / (one - rate)

    return Interval(total(count.lo).lo if count.lo else 0, total(count.hi).hi)
