"""Endpoints of intervals: exact rationals and infinities, and the outward rounding that keeps them small."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import inf, nextafter

#: An endpoint: a Python int, a Fraction that is no integer, or a float infinity. Never a finite float.
Endpoint = int | Fraction | float

#: Rationals of more bits than this (numerator and denominator together) are rounded outward to a double.
MAX_BITS = 256

_BIG = 1 << MAX_BITS
_MAX_DOUBLE = int(nextafter(inf, 0))


def exact(x: int | float | Fraction) -> Endpoint:
    """The very value of a number as an endpoint; ValueError for NaN."""
    kind = type(x)
    if kind is int:
        return x
    if kind is bool:
        return int(x)
    if isinstance(x, Fraction):
        return x.numerator if x.denominator == 1 else x
    x = float(x)
    if x != x:
        raise ValueError("not a number is no endpoint of an interval")
    if x in (inf, -inf):
        return x
    return int(x) if x.is_integer() else Fraction(x)


def round_down(x: Endpoint) -> Endpoint:
    """A tidy endpoint at most `x`: `x` itself unless it has too many bits."""
    return _tidy(x, -inf)


def round_up(x: Endpoint) -> Endpoint:
    """A tidy endpoint at least `x`: `x` itself unless it has too many bits."""
    return _tidy(x, inf)


def _tidy(x: Endpoint, toward: float) -> Endpoint:
    kind = type(x)
    if kind is int:
        return x if -_BIG < x < _BIG else exact(double(x, toward))
    if kind is float:
        return x
    numerator, denominator = x.numerator, x.denominator
    if denominator == 1:
        return _tidy(numerator, toward)
    if numerator.bit_length() + denominator.bit_length() <= MAX_BITS:
        return x
    return exact(double(x, toward))


def double(x: Endpoint, toward: float) -> float:
    """The double nearest to `x` on the side of `toward` (inf or -inf); `x` itself if it is one."""
    if type(x) is float:
        return x
    try:
        near = float(x)
    except OverflowError:
        near = inf if x > 0 else -inf
    if near > x and toward < 0 or near < x and toward > 0:
        return nextafter(near, toward)
    return near


def double_down(x: Endpoint) -> float:
    """The greatest double at most `x`."""
    return double(x, -inf)


def double_up(x: Endpoint) -> float:
    """The least double at least `x`."""
    return double(x, inf)


def times(a: Endpoint, b: Endpoint) -> Endpoint:
    """The product; zero times an infinity is 0, which is right for the products of real numbers in a range."""
    if not a or not b:
        return 0
    if type(a) is float or type(b) is float:
        return inf if (a > 0) == (b > 0) else -inf
    return a * b


def inverse(a: Endpoint) -> Endpoint:
    """One over a number that is not 0."""
    if type(a) is float:
        return 0
    return exact(Fraction(1, a) if type(a) is int else 1 / a)


def above(x: Endpoint, integral: bool) -> Endpoint:
    """The least endpoint strictly above `x`: the next integer, or for doubles the next of these."""
    if type(x) is float:
        return x if x > 0 else (-_MAX_DOUBLE if not integral else x)
    if integral:
        return x.__floor__() + 1
    up = double_up(x)
    return exact(up if up > x else nextafter(up, inf))


def below(x: Endpoint, integral: bool) -> Endpoint:
    """The greatest endpoint strictly below `x`: the integer before, or for doubles the one before."""
    return -above(-x, integral)


def show(x: Endpoint, toward: float = 0) -> str:
    """A short decimal: exact where the number is a decimal of at most 12 digits, else six digits.

    These are the nearest, or with `toward` (inf or -inf) the nearest on that side: a range shown so is never too narrow.
    """
    if type(x) is float:
        return "inf" if x > 0 else "-inf"
    if type(x) is int and abs(x) < 10**12:
        return str(x)
    for digits in (12, 6):
        short = _decimal(x, digits, toward)
        if digits == 6 or Fraction(short) == x:
            return f"{float(short):.{digits}g}"


def _decimal(x: int | Fraction, digits: int, toward: float) -> Decimal:
    rounding = ROUND_CEILING if toward > 0 else ROUND_FLOOR if toward < 0 else ROUND_HALF_EVEN
    return Context(prec=digits, rounding=rounding).divide(Decimal(x.numerator), Decimal(x.denominator))


def as_json(x: Endpoint, toward: float = 0) -> int | float | str:
    """The number as JSON can hold it; infinities are "inf" and "-inf".

    With `toward`, a double that lies on that side, or whose shortest decimal does: 0.3 for three tenths, though that double is less.
    """
    if type(x) is float:
        return show(x)
    if type(x) is int:
        return x
    near = double(x, 0)
    side = (toward > 0) - (toward < 0)
    if side and near - near == 0 and max((Fraction(repr(near)) - x) * side, (Fraction(near) - x) * side) < 0:
        near = nextafter(near, toward)
    return near if near - near == 0 else show(near)
