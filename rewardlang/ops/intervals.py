"""The kernel of ranges: what every row can give for arguments in given ranges, over the real numbers."""

from rewardlang.ops.interval_collections import COUNT, ONE, ZERO, Elements, IntervalCollections, IntervalPlacement
from rewardlang.ops.interval_temporal import IntervalMemory, IntervalTemporal
from rewardlang.ops.row import Operator
from rewardlang.values import elementary
from rewardlang.values.interval import REAL, UNIT, Interval

FALSE = ZERO
TRUE = ONE
UNKNOWN = UNIT


def bound(row: Operator, *args, **options) -> Interval:
    """The range of one entry of a row's result, over all arguments within the given ranges and inside its domain.

    Arguments are intervals, truth values among them, or `Elements` for the entries that a reduction or scan is over.
    """
    result = (row.bounds or row.meaning)(KERNEL, *args, **options)
    return result.value if isinstance(result, Elements) else result


def domain(row: Operator, *args, **options) -> Interval:
    """TRUE if all arguments within the ranges lie in the row's domain, FALSE if none does, else UNKNOWN."""
    return TRUE if row.domain is None else row.domain(KERNEL, *args, **options)


class IntervalPointwise:
    """Entry by entry."""

    def constant(self, x):
        return Interval.of(x)

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
        return elementary.power(a, b)

    def abs(self, a):
        return abs(a)

    def detach(self, a):
        return a

    def sign(self, a):
        return Interval((a.lo > 0) - (a.lo < 0), (a.hi > 0) - (a.hi < 0))

    def floor(self, a):
        return a.floor()

    def ceil(self, a):
        return a.ceil()

    def round(self, a):
        return a.round()

    def sqrt(self, a):
        return elementary.sqrt(a)

    def exp(self, a):
        return elementary.exp(a)

    def log(self, a):
        return elementary.log(a)

    def log1p(self, a):
        return elementary.log1p(a)

    def sin(self, a):
        return elementary.sin(a)

    def cos(self, a):
        return elementary.cos(a)

    def tan(self, a):
        return elementary.tan(a)

    def tanh(self, a):
        return elementary.tanh(a)

    def sigmoid(self, a):
        return elementary.sigmoid(a)

    def softplus(self, a):
        return elementary.softplus(a)

    def minimum(self, a, b):
        return a.minimum(b)

    def maximum(self, a, b):
        return a.maximum(b)

    def atan2(self, y, x):
        return elementary.atan2(y, x)

    def eq(self, a, b):
        if a.lo == a.hi == b.lo == b.hi:
            return TRUE
        return FALSE if a.hi < b.lo or b.hi < a.lo else UNKNOWN

    def lt(self, a, b):
        if a.hi < b.lo:
            return TRUE
        return FALSE if a.lo >= b.hi else UNKNOWN

    def le(self, a, b):
        if a.hi <= b.lo:
            return TRUE
        return FALSE if a.lo > b.hi else UNKNOWN

    def number(self, a):
        return a


class IntervalControl:
    """Truth values and choice, of valid arguments; whether they are valid is not a question of ranges."""

    def logical_and(self, a, b):
        return a.minimum(b)

    def logical_or(self, a, b):
        return a.maximum(b)

    def logical_not(self, a):
        return Interval(1 - a.hi, 1 - a.lo)

    def where(self, c, a, b):
        if c.lo == c.hi:
            return a if c.lo else b
        return a.hull(b)

    def coalesce(self, a, b):
        return a.hull(b)

    def valid(self, a):
        return UNKNOWN


class IntervalKernel(
    IntervalPointwise, IntervalControl, IntervalCollections, IntervalTemporal, IntervalMemory, IntervalPlacement,
):
    """All primitives over ranges. Texts have no range; a table is given as the range of its entries."""

    def codes(self, x):
        return COUNT

    def lookup(self, table, key):
        return table

    def field(self, record, name):
        return REAL


KERNEL = IntervalKernel()
