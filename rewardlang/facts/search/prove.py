"""How far a value reaches: certified bounds by stages, and points that come close to them."""

from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from math import inf

from rewardlang.facts.backward import is_integral
from rewardlang.facts.context import Context
from rewardlang.facts.contracts.witness import GIVEN, entries, values_at
from rewardlang.facts.search.boxes import SPLITTABLE, Box, corners, ends, halves, middle, sources
from rewardlang.facts.search.climb import OPERATIONS, Climb
from rewardlang.facts.search.dominators import choices, free_parts, spot
from rewardlang.facts.search.question import TIGHT, Bounds, Question, Reach
from rewardlang.facts.search.signs import sign
from rewardlang.facts.search.slope import direction
from rewardlang.facts.search.tape import Tape, interval
from rewardlang.ir.node import Node, reachable
from rewardlang.values.endpoint import Endpoint, exact
from rewardlang.values.interval import Interval

#: Boxes looked at for one bound, and facts found for each of them: the same on every machine.
BOXES = 180
WORK = 60

#: Signs are worth their cost where a box has no more sources, and a graph no more nodes, than this.
_FEW = 12
_SMALL = 400

#: The reference is asked at the corner that signs point to where finding them looks at no more nodes than this in all.
_MOST_SIGNS = 50_000

#: With more sources than this, halves of one of them tell nothing.
_MOST_SOURCES = 64

#: Larger graphs are not looked at box by box in doubles; so many closed points are looked at exactly.
_LARGEST_TAPE = 2000
_MOST_CLOSED = 8


def bounds(ranges, node: Node, question: Question = Question(), boxes: int = BOXES) -> Bounds | None:
    """The range of a node's valid entries where the question's conditions hold; None where there are none."""
    high = reach(ranges, node, True, question, boxes)
    low = reach(ranges, node, False, question, boxes)
    if high is None or low is None or low.certified > high.certified:
        return None
    inner = None
    if low.reached is not None and high.reached is not None and low.reached <= high.reached:
        inner = Interval(low.reached, high.reached)
    return Bounds(Interval(low.certified, high.certified), inner, low, high)


def reach(ranges, node: Node, upward: bool, question: Question = Question(), boxes: int = BOXES) -> Reach | None:
    """One end of a node's range, by stages: the natural range, whole points on the reference, branch and bound.

    None if the node has no valid value where the conditions hold.
    """
    natural = _natural(ranges, node, upward, question)
    if natural is not None and question.enough is not None and question.enough(natural.certified, None):
        return natural
    with ranges.work(WORK * boxes):
        search = _Search(ranges, node, upward, question)
        return search.run(boxes, question.enough or search.close)


def _natural(ranges, node: Node, upward: bool, question: Question) -> Reach | None:
    """The first stage: the range that holds everywhere. None if the node has none."""
    found = ranges.of(node)
    return found and Reach(found.hi if upward else found.lo, None)


def related(spec, node: Node) -> tuple[Node, ...]:
    """The assumptions that hold of the very entries on which an entry of the node rests, and that relate several sources."""
    found = []
    for condition in spec.assumptions:
        sources_of = [part for part in reachable([condition]) if part.op in SPLITTABLE]
        if len(sources_of) > 1 and set(condition.type.axes) <= set(node.type.axes):
            found.append(condition)
    return tuple(found)


class _Search:
    """Best-first branch and bound for one end; numbers are turned round for the lower end, so that more is further."""

    def __init__(self, ranges, node: Node, upward: bool, question: Question):
        self.ranges = ranges
        self.node = node
        self.question = question
        self.conditions = (*question.conditions, *related(ranges.spec, node))
        self.upward = upward
        self.reached: Endpoint | None = None
        self.point: Mapping[Node, Interval] = {}
        self.heap: list[tuple] = []
        self.count = 0
        self.cap: Endpoint = inf
        self.complete = False
        self.sources = [(source, question.box.get(source, interval))
                        for source, interval in sources(ranges, [node, *self.conditions], ranges.root)]
        self.parts = reachable([node, *self.conditions])
        self.bound = frozenset(reachable(self.conditions))
        if len(self.sources) > _MOST_SOURCES:
            self.sources = []
        fact = ranges.fact(node).range
        self.width = fact.width if fact is not None else 0

    def enter(self, box: Box, valid: bool = False) -> Context | None:
        """The context of a box in which the conditions hold; None if they cannot."""
        context = self.ranges.inside({**self.question.box, **box}, valid=valid)
        for condition in self.conditions:
            context = context and self.ranges.assume(condition, True, context)
        return context

    def run(self, boxes: int, enough) -> Reach | None:
        """Looks at up to `boxes` boxes."""
        self.add(dict(self.sources))
        if self.heap and not self.answered(enough):
            self.try_reference()
        if self.heap and boxes > 1 and not self.answered(enough):
            self.climb(boxes)
        while self.heap and not self.complete:
            if self.answered(enough) or self.count >= boxes or self.ranges.exhausted:
                break
            parts = halves(self.ranges, self.heap[0][-1], self.sources)
            if not parts:
                break
            whole, _, _ = heappop(self.heap)
            for part in parts:
                self.add(part, -whole)
        if not self.heap and self.reached is None:
            return None
        return Reach(self.real(self.certified()), self.real(self.reached), self.point)

    def climb(self, boxes: int) -> None:
        """Branch and bound in doubles; then the points that are left, exactly.

        A point at which the search closed a box bounds all of that box, and so does its exact value. Boxes in which nothing
        is further than what was reached are left out on the way: what was reached bounds them.
        """
        whole = self.parts_by_themselves(boxes)
        tape = Tape(self.ranges, [self.node, *self.conditions],
                    {**choices(self.ranges, [self.node, *self.conditions]), **self.question.box,
                     **{part: known.outer for part, known in whole.items()}})
        if len(tape.steps) > _LARGEST_TAPE:
            return
        found = Climb(tape, tape.slots[self.node], tuple(tape.slots[c] for c in self.conditions),
                      [is_integral(node) for node in tape.variables], 1 if self.upward else -1,
                      answered=self.in_doubles(self.question.enough))
        found.run(OPERATIONS * boxes // BOXES, TIGHT * TIGHT)
        self.complete = all(node.op in SPLITTABLE or node in whole for node in tape.variables)
        if found.point is not None and self.complete:
            self.try_point(self.mapped({node: interval(part) for node, part in zip(tape.variables, found.point)}, whole))
        ends = [self.exactly(tape, whole, far, box) for far, box in sorted(found.closed, key=lambda entry: -entry[0])[:_MOST_CLOSED]]
        ends += [exact(far) for far, _ in sorted(found.closed, key=lambda entry: -entry[0])[_MOST_CLOSED:]]
        ends += [exact(-entry[0]) for entry in found.heap]
        ends += [exact(found.reached)] if found.point is not None else []
        self.cap = max(ends, default=-inf)

    def in_doubles(self, enough) -> Callable[[float, float], bool]:
        """Whether a question is answered, asked of numbers of the search in doubles."""
        if enough is None:
            return lambda far, near: False
        return lambda far, near: enough(self.real(exact(far)), None if near == -inf else self.real(exact(near)))

    def parts_by_themselves(self, boxes: int) -> dict[Node, Bounds]:
        """The ranges of the parts that share no source with the rest: each then counts as one source."""
        if self.conditions or self.question.box or boxes < BOXES // 8:
            return {}
        parts = free_parts(self.ranges, self.node)
        found = {part: bounds(self.ranges, part, boxes=boxes // len(parts)) for part in parts}
        return {part: known for part, known in found.items() if known is not None}

    def mapped(self, point: Box, whole: dict[Node, Bounds]) -> Box:
        """A point with the sources of such parts in place of the parts."""
        found: Box = {}
        for node, at in point.items():
            known = whole.get(node)
            spotted = known and spot(self.ranges, node, known.low.point, known.high.point, at)
            found.update(spotted or ({node: at} if known is None else {}))
        return found

    def exactly(self, tape: Tape, whole: dict[Node, Bounds], far: float, box) -> Endpoint:
        """The far end of a value on a small box by exact intervals; a point of it may be the furthest reached."""
        point = {node: interval(part) for node, part in zip(tape.variables, box)}
        context = self.ranges.inside({**self.question.box, **point})
        fact = context and self.ranges.fact(self.node, context)
        if self.complete and all(part.is_point for part in point.values()):
            self.try_point(self.mapped(point, whole))
        return min(exact(far), self.far(fact.range)) if fact and fact.range is not None else exact(far)

    def answered(self, enough) -> bool:
        """Whether the two ends meet, or are near enough."""
        certified = self.certified()
        if self.reached is not None and certified <= self.reached:
            return True
        return enough(self.real(certified), self.real(self.reached))

    def certified(self) -> Endpoint:
        """What no value exceeds: the best open box, or what is reached where none is open."""
        best = min(-self.heap[0][0], self.cap) if self.heap else -inf
        return best if self.reached is None else max(best, self.reached)

    def close(self, certified: Endpoint, reached: Endpoint | None) -> bool:
        """Whether the two are as near to each other as anyone asks."""
        if reached is None or abs(certified) == inf:
            return False
        return abs(certified - reached) <= TIGHT * TIGHT * max(abs(certified), self.width if self.width != inf else 0)

    def add(self, box: Box, whole: Endpoint = inf) -> None:
        """Opens a box unless nothing in it can be further than what is reached; tries points of it.

        What holds for the `whole` that it is part of holds for it too, also where the work for a closer look is used up.
        """
        inner = self.enter(box)
        if inner is None:
            return
        self.count += 1
        fact = self.ranges.fact(self.node, inner)
        if fact.range is None:
            return
        box, fact = self.contracted(box, inner, fact)
        if fact.range is None:
            return
        far = min(self.far(fact.range), whole)
        if self.reached is not None and far <= self.reached:
            return
        for point in (middle(box), *corners(box, limit=2 if self.count > 1 else 8)):
            self.try_point(point)
        heappush(self.heap, (-far, self.count, box))

    def contracted(self, box: Box, inner: Context, fact):
        """The box with each source in which the value is monotone at its better end.

        What a condition speaks of stays where it is: at its better end the condition may hold of other points than in the box.
        """
        if fact.fails or len(box) > _FEW or len(self.parts) > _SMALL:
            return box, fact
        moved = {}
        for source, interval in box.items():
            if source not in self.bound and not interval.is_point and interval.is_finite:
                way = sign(self.ranges, self.node, source, inner)
                if way is None:
                    way = direction(self.ranges, self.node, source, inner)
                if way is not None:
                    end = interval.hi if (way > 0) == self.upward else interval.lo
                    moved[source] = Interval(end, end)
        if not moved:
            return box, fact
        smaller = {**box, **moved}
        context = self.enter(smaller)
        found = context and self.ranges.fact(self.node, context)
        return (smaller, found) if found and found.range is not None else (box, fact)

    def try_point(self, point: Box) -> None:
        """Looks what is surely reached where every source has one value."""
        context = self.enter(point, valid=True)
        fact = context and self.ranges.fact(self.node, context)
        if not fact or fact.range is None:
            return
        near = fact.range.lo if self.upward else -fact.range.hi
        if abs(near) != inf and (self.reached is None or near > self.reached):
            self.reached, self.point = near, point

    def try_reference(self) -> None:
        """Asks the reference interpreter at the corner to which the signs point, lists along axes and all.

        It sees what a box cannot say: all positions of a list, and the own rollout in its population.
        """
        spec, point, free = self.ranges.spec, {}, []
        given = [part for part in self.parts if part.op in GIVEN]
        cheap = len(given) * len(self.parts) <= _MOST_SIGNS
        held = self.enter({})
        known = {part: self.question.box.get(part) or held and self.ranges.fact(part, held).range or self.ranges.of(part)
                 for part in given}
        for part, interval in known.items():
            if interval is not None:
                way = sign(self.ranges, self.node, part) if cheap else None
                free += [part] if way is None else []
                high = way is None or (way > 0) == self.upward
                point[part] = ends(interval)[high]
        for side in (0, 1) if free else (1,):
            asked = {**point, **{part: ends(known[part])[side] for part in free}}
            self.note(asked, values_at(spec, [self.node, *self.conditions], [asked]))

    def note(self, point: Box, values) -> None:
        """Takes the values of the reference at a point, where the conditions hold there."""
        held = values is not None and all(entry is True for condition in self.conditions
                                          for entry in entries(values[condition][0]))
        for value in entries(values[self.node][0]) if held else ():
            if value is not None and abs(value) != inf:
                near = min(exact(value) if self.upward else -exact(value), self.certified())
                if self.reached is None or near > self.reached:
                    self.reached, self.point = near, point

    def far(self, interval: Interval) -> Endpoint:
        """The far end of a range."""
        return interval.hi if self.upward else -interval.lo

    def real(self, x: Endpoint | None) -> Endpoint | None:
        """A number of the search as it is."""
        return x if x is None or self.upward else -x
