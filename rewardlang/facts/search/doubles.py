"""Intervals of doubles, rounded outward: what branch and bound evaluates a thousand times, where exact ends would be too slow.

A range is a pair (low, high) of floats; None is a value that is nowhere defined. Sums, products and quotients are widened by
one unit in the last place, functions of the C library by `values.elementary.ULPS` of them.
"""

from math import ceil, cos, exp, floor, inf, log, log1p, nextafter, pi, sin, sqrt, tanh

from rewardlang.values.elementary import logistic, soft_plus

Pair = tuple[float, float]

ANY: Pair = (-inf, inf)
ZERO: Pair = (0.0, 0.0)
ONE: Pair = (1.0, 1.0)
TRUTH: Pair = (0.0, 1.0)

#: Factors that change no digit (of a number that is not near the least one).
_EXACT = frozenset({1.0, -1.0, 2.0, -2.0})
#: Four units in the last place, relative to the value, and a little for the rounding of this product itself.
_SHARE = 1e-15
_LEAST = 5e-324
#: Angles beyond it are not reduced.
_LARGEST_ANGLE = 1e6
#: How near to a crest an angle counts as being on it: far above the error of reduction within the largest angle.
_NEAR = 1e-9


def low(x: float) -> float:
    """A value of the C library, rounded down."""
    return x - abs(x) * _SHARE - _LEAST if -inf < x < inf else min(x, 1.7e308)


def high(x: float) -> float:
    """A value of the C library, rounded up."""
    return x + abs(x) * _SHARE + _LEAST if -inf < x < inf else max(x, -1.7e308)


def add(a: Pair, b: Pair) -> Pair:
    x, y = a[0] + b[0], a[1] + b[1]
    return (_below(x, a[0], b[0]), -_below(-y, -a[1], -b[1]))


def sub(a: Pair, b: Pair) -> Pair:
    x, y = a[0] - b[1], a[1] - b[0]
    return (_below(x, a[0], -b[1]), -_below(-y, -a[1], b[0]))


def _below(total: float, a: float, b: float) -> float:
    """A sum rounded down; as it is where it is exact or was rounded down (D. Knuth's TwoSum)."""
    if total - total != 0:
        return total if total < 0 else 1.7e308 if total > 0 else -inf
    part = total - a
    return total if (a - (total - part)) + (b - part) >= 0 else nextafter(total, -inf)


def neg(a: Pair) -> Pair:
    return (-a[1], -a[0])


def mul(a: Pair, b: Pair) -> Pair:
    for one, other in ((a, b), (b, a)):
        if other[0] == other[1] and other[0] in _EXACT:
            return (one[0] * other[0], one[1] * other[0]) if other[0] > 0 else (one[1] * other[0], one[0] * other[0])
    p, q, r, s = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    total = p + q + r + s
    if total - total != 0:      # an infinity, or zero times one, which is zero for real numbers
        p, q, r, s = (0.0 if each != each else each for each in (p, q, r, s))
    least, most = min(p, q, r, s), max(p, q, r, s)
    if not least and (a[0] >= 0 <= b[0] or a[1] <= 0 >= b[1]):      # a zero that is no underflow of what is less
        return (0.0, nextafter(most, inf) if most else _LEAST)
    if not most and (a[0] >= 0 >= b[1] or a[1] <= 0 <= b[0]):
        return (nextafter(least, -inf) if least else -_LEAST, 0.0)
    return (nextafter(least, -inf), nextafter(most, inf))


def div(a: Pair, b: Pair) -> Pair | None:
    """The quotients by what is not zero."""
    if b[0] < 0 < b[1]:
        return ANY
    if b[0] == 0 == b[1]:
        return None
    below = -inf if b[1] == 0 else nextafter(1 / b[1], -inf)
    above = inf if b[0] == 0 else nextafter(1 / b[0], inf)
    return mul(a, (below, above))


def size(a: Pair) -> Pair:
    """Absolute values."""
    return a if a[0] >= 0 else (-a[1], -a[0]) if a[1] <= 0 else (0.0, max(-a[0], a[1]))


def hull(a: Pair, b: Pair) -> Pair:
    return (min(a[0], b[0]), max(a[1], b[1]))


def minimum(a: Pair, b: Pair) -> Pair:
    return (min(a[0], b[0]), min(a[1], b[1]))


def maximum(a: Pair, b: Pair) -> Pair:
    return (max(a[0], b[0]), max(a[1], b[1]))


def clamp(x: Pair, least: Pair, most: Pair) -> Pair:
    return minimum(maximum(x, least), most)


def relu(a: Pair) -> Pair:
    return (max(a[0], 0.0), max(a[1], 0.0))


def power(a: Pair, b: Pair) -> Pair | None:
    """Powers: whole ones of anything, others of what is not negative."""
    n = b[0]
    if n == b[1] and n == int(n) and 0 <= n <= 64:
        return _whole(a, int(n))
    if a[1] < 0 or a[0] < 0:
        return ANY
    corners = [_power(x, y) for x in a for y in b]
    return (max(0.0, low(min(corners))), high(max(corners)))


def _whole(a: Pair, n: int) -> Pair:
    if n < 2:
        return a if n else ONE
    below, above = _power(a[0], n), _power(a[1], n)
    down, up = below if _is_exact(a[0], n) else low(below), above if _is_exact(a[1], n) else high(above)
    if n % 2:
        return (down, up)
    if a[0] >= 0:
        return (max(0.0, down), up)
    if a[1] <= 0:
        return _whole((-a[1], -a[0]), n)
    return (0.0, high(max(below, above)))


def _is_exact(x: float, n: int) -> bool:
    """Whether a whole power is surely a double: of a small multiple of a thousandth (of 1024)."""
    m = x * 1024.0
    return -1e8 < m < 1e8 and m == int(m) and abs(m) ** n < 9e15


def _power(x: float, y: float) -> float:
    try:
        return x ** y
    except (OverflowError, ZeroDivisionError):
        return -inf if x < 0 and y % 2 else inf


def root(a: Pair) -> Pair | None:
    if a[1] < 0:
        return None
    return (max(0.0, low(sqrt(a[0]))) if a[0] > 0 else 0.0, high(sqrt(a[1])))


def exponential(a: Pair) -> Pair:
    return (max(0.0, low(_exp(a[0]))) if a[0] else 1.0, high(_exp(a[1])) if a[1] else 1.0)


def _exp(x: float) -> float:
    return inf if x > 709.7 else exp(x)


def logarithm(a: Pair) -> Pair | None:
    if a[1] <= 0:
        return None
    return (low(log(a[0])) if a[0] > 0 else -inf, high(log(a[1])) if a[1] < inf else inf)


def logarithm1p(a: Pair) -> Pair | None:
    if a[1] <= -1:
        return None
    return (low(log1p(a[0])) if a[0] > -1 else -inf, high(log1p(a[1])) if a[1] < inf else inf)


def tangens(a: Pair) -> Pair:
    """The hyperbolic tangent."""
    return (max(-1.0, low(tanh(a[0]))), min(1.0, high(tanh(a[1]))))


def sigmoid(a: Pair) -> Pair:
    return (max(0.0, low(logistic(a[0]))), min(1.0, high(logistic(a[1]))))


def softplus(a: Pair) -> Pair:
    return (max(0.0, low(soft_plus(a[0]))), high(soft_plus(a[1])))


def log_sigmoid(a: Pair) -> Pair:
    return neg(softplus(neg(a)))


def cosine(a: Pair) -> Pair:
    return _wave(cos, a, 0.0)


def sine(a: Pair) -> Pair:
    return _wave(sin, a, 0.5)


def _wave(f, a: Pair, shift: float) -> Pair:
    """A wave with a crest where the angle is `shift` half turns, a trough half a turn later."""
    if a[0] < -_LARGEST_ANGLE or a[1] > _LARGEST_ANGLE or a[1] - a[0] >= 6.2831:
        return (-1.0, 1.0)
    first, last = ceil(a[0] / pi - shift - _NEAR), floor(a[1] / pi - shift + _NEAR)
    x, y = f(a[0]), f(a[1])
    crest = first <= last and (last > first or first % 2 == 0)
    trough = first <= last and (last > first or first % 2 == 1)
    return (-1.0 if trough else max(-1.0, low(min(x, y))), 1.0 if crest else min(1.0, high(max(x, y))))


def less(a: Pair, b: Pair) -> Pair:
    return ONE if a[1] < b[0] else ZERO if a[0] >= b[1] else TRUTH


def at_most(a: Pair, b: Pair) -> Pair:
    return ONE if a[1] <= b[0] else ZERO if a[0] > b[1] else TRUTH


def equal(a: Pair, b: Pair) -> Pair:
    if a[1] < b[0] or b[1] < a[0]:
        return ZERO
    return ONE if a[0] == a[1] == b[0] == b[1] else TRUTH


def inverted(a: Pair) -> Pair:
    """`not`."""
    return (1.0 - a[1], 1.0 - a[0])
