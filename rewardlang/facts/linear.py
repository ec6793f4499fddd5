"""Sums whose parts share sources: what cancels is cancelled before ranges are added."""

from fractions import Fraction
from math import inf
from typing import NamedTuple

from rewardlang.facts.context import Context
from rewardlang.ir.node import Node
from rewardlang.values.endpoint import exact
from rewardlang.values.interval import Endpoint, Interval

#: Longer sums are taken as one unknown.
MOST_TERMS = 12
#: Longer exact numbers too.
MOST_BITS = 256


class Linear(NamedTuple):
    """constant + sum of coefficient · node; `merged` says that a node came from more than one place."""

    constant: int | Fraction
    terms: dict[Node, int | Fraction]
    merged: bool


def form(ranges, node: Node) -> Linear:
    """The linear form of a node; of anything but sums and constant multiples, the node itself."""
    found = ranges.forms.get(node)
    if found is None:
        found = ranges.forms[node] = _form(ranges, node)
    return found


def _form(ranges, node: Node) -> Linear:
    found = None
    if node.op == "const":
        value = node["value"]
        if isinstance(value, int | Fraction):
            return Linear(value, {}, False)
    elif node.op in ("add", "sub"):
        found = combined(form(ranges, node.args[0]), form(ranges, node.args[1]), 1 if node.op == "add" else -1)
    elif node.op == "neg":
        found = scaled(form(ranges, node.args[0]), -1)
    elif node.op == "abs":
        return Linear(0, {_one_of_its_size(ranges, node): 1}, False)
    elif node.op in ("mul", "div"):
        found = _scaled_by_constant(node, *(form(ranges, arg) for arg in node.args))
    if found is None or len(found.terms) > MOST_TERMS or _long(found):
        return Linear(0, {node: 1}, False)
    return found


def _long(found: Linear) -> bool:
    """Whether an exact number in it has so many digits that working with it costs more than it tells."""
    numbers = (found.constant, *found.terms.values())
    return any(max(abs(n.numerator), n.denominator).bit_length() > MOST_BITS for n in numbers)


def _one_of_its_size(ranges, node: Node) -> Node:
    """The first absolute value of the same sum or of its negative: |a - b| is |b - a|."""
    inside = form(ranges, node.args[0])
    either_way = [(one.constant, frozenset(one.terms.items())) for one in (inside, scaled(inside, -1))]
    found = next((ranges.sizes[key] for key in either_way if key in ranges.sizes), node)
    return ranges.sizes.setdefault(either_way[0], found)


def _scaled_by_constant(node: Node, left: Linear, right: Linear) -> Linear | None:
    if not right.terms and node.op == "div":
        return scaled(left, Fraction(1) / right.constant) if right.constant else None
    if not right.terms:
        return scaled(left, right.constant)
    return scaled(right, left.constant) if not left.terms and node.op == "mul" else None


def scaled(one: Linear, factor: int | Fraction) -> Linear:
    """A constant multiple."""
    return Linear(one.constant * factor, {node: c * factor for node, c in one.terms.items()}, one.merged)


def combined(one: Linear, other: Linear, factor: int = 1) -> Linear:
    """one + factor · other."""
    terms, merged = dict(one.terms), one.merged or other.merged
    for node, coefficient in other.terms.items():
        merged = merged or node in terms
        terms[node] = terms.get(node, 0) + factor * coefficient
    terms = {node: c for node, c in terms.items() if c}
    return Linear(one.constant + factor * other.constant, terms, merged or _extreme(terms) is not None or _common(terms) is not None)


def linear_range(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """The range of a sum, difference or ratio, narrowed by what its parts share."""
    if node.op == "div":
        return _ratio(ranges, node, context, found)
    if node.op not in ("add", "sub", "neg", "mul"):
        return found
    linear = form(ranges, node)
    if node in linear.terms or not linear.merged and not _order(ranges, context):
        return found
    tighter = evaluated(ranges, linear, context)
    return found if tighter is None else found.meet(tighter) or found


def evaluated(ranges, linear: Linear, context: Context) -> Interval | None:
    """The range of a linear form; None if a part of it is never valid."""
    total = Interval.of(linear.constant)
    terms = dict(linear.terms)
    order = _order(ranges, context)
    for small, large in order:
        if terms.get(small, 0) * terms.get(large, 0) < 0:
            total = total + _apart(ranges, small, large, terms, context)
    while (pair := _extreme(terms)) is not None:
        x, extreme = pair
        gap, share = _gap(ranges, x, extreme, terms, context)
        if gap is None:
            break
        total = total + gap
        for node, sign in ((x, 1), (extreme, -1)):
            terms[node] -= sign * share
            if not terms[node]:
                del terms[node]
    while (factor := _common(terms)) is not None:
        known = ranges.at_hand(factor, context).range
        inner = evaluated(ranges, _taken_out(ranges, terms, factor), context)
        if known is None or inner is None:
            return None
        total = total + known * inner
    for node, coefficient in terms.items():
        fact = ranges.at_hand(node, context).range
        if fact is None:
            return None
        total = total + Interval.of(coefficient) * fact
    return total


def _taken_out(ranges, terms: dict[Node, int | Fraction], factor: Node) -> Linear:
    """What a factor is multiplied by in the terms that have it, which are then used up: a·p - k·a is a·(p - k)."""
    found = Linear(terms.pop(factor, 0), {}, False)
    for node in [node for node in terms if node.op == "mul" and factor in node.args]:
        other = node.args[1] if node.args[0] is factor else node.args[0]
        found = combined(found, scaled(form(ranges, other), terms.pop(node)))
    return found


_SMALLER_FIRST = {"lt": True, "le": True, "gt": False, "ge": False}


def _order(ranges, context: Context) -> frozenset[tuple[Node, Node]]:
    """Pairs (small, large) of which the context, or an assumption, says that the first does not exceed the second."""
    if context.order is None:
        said = {**ranges.universal, **context.known}
        held = [(node, truth.lo == 1) for node, truth in said.items() if node.op in _SMALLER_FIRST and truth.is_point]
        context.order = frozenset(node.args if _SMALLER_FIRST[node.op] == holds else node.args[::-1] for node, holds in held)
    return context.order


def _apart(ranges, small: Node, large: Node, terms: dict[Node, int | Fraction], context: Context) -> Interval:
    """The range of what two terms in a known order make together, which are then used up."""
    low, high = ranges.at_hand(small, context).range, ranges.at_hand(large, context).range
    share = min(abs(terms[small]), abs(terms[large]))
    sign = 1 if terms[large] > 0 else -1
    for node, way in ((large, sign), (small, -sign)):
        terms[node] -= way * share
        if not terms[node]:
            del terms[node]
    if low is None or high is None:
        return Interval.of(sign * share) * Interval(0, inf)
    return Interval.of(sign * share) * Interval(max(high.lo - low.hi, 0), max(high.hi - low.lo, 0))


def _extreme(terms: dict[Node, int | Fraction]) -> tuple[Node, Node] | None:
    """A node x of the sum and a node of it that is the max or min of x and others, with opposite coefficients."""
    for node, coefficient in terms.items():
        if node.op in ("maximum", "minimum") or node.op in ("max", "min") and "where" not in node.get("roles", ("where",)):
            for x in node.args[:2] if node.op in ("maximum", "minimum") else node.args[:1]:
                if x in terms and terms[x] * coefficient < 0:
                    return x, node
    return None


def _common(terms: dict[Node, int | Fraction]) -> Node | None:
    """A factor of two terms of the sum."""
    seen = set(terms)
    for node in terms:
        if node.op == "mul":
            shared = next((arg for arg in node.args if arg in seen), None)
            if shared is not None:
                return shared
            seen.update(node.args)
    return None


def _gap(ranges, x: Node, extreme: Node, terms, context: Context) -> tuple[Interval | None, int | Fraction]:
    """The range of share · (x - extreme), which has one sign, since the extreme is that of x too."""
    inside = ranges.at_hand(x, context).range
    outside = ranges.at_hand(extreme, context).range
    if inside is None or outside is None:
        return None, 0
    size = min(abs(terms[x]), abs(terms[extreme]))
    share = size if terms[x] > 0 else -size
    width: Endpoint = max(outside.hi - inside.lo, 0) if extreme.op in ("max", "maximum") else max(inside.hi - outside.lo, 0)
    distance = Interval(-width, 0) if extreme.op in ("max", "maximum") else Interval(0, width)
    return Interval.of(share) * distance, share


def _ratio(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """A ratio is at most k where its numerator does not exceed k times its positive denominator."""
    above, below = node.args
    denominator = ranges.at_hand(below, context).range
    if denominator is None or denominator.lo <= 0:
        return found
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
    """Bounds that a ratio may have: 1, 0 and -1, and what the terms of the denominator are multiplied by above it."""
    found = {-1, 0, 1}
    for node, coefficient in above.terms.items():
        shared = below.terms.get(node)
        found.update({exact(Fraction(coefficient) / shared)} if shared else ())
        if node.op == "mul":
            for one, other in (node.args, node.args[::-1]):
                factor = ranges.at_hand(other, context).range if one in below.terms else None
                if factor is not None and factor.is_finite:
                    scale = Interval.of(exact(Fraction(coefficient) / below.terms[one])) * factor
                    found.update((scale.lo, scale.hi))
    return sorted(found, key=lambda bound: (abs(bound), bound))
