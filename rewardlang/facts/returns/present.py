"""What is there in every entry of a row that is scored: rows on which an assumption is broken, or invalid, are refused."""

from rewardlang.facts.learn import STRICT
from rewardlang.ir.node import Node, reachable
from rewardlang.values.axes import Axis

#: Beside these, words that have no value at a position where their first argument has none.
_STRICT = STRICT | {"delta", "sum", "cumsum"}


def always_valid(ranges, node: Node, axis: Axis) -> bool:
    """Whether no row that is scored lacks an entry of a node along an axis, gates and nulls in the data notwithstanding.

    A gate may hide a null. What an assumption reads of every entry is never null, since the row would be refused.
    """
    if ranges.fact(node).fails:
        return False
    parts = reachable([node])
    read = read_always(ranges, axis)
    return all(part in read for part in parts if part.op == "input") and all(part.op != "call" for part in parts)


def read_always(ranges, axis: Axis) -> frozenset[Node]:
    """The inputs of which some assumption, true of every row that is scored, reads each entry along an axis."""
    if axis not in ranges.present:
        found: set[Node] = set()
        for fact in ranges.spec.assumptions:
            parts = reachable([fact])
            if all(part.op != "call" for part in parts):    # what asks a model is not held against the data
                found |= _read(fact, axis)
        ranges.present[axis] = frozenset(found)
    return ranges.present[axis]


def _read(fact: Node, axis: Axis) -> set[Node]:
    found, stack = set(), [fact]
    while any(node.op == "and" for node in stack):      # true only where both sides are
        stack = [part for node in stack for part in (node.args if node.op == "and" else (node,))]
    while stack:
        node = stack.pop()
        if node.op == "input" and all(own in node.type.axes or own.size or own == axis for own in fact.type.axes):
            found.add(node)
        if node.op in _STRICT and not {"where", "by"} & set(node.get("roles") or ()):
            stack += node.args[:1] if node.op == "delta" else node.args
    return found
