"""A second opinion on a range: its own branch and bound over mpmath's intervals, which shares no rule with the engine.

What looks beyond one entry (reductions, windows, machines) is taken within the engine's range for it, and named.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from rewardlang.ir.node import Node
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

#: Boxes looked at for one range.
BOXES = 1500
#: What a range may be passed by, relative to its end: the engine's own ends are rounded there.
_SLACK = Fraction(1, 10**9)

#: Parts of a range narrower than this share of it are not halved again.
_FINEST = 1e-12
#: Rounds in which sources are put at their worse ends, one after another.
_ROUNDS = 3
#: How far out points of ranges without an end lie.
_FAR = 1e6

HOLDS, OPEN, CONTRADICTED = "holds", "open", "contradicted"
_INTEGRAL = frozenset({Kind.BOOL, Kind.INT, Kind.ENUM})
_SOURCES = frozenset({"input", "param", "const", "call", "field", "index", "length"})


@dataclass(frozen=True)
class Recheck:
    """`holds`, `open` (not decided within the work) or `contradicted` at a `point`; `trusted` are nodes whose range was taken as given."""

    status: str
    boxes: int
    trusted: tuple[Node, ...] = ()
    point: dict[Node, float] = field(default_factory=dict)


def recheck(ranges, root: Node, claimed: Interval, boxes: int = BOXES) -> Recheck:
    """Whether no valid value of a node lies outside a range, over all its sources in their ranges."""
    return _Checker(ranges, root).run(claimed, boxes)


class _Checker:
    """Values and slopes of one root on boxes; a box is a list of intervals, one for each variable."""

    def __init__(self, ranges, root: Node):
        from rewardlang.facts.recheck import rules as recheck_rules
        self.rules, self.iv, self.ranges, self.root = recheck_rules, recheck_rules.iv, ranges, root
        self.nodes: list[Node] = []
        seen, stack = set(), [root]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                self.nodes.append(node)
                stack += node.args if self.is_step(node) else ()
        self.nodes.sort(key=lambda node: node.number)
        self.variables = [node for node in self.nodes if not self.is_step(node) and ranges.of(node) is not None]
        self.never = {node for node in self.nodes if not self.is_step(node)} - set(self.variables)

    def is_step(self, node: Node) -> bool:
        """Whether a node is computed here from its arguments."""
        return bool(node.args) and (node.op in ("gate", "coalesce") or node.op in self.rules.VALUES and node.op in OPERATORS
                                    and OPERATORS[node.op].family in (Family.POINTWISE, Family.CONTROL))

    def run(self, claimed: Interval, boxes: int) -> Recheck:
        trusted = tuple(node for node in self.variables if node.op not in _SOURCES)
        low, high = (None if type(end) is float else end for end in (claimed.lo, claimed.hi))
        slack = _SLACK * max(1, *(abs(end) for end in (low, high, 0) if end is not None))
        limits = [None if end is None else self.number(end + way * slack) for end, way in ((low, -1), (high, 1))]
        stack, count = [[self.interval(self.ranges.of(node)) for node in self.variables]], 0
        while stack:
            box, count = stack.pop(), count + 1
            if count > boxes:
                return Recheck(OPEN, count, trusted)
            if self.within(box, limits):
                continue
            slopes = self.slopes(self.values(box))
            point = None if trusted else next((at for at in self.points(box, slopes) if self.breaks(at, limits)), None)
            if point is not None:
                found = {node: float(part.mid) for node, part in zip(self.variables, point) if node.op != "const"}
                return Recheck(CONTRADICTED, count, trusted, found)
            parts = self.halves(box, slopes)
            if not parts:
                return Recheck(OPEN, count, trusted)
            stack += parts
        return Recheck(HOLDS, count, trusted)

    def within(self, box: list, limits) -> bool:
        """Whether the value surely keeps the limits on a box: by its range, by the mean value theorem, or at monotone ends."""
        values = self.values(box)
        value = values[self.root]
        if value is None or self.inside(value, limits):
            return True
        slopes = self.slopes(values)
        if slopes is None or any(not abs(part.mid) < self.rules.inf for part in box):
            return False
        return all(limit is None or self.kept(box, slopes, limit, side) for side, limit in enumerate(limits))

    def kept(self, box: list, slopes: list, limit, side: int) -> bool:
        """Whether one limit is kept, with every source in which the value is monotone at its worse end."""
        for _ in range(_ROUNDS):
            moved = [self.worse(part, slope, side) for part, slope in zip(box, slopes)]
            values = self.values(moved)
            value, limits = values[self.root], [limit, None] if side == 0 else [None, limit]
            if value is None:
                return False
            slopes = self.slopes(values)
            if self.inside(value, limits) or slopes is not None and self.inside(self.mean_value(moved, slopes), limits):
                return True
            if slopes is None or moved == box:
                return False
            box = moved
        return False

    def worse(self, part, slope, side: int):
        rises, falls = slope.a >= 0, slope.b <= 0
        return self.iv.mpf(part.b if rises == bool(side) else part.a) if rises or falls else part

    def mean_value(self, box: list, slopes: list):
        """f(c) + Σ slope · (x - c), with c the middle; everything where that has no value."""
        middle = [self.iv.mpf(part.mid) for part in box]
        total = self.values(middle)[self.root]
        if total is None:
            return self.rules.ALL
        for part, at, slope in zip(box, middle, slopes):
            total = total + slope * (part - at) if part.a != part.b else total
        return total

    def values(self, box: list) -> dict:
        """The ranges of all nodes on a box."""
        found = dict(zip(self.variables, box)) | dict.fromkeys(self.never)
        for node in self.nodes:
            if node in found:
                continue
            given = [found[arg] for arg in node.args]
            if node.op == "gate":
                found[node] = self.gate(*given)
            elif node.op == "coalesce":
                found[node] = self.either(*given) if self.ranges.may_be_null(node.args[0]) else given[0]
            else:
                found[node] = None if None in given else self.rules.VALUES[node.op](*given)
        return found

    def gate(self, condition, opened, closed):
        if condition is None:
            return None
        return opened if condition == self.rules.ONE else closed if condition == self.rules.ZERO else self.either(opened, closed)

    def either(self, one, other):
        """The hull of two values of which one counts."""
        return other if one is None else one if other is None else self.rules.hull(one, other)

    def slopes(self, values: dict) -> list | None:
        """The root's slopes in the variables, forward; None where it may jump or be undefined in the box."""
        rows: dict[Node, dict] = {node: {node: self.rules.ONE} for node in self.variables}
        for node in self.nodes:
            if node in rows:
                continue
            inner = self.local(node, values)
            if inner is None and any(rows.get(arg) for arg in node.args) or any(rows.get(arg) is None for arg in node.args):
                rows[node] = None
            else:
                rows[node] = self.combined(zip(inner or (), (rows[arg] for arg in node.args)))
        found = rows.get(self.root)
        return None if found is None else [found.get(node, self.rules.ZERO) for node in self.variables]

    def local(self, node: Node, values: dict):
        given = [values[arg] for arg in node.args]
        if node.op == "gate":
            condition = given[0]
            decided = condition is not None and condition in (self.rules.ONE, self.rules.ZERO)
            return (self.rules.ZERO, condition, 1 - condition) if decided else None
        if node.op == "coalesce":
            return (self.rules.TRUTH,) * 2 if self.ranges.may_be_null(node.args[0]) else (self.rules.ONE, self.rules.ZERO)
        value, rule = values[node], self.rules.SLOPES.get(node.op)
        if value is not None and value.a == value.b and node.type.kind in _INTEGRAL:
            return (self.rules.ZERO,) * len(given)
        return None if rule is None or value is None or None in given else rule(value, *given)

    def combined(self, pairs) -> dict:
        found: dict = {}
        for slope, row in pairs:
            for node, inner in row.items():
                found[node] = found.get(node, self.rules.ZERO) + slope * inner
        return found

    def inside(self, value, limits) -> bool:
        return (limits[0] is None or value.a >= limits[0].a) and (limits[1] is None or value.b <= limits[1].b)

    def outside(self, value, limits) -> bool:
        return limits[0] is not None and value.b < limits[0].a or limits[1] is not None and value.a > limits[1].b

    def points(self, box: list, slopes: list | None):
        """The middle of a box, and the corners to which the slopes point."""
        yield [self.middle(node, part) for node, part in zip(self.variables, box)]
        for side in (0, 1) if slopes is not None else ():
            yield [self.iv.mpf(part.b if (slope.mid >= 0) == bool(side) else part.a) for part, slope in zip(box, slopes)]

    def breaks(self, point: list, limits) -> bool:
        value = self.values(point)[self.root]
        return value is not None and self.outside(value, limits)

    def halves(self, box: list, slopes: list | None) -> list:
        """The box cut along the variable that moves the value most, else along its relatively widest one."""
        best, width = None, 0
        for i, (node, part) in enumerate(zip(self.variables, box)):
            whole = self.interval(self.ranges.of(node))
            if node.op == "const" or part.a == part.b or whole.delta == self.rules.inf:
                continue
            share = float((part.delta / whole.delta).b)
            weight = share if slopes is None else float((abs(slopes[i]) * part.delta).b)
            if share > _FINEST and weight > width:
                best, width = i, weight
        if best is None:
            return []
        part, at = box[best], self.middle(self.variables[best], box[best]).a
        next_ = at + 1 if self.variables[best].type.kind in _INTEGRAL else at
        ends = [self.iv.mpf([part.a, at]), self.iv.mpf([next_, part.b])]
        return [[*box[:best], end, *box[best + 1:]] for end in ends]

    def middle(self, node: Node, part):
        """A point of a part near its middle; far out where it has no end."""
        low, high = float(part.a), float(part.b)
        at = max(-_FAR, low) / 2 + min(_FAR, high) / 2
        at = float(at // 1) if node.type.kind in _INTEGRAL else at
        return self.iv.mpf(at) if part.a <= at <= part.b else self.iv.mpf(part.a if part.a > -self.rules.inf else part.b)

    def interval(self, found: Interval):
        return self.rules.hull(self.number(found.lo), self.number(found.hi))

    def number(self, end):
        """An exact end, rounded outward."""
        if type(end) is float:
            return self.iv.mpf(end)
        end = Fraction(end)
        return self.iv.mpf(end.numerator) / self.iv.mpf(end.denominator)
