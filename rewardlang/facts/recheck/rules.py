"""The operators once more, over the intervals of mpmath: for the checker of bounds alone, which shares no rule with the engine.

Values are `mpmath.iv` intervals; None is a value that is nowhere defined. Slopes are one interval for each argument; None where
there may be a jump, or no slope is known.
"""

from mpmath import inf, iv

iv.prec = 80

ZERO, ONE = iv.mpf(0), iv.mpf(1)
TRUTH = iv.mpf([0, 1])
ALL = iv.mpf([-inf, inf])


def hull(a, b):
    """The least interval around both."""
    return iv.mpf([min(a.a, b.a), max(a.b, b.b)])


def rising(f):
    """A function that never falls, by its two ends."""
    return lambda x: iv.mpf([f(iv.mpf(x.a)).a, f(iv.mpf(x.b)).b])


def _sigmoid(x):
    return ONE / (ONE + iv.exp(-x)) if x.a > 0 else iv.exp(x) / (ONE + iv.exp(x)) if x.b < 700 else ONE


def _softplus(x):
    return x + iv.log(ONE + iv.exp(-x)) if x.a > 0 else iv.log(ONE + iv.exp(x))


def _divide(a, b):
    if b.a == 0 == b.b:
        return None
    if b.a < 0 < b.b:
        return ALL
    if b.a == 0 or b.b == 0:
        far = ONE / iv.mpf(b.b if b.a == 0 else b.a)
        return a * (iv.mpf([far.a, inf]) if b.a == 0 else iv.mpf([-inf, far.b]))
    return a / b


def _log(x, shift=0):
    x = x + shift
    if x.b <= 0:
        return None
    return iv.mpf([iv.log(iv.mpf(x.a)).a if x.a > 0 else -inf, iv.log(iv.mpf(x.b)).b])


def _sqrt(x):
    return None if x.b < 0 else iv.mpf([iv.sqrt(iv.mpf(max(x.a, 0))).a, iv.sqrt(iv.mpf(x.b)).b])


def _power(x, n):
    if n.a == n.b and int(n.a) == n.a and 0 <= n.a <= 64:
        return _whole(x, int(n.a))
    return None if x.a <= 0 else iv.exp(n * iv.log(x))


def _whole(x, n: int):
    low, high = (iv.mpf(end) ** n for end in (x.a, x.b))
    if n % 2 or x.a >= 0:
        return iv.mpf([low.a, high.b])
    return iv.mpf([0 if x.b >= 0 else high.a, max(low.b, high.b)])


def _less(a, b):
    return ONE if a.b < b.a else ZERO if a.a >= b.b else TRUTH


def _at_most(a, b):
    return ONE if a.b <= b.a else ZERO if a.a > b.b else TRUTH


def _equal(a, b):
    return ZERO if a.b < b.a or b.b < a.a else ONE if a.a == a.b == b.a == b.b else TRUTH


def _least(a, b):
    return iv.mpf([min(a.a, b.a), min(a.b, b.b)])


def _most(a, b):
    return iv.mpf([max(a.a, b.a), max(a.b, b.b)])


def _size(x):
    return x if x.a >= 0 else -x if x.b <= 0 else iv.mpf([0, max(-x.a, x.b)])


VALUES = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": _divide, "neg": lambda a: -a,
    "pow": _power, "abs": _size, "sqrt": _sqrt, "log": _log, "log1p": lambda a: _log(a, 1), "exp": rising(iv.exp),
    "sigmoid": rising(_sigmoid), "softplus": rising(_softplus), "log_sigmoid": lambda x: -VALUES["softplus"](-x),
    "tanh": lambda x: 2 * VALUES["sigmoid"](2 * x) - 1, "sin": iv.sin, "cos": iv.cos, "relu": lambda x: _most(x, ZERO),
    "minimum": _least, "maximum": _most, "clamp": lambda x, low, high: _least(_most(x, low), high), "number": lambda a: a,
    "not": lambda a: 1 - a, "and": _least, "or": _most, "implies": lambda a, b: _most(1 - a, b), "iff": _equal, "eq": _equal,
    "ne": lambda a, b: 1 - _equal(a, b), "lt": _less, "le": _at_most, "gt": lambda a, b: _less(b, a),
    "ge": lambda a, b: _at_most(b, a),
}


def _where(condition, one, other):
    return (one, other) if condition == ONE else (other, one) if condition == ZERO else (TRUTH, TRUTH)


def _clamped(x, low, high):
    return (ONE, ZERO, ZERO) if low.b <= x.a and x.b <= high.a else (TRUTH, TRUTH, TRUTH)


#: Slopes by the rules of differentiation; `y` is the value.
SLOPES = {
    "add": lambda y, a, b: (ONE, ONE), "sub": lambda y, a, b: (ONE, -ONE), "mul": lambda y, a, b: (b, a),
    "div": lambda y, a, b: None if b.a <= 0 <= b.b else (1 / b, -a / (b * b)), "neg": lambda y, a: (-ONE,),
    "pow": lambda y, a, n: (n * _power(a, n - 1), ZERO) if n.a == n.b and (n.a >= 1 and int(n.a) == n.a or a.a > 0) else None,
    "abs": lambda y, a: (ONE if a.a >= 0 else -ONE if a.b <= 0 else iv.mpf([-1, 1]),),
    "sqrt": lambda y, a: (1 / (2 * y),) if a.a > 0 else None, "log": lambda y, a: (1 / a,) if a.a > 0 else None,
    "log1p": lambda y, a: (1 / (1 + a),) if a.a > -1 else None, "exp": lambda y, a: (y,),
    "sigmoid": lambda y, a: (y * (1 - y),), "softplus": lambda y, a: (VALUES["sigmoid"](a),),
    "log_sigmoid": lambda y, a: (VALUES["sigmoid"](-a),), "tanh": lambda y, a: (1 - _whole(y, 2),),
    "sin": lambda y, a: (iv.cos(a),), "cos": lambda y, a: (-iv.sin(a),), "number": lambda y, a: (ONE,),
    "relu": lambda y, a: (ONE if a.a >= 0 else ZERO if a.b <= 0 else TRUTH,),
    "minimum": lambda y, a, b: _where(_at_most(a, b), ONE, ZERO), "maximum": lambda y, a, b: _where(_at_most(b, a), ONE, ZERO),
    "clamp": lambda y, x, low, high: _clamped(x, low, high),
}
