"""The range of a ratio whose parts know of each other: shares, weighted means, distances in standard deviations."""

from fractions import Fraction
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.relations.counts import count_of
from rewardlang.facts.relations.linear import Linear, combined, form
from rewardlang.facts.relations.populations import roles, same_population, sees_own
from rewardlang.facts.relations.sharing import evaluated
from rewardlang.facts.relations.stated import relations
from rewardlang.ir.node import Node
from rewardlang.values import elementary
from rewardlang.values.endpoint import Endpoint, exact
from rewardlang.values.interval import Interval

_ZERO, _ONE = Interval(0, 0), Interval(1, 1)


def ratio_range(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """The range of a quotient, narrowed by what its parts share."""
    for rule in (_weighted_mean, _deviations, _dominated):
        narrower = rule(ranges, node, context, found)
        found = narrower and found.meet(narrower) or found
    return found


# N / D ≤ k where N - k·D ≤ 0 ------------------------------------------------------------------------------------------


def _dominated(ranges, node: Node, context: Context, found: Interval) -> Interval | None:
    """A ratio is at most k where its numerator does not exceed k times its positive denominator."""
    above, below = node.args
    denominator = ranges.at_hand(below, context).range
    if denominator is None or denominator.lo < 0:      # at 0 itself there is no value
        return None
    low, high = found.lo, found.hi
    for part in (below, *(below.args if below.op == "maximum" else ())):
        for bound in _candidates(ranges, form(ranges, above), form(ranges, part), context):
            if low < bound < high:
                rest = evaluated(ranges, combined(form(ranges, above), form(ranges, part), -bound), context)
                if rest is not None and rest.hi <= 0 and (bound >= 0 or part is below):
                    high = bound
                elif rest is not None and rest.lo >= 0 and (bound <= 0 or part is below):
                    low = bound
    return Interval(low, high)


def _candidates(ranges, above: Linear, below: Linear, context: Context) -> list[Endpoint]:
    """Bounds that a ratio may have: 1, 0 and -1, what the terms of the denominator are multiplied by above it, and so on."""
    found = {-1, 0, 1}
    for node, coefficient in above.terms.items():
        shared = below.terms.get(node)
        found.update({exact(Fraction(coefficient) / shared)} if shared else ())
        if node.op == "mul":
            for one, other in (node.args, node.args[::-1]):
                factor = ranges.at_hand(other, context).range if one in below.terms else None
                found.update(_ends(factor, Fraction(coefficient) / below.terms[one]) if factor else ())
        counted = next((term for term in below.terms if term.op == "count" and node.op == "sum"), None)
        if counted is not None:
            found.update(_ends(ranges.of(roles(node)["x"]), Fraction(coefficient) / below.terms[counted]))
        for relation in relations(ranges, context):
            terms = relation.form.terms
            found.update(exact(-Fraction(coefficient) * terms[other] / (terms[node] * share))
                         for other, share in below.terms.items() if node in terms and other in terms)
    return sorted(found, key=lambda bound: (abs(bound), bound))


def _ends(factor: Interval | None, scale: Fraction) -> tuple[Endpoint, ...]:
    if factor is None or not factor.is_finite:
        return ()
    known = Interval.of(exact(scale)) * factor
    return known.lo, known.hi


# Weighted means -------------------------------------------------------------------------------------------------------


def _weighted_mean(ranges, node: Node, context: Context, found: Interval) -> Interval | None:
    """sum(w · v) / sum(w) with weights that are not negative: within the range of v; with 0 where more is added below."""
    above, below = node.args
    total, more = _floored(ranges, below, context, "sum")
    if above.op != "sum" or total is None or not same_population(above, total, of_same=False):
        return None
    weight, product = roles(total)["x"], roles(above)["x"]
    known = ranges.of(weight)
    if product.op != "mul" or weight not in product.args or known is None or known.lo < 0:
        return None
    if above.get("window") and ranges.fact(product).fails:
        return None
    value = ranges.of(product.args[1] if product.args[0] is weight else product.args[0])
    return value and (value if more == _ZERO else value.hull(_ZERO))


def _floored(ranges, node: Node, context: Context, op: str) -> tuple[Node | None, Interval]:
    """A node of an operator that a denominator is, or is raised from by adding something or by a floor; and what by."""
    if node.op == op:
        return node, _ZERO
    if node.op in ("add", "maximum"):
        for one, other in (node.args, node.args[::-1]):
            more = ranges.at_hand(other, context).range
            if one.op == op and more is not None and more.lo >= 0:
                return one, more
    return None, _ZERO


# Distances in standard deviations ------------------------------------------------------------------------------------


def _deviations(ranges, node: Node, context: Context, found: Interval) -> Interval | None:
    """(x - mean) / (std + more) of an own entry.

    Among n entries no one is further than d = (n - 1)/n of the width from the mean, nor than √((n - 1)(n - ddof)/n) standard
    deviations (P. A. Samuelson, How deviant can you be?, Journal of the American Statistical Association 63, 1968). With s the
    inverse of that, d / (d·s + more) rises with d and with n.
    """
    above, below = node.args
    deviation, more = _floored(ranges, below, context, "std")
    if deviation is None:
        return None
    share = _centred_share(ranges, form(ranges, above), deviation)
    if not share or not sees_own(ranges, deviation, context):
        return None
    count, ddof = count_of(ranges, deviation, context, roles(deviation)).hi, int(deviation["ddof"])
    each = ranges.of(roles(deviation)["x"])
    if each is None or count <= ddof:
        return None
    most = _most_deviations(count, ddof, each.width, more.lo, floor=below.op == "maximum")
    return Interval.of(share) * Interval(-most, most)


def _centred_share(ranges, above: Linear, deviation: Node) -> Fraction | None:
    """How many times x - mean(x) a form is, for what a standard deviation is of; None if it is not."""
    inside = form(ranges, roles(deviation)["x"])
    for mean in above.terms:
        if mean.op == "mean" and same_population(mean, deviation):
            share = -Fraction(above.terms[mean])
            rest = combined(above, Linear(inside.constant, {**inside.terms, mean: -1}, False), -share)
            return share if not rest.terms and not rest.constant else None
    return None


def _most_deviations(count: Endpoint, ddof: int, width: Endpoint, more: Endpoint, floor: bool) -> Endpoint:
    if count == inf:
        scale, distance = _ZERO, Interval(width, width)
    else:
        n = Fraction(int(count))
        scale = elementary.sqrt(Interval.of(n / ((n - 1) * (n - ddof)))) if n > 1 else _ZERO
        distance = Interval(width, width) * Interval.of((n - 1) / n)
    if not distance.hi:
        return 0
    room = Interval(more, more) / distance if distance.hi != inf else _ZERO
    least = scale.maximum(room) if floor else scale + room
    return inf if least.lo <= 0 else (_ONE / least).hi
