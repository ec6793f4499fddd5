"""The float kernel's collections: reductions, scans and placements of lists; `invalid` is None."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from operator import mul


class FloatCollections:
    """Reductions and scans of lists."""

    def count(self, xs):
        return len(xs)

    def sum(self, xs):
        return _total(xs)

    def prod(self, xs):
        return math.prod(xs)

    def min(self, xs):
        return min(xs)

    def max(self, xs):
        return max(xs)

    def any(self, xs):
        if any(x is True for x in xs):
            return True
        return None if None in xs else False

    def all(self, xs):
        if any(x is False for x in xs):
            return False
        return None if None in xs else True

    def first(self, xs):
        return xs[0]

    def last(self, xs):
        return xs[-1]

    def argmax(self, xs):
        return xs.index(max(xs))

    def argmin(self, xs):
        return xs.index(min(xs))

    def var(self, xs, ddof):
        mean = _total(xs) / len(xs)
        return _total([(x - mean) ** 2 for x in xs]) / (len(xs) - ddof)

    def quantile(self, xs, q):
        ordered = sorted(xs)
        at = q * (len(xs) - 1)
        low = math.floor(at)
        high = min(low + 1, len(xs) - 1)
        if at == low or ordered[high] == ordered[low] or ordered[low] == -math.inf < ordered[high] < math.inf:
            return float(ordered[low])
        return float(ordered[low] + (ordered[high] - ordered[low]) * (at - low))

    def norm(self, xs, p):
        sizes = [abs(x) for x in xs]
        greatest = max(sizes)
        if p == math.inf or not greatest or greatest == math.inf:
            return float(greatest)
        return float(greatest * _total([(size / greatest) ** p for size in sizes]) ** (1 / p))

    def each(self, f, *xs):
        return [None if None in entries else f(*entries) for entries in zip(*xs, strict=True)]

    def cumsum(self, xs):
        return list(accumulate(xs))

    def cumprod(self, xs):
        return list(accumulate(xs, mul))

    def cummax(self, xs):
        return list(accumulate(xs, max))

    def cummin(self, xs):
        return list(accumulate(xs, min))

    def cumcount(self, xs):
        return list(range(1, len(xs) + 1))

    def prev(self, xs, start):
        return [start, *xs][: len(xs)]

    def ahead(self, xs, end):
        return [*xs, end][1:] if xs else []

    def softmax(self, xs):
        greatest = max(xs, default=0)
        weights = [math.exp(x - greatest) for x in xs]
        total = math.fsum(weights)
        return [weight / total for weight in weights]

    def rank(self, xs, ties):
        return [_rank(xs, position, ties) for position in range(len(xs))]


def _total(xs: Sequence):
    """The sum, correctly rounded; of ints or Fractions exact."""
    if all(isinstance(x, (int, Fraction)) for x in xs):
        return sum(xs)
    if all(math.isfinite(x) for x in xs):
        return _summed(xs)
    return sum(xs)


def _summed(xs: Sequence) -> float:
    try:
        return math.fsum(xs)
    except OverflowError:  # of a partial sum: add as doubles do
        return float(sum(xs))


def _rank(xs: Sequence, position: int, ties: str):
    x = xs[position]
    greater, equal = sum(y > x for y in xs), sum(y == x for y in xs)
    if ties == "dense":
        return len({y for y in xs if y > x}) + 1
    if ties == "order":
        return greater + 1 + sum(y == x for y in xs[:position])
    return {"min": greater + 1, "max": greater + equal, "average": greater + (equal + 1) / 2}[ties]


class FloatPlacement:
    """From one axis to another."""

    def at_first(self, x, length):
        return [x if i == 0 else 0 for i in range(length)]

    def at_last(self, x, length):
        return [x if i == length - 1 else 0 for i in range(length)]

    def every(self, x, length):
        return [x] * length

    def place(self, xs, at, length):
        if None in xs or any(i is None or not 0 <= i < length for i in at):
            return [None] * length
        return [_total([x for x, i in zip(xs, at, strict=True) if i == position]) for position in range(length)]

    def spread(self, xs, by):
        return [xs[i] if i is not None and 0 <= i < len(xs) else None for i in by]

    def rename(self, xs):
        return xs

    def pick(self, xs, index):
        return xs[index] if index < len(xs) else None

    def vector(self, *items):
        return list(items)

    def index(self, length):
        return list(range(length))

    def length(self, length):
        return length
