"""Ratios whose parts share terms: N / D ≤ k where D > 0 just if N - k·D ≤ 0, a sum in which what is shared is weighed once.

Werner Dinkelbach, On nonlinear fractional programming, Management Science 13 (1967).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from rewardlang.facts.relations.linear import form
from rewardlang.facts.search import doubles as d
from rewardlang.facts.search.doubles import Pair
from rewardlang.ir.node import Node
from rewardlang.values.interval import Interval

#: Rounds of the iteration; it converges faster than Newton's method, and to stop early is sound.
_ROUNDS = 8

#: What is added to a bound so that it survives the check in rounded arithmetic, tried in turn.
_ROOM = (1e-14, 1e-11, 1e-8)

_ABSOLUTE = frozenset({"abs", "relu"})


def _pair(number) -> Pair:
    found = Interval.of(number)
    return d.low(float(found.lo)), d.high(float(found.hi))


@dataclass(frozen=True)
class Ratio:
    """A quotient by terms: for each term t of the denominator (or shared) the numerator's share of it.

    `parts` are (slot, coefficient below, coefficient above, products above): the term counts `above + Σ coefficient · factor`
    times in the numerator, where the factors are slots of their own. `rest` are the numerator's other terms. `sizes` are
    slots of absolute values, with those of what stands within.
    """

    parts: tuple[tuple[int, Pair, Pair, tuple[tuple[Pair, int], ...]], ...]
    rest: tuple[tuple[int, Pair], ...]
    constants: tuple[Pair, Pair]
    below: int
    sizes: Mapping[int, int]

    @staticmethod
    def of(ranges, node: Node, slots: Mapping[Node, int]) -> "Ratio | None":
        """The ratio of a quotient's node; None where its parts share nothing."""
        above, below = (form(ranges, arg) for arg in node.args)
        if any(term not in slots for term in (*above.terms, *below.terms)):
            return None
        sizes = {slots[term]: slots[term.args[0]] for term in (*above.terms, *below.terms) if term.op in _ABSOLUTE}
        shared = dict(below.terms)
        shared.update({term.args[0]: 0 for term in below.terms if term.op in _ABSOLUTE and term.args[0] in above.terms})
        products: dict[Node, list] = {}
        rest = []
        for term, coefficient in above.terms.items():
            if term in shared:
                continue
            factor = next((arg for arg in term.args if arg in shared), None) if term.op == "mul" else None
            if factor is None:
                rest.append((slots[term], _pair(coefficient)))
            else:
                other = term.args[1] if term.args[0] is factor else term.args[0]
                products.setdefault(factor, []).append((_pair(coefficient), slots[other]))
        if not products and not set(shared) & set(above.terms):
            return None
        parts = tuple((slots[term], _pair(shared[term]), _pair(above.terms.get(term, 0)), tuple(products.get(term, ())))
                      for term in shared)
        return Ratio(parts, tuple(rest), (_pair(above.constant), _pair(below.constant)), slots[node.args[1]], sizes)

    def narrowed(self, values, found: Pair) -> Pair:
        """The range of the quotient, narrowed; as it was where the denominator is not positive."""
        divisor = values[self.below]
        if divisor is None or divisor[0] < 0 or None in (values[slot] for slot, _ in self.rest):
            return found
        parts = self._terms(values)
        if parts is None:
            return found
        free = self.constants[0]
        for slot, coefficient in self.rest:
            free = d.add(free, d.mul(coefficient, values[slot]))
        high = _most(parts, free, self.constants[1])
        low = _most([(part, below, d.neg(above)) for part, below, above in parts], d.neg(free), self.constants[1])
        return (max(found[0], -low), min(found[1], high)) if -low <= found[1] and high >= found[0] and -low <= high else found

    def _terms(self, values) -> list[tuple[Pair, Pair, Pair]] | None:
        """Each term's range with the ranges of its two coefficients; absolute values of a known sign as what they are of."""
        found: dict[int, list[Pair]] = {}
        for slot, below, above, products in self.parts:
            for coefficient, factor in products:
                if values[factor] is None:
                    return None
                above = d.add(above, d.mul(coefficient, values[factor]))
            inner = self.sizes.get(slot)
            if values[slot] is None:
                return None
            if inner is not None and values[inner] is not None and (values[inner][0] >= 0 or values[inner][1] <= 0):
                falls = values[inner][1] <= 0 and values[inner][0] < 0
                if falls and values[slot] == d.ZERO:      # a `relu` that is closed
                    continue
                slot, below, above = inner, d.neg(below) if falls else below, d.neg(above) if falls else above
            now = found.get(slot)
            found[slot] = [below, above] if now is None else [d.add(now[0], below), d.add(now[1], above)]
        return [(values[slot], below, above) for slot, (below, above) in found.items()]


def _most(parts: list[tuple[Pair, Pair, Pair]], free: Pair, constant: Pair) -> float:
    """A number that (free + Σ above · t) / (constant + Σ below · t) does not exceed wherever the divisor is positive."""
    k = -inf
    for _ in range(_ROUNDS):
        top, bottom = free[1], constant[0]
        for part, below, above in parts:
            rises = above[1] - max(k, -1e300) * below[0] > 0
            t = part[1] if rises else part[0]
            top, bottom = top + above[1 if t > 0 else 0] * t, bottom + below[0] * t
        if not bottom > 0 or not -inf < top < inf or not top / bottom > k:
            break
        k = top / bottom
    if k == -inf:
        return inf
    return next((more for more in (k + room * (1 + abs(k)) for room in _ROOM) if _holds(parts, free, constant, more)), inf)


def _holds(parts, free: Pair, constant: Pair, k: float) -> bool:
    """Whether free + Σ above · t - k · (constant + Σ below · t) ≤ 0 for all terms in their ranges, in rounded arithmetic."""
    bound = (k, k)
    total = d.sub(free, d.mul(bound, constant))
    for part, below, above in parts:
        total = d.add(total, d.mul(d.sub(above, d.mul(bound, below)), part))
    return total[1] <= 0
