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
    return Linear(one.constant + factor * other.constant, terms, merged or _shared(terms))


def _shared(terms: dict[Node, int | Fraction]) -> bool:
    """Whether what two terms have in common can narrow their sum."""
    return _extreme(terms) is not None or _common(terms) is not None or _extremes(terms) is not None


def linear_range(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """The range of a sum, difference or ratio, narrowed by what its parts share."""
    if node.op == "div":
        return _ratio(ranges, node, context, found)
    if node.op == "delta":
        known = _order(ranges, context) and earlier(ranges, node) is not None
        tighter = evaluated(ranges, _opened(ranges, form(ranges, node)), context) if known else None
        return found if tighter is None else found.meet(tighter) or found
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
    while (pair := _extremes(terms)) is not None:
        total = total + _apart(ranges, *pair, terms, context)
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
        pairs = [node.args if _SMALLER_FIRST[node.op] == holds else node.args[::-1] for node, holds in held]
        context.order = frozenset(pair for small, large in pairs if (pair := _pair(ranges, small, large)) is not None)
    return context.order


def _pair(ranges, small: Node, large: Node) -> tuple[Node, Node] | None:
    """The two nodes of which small <= large says that the first does not exceed the second: k·(y - x) >= c for a c of 0 or more."""
    gap = _opened(ranges, combined(form(ranges, large), form(ranges, small), -1))
    if len(gap.terms) != 2 or gap.constant > 0 or sum(gap.terms.values()) != 0:
        return None
    return tuple(sorted(gap.terms, key=gap.terms.__getitem__))


def _opened(ranges, linear: Linear) -> Linear:
    """A form in which changes along an axis are taken apart: delta(x, start) is x - prev(x, start)."""
    for node, coefficient in linear.terms.items():
        before = earlier(ranges, node) if node.op == "delta" else None
        if before is not None:
            change = combined(form(ranges, node.args[0]), Linear(0, {before: 1}, False), -1)
            linear = combined(combined(linear, Linear(0, {node: coefficient}, False), -1), scaled(change, coefficient))
    return linear


def earlier(ranges, node: Node) -> Node | None:
    """The `prev` of the program with the same parts as a `delta`, if it has one."""
    if not ranges.earlier:
        ranges.earlier.update({(each.args, each.attrs): each for each in ranges.spec.graph.nodes if each.op == "prev"})
    return ranges.earlier.get((node.args, node.attrs))


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
        if _is_extreme(node):
            for x in node.args[:2] if node.op in ("maximum", "minimum") else node.args[:1]:
                if x in terms and terms[x] * coefficient < 0:
                    return x, node
    return None


_GREATEST = frozenset({"maximum", "max", "cummax"})
_LEAST = frozenset({"minimum", "min", "cummin"})


def _is_extreme(node: Node) -> bool:
    """Whether a node is the greatest or least of values that the own one is among."""
    if node.op in ("maximum", "minimum"):
        return True
    return node.op in _GREATEST | _LEAST and "where" not in node.get("roles", ("where",))


def _extremes(terms: dict[Node, int | Fraction]) -> tuple[Node, Node] | None:
    """The least and the greatest of the same values, with opposite coefficients: the first does not exceed the second."""
    highs = [node for node in terms if node.op in _GREATEST and _is_extreme(node)]
    lows = [node for node in terms if node.op in _LEAST and _is_extreme(node)] if highs else ()
    return next(((low, high) for high in highs for low in lows if terms[low] * terms[high] < 0 and _same_values(low, high)), None)


def _same_values(low: Node, high: Node) -> bool:
    return high.args == low.args and all(high.get(key) == low.get(key) for key in ("over", "window", "group", "roles"))


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
    width: Endpoint = max(outside.hi - inside.lo, 0) if extreme.op in _GREATEST else max(inside.hi - outside.lo, 0)
    distance = Interval(-width, 0) if extreme.op in _GREATEST else Interval(0, width)
    return Interval.of(share) * distance, share


def _ratio(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """A ratio is at most k where its numerator does not exceed k times its positive denominator."""
    above, below = node.args
    denominator = ranges.at_hand(below, context).range
    if denominator is None or denominator.lo < 0:     # at 0 the ratio has no value
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
