"""Nodes with some leaves known: what rests on constants alone becomes one."""

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite

from rewardlang.elaborate.constants import plain
from rewardlang.elaborate.context import Context
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.types import INT, Kind

_KERNEL = FloatKernel()
_EXACT = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a,
          "number": int}


def with_constants(cx: Context, node: Node, known: Mapping[Node, int]) -> Node:
    """The node where some leaves have these values, folded as far as that goes."""
    done: dict[Node, Node] = {}
    graph = cx.spec.graph
    for part in reachable([node]):
        if part in known:
            done[part] = cx.const(known[part], INT, graph.origins.get(part))
            continue
        args = tuple(done[arg] for arg in part.args)
        folded = _folded(part, args)
        if folded is not None:
            done[part] = cx.const(folded, part.type, graph.origins.get(part))
        elif args != part.args:
            done[part] = graph.add(part.op, args, part.type, graph.origins.get(part), **dict(part.attrs))
        else:
            done[part] = part
    return done[node]


def _folded(node: Node, args: tuple[Node, ...]) -> object:
    """The value of a pointwise operator on constants; None where it has none or is no such operator."""
    row = OPERATORS.get(node.op)
    pointwise = row is not None and row.family in (Family.POINTWISE, Family.CONTROL)
    if not pointwise or not args or node.type.axes or any(arg.op != "const" or arg["value"] is None for arg in args):
        return None
    values = [arg["value"] for arg in args]
    if node.op in _EXACT:
        return plain(Fraction(_EXACT[node.op](*values))) if all(isfinite(value) for value in values) else None
    value = call(_KERNEL, row, *(float(arg) if isinstance(arg, Fraction) else arg for arg in values))
    if node.type.kind is Kind.BOOL or value is None or not isfinite(value):
        return None if value is None else bool(value) if node.type.kind is Kind.BOOL else None
    return plain(Fraction(value))
