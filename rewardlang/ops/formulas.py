"""Temporal words in the reference interpreter: the row along the axis, read with what is invalid false, and then true."""

import math

from rewardlang.ops.floats import call
from rewardlang.ops.row import Operator
from rewardlang.ops.temporal import Reading


def read(run, node, row: Operator, rollout: int, at: dict):
    """The value at one position: that on which the worst and the best of what is invalid agree, else None."""
    roles = dict(zip(node["roles"], node.args, strict=True))
    options = {name: run.read(roles[name], rollout, {}) for name in ("low", "high", "smooth") if name in roles}
    reading = Reading(**options, margin=node["margin"])
    operands = [_entries(run, node, arg, rollout, at) for role, arg in roles.items() if role in ("x", "p", "q")]
    if None in operands and node["over"]:
        return None
    ends = [run.read(roles["start"], rollout, at)] if "start" in roles else []
    worst, best = (_valued(run, node, row, [*operands, *ends], reading, fill, at) for fill in (reading.bottom, reading.top))
    if reading.smooth:
        level = [_levelled(operand) for operand in [*operands, *ends]]
        low, high = (_valued(run, node, row, level, reading, fill, at) for fill in (reading.bottom, reading.top))
        return worst if low == high else None
    return worst if worst == best else None


def _levelled(x):
    """0 for every finite number: whether a smooth extreme sees an invalid one does not depend on how large the others are."""
    if isinstance(x, list):
        return [_levelled(entry) for entry in x]
    return x if x is None or math.isinf(x) else 0.0


def _entries(run, node, arg, rollout: int, at: dict):
    """The entries along the axis, a list; without axis the one entry."""
    if not node["over"]:
        return run.read(arg, rollout, at)
    places = run.positions(node["over"], rollout, {axis: i for axis, i in at.items() if axis not in node["over"]})
    return None if places is None else [run.read(arg, rollout, place) for place in places]


def _valued(run, node, row: Operator, operands: list, reading: Reading, fill, at: dict):
    def without_invalid(x):
        if isinstance(x, list):
            return [without_invalid(entry) for entry in x]
        return fill if x is None else x
    filled = [without_invalid(operand) for operand in operands]
    options = {"smooth": reading.smooth, "margin": reading.margin}
    if any(argument.name == "low" for argument in row.arguments):
        options |= {"low": reading.low, "high": reading.high}
    found = call(run.kernel, row, *filled, **options)
    axes = node["over"]
    return found[at[axes[0]]] if axes and axes[0] in node.type.axes else found
