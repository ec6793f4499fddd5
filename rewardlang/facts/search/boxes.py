"""Boxes over the sources of a value: which sources to split, where to split them, and which points to try."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product

from rewardlang.facts.backward import is_integral
from rewardlang.facts.context import Context
from rewardlang.facts.needs import is_population, moved_axes
from rewardlang.ir.node import Node
from rewardlang.values.endpoint import Endpoint, exact
from rewardlang.values.interval import Interval

#: A range for each of some sources.
Box = dict[Node, Interval]

#: Where a range has no end, points are taken up to this far from zero.
FAR = 10**6

#: Halving a range further than this fraction of the whole tells nothing more.
_FINEST = 2**-30

#: Sources that can be split: plain values of one rollout (or of one position).
SPLITTABLE = frozenset({"input", "param", "call", "field", "index", "length", "carried"})


def sources(ranges, roots: Iterable[Node], context: Context) -> list[tuple[Node, Interval]]:
    """The sources that the roots feel entry by entry, with their ranges; those used most often first.

    What is only seen through a window, or through a reduction over an axis of the source, is left out: assumptions
    about one entry say nothing about the others.
    """
    uses: dict[Node, int] = {}
    stack = [(root, frozenset()) for root in roots]
    seen = set(stack)
    while stack:
        node, blocked = stack.pop()
        if node.op in SPLITTABLE:
            if blocked.isdisjoint((*node.type.axes, None)) or node.op == "param":
                uses[node] = uses.get(node, 0) + 1
            continue
        inner = blocked | _blocks(node)
        for arg in node.args:
            if (arg, inner) in seen:
                uses.update({arg: uses[arg] + 1} if arg in uses else {})
            else:
                seen.add((arg, inner))
                stack.append((arg, inner))
    found = []
    for node, count in uses.items():
        interval = context.known.get(node) or ranges.fact(node, context).range
        if interval is not None and not interval.is_point:
            found.append((-count, node.number, node, interval))
    return [(node, interval) for _, _, node, interval in sorted(found, key=lambda item: item[:2])]


def _blocks(node: Node) -> frozenset:
    """The axes along which a node looks beyond its own entry; None among them where it looks at other rollouts."""
    if node.get("window"):
        return frozenset({None})
    if node.get("roles") is not None:
        return frozenset(node["over"])
    if node.op in ("rename", "pick", "spread", "place"):
        axes = moved_axes(node)
        return frozenset(axes) | ({None} if any(is_population(axis) for axis in axes) else frozenset())
    return frozenset()


def halves(ranges, box: Box, whole: list[tuple[Node, Interval]]) -> list[Box]:
    """The box cut in two along its relatively widest source; nothing if every source is a point (or nearly)."""
    best, width = None, _FINEST
    for source, interval in whole:
        here = 0 if box[source].is_point else _relative(box[source], interval)
        if here > width:
            best, width = source, here
    if best is None:
        return []
    return [{**box, best: part} for part in cut(box[best], is_integral(best))]


def cut(interval: Interval, whole: bool) -> tuple[Interval, Interval]:
    """Two parts that cover a range; of whole numbers, disjoint ones."""
    at = centre(interval)
    if not whole:
        return Interval(interval.lo, at), Interval(at, interval.hi)
    low = at.__floor__() if at != interval.hi else at.__floor__() - 1
    return Interval(interval.lo, low), Interval(low + 1, interval.hi)


def centre(interval: Interval) -> Endpoint:
    """A number near the middle: the middle of a finite range, a power of two away from the end of a half-open one."""
    low, high = interval.lo, interval.hi
    if interval.is_finite:
        return _simple(exact(Fraction(low + high) / 2))
    if type(low) is float and type(high) is float:
        return 0
    return low + max(1, abs(low)) if type(high) is float else high - max(1, abs(high))


def _simple(x: Endpoint) -> Endpoint:
    """A rational near `x` with a small denominator: exact arithmetic on it stays cheap."""
    if type(x) is int or x.denominator < 2**40:
        return x
    return exact(Fraction(round(x * 2**40), 2**40))


def _relative(interval: Interval, whole: Interval) -> float:
    """The width of a part as a fraction of the whole; infinite parts are the widest."""
    if not interval.is_finite:
        return 2.0
    return float(interval.width / whole.width) if whole.is_finite else min(1.0, float(interval.width) / FAR + 2**-20)


def middle(box: Box) -> Box:
    """The point in the middle of a box."""
    return {source: _point(_whole(source, centre(interval))) for source, interval in box.items()}


def corners(box: Box, limit: int) -> Iterator[Box]:
    """Some corners of a box: the lowest, the highest, then those in which single sources differ."""
    ends = {source: (_near(interval.lo, -1), _near(interval.hi, 1)) for source, interval in box.items()}
    if 2 ** len(ends) <= limit:
        for choice in product((0, 1), repeat=len(ends)):
            yield {source: _point(pair[side]) for (source, pair), side in zip(ends.items(), choice)}
        return
    for base in (0, 1):
        yield {source: _point(pair[base]) for source, pair in ends.items()}
    for chosen in list(ends)[: max(0, limit - 2)]:
        yield {source: _point(pair[source is chosen]) for source, pair in ends.items()}


def ends(interval: Interval) -> tuple[Interval, Interval]:
    """The two ends of a range as points, far out where it has none."""
    return _point(_near(interval.lo, -1)), _point(_near(interval.hi, 1))


def _near(end: Endpoint, way: int) -> Endpoint:
    return way * FAR if type(end) is float else end


def _whole(source: Node, x: Endpoint) -> Endpoint:
    return x.__floor__() if is_integral(source) else x


def _point(x: Endpoint) -> Interval:
    return Interval(x, x)
