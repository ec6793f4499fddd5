"""How far a linear memory reaches: x' = A x + B u from anywhere in a box, for inputs that each lie in a range at every step.

The value after T steps is A^T x0 + sum over k < T of A^k B u. Its extremes are sums of extremes, so that the range below is
the exact one but for what is left of powers of A that were not looked at, and both are rounded outward. Powers are kept as
whole multiples of 2^-bits with a bound on what was cut off: nothing here is a guess. (The same sums bound the reward of
dynamical linear bandits: Mussi et al., arXiv 2211.08997.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, inf, lcm, log, log2
from operator import mul

from rewardlang.values.interval import Interval

#: Steps, multiplications and digits that one system may take.
MOST_STEPS = 4096
MOST_WORK = 400_000
MOST_BITS = 8192
#: What may be left out of a sum, beside its size.
SMALL = Fraction(1, 10**13)

Matrix = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class System:
    """x' = A x + B u: `a` [n, n], `b` [n, m], ranges of the m inputs and of the n first values."""

    a: Matrix
    b: Matrix
    inputs: tuple[Interval, ...]
    first: tuple[Interval, ...]


def spectral_radius(a: Matrix) -> float:
    """The largest modulus of an eigenvalue, by the norms of the powers A, A^2, A^4, … (Gelfand); to about ten digits."""
    power, scale, exponent = [[float(entry) for entry in row] for row in a], 0.0, 1.0
    for _ in range(48):
        size = max((sum(map(abs, row)) for row in power), default=0.0)
        if not size:
            return 0.0
        power = [[entry / size for entry in row] for row in power]
        scale += log(size) / exponent
        columns = list(zip(*power, strict=True))
        power = [[sum(map(mul, row, column)) for column in columns] for row in power]
        exponent *= 2
    return exp(scale)


def reach(system: System, horizon: float = inf) -> tuple[Interval, ...] | None:
    """The range of each x_i over all steps from the first to the `horizon`; None where nothing bounds it, or too much work."""
    n = len(system.a)
    ends = [end for interval in (*system.inputs, *system.first) for end in (interval.lo, interval.hi)]
    if any(isinstance(end, float) for end in ends):
        return None
    column = max((sum(abs(row[j]) for row in system.a) for j in range(n)), default=Fraction(0))
    growth = log2(float(column)) if column > 1 else 0.0
    steps = min(horizon, MOST_STEPS, MOST_WORK // max(n * n * (n + len(system.inputs)), 1))
    if growth:
        steps = min(steps, (MOST_BITS - 256) // growth)
    return _Sum(system, 256 + int(growth * steps), column).run(int(steps), steps >= horizon)


class _Sum:
    """The sums of one system: all numbers are whole multiples of 2^-bits, and matrices whole multiples of one fraction.

    An input in [middle - half, middle + half] gives what its middle gives, and up to as much as its half more or less.
    """

    def __init__(self, system: System, bits: int, column: Fraction):
        self.one, self.n, self.column = 1 << bits, len(system.a), column
        self.powers = [[self.one * (i == j) for j in range(self.n)] for i in range(self.n)]
        self.cut = 0                            # no entry of a power is further off than so many multiples
        self.a = _Whole(zip(*system.a, strict=True))
        columns = list(zip(*system.b, strict=True))
        self.driven = _driven(columns, system.inputs, self.n)
        self.begun = _driven([[Fraction(i == j) for i in range(self.n)] for j in range(self.n)], system.first, self.n)
        sizes = [max(abs(each.lo), abs(each.hi)) for each in system.inputs]
        self.size = max(sum(abs(c) * size for c, size in zip(row, sizes, strict=True)) for row in system.b) if columns else 0
        self.firsts = max(max(abs(x.lo), abs(x.hi)) for x in system.first)
        mixed = any(entry < 0 for row in (*system.a, *system.b) for entry in row)
        everything = (*system.inputs, *system.first)
        self.falls = mixed or any(each.lo < 0 for each in everything)
        self.rises = mixed or any(each.hi > 0 for each in everything)
        self.sums = [(0, 0)] * self.n
        self.found: list[Interval | None] = [None] * self.n

    def run(self, steps: int, all_of_them: bool) -> tuple[Interval, ...] | None:
        norms, faded = [], None                 # faded: the sum of the norms of all powers, where one of them halves
        for _ in range(steps):
            norms.append(self._norm())
            if faded is None and norms[-1] <= Fraction(1, 2):
                faded = sum(norms[:-1]) / (1 - norms[-1])
            if faded is not None and not all_of_them and self._ended(faded, norms[-1]):
                return tuple(self.found)
            self.sums = [_plus(ends, self.driven, row, self.cut) for row, ends in zip(self.powers, self.sums, strict=True)]
            made = [[self.a.times(row, at) for at in range(self.n)] for row in self.powers]
            self.powers = [[whole for whole, _ in row] for row in made]
            self.cut = ceil(self.cut * self.column) + any(rest for row in made for _, rest in row)
            self._note()
        return tuple(self.found) if all_of_them and steps else None

    def _norm(self) -> Fraction:
        """The largest sum of moduli in a row, rounded up: how much a power makes of numbers up to 1."""
        return Fraction(max(sum(map(abs, row)) for row in self.powers) + self.n * self.cut, self.one)

    def _note(self) -> None:
        """The values after this step: what the inputs added up to, and what is left of the first values."""
        for i, (row, ends) in enumerate(zip(self.powers, self.sums, strict=True)):
            now = self._range(_plus(ends, self.begun, row, self.cut))
            self.found[i] = now if self.found[i] is None else self.found[i].hull(now)

    def _range(self, ends: tuple[int, int], down: Fraction | int = 0, up: Fraction | int = 0) -> Interval:
        low, high = Fraction(ends[0], self.one) - down, Fraction(ends[1], self.one) + up
        return Interval.of(low if self.falls else max(low, 0), high if self.rises else min(high, 0)) + Interval(0, 0)

    def _ended(self, faded: Fraction, norm: Fraction) -> bool:
        """Whether all later steps add next to nothing; adds that."""
        if self.found[0] is None:
            return False
        left = norm * faded * (self.size + self.firsts)
        if left > SMALL * max(1, *(max(abs(each.lo), abs(each.hi)) for each in self.found)):
            return False
        late = [self._range(ends, left * self.falls, left * self.rises) for ends in self.sums]
        self.found = [each.hull(more) for each, more in zip(self.found, late, strict=True)]
        return True


class _Whole:
    """Columns of fractions as whole numbers over one denominator."""

    def __init__(self, columns):
        columns = [list(map(Fraction, column)) for column in columns]
        self.under = lcm(*(entry.denominator for column in columns for entry in column))
        self.columns = [[int(entry * self.under) for entry in column] for column in columns]
        self.sizes = [sum(map(abs, column)) for column in self.columns]

    def times(self, row: list[int], at: int) -> tuple[int, bool]:
        """A row times a column, rounded down, and whether anything was cut off."""
        whole, rest = divmod(sum(map(mul, row, self.columns[at])), self.under)
        return whole, rest > 0


def _driven(columns, ranges: tuple[Interval, ...], n: int) -> _Whole:
    """A column for the middles of all ranges, and one for the half of each: what they are multiplied with, included."""
    middles = [Fraction(each.lo + each.hi) / 2 for each in ranges]
    halves = [Fraction(each.hi - each.lo) / 2 for each in ranges]
    middle = [sum((column[i] * m for column, m in zip(columns, middles, strict=True)), Fraction(0)) for i in range(n)]
    return _Whole([middle, *([entry * half for entry in column] for column, half in zip(columns, halves, strict=True) if half)])


def _plus(ends: tuple[int, int], driven: _Whole, row: list[int], cut: int) -> tuple[int, int]:
    """Both ends after what a row of a power makes of the inputs, rounded outward."""
    low, high = ends
    for at, size in enumerate(driven.sizes):
        if size:
            part, rest = driven.times(row, at)
            off = rest + -(-cut * size // driven.under)
            least, most = (part - off, part + off) if at == 0 else (-abs(part) - off, abs(part) + off)
            low, high = low + least, high + most
    return low, high
