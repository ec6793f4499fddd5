"""Ranges as a machine's numbers have them: what each operator gives is rounded to the nearest number of a float type.

Rounding keeps order, so a range rounded at both ends holds every rounded value. What a condition says of a node is rounded
inward: `p < 1` leaves of single precision what is at most 1 - 2^-24.
"""

from fractions import Fraction
from math import ceil, floor, frexp, inf
from typing import NamedTuple

from rewardlang.facts.context import Context
from rewardlang.facts.leaves import Fact
from rewardlang.facts.ranges import Ranges
from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec
from rewardlang.values.endpoint import Endpoint, exact
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind


class Precision(NamedTuple):
    """A binary float type (IEEE 754, and bfloat16): digits of the significand, least and greatest exponent as `frexp` has them."""

    name: str
    digits: int
    least: int
    greatest: int

    def rounded(self, x: Endpoint, how=round) -> Endpoint:
        """The nearest number of the type (ties to even), or with `floor` and `ceil` the one at that side; infinite past the greatest."""
        if type(x) is float or not x:
            return x
        exponent = max(frexp(float(x))[1], self.least) if abs(x) < 2**1000 else 1001
        spacing = Fraction(2) ** (exponent - self.digits)
        found = exact(Fraction(how(Fraction(x) / spacing)) * spacing)
        return found if abs(found) < 2**self.greatest else inf if x > 0 else -inf


#: Single precision is what tensors have unless another type is asked for.
SINGLE = Precision("float32", 24, -125, 128)
PRECISIONS = {one.name: one for one in (
    SINGLE, Precision("bfloat16", 8, -125, 128), Precision("float16", 11, -13, 16), Precision("float64", 53, -1021, 1024))}


class RoundedRanges(Ranges):
    """Ranges of values that are rounded after every operator; those of floats only, whole numbers are exact."""

    EXACT = False

    def __init__(self, spec: Spec, precision: Precision = SINGLE):
        self.precision = precision
        super().__init__(spec)

    def _keep(self, node: Node, context: Context, fact: Fact) -> None:
        if fact.range is not None and node.type.kind is Kind.FLOAT:
            fact = Fact(Interval(*(self._nearest(node, end) for end in (fact.range.lo, fact.range.hi))), fact.fails)
        super()._keep(node, context, fact)

    def _nearest(self, node: Node, end: Endpoint) -> Endpoint:
        """The number of the type that stands for an end; sums of unlike numbers never become 0 (gradual underflow)."""
        found = self.precision.rounded(end)
        if found or not end or node.op not in ("add", "sub"):
            return found
        return self.precision.rounded(end, ceil if end > 0 else floor)

    def _within(self, node: Node, context: Context) -> Interval | None:
        found = super()._within(node, context)
        if found is None or node.type.kind is not Kind.FLOAT:
            return found
        low, high = self.precision.rounded(found.lo, ceil), self.precision.rounded(found.hi, floor)
        if low <= high:
            return Interval(low, high)
        return Interval(self.precision.rounded(found.lo), self.precision.rounded(found.hi))
