"""The range of a reward's sum along its ordered axis: the return of an episode, plain or discounted."""

from fractions import Fraction
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.returns.telescope import Telescope, weights
from rewardlang.ir.node import Node
from rewardlang.ir.spec import SettingInfo
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
    if len(axes) > 1 or rate == 0:
        found = ranges.fact(node, context).range
        return found and found * weights(count, rate)
    return Telescope(ranges, axes[0], rate, count, context).of(node)


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
