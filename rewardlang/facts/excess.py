"""How far a value in a machine's precision may lie beyond its range over the real numbers.

A forward error analysis (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 3): each operator passes its
arguments' errors on by its slopes, and adds its own rounding. A comparison of what is not exact may turn round; nothing is said then.
"""

from math import inf

from rewardlang.facts.relations.counts import count_of
from rewardlang.facts.rounded import SINGLE, Precision
from rewardlang.facts.search.derivatives import SLOPES
from rewardlang.facts.search.tape import pair
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.types import Kind

#: Units in the last place by which one operator may be off, also where a few are computed as one.
_UNITS = 4


def excess(ranges, root: Node, precision: Precision = SINGLE) -> float | None:
    """A number by which no rounded value leaves the range of a node; None where none is known."""
    errors: dict[Node, float] = {}
    for node in reachable([root]):
        errors[node] = _error(ranges, node, errors, precision)
    if root.op == "clamp":      # what comes out is one of its limits, or lies between
        found = max(errors[arg] for arg in root.args[1:])
    else:
        found = errors[root]
    return found if found < inf else None


def _error(ranges, node: Node, errors: dict[Node, float], precision: Precision) -> float:
    inner = [errors[arg] for arg in node.args]
    size = _size(ranges, node)
    if node.type.kind not in (Kind.FLOAT, Kind.INT):
        return 0.0 if not any(inner) else inf
    if node.op == "const" or not node.args or node.op in ("call", "field"):
        return _of_source(node, size, precision)
    if node.op == "gate":
        return inf if inner[0] else max(inner[1:])
    if node.op in ("coalesce", "number", "vector", "pick", "at_last", "at_first", "every", "prev", "detach"):
        return max(inner)
    row = OPERATORS.get(node.op)
    if row is None or row.family is Family.REDUCTION:
        return _of_reduction(ranges, node, inner, precision)
    if node.type.kind is Kind.INT:
        return 0.0 if not any(inner) else inf
    return _of_operator(ranges, node, inner, precision)


def _size(ranges, node: Node) -> float:
    found = ranges.of(node)
    return 0.0 if found is None else float(max(abs(found.lo), abs(found.hi)))


def _of_source(node: Node, size: float, precision: Precision) -> float:
    if node.op == "const" and not isinstance(node["value"], tuple):
        value = node["value"]
        return 0.0 if value is None or precision.rounded(value) == value else size * 2.0**-precision.digits
    exactly = node.type.kind is Kind.INT and size <= 2.0**precision.digits
    return 0.0 if exactly else size * 2.0**-precision.digits


def _of_reduction(ranges, node: Node, inner: list[float], precision: Precision) -> float:
    if node.op not in ("sum", "mean", "min", "max") or node.get("window") or "x" not in node["roles"]:
        return inf
    args = dict(zip(node["roles"], zip(node.args, inner)))
    x, error = args.pop("x")
    if any(each for _, each in args.values()):
        return inf
    if node.op in ("min", "max"):
        return error
    count = float(count_of(ranges, node, ranges.root, dict(zip(node["roles"], node.args))).hi)
    each = error + count * 2.0**-precision.digits * _size(ranges, x) if count < inf else inf
    return each if node.op == "mean" else count * each


def _of_operator(ranges, node: Node, inner: list[float], precision: Precision) -> float:
    facts = [ranges.of(each) for each in (node, *node.args)]
    rule = SLOPES.get(node.op)
    if rule is None or None in facts:
        return inf
    value, *given = (pair(fact) for fact in facts)
    slopes = rule(value, *((low - error, high + error) for (low, high), error in zip(given, inner)))
    if slopes is None:
        return inf
    passed = sum(max(abs(low), abs(high)) * error for (low, high), error in zip(slopes, inner) if error)
    return passed + _UNITS * 2.0**-precision.digits * (_size(ranges, node) + passed)
