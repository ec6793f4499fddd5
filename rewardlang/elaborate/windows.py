"""Windows of temporal words: their ends are whole numbers, params, and what is computed from these alone."""

from collections.abc import Callable
from fractions import Fraction

from rewardlang.elaborate.constants import show
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.folding import with_constants
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.intervals import bound
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.interval import Interval
from rewardlang.values.types import INT, Kind

#: A longer window is a slip of the pen: no trace that fits into memory has so many steps.
LONGEST_WINDOW = 10**9


def window(cx: Context, expr: tree.Temporal) -> dict[str, Node]:
    """The ends of the window by role: constants, params with a range, or numbers computed from these."""
    if expr.window is None:
        return {}
    low, high = (_end(cx, end) for end in expr.window)
    least, most = _range(cx, low).lo, _range(cx, high).hi
    if least > most:
        raise cx.fail("RW301", expr.span, problem=f"starts at {show(least)} and ends before it, at {show(most)}")
    return {"low": low, "high": high}


def _end(cx: Context, written: tree.Expr) -> Node:
    node = with_constants(cx, cx.node(written, INT), {})
    if cx.definition and any(part.op == "input" for part in reachable([node])):
        return cx.const(0, INT, written.span)
    if node.op != "const":
        return _of_params(cx, node, written.span)
    steps = node["value"]
    if not isinstance(steps, int) or isinstance(steps, bool):
        raise cx.fail("RW301", written.span, problem=f"counts whole steps, and {show(steps)} is none")
    if not 0 <= steps <= LONGEST_WINDOW:
        below, beyond = "counts steps away from here, and {} is less than none", "reaches {} steps: leave it out instead"
        raise cx.fail("RW301", written.span, problem=(below if steps < 0 else beyond).format(show(steps)))
    return node


def _of_params(cx: Context, node: Node, span: Span) -> Node:
    """The node, of nothing but whole params that stay as they are; the range of what is computed is noted."""
    steps = range_of(node, lambda param: _of_param(cx, param, span))
    if steps is None:
        raise cx.fail("RW120", span, what="a window's end")
    if node.type.kind is not Kind.INT or steps.lo < 0:
        found = "is no whole number" if node.type.kind is not Kind.INT else f"lies in {steps}"
        raise cx.fail("RW301", span, problem=f"counts whole steps from 0 on, and `{' '.join(span.text.split())}` {found}")
    cx.spec.domains[node] = steps
    return node


def range_of(node: Node, of_param: Callable[[Node], Interval]) -> Interval | None:
    """What a number computed from params and constants alone can be; None: it rests on something else."""
    known: dict[Node, Interval] = {}
    for part in reachable([node]):
        row = OPERATORS.get(part.op)
        if part.op == "param":
            known[part] = of_param(part)
        elif part.op == "const" and isinstance(part["value"], (int, float, Fraction)):
            known[part] = Interval.of(part["value"])
        elif row is not None and row.family is Family.POINTWISE and part.args:
            known[part] = bound(row, *(known[arg] for arg in part.args))
        else:
            return None
    return known[node]


def _of_param(cx: Context, node: Node, span: Span) -> Interval:
    info = cx.spec.params[node["name"]]
    if node.type.kind is not Kind.INT or node.type.axes or info.learnable or info.domain is None or info.domain.lo < 0:
        problem = f"counts whole steps, and `{info.name}` is no `param {info.name} : int in [0, …]` that stays as it is"
        raise cx.fail("RW301", span, problem=problem)
    return info.domain


def _range(cx: Context, node: Node) -> Interval:
    return Interval.of(node["value"]) if node.op == "const" else cx.spec.domains[node]
