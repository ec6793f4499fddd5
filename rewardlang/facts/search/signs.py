"""Whether a value rises or falls with one of its sources, read off the operators' signs and the ranges of arguments."""

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.needs import side_of
from rewardlang.facts.nulls import rests_on_data
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values import elementary
from rewardlang.values.interval import Interval

#: 2 always rises, 1 never falls, 0 does not change, -1 never rises, -2 always falls; None is not known.
Sign = int | None

#: Operators that a rise of one argument always moves.
_STRICT = frozenset({
    "add", "sub", "neg", "exp", "log", "log1p", "sqrt", "tanh", "sigmoid", "softplus", "log_sigmoid", "sum", "mean",
    "every", "rename",
})


def sign(ranges, node: Node, source: Node, context: Context | None = None) -> Sign:
    """How `node` moves when `source` alone rises within the context, its validity kept; None where that is not known."""
    context = context or ranges.root
    signs: dict[Node, Sign] = {source: 2}
    for part in reachable([node]):
        if part is not source:
            signs[part] = _of(ranges, part, signs, context)
    return signs.get(node, 0)


def _of(ranges, node: Node, signs: dict[Node, Sign], context: Context) -> Sign:
    own = [signs[arg] for arg in node.args]
    if all(s == 0 for s in own):
        return 0
    if node.op == "gate":
        return _of_gate(ranges, node, own, context)
    if node.op == "coalesce":
        return _of_coalesce(ranges, node, signs, context)
    return total(times(s, outer) for s, outer in zip(own, _outer(ranges, node, context)))


def _outer(ranges, node: Node, context: Context) -> list[Sign]:
    """The sign of the operator in each argument, for arguments in their ranges."""
    found = [ranges.fact(arg, context).range for arg in node.args]
    rule = _BY_RANGE.get(node.op)
    if rule is not None and None not in found:
        return rule(found)
    row = OPERATORS.get(node.op)
    if row is None or node.get("window"):
        return [None] * len(node.args)
    strength = 2 if node.op in _STRICT else 1
    if row.family in (Family.REDUCTION, Family.SCAN):
        return [strength if role == "x" and row.monotone[:1] == "+" else 1 if role in ("start", "end") and node.op != "delta"
                else None for role in node["roles"]]
    marks = row.monotone if node.op != "vector" else "+" * len(node.args)
    return [{"+": strength, "-": -strength}.get(mark) for mark in marks.ljust(len(node.args), "?")]


def times(inner: Sign, outer: Sign) -> Sign:
    """The sign of a composition."""
    if inner == 0 or outer == 0:
        return 0
    if inner is None or outer is None:
        return None
    size = min(abs(inner), abs(outer))
    return size if inner * outer > 0 else -size


def total(signs) -> Sign:
    """The sign of a sum: that of the strongest part, if no part works against it."""
    result = 0
    for s in signs:
        if s is None or s * result < 0:
            return None
        result = max(result, s, key=abs)
    return result


def either(one: Sign, other: Sign) -> Sign:
    """The sign of what may be the one or the other: the weaker of two that agree."""
    both = total([one, other])
    if both is None or one == other:
        return both
    return min(1, max(-1, both))


def of_range(interval: Interval) -> Sign:
    """The sign that all numbers of a range share."""
    if interval.lo >= 0:
        return 0 if interval.hi == 0 else 2 if interval.lo > 0 else 1
    return None if interval.hi > 0 else -2 if interval.hi < 0 else -1


def _of_gate(ranges, node: Node, own: list[Sign], context: Context) -> Sign:
    condition, opened, closed = node.args
    decided = ranges.fact(condition, context).range
    if decided in (TRUE, FALSE):
        return own[1] if decided == TRUE else own[2]
    sides = either(own[1], own[2])
    if own[0] == 0 or sides is None:
        return sides
    return either(sides, total([sides, times(own[0], _jump(ranges, condition, opened, closed, context))]))


def _jump(ranges, condition: Node, opened: Node, closed: Node, context: Context) -> Sign:
    """Whether opening the gate can only raise (1) or only lower (-1) its value."""
    found = []
    for side, truth in ((opened, True), (closed, False)):
        inner = side_of(ranges, condition, truth, context)
        found.append(inner and ranges.fact(side, inner).range)
    above, below = found
    if above is None or below is None:
        return None
    return 1 if above.lo >= below.hi else -1 if above.hi <= below.lo else None


def _of_coalesce(ranges, node: Node, signs: dict[Node, Sign], context: Context) -> Sign:
    """A source's own validity does not change as it rises, a null in the data least of all; that of a partial operator
    on it may."""
    x, fallback = node.args
    fails = ranges.fact(x, context).fails
    if not fails and not rests_on_data(ranges.from_data, x):
        return signs[x]
    if fails and any(signs[part] != 0 and _may_change_validity(part) for part in reachable([x])):
        return None
    return either(signs[x], signs[fallback])


def _may_change_validity(node: Node) -> bool:
    row = OPERATORS.get(node.op)
    partial = row is not None and row.family is Family.POINTWISE and row.domain is not None
    return partial or node.op in ("gate", "place", "spread", "lookup") or "where" in node.get("roles", ())


def _of_mul(found):
    a, b = found
    return [of_range(b), of_range(a)]


def _of_div(found):
    a, b = found
    return [of_range(b), times(-1, of_range(a)) if not b.contains(0) else None]


def _of_abs(found):
    return [of_range(found[0])]


def _of_pow(found):
    base, exponent = found
    if not exponent.is_point:
        return [1 if base.lo >= 0 and exponent.lo >= 0 else None, 1 if base.lo >= 1 else None]
    power = exponent.lo
    if type(power) is int and power > 0 and power % 2:
        return [1, None]
    if base.lo > 0 or base.lo == 0 and power >= 0:
        return [0 if power == 0 else 1 if power > 0 else -1, None]
    return [of_range(base) if type(power) is int and power > 0 else None, None]


def _of_cos(found):
    return [times(-1, of_range(elementary.sin(found[0])))]


def _of_sin(found):
    return [of_range(elementary.cos(found[0]))]


def _always(*signs: Sign):
    return lambda found: list(signs)


#: Rules for operators whose direction depends on where their arguments lie, or that have no row of signs.
_BY_RANGE = {
    "mul": _of_mul, "div": _of_div, "abs": _of_abs, "pow": _of_pow, "cos": _of_cos, "sin": _of_sin,
    "number": _always(2), "not": _always(-2),
    "and": _always(1, 1), "or": _always(1, 1), "implies": _always(-1, 1),
    "gt": _always(1, -1), "ge": _always(1, -1), "lt": _always(-1, 1), "le": _always(-1, 1),
}
