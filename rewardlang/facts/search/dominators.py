"""Parts of a value whose sources stand nowhere else: each moves freely within its own range, as one source would."""

from fractions import Fraction

from rewardlang.facts.contracts.witness import entries, values_at
from rewardlang.facts.search.boxes import SPLITTABLE, Box
from rewardlang.facts.search.derivatives import VALUES
from rewardlang.facts.search.tape import seen_by_tape
from rewardlang.ir.node import Node, consumers, reachable
from rewardlang.values.interval import Interval

#: Larger values are taken as they are.
_MOST_NODES = 200
#: Halvings of the way between two points on which a part has a value below and one above that wanted.
_HALVINGS = 30


def free_parts(ranges, root: Node) -> list[Node]:
    """The largest proper parts of two sources or more that share no source with the rest of the value, none within another."""
    nodes = reachable([root])
    if len(nodes) > _MOST_NODES:
        return []
    used = consumers(nodes)
    found, inside = [], set()
    for node in reversed(nodes):
        if node is root or node in inside or node.op not in VALUES or node.type.axes != root.type.axes:
            continue
        parts = set(reachable([node]))
        own = [part for part in parts if part.op in SPLITTABLE and ranges.of(part) and not ranges.of(part).is_point]
        alone = all(part is node or part.op == "const" or parts.issuperset(used[part]) for part in parts)
        if alone and _worth(ranges, node, own) and all(part.op in VALUES or part.op in SPLITTABLE or part.op == "const" for part in parts):
            found.append(node)
            inside |= parts
    return found


def _worth(ranges, node: Node, own: list[Node]) -> bool:
    """Whether one source in place of a part is easier to search: of several sources, or of one without end."""
    narrowed = ranges.of(node) is not None and ranges.of(node).is_finite
    return len(own) > 1 or len(own) == 1 and narrowed and not ranges.of(own[0]).is_finite


def choices(ranges, roots: list[Node]) -> dict[Node, Interval]:
    """Fallbacks for what may be missing that are used more than once and share no source with the rest, with their ranges.

    Which side counts is not in the box, so they move as sources do: what uses one twice sees the same value twice.
    """
    nodes = seen_by_tape(roots)
    if len(nodes) > _MOST_NODES:
        return {}
    used = consumers(nodes)
    found = {}
    for node in nodes:
        if node.op == "coalesce" and len(used.get(node, ())) > 1 and ranges.may_be_null(node.args[0]) and ranges.of(node) is not None:
            parts = set(seen_by_tape([node]))
            if all(part is node or part.op == "const" or parts.issuperset(used[part]) for part in parts):
                found[node] = ranges.of(node)
    return found


def spot(ranges, part: Node, low: Box, high: Box, target: Interval) -> Box | None:
    """Values of a part's sources at which it comes near a target, between a point where it is least and one where it is greatest."""
    if set(low) != set(high):
        return None
    wanted = float(target.lo)
    ends = [0.0, 1.0]
    for at in (0.0, 1.0):
        point = _between(low, high, at)
        value = _value(ranges, part, point)
        if value is None:
            return None
        if abs(value - wanted) <= 1e-12 * max(1.0, abs(wanted)):
            return point
    for _ in range(_HALVINGS):
        at = (ends[0] + ends[1]) / 2
        value = _value(ranges, part, _between(low, high, at))
        if value is None:
            return None
        ends[value > wanted] = at
    return _between(low, high, ends[0])


def _between(low: Box, high: Box, at: float) -> Box:
    share = Fraction(at)
    found = {}
    for source, start in low.items():
        x = start.lo + (high[source].lo - start.lo) * share
        x = x.numerator if isinstance(x, Fraction) and x.denominator == 1 else x
        found[source] = Interval(x, x)
    return found


def _value(ranges, part: Node, point: Box) -> float | None:
    values = values_at(ranges.spec, [part], [point])
    found = entries(values[part][0]) if values is not None else [None]
    return found[0] if found else None
