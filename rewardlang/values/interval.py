"""Intervals with exact endpoints: never wrong, then tight, then fast."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf, nextafter, pi

from rewardlang.values.endpoint import Endpoint, above, as_json, below, exact, inverse, round_down, round_up, show, times

__all__ = ["PI", "REAL", "UNIT", "Endpoint", "Interval", "above", "below"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `lo` to `hi`, both included.

    Endpoints are ints, Fractions that are no integers, or infinities: `0.1 + 0.2 in [0, 0.3]` is decided exactly. An
    infinite end means «no bound is known» and holds the infinity itself too, which an overflow can give. The
    constructor checks nothing; `Interval.of` converts and checks. There is no empty interval: what can be empty is None.
    """

    lo: Endpoint
    hi: Endpoint

    @staticmethod
    def of(lo: int | float | Fraction, hi: int | float | Fraction | None = None) -> "Interval":
        """From any numbers, floats taken at their exact value; one number gives a point. ValueError if lo > hi."""
        low = exact(lo)
        high = low if hi is None else exact(hi)
        if low > high:
            raise ValueError(f"the range [{show(low)}, {show(high)}] is empty")
        return Interval(low, high)

    def contains(self, x: "int | float | Fraction | Interval") -> bool:
        """Whether a number, or all of an interval, lies within. NaN lies nowhere."""
        if isinstance(x, Interval):
            return self.lo <= x.lo and x.hi <= self.hi
        return self.lo <= x <= self.hi

    def hull(self, other: "Interval") -> "Interval":
        """The least interval that holds both."""
        return Interval(min(self.lo, other.lo), max(self.hi, other.hi))

    def meet(self, other: "Interval") -> "Interval | None":
        """What both hold; None if that is nothing."""
        low, high = max(self.lo, other.lo), min(self.hi, other.hi)
        return Interval(low, high) if low <= high else None

    @property
    def width(self) -> Endpoint:
        """The distance between the ends; 0 of a point, even an infinite one."""
        return 0 if self.lo == self.hi else exact(self.hi - self.lo)

    @property
    def is_point(self) -> bool:
        """Whether it holds one number only."""
        return self.lo == self.hi

    @property
    def is_finite(self) -> bool:
        """Whether both ends are finite."""
        return type(self.lo) is not float and type(self.hi) is not float

    def __neg__(self) -> "Interval":
        return Interval(-self.hi, -self.lo)

    def __add__(self, other: "Interval") -> "Interval":
        low, high = self.lo + other.lo, self.hi + other.hi
        return Interval(-inf if low != low else round_down(low), inf if high != high else round_up(high))

    def __sub__(self, other: "Interval") -> "Interval":
        low, high = self.lo - other.hi, self.hi - other.lo
        return Interval(-inf if low != low else round_down(low), inf if high != high else round_up(high))

    def __mul__(self, other: "Interval") -> "Interval":
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        if a >= 0 and c >= 0:
            return Interval(round_down(times(a, c)), round_up(times(b, d)))
        corners = times(a, c), times(a, d), times(b, c), times(b, d)
        return Interval(round_down(min(corners)), round_up(max(corners)))

    def __truediv__(self, other: "Interval") -> "Interval":
        """The quotients by the numbers of `other` that are not 0; all reals if there are none."""
        reciprocal = other.reciprocal()
        return REAL if reciprocal is REAL else self * reciprocal

    def reciprocal(self) -> "Interval":
        """One over each number that is not 0; REAL if 0 lies inside or there is no other number."""
        if self.lo < 0 < self.hi or self.lo == 0 == self.hi:
            return REAL
        low = -inf if self.hi == 0 else round_down(inverse(self.hi))
        high = inf if self.lo == 0 else round_up(inverse(self.lo))
        return Interval(low, high)

    def __abs__(self) -> "Interval":
        if self.lo >= 0:
            return self
        if self.hi <= 0:
            return -self
        return Interval(0, max(-self.lo, self.hi))

    def minimum(self, other: "Interval") -> "Interval":
        """The lesser of one number of each."""
        return Interval(min(self.lo, other.lo), min(self.hi, other.hi))

    def maximum(self, other: "Interval") -> "Interval":
        """The greater of one number of each."""
        return Interval(max(self.lo, other.lo), max(self.hi, other.hi))

    def floor(self) -> "Interval":
        """The greatest integers below."""
        return Interval(_whole(self.lo, floor), _whole(self.hi, floor))

    def ceil(self) -> "Interval":
        """The least integers above."""
        return Interval(_whole(self.lo, ceil), _whole(self.hi, ceil))

    def round(self) -> "Interval":
        """The nearest integers, halves to even."""
        return Interval(_whole(self.lo, round), _whole(self.hi, round))

    def __str__(self) -> str:
        return f"[{show(self.lo, -inf)}, {show(self.hi, inf)}]"

    def __repr__(self) -> str:
        return f"Interval({show(self.lo)}, {show(self.hi)})"

    def to_json(self) -> list:
        """`[lo, hi]` as ints, floats, or the words "inf" and "-inf"."""
        return [as_json(self.lo, -inf), as_json(self.hi, inf)]


def _whole(x: Endpoint, how) -> Endpoint:
    return x if type(x) is float else how(x)


#: All numbers.
REAL = Interval(-inf, inf)

#: From 0 to 1: probabilities, and truth values where it is not known which.
UNIT = Interval(0, 1)

#: Two neighbouring doubles around the number pi.
PI = Interval(Fraction(pi), Fraction(nextafter(pi, 4)))
