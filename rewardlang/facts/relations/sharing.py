"""The range of a sum whose parts know of each other: shared factors, an entry and its population, comparisons that hold."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.relations.counts import count_of
from rewardlang.facts.relations.linear import Linear, combined, earlier, form, opened, scaled
from rewardlang.facts.relations.populations import roles, same_population, sees_own
from rewardlang.facts.relations.squares import square_range
from rewardlang.facts.relations.stated import Relation, apart, never_exceeds, relations
from rewardlang.ir.node import Node
from rewardlang.values.endpoint import Endpoint
from rewardlang.values.interval import Interval

Terms = dict[Node, int | Fraction]

#: Comparisons used one after the other for one end of a range.
_CHAINED = 2

#: Gathered values that bound their own entries, and those that are made of them.
_EXTREMES = frozenset({"max", "min", "cummax", "cummin"})
_TOTALS = frozenset({"sum", "mean", "cumsum", "cummean"})


def sum_range(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """The range of a sum or difference, narrowed by what its parts share."""
    linear = form(ranges, node)
    if node in linear.terms or not linear.merged and not _related(ranges, linear, context):
        squares = square_range(ranges, linear) if context.is_root else None
        return squares and found.meet(squares) or found
    tighter = evaluated(ranges, linear, context)
    return found if tighter is None else found.meet(tighter) or found


def delta_range(ranges, node: Node, context: Context) -> Interval | None:
    """The range of a change along an axis where a comparison of what stands before and after is known; None of anything else."""
    if node.op != "delta" or not relations(ranges, context) or earlier(ranges, node) is None:
        return None
    return evaluated(ranges, opened(ranges, form(ranges, node)), context)


def difference(ranges, left: Node, right: Node, context: Context) -> Interval | None:
    """The range of left - right; None if a part of it is never valid."""
    return evaluated(ranges, combined(form(ranges, left), form(ranges, right), -1), context)


def _related(ranges, linear: Linear, context: Context) -> bool:
    """Whether something is known of the terms together."""
    if any(not linear.terms.keys().isdisjoint(one.form.terms) for one in relations(ranges, context)):
        return True
    return len(linear.terms) > 1 and any(node.op in _KNOWING or node.op == "mul" for node in linear.terms)


#: Operators of which something is known together with what they are made of, or with others like them.
_KNOWING = _EXTREMES | _TOTALS | {"maximum", "minimum", "count", "rank", "first", "last", "quantile", "coalesce", "gate"}


def evaluated(ranges, linear: Linear, context: Context, unused: Sequence[Relation] | None = None) -> Interval | None:
    """The range of a linear form; None if a part of it is never valid. A comparison is used once (`unused`: what is left)."""
    unused = relations(ranges, context) if unused is None else unused
    found = _added(ranges, linear, context, unused)
    held = [one for one in unused if one.holds_of(ranges, linear)]
    if found is None or not held:
        return found
    high = _most(ranges, linear, context, held, found.hi)
    low = -_most(ranges, scaled(linear, -1), context, held, -found.lo)
    return Interval(low, high) if low <= high else found


def _most(ranges, linear: Linear, context: Context, held: list[Relation], best: Endpoint, chained: int = _CHAINED) -> Endpoint:
    """The upper end of f: that of f + λ·g for any λ ≥ 0, as g is not negative; λ such that a term cancels."""
    for i, relation in enumerate(held):
        for node in linear.terms.keys() & relation.form.terms.keys():
            factor = -Fraction(linear.terms[node]) / relation.form.terms[node]
            if factor <= 0:
                continue
            moved = combined(linear, scaled(relation.form, factor))
            rest = held[:i] + held[i + 1:]
            known = _added(ranges, moved, context, rest)
            if known is None:
                continue
            best = min(best, known.hi)
            if chained > 1 and moved.terms:
                best = _most(ranges, moved, context, rest, best, chained - 1)
    return best


def _added(ranges, linear: Linear, context: Context, unused: Sequence[Relation]) -> Interval | None:
    """The parts that know of each other first, then what is left, each by itself."""
    total, terms = Interval.of(linear.constant), dict(linear.terms)
    for take in (_own_entries, _ordered_pairs, partial(_shared_factors, unused=unused)):
        part = take(ranges, terms, context) if len(terms) > 1 else None
        total = total if part is None else total + part
    for node, coefficient in terms.items():
        known = ranges.at_hand(node, context).range
        if known is None:
            return None
        total = total + Interval.of(coefficient) * known
    squares = square_range(ranges, linear) if context.is_root else None
    return squares and total.meet(squares) or total


def _use(terms: Terms, node: Node, coefficient: int | Fraction) -> None:
    """Takes so much of a term out of a sum."""
    left = terms.get(node, 0) - coefficient
    if left:
        terms[node] = left
    else:
        terms.pop(node, None)


# An entry and its population -----------------------------------------------------------------------------------------


def _own_entries(ranges, terms: Terms, context: Context) -> Interval | None:
    """What entries make together with the totals or extremes of their populations; both are then used up."""
    total = None
    for node in [node for node in terms if node.op in _EXTREMES | _TOTALS]:
        part = _own_entry(ranges, terms, node, context) if node in terms else None
        total = part if total is None else total if part is None else total + part
    return total


def _own_entry(ranges, terms: Terms, node: Node, context: Context) -> Interval | None:
    x = roles(node)["x"]
    inside = form(ranges, x)
    own = _portion(terms, inside.terms, terms[node]) if node not in inside.terms and sees_own(ranges, node, context) else 0
    count = next((term for term in terms if node.op in ("sum", "cumsum") and _counts(node, term)), None)
    if not own and count is None:
        return None
    here, each = ranges.at_hand(x, context).range, ranges.of(x)
    whole = ranges.at_hand(node, context).range
    if here is None or each is None or whole is None:
        return None
    if node.op in _EXTREMES:
        share = min(abs(own), abs(terms[node]))
        share, coefficient = (share, -share) if own > 0 else (-share, share)
        found = _beside_extreme(here, whole, node.op in ("max", "cummax"), share)
    else:
        share, coefficient = own, terms[node]
        known = count_of(ranges, node, context, roles(node))
        beside = terms[count] if count is not None else 0
        if count is not None:
            known = ranges.at_hand(count, context).range
        if count is not None and (ranges.fact(x).fails or count.type.axes != node.type.axes):     # what is missing was counted
            each = each.hull(Interval(0, 0))
        many = Interval(max(known.lo, 1 if own else 0), max(known.hi, 1))
        if node.op in ("mean", "cummean"):
            found = _beside_mean(here, each, many, share, coefficient)
        else:
            found = _beside_sum(here, each, many, share, coefficient, beside)
        if not beside:
            found = found.meet(Interval.of(share) * here + Interval.of(coefficient) * whole) or found
    for term, c in inside.terms.items():
        _use(terms, term, share * c)
    _use(terms, node, coefficient)
    if count is not None:
        _use(terms, count, terms[count])
    return found - Interval.of(share * inside.constant)


def _counts(node: Node, term: Node) -> bool:
    """Whether a term counts the entries of a sum."""
    return term.op == {"sum": "count", "cumsum": "cumcount"}[node.op] and "x" not in term["roles"] and same_population(node, term)


def _portion(terms: Terms, inside: Terms, against: int | Fraction) -> int | Fraction:
    """How many times an entry's form stands in a sum, against the sign of its population's coefficient; 0 for not at all."""
    shares = [Fraction(terms.get(term, 0)) / c for term, c in inside.items()]
    if not shares or any(share * against >= 0 for share in shares):
        return 0
    return min(shares, key=abs)


def _beside_extreme(here: Interval, whole: Interval, greatest: bool, share: int | Fraction) -> Interval:
    """share · (x - extreme), which has one sign, since the extreme is that of x too."""
    width = max(whole.hi - here.lo, 0) if greatest else max(here.hi - whole.lo, 0)
    return Interval.of(share) * (Interval(-width, 0) if greatest else Interval(0, width))


def _beside_mean(here: Interval, each: Interval, count: Interval, own, of_mean) -> Interval:
    """own · x + of_mean · mean, where the mean is x/n + (1 - 1/n)·y of the others' mean y: linear in 1/n."""
    found = None
    for n in (count.lo, count.hi):
        u = Interval(0, 0) if n == inf else Interval.of(Fraction(1, int(n)))
        rest = Interval(1, 1) - u
        mean = Interval.of(of_mean)
        part = (mean * u + Interval.of(own)) * here + (mean * rest * each if rest.hi > 0 else Interval(0, 0))
        found = part if found is None else found.hull(part)
    return found


def _beside_sum(here: Interval, each: Interval, count: Interval, own, of_sum, of_count) -> Interval:
    """own · x + of_sum · sum + of_count · n, where the sum is x and n - 1 others; without an own entry n others."""
    among = 1 if own else 0
    others = Interval(max(count.lo - among, 0), count.hi - among)
    per_other = Interval.of(of_sum) * each + Interval.of(of_count)
    alone = Interval.of(own + of_sum) * here + Interval.of(of_count) if own else Interval(0, 0)
    return alone + others * per_other


# Parts and wholes ----------------------------------------------------------------------------------------------------


def _ordered_pairs(ranges, terms: Terms, context: Context) -> Interval | None:
    """Pairs of which the one never exceeds the other, with opposite coefficients; both are then used up."""
    total = None
    for small in list(terms):
        for large in list(terms):
            if terms.get(small, 0) * terms.get(large, 0) >= 0 or small not in terms:
                continue
            if not _may_know(small, large) or not never_exceeds(ranges, small, large, context):
                continue
            share = min(abs(terms[small]), abs(terms[large]))
            share = share if terms[large] > 0 else -share
            part = Interval.of(share) * apart(ranges, small, large, context)
            _use(terms, large, share)
            _use(terms, small, -share)
            total = part if total is None else total + part
    return total


def _may_know(small: Node, large: Node) -> bool:
    return small.op in _KNOWING or large.op in _KNOWING or small.op in ("mul", "clamp")


def _shared_factors(ranges, terms: Terms, context: Context, unused: Sequence[Relation]) -> Interval | None:
    """Products of one factor together: a·p - k·a is a·(p - k)."""
    total = None
    while (factor := _common(terms)) is not None:
        known = ranges.at_hand(factor, context).range
        inner = evaluated(ranges, _taken_out(ranges, terms, factor), context, unused)
        if known is None or inner is None:
            return Interval(-inf, inf)
        total = known * inner if total is None else total + known * inner
    return total


def _common(terms: Terms) -> Node | None:
    """A factor of two terms of the sum."""
    seen = set(terms)
    for node in terms:
        if node.op == "mul":
            shared = next((arg for arg in node.args if arg in seen), None)
            if shared is not None:
                return shared
            seen.update(node.args)
    return None


def _taken_out(ranges, terms: Terms, factor: Node) -> Linear:
    """What a factor is multiplied by in the terms that have it, which are then used up: a·p - k·a is a·(p - k)."""
    found = Linear(terms.pop(factor, 0), {}, False)
    for node in [node for node in terms if node.op == "mul" and factor in node.args]:
        other = node.args[1] if node.args[0] is factor else node.args[0]
        found = combined(found, scaled(form(ranges, other), terms.pop(node)))
    return found
