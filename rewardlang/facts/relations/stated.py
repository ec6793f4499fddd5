"""What is known of several nodes together: comparisons that hold where a value counts, and parts that never exceed a whole."""

from math import inf
from typing import NamedTuple

from rewardlang.facts.backward import TINY, is_integral
from rewardlang.facts.context import Context
from rewardlang.facts.relations.linear import Linear, combined, form, opened
from rewardlang.facts.relations.populations import roles, same_population
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval

#: More comparisons than these are not used at once.
_MOST = 8
#: Parts within parts that are looked into.
_DEEPEST = 6

_SMALLER_FIRST = {"lt": True, "le": True, "gt": False, "ge": False}


class Relation(NamedTuple):
    """A linear form that is not negative: where the context holds, or (`everywhere`) at all positions of `axes`.

    Rollouts in which an assumption is false or invalid are refused, so its terms are valid.
    """

    form: Linear
    axes: frozenset[Axis]
    everywhere: bool

    def holds_of(self, ranges, linear: Linear) -> bool:
        """Whether it may be used of a form's entries: what it brings along is known, and there are entries of it."""
        if any(term.args and term not in ranges.root.facts for term in self.form.terms if term not in linear.terms):
            return False
        return not self.everywhere or self.axes <= {axis for term in linear.terms for axis in term.type.axes}


def relations(ranges, context: Context) -> tuple[Relation, ...]:
    """What the context and the assumptions say of two nodes, as forms that are not negative."""
    if context.order is None:
        said = {**ranges.universal, **context.known}
        found = [Relation(one, frozenset(node.type.axes), node not in context.known) for node, truth in said.items() if truth.is_point
                 for one in _forms(ranges, node, truth.lo == 1) if len(one.terms) > 1]
        context.order = tuple(found[:_MOST])
    return context.order


def compared(node: Node) -> bool:
    """Whether a condition on a node relates its arguments to each other."""
    return (node.op in _SMALLER_FIRST or node.op in ("eq", "ne")) and all(arg.type.kind.numeric for arg in node.args)


def _forms(ranges, node: Node, holds: bool) -> list[Linear]:
    if not compared(node):
        return []
    left, right = (form(ranges, arg) for arg in node.args)
    if node.op in ("eq", "ne"):
        return [combined(left, right, -1), combined(right, left, -1)] if holds == (node.op == "eq") else []
    up = _SMALLER_FIRST[node.op] == holds
    gap = opened(ranges, combined(right, left, -1) if up else combined(left, right, -1))
    if (node.op in ("lt", "gt")) == holds:      # strictly: by a whole, else by the least positive double at least
        gap = gap._replace(constant=gap.constant - (1 if all(is_integral(arg) for arg in node.args) else TINY))
    return [gap]


# A part and its whole ------------------------------------------------------------------------------------------------

#: These give one of the entries, or what lies between them.
_BETWEEN = frozenset({"min", "max", "mean", "first", "last", "quantile", "cummin", "cummax", "cummean"})

#: What the least entries do not exceed, and the greatest do: of all entries, or of those so far.
_ABOVE_LEAST = {"min": _BETWEEN, "cummin": frozenset({"cummean", "cummax"})}
_BELOW_GREATEST = {"max": _BETWEEN, "cummax": frozenset({"cummean", "cummin"})}


#: What does not fall where entries rise.
_KEEP_ORDER = frozenset({"sum", "mean", "max", "min", "cumsum", "cummean", "cummax", "cummin"})


def never_exceeds(ranges, small: Node, large: Node, context: Context, deep: int = 0) -> bool:
    """Whether one node is at most another wherever both are valid, by what they are made of."""
    if small is large:
        return True
    one, other = ranges.at_hand(small, context).range, ranges.at_hand(large, context).range
    if one is None or other is None or one.hi <= other.lo:
        return one is not None and other is not None
    if deep >= _DEEPEST:
        return False
    return _by_small(ranges, small, large, context, deep + 1) or _by_large(ranges, small, large, context, deep + 1)


def _by_small(ranges, small: Node, large: Node, context: Context, deep: int) -> bool:
    def below(part):
        return never_exceeds(ranges, part, large, context, deep)

    if small.op == "minimum":
        return any(below(arg) for arg in small.args)
    if small.op in ("maximum", "coalesce"):
        return all(below(arg) for arg in small.args)
    if small.op == "gate":
        return all(below(arg) for arg in small.args[1:])
    if small.op == "clamp":
        return below(small.args[0]) and below(small.args[1])
    if small.op == "number" or small.op == "detach":
        return below(small.args[0])
    if small.op in ("mul", "pow"):
        return _shrunk(ranges, small, below, context)
    if large.op in _ABOVE_LEAST.get(small.op, ()):
        return same_population(small, large, narrower=large)
    if small.op in _BETWEEN and set(small["roles"]) <= {"x", "where"}:
        return _free_of(small, large) and never_exceeds(ranges, roles(small)["x"], large, ranges.root, deep)
    return False


def _by_large(ranges, small: Node, large: Node, context: Context, deep: int) -> bool:
    def above(part):
        return never_exceeds(ranges, small, part, context, deep)

    if large.op == "maximum":
        return any(above(arg) for arg in large.args)
    if large.op == "minimum":
        return all(above(arg) for arg in large.args)
    if large.op == "gate":
        return all(above(arg) for arg in large.args[1:])
    if large.op == "number" or large.op == "detach":
        return above(large.args[0])
    if small.op in _BELOW_GREATEST.get(large.op, ()) and same_population(small, large, narrower=small):
        return True
    if large.op in _KEEP_ORDER and _entry_by_entry(ranges, small, large, deep):
        return True
    if large.op in ("sum", "count", "max"):
        return _of_all(ranges, small, large, context)
    return False


def _shrunk(ranges, node: Node, below, context: Context) -> bool:
    """A product of a number from 0 up with one from 0 to 1 is at most that number; so is a whole power of one from 0 to 1."""
    if node.op == "pow":
        base = ranges.at_hand(node.args[0], context).range
        return node.args[1].get("value") in (2, 3, 4) and base is not None and 0 <= base.lo and base.hi <= 1 and below(node.args[0])
    for one, other in (node.args, node.args[::-1]):
        factor, size = ranges.at_hand(other, context).range, ranges.at_hand(one, context).range
        if factor and size and size.lo >= 0 and 0 <= factor.lo and factor.hi <= 1 and below(one):
            return True
    return False


def _entry_by_entry(ranges, small: Node, large: Node, deep: int) -> bool:
    """Whether each entry is at most its like; or a mean is outside where it is inside: |mean(x)| ≤ mean(|x|), mean(x)² ≤ mean(x²).

    What is missing in the one is left out there alone, so the same entries must be (J. L. W. V. Jensen, Acta Mathematica 30, 1906).
    """
    outside, inner = _convex(small)
    inner = small if inner is None else inner
    if inner.op != large.op or outside and large.op != "mean" or not same_population(inner, large, of_same=False):
        return False
    one, other = roles(inner).get("x"), roles(large).get("x")
    if one is None or other is None or not roles(large).keys() <= {"x", "where", "by"}:
        return False
    if outside:
        return _convex(other) == (outside, one)
    same = None is not _missing_with(ranges, one) == _missing_with(ranges, other)
    return same and never_exceeds(ranges, one, other, ranges.root, deep)


def _missing_with(ranges, node: Node) -> frozenset[Node] | None:
    """The sources of which a value is missing just where one of them is; None where it may be missing for another reason."""
    found, stack = set(), [node]
    while stack:
        part = stack.pop()
        row = OPERATORS.get(part.op)
        if ranges.fact(part).fails or part.args and (row is None or row.family is not Family.POINTWISE):
            return None
        found |= set() if part.args or part.op == "const" else {part}
        stack += part.args
    return frozenset(found)


def _convex(node: Node) -> tuple[str | None, Node | None]:
    """An absolute value or a square, by name, and what it is of; (None, None) of anything else."""
    if node.op == "abs":
        return "size", node.args[0]
    if node.op == "mul" and node.args[0] is node.args[1] or node.op == "pow" and node.args[1].get("value") == 2:
        return "square", node.args[0]
    return None, None


def _of_all(ranges, small: Node, large: Node, context: Context) -> bool:
    """A part of the entries, or one of them, against all of them."""
    if large.op == "count":
        return small.op in ("count", "rank") and same_population(small, large, narrower=small)
    whole = roles(large)["x"]
    if "where" in large["roles"] or large.get("window") or large.op == "sum" and not _not_negative(ranges, whole):
        return False
    if small is whole:
        return set(large["over"]) <= set(small.type.axes)
    return large.op == "sum" and small.op in ("sum", "max", "first", "last", "cumsum") and same_population(small, large, narrower=small)


def _not_negative(ranges, node: Node) -> bool:
    found = ranges.of(node)
    return found is not None and found.lo >= 0


def _free_of(small: Node, large: Node) -> bool:
    """Whether the larger node is the same for all entries that the smaller one gathers."""
    return not small.get("window") and set(small["over"]).isdisjoint(large.type.axes)


def apart(ranges, small: Node, large: Node, context: Context) -> Interval:
    """The range of large - small, of which the second never exceeds the first."""
    low, high = ranges.at_hand(small, context).range, ranges.at_hand(large, context).range
    if low is None or high is None:
        return Interval(0, inf)
    return Interval(max(high.lo - low.hi, 0), max(high.hi - low.lo, 0))
