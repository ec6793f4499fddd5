"""Elementary functions on intervals: libm values widened by four units in the last place, exact where a value is known."""

import math
from collections.abc import Callable
from fractions import Fraction
from math import inf, nextafter

from rewardlang.values.endpoint import Endpoint, double, double_down, double_up, exact, round_down, round_up
from rewardlang.values.interval import REAL, Interval

#: What the functions of the C library are trusted to be good for; glibc and the others measured stay below 2.
ULPS = 4

#: 60 digits of pi from below and above, for the reduction of angles.
_PI_LOW = Fraction(3141592653589793238462643383279502884197169399375105820974944, 10**60)
_PI_HIGH = _PI_LOW + Fraction(1, 10**60)

#: Beyond it an angle is not reduced; the result is then the whole range of the function.
_LARGEST_ANGLE = 10**30

#: Within it the doubles are so dense that rounding an angle crosses a pole only where the tangent is steeper than `_STEEP`.
_LARGEST_TANGENT_ANGLE = 10**6
_STEEP = 10**9

_SIGNED = Interval(-1, 1)
_CIRCLE = Interval(exact(nextafter(-math.pi, -inf)), exact(nextafter(math.pi, inf)))

#: Powers of more bits than this are taken in floating point.
_MAX_POWER_BITS = 2048


def exp(x: Interval) -> Interval:
    """e to the x."""
    return Interval(max(0, _low(math.exp, x.lo, {0: 1})), _high(math.exp, x.hi, {0: 1}))


def log(x: Interval) -> Interval:
    """The natural logarithms of what is positive in x; all reals if nothing is."""
    if x.hi <= 0:
        return REAL
    low = -inf if x.lo <= 0 else _low(math.log, x.lo, {1: 0})
    return Interval(low, _high(math.log, x.hi, {1: 0}))


def log1p(x: Interval) -> Interval:
    """The natural logarithms of 1 + x where that is positive; all reals if it never is."""
    if x.hi <= -1:
        return REAL
    low = -inf if x.lo <= -1 else _low(math.log1p, x.lo, {0: 0})
    return Interval(low, _high(math.log1p, x.hi, {0: 0}))


def sqrt(x: Interval) -> Interval:
    """The square roots of what is not negative in x; all reals if nothing is. Perfect squares have exact roots."""
    if x.hi < 0:
        return REAL
    return Interval(_root(max(x.lo, 0), -inf), _root(x.hi, inf))


def tanh(x: Interval) -> Interval:
    """The hyperbolic tangent, within [-1, 1]."""
    return Interval(max(-1, _low(math.tanh, x.lo, {0: 0})), min(1, _high(math.tanh, x.hi, {0: 0})))


def sigmoid(x: Interval) -> Interval:
    """1 / (1 + exp(-x)), within [0, 1]."""
    half = {0: Fraction(1, 2)}
    return Interval(max(0, _low(logistic, x.lo, half)), min(1, _high(logistic, x.hi, half)))


def softplus(x: Interval) -> Interval:
    """log(1 + exp(x)), never below 0 nor below x."""
    low = max(0, x.lo, _low(soft_plus, x.lo, {}))
    return Interval(low, _high(soft_plus, x.hi, {}))


def cos(x: Interval) -> Interval:
    """The cosine: its values at the ends, and 1 or -1 where a multiple of pi may lie between."""
    return _wave(math.cos, x, Fraction(0), {0: 1})


def sin(x: Interval) -> Interval:
    """The sine: its values at the ends, and 1 or -1 where an odd multiple of pi/2 may lie between."""
    return _wave(math.sin, x, Fraction(1, 2), {0: 0})


def tan(x: Interval) -> Interval:
    """The tangent; all reals if a pole may lie within, or is so near that rounding an end could cross it."""
    if x.lo < -_LARGEST_TANGENT_ANGLE or x.hi > _LARGEST_TANGENT_ANGLE or _multiples(x, Fraction(1, 2)):
        return REAL
    found = Interval(_low(math.tan, x.lo, {0: 0}), _high(math.tan, x.hi, {0: 0}))
    return found if found.lo > -_STEEP and found.hi < _STEEP else REAL


def atan2(y: Interval, x: Interval) -> Interval:
    """The angle of the point (x, y), in [-pi, pi]; 0 at the origin."""
    if x.lo <= 0 and y.lo < 0 <= y.hi:
        return _CIRCLE  # it meets the cut along the negative axis
    angles = [math.atan2(b, a) for a in (double_down(x.lo), double_up(x.hi)) for b in (double_down(y.lo), double_up(y.hi))]
    low = max(_CIRCLE.lo, exact(_down(min(angles))))
    high = min(_CIRCLE.hi, exact(_up(max(angles))))
    return Interval(max(low, 0) if y.lo >= 0 else low, min(high, 0) if y.hi <= 0 and x.lo > 0 else high)


def power(x: Interval, y: Interval) -> Interval:
    """x to the y wherever it is real: x > 0, or y whole (0 to a negative power is not); all reals if it nowhere is."""
    if y.is_point and type(y.lo) is int:
        return _whole_power(x, y.lo)
    if x.hi < 0 and y.is_point:
        return REAL
    if x.lo >= 0:
        return _real_power(x, y)
    size = _real_power(abs(x) if not y.is_point else Interval(0, x.hi), y)
    return size if y.is_point else Interval(-size.hi, size.hi)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    small = math.exp(x)
    return small / (1 + small)


def soft_plus(x: float) -> float:
    """log(1 + exp(x)) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _down(x: float) -> float:
    return _step(x, -inf)


def _up(x: float) -> float:
    return _step(x, inf)


def _step(x: float, toward: float) -> float:
    for _ in range(ULPS):
        x = nextafter(x, toward)
    return x


def _low(function: Callable[[float], float], x: Endpoint, known: dict) -> Endpoint:
    """A lower bound of a function that never falls, at `x`; `known` holds its exact values."""
    if x in known:
        return known[x]
    try:
        return exact(_down(function(double_down(x))))
    except OverflowError:
        return exact(nextafter(inf, 0))


def _high(function: Callable[[float], float], x: Endpoint, known: dict) -> Endpoint:
    if x in known:
        return known[x]
    try:
        return exact(_up(function(double_up(x))))
    except OverflowError:
        return inf


def _root(x: Endpoint, toward: float) -> Endpoint:
    if type(x) is float:
        return x
    above, below = math.isqrt(x.numerator), math.isqrt(x.denominator)
    if above * above == x.numerator and below * below == x.denominator:
        return exact(Fraction(above, below))
    return exact(nextafter(math.sqrt(double(x, toward)), toward))


def _reducible(x: Interval) -> bool:
    return x.lo >= -_LARGEST_ANGLE and x.hi <= _LARGEST_ANGLE


def _multiples(x: Interval, shift: Fraction) -> list[int]:
    """The whole k for which (k + shift) * pi may lie in x; only the first few, which is enough for a wave."""
    first = math.floor(x.lo / _PI_LOW - shift) - 1
    found = []
    for k in range(first, first + 6):
        low, high = sorted(((k + shift) * _PI_LOW, (k + shift) * _PI_HIGH))
        if low <= x.hi and high >= x.lo:
            found.append(k)
    return found


def _wave(function: Callable[[float], float], x: Interval, shift: Fraction, known: dict) -> Interval:
    """The range of a wave that is 1 at (k + shift) * pi for even k and -1 for odd k."""
    if not _reducible(x) or x.hi - x.lo >= 2 * _PI_HIGH:
        return _SIGNED
    turning = _multiples(x, shift)
    ends = [_near(function, end, known) for end in {x.lo, x.hi}]
    low = -1 if any(k % 2 for k in turning) else max(-1, min(end.lo for end in ends))
    high = 1 if any(k % 2 == 0 for k in turning) else min(1, max(end.hi for end in ends))
    return Interval(low, high)


def _near(function: Callable[[float], float], x: Endpoint, known: dict) -> Interval:
    """The value at `x` of a function whose slope is at most 1."""
    if x in known:
        return Interval(known[x], known[x])
    near = float(x)
    value, gap = function(near), abs(x - exact(near))
    return Interval(round_down(exact(_down(value)) - gap), round_up(exact(_up(value)) + gap))


def _whole_power(x: Interval, n: int) -> Interval:
    if n == 0:
        return Interval(1, 1)
    if n < 0:
        return _whole_power(x, -n).reciprocal()
    if n % 2 == 0:
        x = abs(x)
    return Interval(_raise(x.lo, n, -inf), _raise(x.hi, n, inf))


def _raise(x: Endpoint, n: int, toward: float) -> Endpoint:
    """x to a positive whole power, rounded toward."""
    if x < 0:
        magnitude = _raise(-x, n, -toward if n % 2 else toward)
        return -magnitude if n % 2 else magnitude
    return _corner(x, n, toward)


def _real_power(x: Interval, y: Interval) -> Interval:
    """For x >= 0. The logarithm y * log(x) is bilinear, so the extremes are at the corners."""
    if x.hi == 0 and y.hi < 0:
        return REAL
    if y.is_point and y.lo == Fraction(1, 2):
        return sqrt(x)
    corners = [(a, b) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    return Interval(max(0, min(_corner(a, b, -inf) for a, b in corners)), max(_corner(a, b, inf) for a, b in corners))


def _corner(x: Endpoint, y: Endpoint, toward: float) -> Endpoint:
    """x to the y for x >= 0, rounded toward; 0 to a negative power is inf, the limit."""
    if y == 0 or x == 1:
        return 1
    if x == 0:
        return 0 if y > 0 else inf
    if x == inf:
        return inf if y > 0 else 0
    if type(y) is float:
        return inf if (y > 0) == (x > 1) else 0
    if type(y) is int and (x.numerator.bit_length() + x.denominator.bit_length()) * abs(y) <= _MAX_POWER_BITS:
        value = exact(Fraction(x) ** y)
        return round_down(value) if toward < 0 else round_up(value)
    base = double(x, toward if y > 0 else -toward)
    exponent = double(y, toward if x > 1 else -toward)
    try:
        value = math.pow(base, exponent) if base else (0.0 if y > 0 else inf)
    except OverflowError:
        return inf if toward > 0 else exact(nextafter(inf, 0))
    return exact(_up(value) if toward > 0 else max(0.0, _down(value)))

