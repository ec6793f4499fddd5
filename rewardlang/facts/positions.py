"""Sums over a fixed axis with literals along it, position by position: the weights of a weighted sum are known."""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce

from rewardlang.facts.context import Context
from rewardlang.ir.node import Node, reachable
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval

#: Longer axes, and larger sums, are taken with one range for all positions.
MOST_POSITIONS = 16
_MOST_NODES = 60


def carriers(ranges, node: Node) -> tuple[Node, ...]:
    """The literals, vectors, fixed params and indices along the axis that a plain sum or mean is over; none if not worth it."""
    known = ranges.carriers.get(node)
    if known is None:
        known = ranges.carriers[node] = tuple(_carriers(ranges, node))
    return known


def _carriers(ranges, node: Node) -> list[Node]:
    if node.op not in ("sum", "mean") or node.get("window") or node["roles"] != ("x",) or len(node["over"]) != 1:
        return []
    axis = node["over"][0]
    if not 0 < (ranges.spec.size_of(axis) or 0) <= MOST_POSITIONS:
        return []
    parts = reachable(node.args)
    if len(parts) > _MOST_NODES:
        return []
    plain = [part for part in parts if part.op in ("const", "vector", "index") and part.type.axes == (axis,)]
    return plain + [part for part in parts if part in ranges.spec.entries and axis in part.type.axes]


def entry_at(ranges, node: Node, axis: Axis, positions: Mapping[Axis, int]) -> Interval | None:
    """The range of an entry of a literal, a vector, a fixed param or an index, at known positions along some axes."""
    if node.op == "index":
        return Interval(positions[axis], positions[axis])
    if node.op == "vector":
        return ranges.of(node.args[positions[axis]])
    value = ranges.spec.entries[node] if node.op == "param" else node["value"]
    return _slice(value, [positions.get(each) for each in node.type.axes])


def _slice(value: object, at: list[int | None]) -> Interval | None:
    """The range of the numbers of nested lists at some positions, None for all of them; None where there are none such."""
    if not at:
        return Interval.of(value) if isinstance(value, (int, float, Fraction)) else None
    if not isinstance(value, (list, tuple)) or at[0] is not None and at[0] >= len(value):
        return None
    parts = [_slice(item, at[1:]) for item in (value if at[0] is None else [value[at[0]]])]
    return None if not parts or None in parts else reduce(Interval.hull, parts)


def contexts(ranges, node: Node, context: Context) -> list[Context]:
    """The context of each position, for a sum that is worth it; none else, or where a position cannot be."""
    found = carriers(ranges, node)
    if not found:
        return []
    axis = node["over"][0]
    made = [ranges.at_position(axis, position, found, context) for position in range(ranges.spec.size_of(axis))]
    return [] if None in made else made


def total(ranges, node: Node, context: Context) -> Interval | None:
    """The range of the sum (or mean), added up position by position; None where it was not looked at so."""
    facts = [ranges.known(node.args[0], inner) for inner in contexts(ranges, node, context)]
    if not facts or any(fact is None or fact.range is None for fact in facts):
        return None
    found = facts[0].range
    for fact in facts[1:]:
        found = found + fact.range
    return found if node.op == "sum" else found / Interval(len(facts), len(facts))
