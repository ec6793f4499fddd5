"""A value as a straight line of operations on doubles: ranges forward, slopes backward (interval reverse mode).

Made once for a question and run on many boxes. Sources are its variables; what looks beyond its own entry (reductions, scans,
windows) is a variable too, within the range that holds for it everywhere.
"""

from collections.abc import Iterable, Mapping

from rewardlang.facts.search import doubles as d
from rewardlang.facts.search.derivatives import SLOPES, VALUES
from rewardlang.facts.search.doubles import ANY, ONE, TRUTH, ZERO, Pair
from rewardlang.facts.search.ratio import Ratio
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import bound, domain
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.endpoint import double_down, double_up, exact
from rewardlang.values.interval import Interval

#: The ranges of all slots on a box; None where a value is nowhere defined.
Values = list[Pair | None]

_CONTROL = frozenset({"gate", "coalesce"})


class Tape:
    """The operations under some roots. `variables` are the slots that a box gives ranges for, in the order of the box."""

    def __init__(self, ranges, roots: Iterable[Node], fixed: Mapping[Node, Interval]):
        """`fixed` are nodes whose range is given: variables, whatever lies beneath."""
        self.ranges = ranges
        self.slots: dict[Node, int] = {}
        self.start: Values = []
        self.variables: list[Node] = []
        self.steps: list[tuple] = []
        for node in seen_by_tape(roots, fixed):
            self._enter(node, fixed)

    def _enter(self, node: Node, fixed: Mapping[Node, Interval]) -> None:
        slot = self.slots[node] = len(self.start)
        if node.op == "const" or node in fixed or is_variable(self.ranges, node):
            interval = fixed.get(node) or self.ranges.of(node)
            if interval is not None and not interval.is_point:
                self.variables.append(node)
            self.start.append(pair(interval))
            return
        self.start.append(None)
        args = tuple(self.slots[arg] for arg in node.args)
        if node.op == "coalesce" and not self.ranges.may_be_null(node.args[0]):
            self.steps.append((slot, "number", args[:1], VALUES["number"], None, ANY))
            return
        ratio = Ratio.of(self.ranges, node, self.slots) if node.op == "div" else None
        natural = self.ranges.of(node) if node not in self.ranges.universal else None      # what is assumed is still to be looked at
        self.steps.append((slot, node.op, args, VALUES.get(node.op) or _by_row(node.op), ratio, pair(natural) or ANY))

    @property
    def whole(self) -> list[Pair]:
        """The box of all variables."""
        return [self.start[self.slots[node]] for node in self.variables]

    def forward(self, box: list[Pair]) -> Values:
        """The ranges of all slots on a box."""
        values = self.start[:]
        for node, part in zip(self.variables, box):
            values[self.slots[node]] = part
        for slot, op, args, rule, ratio, natural in self.steps:
            given = [values[arg] for arg in args]
            if op in _CONTROL:
                found = _gate(*given) if op == "gate" else given[1] if given[0] is None else d.hull(*given) if given[1] else given[0]
            elif None in given:
                continue
            else:
                found = rule(*given)
                if ratio is not None and found is not None:
                    found = ratio.narrowed(values, found)
            if found is not None:
                low, high = max(found[0], natural[0]), min(found[1], natural[1])
                values[slot] = (low, high) if low <= high else found
        return values

    def slopes(self, values: Values, root: int) -> list[Pair] | None:
        """The range of the root's slope in every variable; None where the root may be undefined within the box."""
        found: list[Pair | None] = [None] * len(values)
        found[root] = ONE
        for slot, op, args, *_ in reversed(self.steps):
            outer = found[slot]
            if outer is None:
                continue
            given = [values[arg] for arg in args]
            inner = _gate_slopes(*given) if op == "gate" else _inner(op, values[slot], given)
            if inner is None:
                return None
            for arg, slope in zip(args, inner):
                if slope is not None:
                    part = slope if outer == ONE else ZERO if outer == ZERO else d.mul(outer, slope)
                    found[arg] = part if found[arg] is None else d.add(found[arg], part) if part != ZERO else found[arg]
        return [found[self.slots[node]] or ZERO for node in self.variables]


def seen_by_tape(roots: Iterable[Node], fixed: Mapping[Node, Interval] = {}) -> list[Node]:
    """What is under the roots and not under a fixed node or a variable, arguments first."""
    seen, stack = set(), list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if node not in fixed and _is_step(node):
                stack += node.args
    return sorted(seen, key=lambda node: node.number)


def _is_step(node: Node) -> bool:
    row = OPERATORS.get(node.op)
    return bool(node.args) and (node.op in _CONTROL or row is not None and row.family is Family.POINTWISE or node.op in VALUES)


def is_variable(ranges, node: Node) -> bool:
    """Whether a tape takes a node as it is: a source, or what looks beyond its own entry."""
    return not _is_step(node)


def pair(interval: Interval | None) -> Pair | None:
    """A range in doubles, rounded outward."""
    return None if interval is None else (double_down(interval.lo), double_up(interval.hi))


def interval(part: Pair) -> Interval:
    """A range with exact ends."""
    return Interval(exact(part[0]), exact(part[1]))


def _gate(condition: Pair | None, opened: Pair | None, closed: Pair | None) -> Pair | None:
    if condition == ONE or closed is None:
        return opened
    return closed if condition == ZERO or opened is None else d.hull(opened, closed)


def _gate_slopes(condition: Pair | None, opened: Pair | None, closed: Pair | None):
    """Of a side that never counts, or never has a value, nothing is asked; else a part of both, and a jump between them."""
    if condition == ONE or closed is None:
        return (None, ONE, None)
    if condition == ZERO or opened is None:
        return (None, None, ONE)
    return None if condition is None else (ANY, TRUTH, TRUTH)


def _inner(op: str, value: Pair | None, given: list[Pair | None]):
    if op == "coalesce":
        return (TRUTH, TRUTH)       # one of the two, the same all over the box: what is missing does not hang on numbers
    if value is None or None in given:
        return None
    rule = SLOPES.get(op)
    if rule is not None:
        return rule(value, *given)
    row = OPERATORS[op]
    sure = row.domain is None or domain(row, *(interval(part) for part in given)) == Interval(1, 1)
    return (ANY,) * len(given) if sure else None


def _by_row(op: str):
    """The range of an operator without a rule of its own here, by its row."""
    if op in _CONTROL:
        return None
    row = OPERATORS[op]

    def rule(*given: Pair) -> Pair:
        return pair(bound(row, *(interval(part) for part in given)))

    return rule
