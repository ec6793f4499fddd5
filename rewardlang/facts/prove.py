"""How far a value reaches: certified bounds by stages, and points that come close to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

from rewardlang.facts.boxes import Box, corners, halves, middle, sources
from rewardlang.facts.context import Context
from rewardlang.facts.signs import sign
from rewardlang.ir.node import Node
from rewardlang.values.interval import Endpoint, Interval

#: Boxes looked at for one bound, and facts found for it: the same on every machine.
BOXES = 300
WORK = 40_000

#: Signs are worth their cost in graphs with no more sources than this.
_FEW = 12

#: A bound is tight when a point comes this near to it, relative to the width of the range.
TIGHT = 1e-3


@dataclass(frozen=True)
class Reach:
    """One end of a value's range: no value lies beyond `certified`, and at `point` it is, if valid, at or beyond `reached`.

    Both are for the upper end as they stand, and for the lower end with the comparison turned round. `reached` is
    None where no point was found, `point` gives the sources' values there.
    """

    certified: Endpoint
    reached: Endpoint | None
    point: Mapping[Node, Interval] = field(default_factory=dict)


@dataclass(frozen=True)
class Bounds:
    """The certified range of a value, and how much of it is reached (None: no point was found)."""

    outer: Interval
    inner: Interval | None
    low: Reach
    high: Reach

    @property
    def tight(self) -> bool:
        """Whether points come within a thousandth of the certified range."""
        if self.inner is None:
            return False
        if not self.outer.is_finite:
            return self.outer == self.inner
        return (self.outer.width - self.inner.width) <= TIGHT * max(self.outer.width, 1e-9)


def bounds(ranges, node: Node, context: Context | None = None, boxes: int = BOXES) -> Bounds | None:
    """The range of a node's valid entries in a context; None where there are none."""
    context = context or ranges.root
    high = reach(ranges, node, context, upward=True, boxes=boxes)
    low = reach(ranges, node, context, upward=False, boxes=boxes)
    if high is None or low is None or low.certified > high.certified:
        return None
    inner = None
    if low.reached is not None and high.reached is not None and low.reached <= high.reached:
        inner = Interval(low.reached, high.reached)
    return Bounds(Interval(low.certified, high.certified), inner, low, high)


def reach(ranges, node: Node, context: Context, upward: bool, boxes: int = BOXES,
          enough: Callable[[Endpoint, Endpoint | None], bool] | None = None) -> Reach | None:
    """One end of a node's range in a context, by stages: the natural range, then branch and bound.

    `enough(certified, reached)` may end the search early, when a question is already answered. None if the node has
    no valid value in the context.
    """
    with ranges.work(WORK):
        search = _Search(ranges, node, context, upward)
        return search.run(boxes, enough or search.close)


class _Search:
    """Best-first branch and bound for one end; numbers are turned round for the lower end, so that more is further."""

    def __init__(self, ranges, node: Node, context: Context, upward: bool):
        self.ranges = ranges
        self.node = node
        self.context = context
        self.upward = upward
        self.reached: Endpoint | None = None
        self.point: Mapping[Node, Interval] = {}
        self.heap: list[tuple] = []
        self.count = 0
        self.sources = sources(ranges, node, context)
        fact = ranges.fact(node, context).range
        self.width = fact.width if fact is not None else 0

    def run(self, boxes: int, enough) -> Reach | None:
        """Looks at up to `boxes` boxes."""
        self.add({source: interval for source, interval in self.sources})
        while self.heap:
            certified = self.certified()
            if self.reached is not None and certified <= self.reached:
                break
            if enough(self.real(certified), self.real(self.reached)) or self.count >= boxes or self.ranges.exhausted:
                break
            box = heappop(self.heap)[-1]
            parts = halves(self.ranges, box, self.sources)
            if not parts:
                self.heap.insert(0, (-certified, self.count, box))
                break
            for part in parts:
                self.add(part)
        if not self.heap and self.reached is None:
            return None
        return Reach(self.real(self.certified()), self.real(self.reached), self.point)

    def certified(self) -> Endpoint:
        """What no value exceeds: the best open box, or what is reached where none is open."""
        best = -self.heap[0][0] if self.heap else -inf
        return best if self.reached is None else max(best, self.reached)

    def close(self, certified: Endpoint, reached: Endpoint | None) -> bool:
        """Whether the two are as near to each other as anyone asks."""
        if reached is None or abs(certified) == inf:
            return False
        return abs(certified - reached) <= TIGHT * TIGHT * max(abs(certified), self.width if self.width != inf else 0)

    def add(self, box: Box) -> None:
        """Opens a box unless nothing in it can be further than what is reached; tries points of it."""
        inner = self.ranges.inside(box, self.context)
        if inner is None:
            return
        self.count += 1
        fact = self.ranges.fact(self.node, inner)
        if fact.range is None:
            return
        box, fact = self.contracted(box, inner, fact)
        if fact.range is None:
            return
        far = self.far(fact.range)
        if self.reached is not None and far <= self.reached:
            return
        for point in (middle(box), *corners(box, limit=2 if self.count > 1 else 8)):
            self.try_point(point)
        heappush(self.heap, (-far, self.count, box))

    def contracted(self, box: Box, inner: Context, fact):
        """The box with each source in which the value is monotone at its better end."""
        if fact.fails or len(box) > _FEW:
            return box, fact
        moved = {}
        for source, interval in box.items():
            if not interval.is_point and interval.is_finite:
                way = sign(self.ranges, self.node, source, inner)
                if way is not None:
                    end = interval.hi if (way > 0) == self.upward else interval.lo
                    moved[source] = Interval(end, end)
        if not moved:
            return box, fact
        smaller = {**box, **moved}
        context = self.ranges.inside(smaller, self.context)
        return (smaller, self.ranges.fact(self.node, context)) if context is not None else (box, fact)

    def try_point(self, point: Box) -> None:
        """Looks what is surely reached where every source has one value."""
        context = self.ranges.inside(point, self.context, valid=True)
        fact = context and self.ranges.fact(self.node, context)
        if not fact or fact.range is None:
            return
        near = fact.range.lo if self.upward else -fact.range.hi
        if abs(near) != inf and (self.reached is None or near > self.reached):
            self.reached, self.point = near, point

    def far(self, interval: Interval) -> Endpoint:
        """The far end of a range."""
        return interval.hi if self.upward else -interval.lo

    def real(self, x: Endpoint | None) -> Endpoint | None:
        """A number of the search as it is."""
        return x if x is None or self.upward else -x
