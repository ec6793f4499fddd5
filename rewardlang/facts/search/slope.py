"""The range of a value's slope in one of its sources: where it has one sign, the value is monotone.

Kinks (`abs`, `min`, a limit) take the hull of the slopes beside them, which is enough for a continuous value. Where a value
may jump, or its slope is not known, there is no answer.
"""

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.ir.node import Node, reachable
from rewardlang.values import elementary
from rewardlang.values.interval import REAL, Interval

_ZERO, _ONE, _TWO = Interval(0, 0), Interval(1, 1), Interval(2, 2)

Slope = Interval | None


def slope(ranges, node: Node, source: Node, context: Context) -> Slope:
    """All slopes of `node` in `source` within the context; None where there may be a jump, or nothing is known."""
    slopes: dict[Node, Slope] = {source: _ONE}
    for part in reachable([node]):
        if part is not source:
            slopes[part] = _of(ranges, part, [slopes[arg] for arg in part.args], context)
    return slopes.get(node)


def _of(ranges, node: Node, inner: list[Slope], context: Context) -> Slope:
    if all(each == _ZERO for each in inner):
        return _ZERO
    if node.op == "gate":
        return _of_gate(ranges, node, inner, context)
    if node.op == "coalesce" and not ranges.fact(node.args[0], context).fails:
        return inner[0] if inner[1] == _ZERO else None
    rule = _RULES.get(node.op)
    if rule is None or None in inner:
        return None
    facts = [ranges.fact(part, context).range for part in (node, *node.args)]
    return None if None in facts else rule(facts[0], facts[1:], inner)


def _of_gate(ranges, node: Node, inner: list[Slope], context: Context) -> Slope:
    decided = ranges.fact(node.args[0], context).range
    if decided in (TRUE, FALSE):
        return inner[1] if decided == TRUE else inner[2]
    if inner[0] != _ZERO or None in inner:
        return None
    return inner[1].hull(inner[2])


def _add(value, args, inner):
    return inner[0] + inner[1]


def _sub(value, args, inner):
    return inner[0] - inner[1]


def _neg(value, args, inner):
    return -inner[0]


def _mul(value, args, inner):
    return inner[0] * args[1] + args[0] * inner[1]


def _div(value, args, inner):
    return None if args[1].contains(0) else (inner[0] - value * inner[1]) / args[1]


def _pow(value, args, inner):
    power = args[1]
    if not power.is_point or type(power.lo) is not int or power.lo < 1:
        return None
    below = elementary.power(args[0], Interval(power.lo - 1, power.lo - 1)) if power.lo > 1 else _ONE
    return power * below * inner[0]


def _log(value, args, inner):
    return inner[0] / args[0] if args[0].lo > 0 else None


def _log1p(value, args, inner):
    return inner[0] / (_ONE + args[0]) if args[0].lo > -1 else None


def _sqrt(value, args, inner):
    return inner[0] / (_TWO * value) if value.lo > 0 else None


def _abs(value, args, inner):
    if args[0].lo >= 0:
        return inner[0]
    return -inner[0] if args[0].hi <= 0 else inner[0].hull(-inner[0])


def _minimum(value, args, inner):
    if args[0].hi <= args[1].lo:
        return inner[0]
    return inner[1] if args[1].hi <= args[0].lo else inner[0].hull(inner[1])


def _maximum(value, args, inner):
    if args[0].lo >= args[1].hi:
        return inner[0]
    return inner[1] if args[1].lo >= args[0].hi else inner[0].hull(inner[1])


def _clamp(value, args, inner):
    if args[1].hi <= args[0].lo and args[0].hi <= args[2].lo:
        return inner[0]
    return inner[0].hull(inner[1]).hull(inner[2])


def _relu(value, args, inner):
    return inner[0] if args[0].lo >= 0 else _ZERO if args[0].hi <= 0 else inner[0].hull(_ZERO)


_RULES = {
    "add": _add, "sub": _sub, "neg": _neg, "mul": _mul, "div": _div, "pow": _pow, "log": _log, "log1p": _log1p,
    "sqrt": _sqrt, "abs": _abs, "minimum": _minimum, "maximum": _maximum, "clamp": _clamp, "relu": _relu,
    "exp": lambda value, args, inner: value * inner[0],
    "tanh": lambda value, args, inner: (_ONE - elementary.power(value, _TWO)) * inner[0],
    "sigmoid": lambda value, args, inner: value * (_ONE - value) * inner[0],
    "softplus": lambda value, args, inner: elementary.sigmoid(args[0]) * inner[0],
    "log_sigmoid": lambda value, args, inner: elementary.sigmoid(-args[0]) * inner[0],
    "sin": lambda value, args, inner: elementary.cos(args[0]) * inner[0],
    "cos": lambda value, args, inner: -(elementary.sin(args[0]) * inner[0]),
}


def direction(ranges, node: Node, source: Node, context: Context) -> int | None:
    """1 where the value never falls as the source rises, -1 where it never rises, 0 where it stays; else None."""
    found = slope(ranges, node, source, context)
    if found is None or found == REAL:
        return None
    if found == _ZERO:
        return 0
    return 1 if found.lo >= 0 else -1 if found.hi <= 0 else None
