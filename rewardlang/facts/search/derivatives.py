"""Derivatives of operators over boxes, in doubles: what the reverse pass of a tape multiplies together.

Each rule takes the range of the value and those of the arguments and gives one range for each argument. Kinks (`abs`, `min`,
a limit) take the hull of the slopes beside them (Clarke's subdifferential), which is enough for the mean value theorem of a
continuous value. ANY says that the value may jump; None that it may be undefined in the box, so that nothing may be concluded.
"""

from rewardlang.facts.search import doubles as d
from rewardlang.facts.search.doubles import ANY, ONE, ZERO, Pair

_MINUS: Pair = (-1.0, -1.0)
_SHARE: Pair = (0.0, 1.0)

Slopes = tuple[Pair, ...] | None


def _add(value, a, b):
    return ONE, ONE


def _sub(value, a, b):
    return ONE, _MINUS


def _mul(value, a, b):
    return b, a


def _div(value, a, b):
    if b[0] <= 0 <= b[1]:
        return None
    reciprocal = d.div(ONE, b)
    return reciprocal, d.neg(d.mul(value, reciprocal))


def _pow(value, a, b):
    n = b[0]
    if n != b[1]:
        return None if a[0] <= 0 else (d.mul(b, d.power(a, d.sub(b, ONE))), d.mul(value, d.logarithm(a)))
    if n == int(n) and n >= 1:
        return d.mul(b, d.power(a, (n - 1, n - 1))), ANY
    if n == 0:
        return ZERO, ANY
    if a[0] > 0 or (a[0] == 0 and n > 0):
        below = d.power(a, d.sub(b, ONE)) if n > 1 or a[0] > 0 else (0.0, d.ANY[1])
        return d.mul(b, below), ANY
    return None


def _log(value, a):
    return (d.div(ONE, a),) if a[0] > 0 else None


def _log1p(value, a):
    return (d.div(ONE, d.add(ONE, a)),) if a[0] > -1 + 1e-15 else None


def _sqrt(value, a):
    return (d.div(ONE, d.add(value, value)),) if a[0] >= 0 and a[1] > 0 else None


def _abs(value, a):
    return (ONE if a[0] >= 0 else _MINUS if a[1] <= 0 else (-1.0, 1.0),)


def _minimum(value, a, b):
    return (ONE, ZERO) if a[1] <= b[0] else (ZERO, ONE) if b[1] <= a[0] else (_SHARE, _SHARE)


def _maximum(value, a, b):
    return (ONE, ZERO) if a[0] >= b[1] else (ZERO, ONE) if b[0] >= a[1] else (_SHARE, _SHARE)


def _clamp(value, x, low, high):
    if low[1] <= x[0] and x[1] <= high[0]:
        return ONE, ZERO, ZERO
    if low[1] <= high[0] and x[1] <= low[0]:
        return ZERO, ONE, ZERO
    return (ZERO, ZERO, ONE) if high[1] <= low[0] or (high[1] <= x[0] and low[1] <= high[0]) else (_SHARE,) * 3


def _relu(value, a):
    return (ONE if a[0] >= 0 else ZERO if a[1] <= 0 else _SHARE,)


def _tanh(value, a):
    return (d.maximum(d.sub(ONE, d.power(value, (2.0, 2.0))), ZERO),)


def _sigmoid(value, a):
    rest = d.sigmoid(d.neg(a))
    found = d.mul(value, rest)
    return ((max(0.0, found[0]), min(0.25 + 1e-15, found[1])),)


def _sin(value, a):
    return (d.cosine(a),)


def _cos(value, a):
    return (d.neg(d.sine(a)),)


def _equal(value, a, b):
    return (ZERO, ZERO) if value[0] == value[1] else (ANY, ANY)


def _truth(value, *args):
    return tuple(ZERO if value[0] == value[1] else ANY for _ in args)


#: The slopes of each operator; of those that are not here (`floor`, `atan2`, …) nothing is known but that they are defined.
SLOPES = {
    "add": _add, "sub": _sub, "mul": _mul, "div": _div, "pow": _pow, "log": _log, "log1p": _log1p, "sqrt": _sqrt, "abs": _abs,
    "minimum": _minimum, "maximum": _maximum, "clamp": _clamp, "relu": _relu, "tanh": _tanh, "sigmoid": _sigmoid,
    "sin": _sin, "cos": _cos,
    "neg": lambda value, a: (_MINUS,), "number": lambda value, a: (ONE,), "not": lambda value, a: (_MINUS,),
    "exp": lambda value, a: (value,),
    "softplus": lambda value, a: (d.sigmoid(a),),
    "log_sigmoid": lambda value, a: (d.sigmoid(d.neg(a)),),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "and", "or", "implies", "iff", "sign", "floor", "ceil", "round"), _truth),
}


def _and(a: Pair, b: Pair) -> Pair:
    return d.minimum(a, b)


def _iff(a: Pair, b: Pair) -> Pair:
    return d.equal(a, b)


#: The range of each operator on doubles; the others go through the exact intervals.
VALUES = {
    "add": d.add, "sub": d.sub, "mul": d.mul, "div": d.div, "pow": d.power, "neg": d.neg, "abs": d.size,
    "minimum": d.minimum, "maximum": d.maximum, "clamp": d.clamp, "relu": d.relu, "sqrt": d.root, "exp": d.exponential,
    "log": d.logarithm, "log1p": d.logarithm1p, "tanh": d.tangens, "sigmoid": d.sigmoid, "softplus": d.softplus,
    "log_sigmoid": d.log_sigmoid, "cos": d.cosine, "sin": d.sine, "number": lambda a: a, "not": d.inverted,
    "and": _and, "or": d.maximum, "implies": lambda a, b: d.maximum(d.inverted(a), b), "iff": _iff,
    "eq": d.equal, "ne": lambda a, b: d.inverted(d.equal(a, b)), "lt": d.less, "le": d.at_most,
    "gt": lambda a, b: d.less(b, a), "ge": lambda a, b: d.at_most(b, a),
}
