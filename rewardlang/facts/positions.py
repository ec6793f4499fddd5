"""Sums over a fixed axis with literals along it, position by position: the weights of a weighted sum are known."""

from rewardlang.facts.context import Context
from rewardlang.ir.node import Node, reachable
from rewardlang.values.interval import Interval

#: Longer axes, and larger sums, are taken with one range for all positions.
MOST_POSITIONS = 16
_MOST_NODES = 60


def carriers(ranges, node: Node) -> tuple[Node, ...]:
    """The literals, vectors and indices along the axis that a plain sum or mean is over; none if that is not worth it."""
    known = ranges.carriers.get(node)
    if known is None:
        known = ranges.carriers[node] = tuple(_carriers(node))
    return known


def _carriers(node: Node) -> list[Node]:
    if node.op not in ("sum", "mean") or node.get("window") or node["roles"] != ("x",) or len(node["over"]) != 1:
        return []
    axis = node["over"][0]
    if axis.size is None or not 0 < axis.size <= MOST_POSITIONS:
        return []
    parts = reachable(node.args)
    found = [part for part in parts if part.op in ("const", "vector", "index") and part.type.axes == (axis,)]
    return found if len(parts) <= _MOST_NODES else []


def entry_at(ranges, node: Node, position: int) -> Interval | None:
    """The range of one entry of a literal, a vector or an index."""
    if node.op == "index":
        return Interval(position, position)
    if node.op == "vector":
        return ranges.of(node.args[position])
    value = node["value"]
    entry = value[position] if isinstance(value, tuple) and position < len(value) else None
    return Interval.of(entry) if isinstance(entry, (int, float)) or hasattr(entry, "numerator") else None


def contexts(ranges, node: Node, context: Context) -> list[Context]:
    """The context of each position, for a sum that is worth it; none else, or where a position cannot be."""
    found = carriers(ranges, node)
    if not found:
        return []
    axis = node["over"][0]
    made = [ranges.at_position(axis, position, found, context) for position in range(axis.size)]
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
