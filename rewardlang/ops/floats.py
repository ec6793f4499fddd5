"""The kernel of plain Python numbers: the reference meaning of every row. `invalid` is None, a collection is a list."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from operator import mul

from rewardlang.ops.row import Family, Operator
from rewardlang.values.elementary import logistic, soft_plus

#: Reductions that look at invalid entries themselves.
_KNOWING = frozenset({"any", "all", "count"})

_MAX_DOUBLE = int(math.nextafter(math.inf, 0))


def call(kernel: "FloatKernel", row: Operator, *args, **options):
    """A row's value for plain arguments; None where an argument is, outside the domain, or where the result is NaN."""
    if is_strict(row) and any(map(_holds_none, args)):
        return None
    if row.domain is not None and not row.domain(kernel, *args, **options):
        return None
    return _settled(row.meaning(kernel, *args, **options))


def is_strict(row: Operator) -> bool:
    """Whether an invalid argument, or entry, always makes the result invalid."""
    strict = row.family in (Family.POINTWISE, Family.HOST, Family.REDUCTION)
    return strict and row.name not in _KNOWING


def _holds_none(x) -> bool:
    return x is None or isinstance(x, list) and any(entry is None for entry in x)


def _settled(value):
    """NaN is invalid; an int beyond all doubles is an infinity."""
    if isinstance(value, list):
        return [_settled(entry) for entry in value]
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if type(value) is int and abs(value) > _MAX_DOUBLE:
        return math.inf if value > 0 else -math.inf
    return value


class FloatPointwise:
    """Entry by entry. An overflow is an infinity."""

    def constant(self, x):
        return x

    def add(self, a, b):
        return a + b

    def sub(self, a, b):
        return a - b

    def mul(self, a, b):
        return a * b

    def div(self, a, b):
        return a / b

    def neg(self, a):
        return -a

    def pow(self, a, b):
        return _or_inf(lambda: math.pow(a, b), lambda: -math.inf if a < 0 and b % 2 == 1 else math.inf)

    def abs(self, a):
        return abs(a)

    def sign(self, a):
        return (a > 0) - (a < 0)

    def floor(self, a):
        return a if isinstance(a, float) and not math.isfinite(a) else math.floor(a)

    def ceil(self, a):
        return a if isinstance(a, float) and not math.isfinite(a) else math.ceil(a)

    def round(self, a):
        return a if isinstance(a, float) and not math.isfinite(a) else round(a)

    def sqrt(self, a):
        return math.sqrt(a)

    def exp(self, a):
        return _or_inf(lambda: math.exp(a), lambda: math.inf)

    def log(self, a):
        return math.log(a)

    def log1p(self, a):
        return math.log1p(a)

    def sin(self, a):
        return math.sin(a) if math.isfinite(a) else math.nan

    def cos(self, a):
        return math.cos(a) if math.isfinite(a) else math.nan

    def tan(self, a):
        return math.tan(a) if math.isfinite(a) else math.nan

    def tanh(self, a):
        return math.tanh(a)

    def sigmoid(self, a):
        return logistic(a)

    def softplus(self, a):
        return soft_plus(a)

    def minimum(self, a, b):
        return min(a, b)

    def maximum(self, a, b):
        return max(a, b)

    def atan2(self, y, x):
        return math.atan2(y + 0.0, x + 0.0)  # adding 0 takes the sign from a zero

    def eq(self, a, b):
        return a == b

    def lt(self, a, b):
        return a < b

    def le(self, a, b):
        return a <= b

    def number(self, a):
        return int(a)


def _or_inf(value: Callable[[], float], overflow: Callable[[], float]) -> float:
    try:
        return value()
    except OverflowError:
        return overflow()


class FloatControl:
    """Three-valued logic and choice; None is invalid."""

    def logical_and(self, a, b):
        if a is False or b is False:
            return False
        return None if a is None or b is None else True

    def logical_or(self, a, b):
        if a is True or b is True:
            return True
        return None if a is None or b is None else False

    def logical_not(self, a):
        return None if a is None else not a

    def where(self, c, a, b):
        if c is None:
            return None
        return a if c else b

    def coalesce(self, a, b):
        return b if a is None else a

    def valid(self, a):
        return a is not None


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
        return _or_inf(lambda: math.fsum(xs), lambda: float(sum(xs)))
    return sum(xs)


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


class FloatKernel(FloatPointwise, FloatControl, FloatCollections, FloatPlacement):
    """All primitives over plain Python values. One kernel is one evaluation: it holds the dictionary of `codes`."""

    def __init__(self):
        self.dictionary: dict[object, int] = {}

    def codes(self, x):
        return self.dictionary.setdefault(x, len(self.dictionary))

    def lookup(self, table, key):
        return dict(table).get(key)

    def field(self, record, name):
        return record.get(name)
