"""How many entries a reduction, scan or window sees."""

from math import inf

from rewardlang.facts.backward import TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.leaves import Fact, positions
from rewardlang.facts.needs import entry_context
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval


def count_of(ranges, node: Node, context: Context, args: dict[str, Node]) -> Interval:
    """How many entries a reduction sees; in a window, along with `by`, and in a scan, the own one at least."""
    sure = "where" not in args or _admits_all(ranges, node, context, args)
    if node.get("window"):
        size = ranges.spec.group_size if node.get("group") and node["window"] == "batch" else None
        found = Interval(*size) if size else Interval(1, inf)
        if any(axis.ragged for arg in node.args for axis in arg.type.axes):     # others may have no such position
            found = Interval(1, found.hi)
        sure = sure and ("x" not in args or not ranges.fact(args["x"]).fails)
        return found if sure else Interval(0, found.hi)
    found = Interval(1, 1)
    for axis in node["over"]:
        found = found * positions(ranges, axis, context)
    if "by" in args or OPERATORS[node.op].family is Family.SCAN:
        found = Interval(1 if "by" in args else max(found.lo, 1), max(found.hi, 1))
    return found if sure else Interval(0, found.hi)


def _admits_all(ranges, node: Node, context: Context, args: dict[str, Node]) -> bool:
    return ranges.known(args["where"], entry_context(ranges, node, context)) == Fact(TRUE, False)
