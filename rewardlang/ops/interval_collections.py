"""The interval kernel's collections: reductions, scans and placements of entries of which range and number are known."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from rewardlang.values import elementary
from rewardlang.values.endpoint import Endpoint
from rewardlang.values.interval import Interval

ZERO = Interval(0, 0)
ONE = Interval(1, 1)

#: Any number of entries.
COUNT = Interval(0, inf)


@dataclass(frozen=True, slots=True)
class Elements:
    """A collection: the range of each of its entries, and how many there are."""

    value: Interval
    count: Interval = COUNT


class IntervalCollections:
    """Reductions and scans of `Elements`."""

    def count(self, xs):
        return xs.count

    def sum(self, xs):
        return xs.count * xs.value

    def prod(self, xs):
        return _product(xs.value, xs.count)

    def min(self, xs):
        return xs.value

    def max(self, xs):
        return xs.value

    def any(self, xs):
        return Interval(xs.value.lo if xs.count.lo > 0 else 0, xs.value.hi if xs.count.hi > 0 else 0)

    def all(self, xs):
        return Interval(xs.value.lo if xs.count.hi > 0 else 1, xs.value.hi if xs.count.lo > 0 else 1)

    def first(self, xs):
        return xs.value

    def last(self, xs):
        return xs.value

    def argmax(self, xs):
        return Interval(0, max(xs.count.hi - 1, 0))

    def argmin(self, xs):
        return self.argmax(xs)

    def var(self, xs, ddof):
        """At most half lies at either end: n/4 of the squared width, over n - ddof; that falls as n rises."""
        least, _ = _count(xs, at_least=int(ddof) + 1)
        share = Interval(0, Fraction(1, 4)) if least == inf else Interval.of(0, Fraction(least, 4 * (least - int(ddof))))
        width = xs.value - xs.value
        return share * elementary.power(width, Interval(2, 2))

    def quantile(self, xs, q):
        return xs.value

    def norm(self, xs, p):
        low, high = _count(xs, at_least=1)
        sizes = abs(xs.value)
        if p == inf:
            return sizes
        return sizes * elementary.power(Interval(low, high), Interval.of(1 / Fraction(p)))

    def each(self, f: Callable[..., Interval], *xs):
        return Elements(f(*(each.value for each in xs)), xs[0].count)

    def cumsum(self, xs):
        low, high = _prefix(xs)
        return Elements(Interval(low, high) * xs.value, xs.count)

    def cumprod(self, xs):
        return Elements(_product(xs.value, Interval(*_prefix(xs))), xs.count)

    def cummax(self, xs):
        return xs

    def cummin(self, xs):
        return xs

    def cumcount(self, xs):
        return Elements(Interval(*_prefix(xs)), xs.count)

    def prev(self, xs, start):
        return Elements(xs.value.hull(start), xs.count)

    def ahead(self, xs, end):
        return Elements(xs.value.hull(end), xs.count)

    def softmax(self, xs):
        """The least share: all others lie above by the width. The greatest: all lie below by it."""
        low, high = _count(xs, at_least=1)
        ratio = elementary.exp(xs.value - xs.value)
        least = ONE / (ONE + Interval(high - 1, high - 1) * Interval(ratio.hi, ratio.hi))
        greatest = ONE / (ONE + Interval(low - 1, low - 1) * Interval(ratio.lo, ratio.lo))
        return Elements(Interval(max(0, least.lo), min(1, greatest.hi)), xs.count)

    def rank(self, xs, ties):
        return Elements(Interval(1, max(xs.count.hi, 1)), xs.count)


def _prefix(xs: Elements) -> tuple[Endpoint, Endpoint]:
    """How many entries a position of a running scan has seen: none, where `where` admits none up to it."""
    return min(xs.count.lo, 1), max(xs.count.hi, 1)


def _product(value: Interval, count: Interval) -> Interval:
    """The products of so many numbers."""
    size = abs(value)
    found = elementary.power(size, count)
    if value.lo < 0 and count.hi > 0:
        odd = count.lo == count.hi and count.lo % 2 == 1
        found = found.hull(-found) if not (odd and value.hi <= 0) else -found
    return found


class IntervalPlacement:
    """From one axis to another; a result along an axis is `Elements`."""

    def at_first(self, x, length):
        return Elements(x if length == ONE else x.hull(ZERO), length)

    def at_last(self, x, length):
        return self.at_first(x, length)

    def every(self, x, length):
        return Elements(x, length)

    def place(self, xs, at, length):
        return Elements(Interval(0, xs.count.hi) * xs.value, length)

    def spread(self, xs, by):
        return Elements(xs.value, by.count)

    def rename(self, xs):
        return xs

    def pick(self, xs, index):
        return xs.value

    def vector(self, *items):
        value = items[0]
        for item in items[1:]:
            value = value.hull(item)
        return Elements(value, Interval(len(items), len(items)))

    def index(self, length):
        return Elements(Interval(0, max(length.hi - 1, 0)), length)

    def length(self, length):
        return length


def _count(xs: Elements, at_least: int = 0) -> tuple[Endpoint, Endpoint]:
    """The least and greatest number of entries, given that there are `at_least` so many."""
    low = max(xs.count.lo, at_least)
    return low, max(xs.count.hi, low)
