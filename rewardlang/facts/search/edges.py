"""Arguments of partial operators looked at closely where their natural range leaves the domain."""

from rewardlang.facts.backward import TRUE
from rewardlang.facts.search.derivatives import VALUES
from rewardlang.facts.search.prove import reach
from rewardlang.facts.search.question import Question
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import domain
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval

#: For each partial operator: the argument that may be at fault, and the edge of what it may be.
_EDGES = {"div": (1, 0), "log": (0, 0), "log1p": (0, -1), "sqrt": (0, 0), "pow": (0, 0)}

#: Boxes looked at for one argument. What leaves the domain does so at a corner, most often, and then this costs little.
_BOXES = 90


def looked_at(ranges, node: Node, args: list[Interval]) -> list[Interval]:
    """The arguments' ranges, that of the one at fault narrowed by branch and bound as far as the domain asks."""
    position, edge = _EDGES.get(node.op, (0, None))
    argument = node.args[position]
    if edge is None or argument.op not in VALUES or not args[position].is_finite or not ranges.looks_closely:
        return args
    at_edge = [*args[:position], Interval(edge, edge), *args[position + 1:]]
    defined = domain(OPERATORS[node.op], *at_edge) == TRUE
    with ranges.at_a_glance():
        found = _beyond(ranges, argument, args[position], edge, defined, above=True)
        if found is None and node.op == "div":
            found = _beyond(ranges, argument, args[position], edge, defined, above=False)
    return [*args[:position], found, *args[position + 1:]] if found is not None else args


def _beyond(ranges, argument: Node, known: Interval, edge: int, defined: bool, above: bool) -> Interval | None:
    """The range with its end on that side of the edge, or at it; None if it is not found to be.

    Where the operator is `defined` at the edge itself, a point that lies there answers nothing.
    """
    side = 1 if above else -1

    def inside(end):
        return (end - edge) * side > 0 or defined and end == edge

    def enough(certified, reached):
        return inside(certified) or reached is not None and not inside(reached)

    found = reach(ranges, argument, not above, Question(enough=enough), _BOXES)
    if found is None or (found.certified - edge) * side < 0:
        return None
    return known.meet(Interval(found.certified, known.hi) if above else Interval(known.lo, found.certified))
