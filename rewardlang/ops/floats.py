"""The kernel of plain Python numbers: the reference meaning of every row. `invalid` is None, a collection is a list."""

import math
from collections.abc import Callable

from rewardlang.ops.float_collections import FloatCollections, FloatPlacement
from rewardlang.ops.float_temporal import FloatMemory, FloatTemporal
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

    def detach(self, a):
        return a

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


class FloatKernel(FloatPointwise, FloatControl, FloatCollections, FloatTemporal, FloatMemory, FloatPlacement):
    """All primitives over plain Python values. One kernel is one evaluation: it holds the dictionary of `codes`."""

    def __init__(self):
        self.dictionary: dict[object, int] = {}

    def codes(self, x):
        return self.dictionary.setdefault(x, len(self.dictionary))

    def lookup(self, table, key):
        return dict(table).get(key)

    def field(self, record, name):
        return record.get(name)
