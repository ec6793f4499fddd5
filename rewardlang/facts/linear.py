"""Sums whose parts share sources: what cancels is cancelled before ranges are added."""

from fractions import Fraction
from typing import NamedTuple

from rewardlang.facts.context import Context
from rewardlang.ir.node import Node
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
    return Linear(one.constant + factor * other.constant, terms, merged or _extreme(terms) is not None)


def linear_range(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """The range of a sum, difference or ratio, narrowed by what its parts share."""
    if node.op == "div":
        return _ratio(ranges, node, context, found)
    if node.op not in ("add", "sub", "neg", "mul"):
        return found
    linear = form(ranges, node)
    if not linear.merged:
        return found
    tighter = evaluated(ranges, linear, context)
    return found if tighter is None else found.meet(tighter) or found


def evaluated(ranges, linear: Linear, context: Context) -> Interval | None:
    """The range of a linear form; None if a part of it is never valid."""
    total = Interval.of(linear.constant)
    terms = dict(linear.terms)
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
    for node, coefficient in terms.items():
        fact = ranges.at_hand(node, context).range
        if fact is None:
            return None
        total = total + Interval.of(coefficient) * fact
    return total


def _extreme(terms: dict[Node, int | Fraction]) -> tuple[Node, Node] | None:
    """A node x of the sum and a node of it that is the max or min of all such x, with opposite coefficients."""
    for node, coefficient in terms.items():
        if node.op in ("max", "min") and "where" not in node.get("roles", ("where",)):
            x = node.args[0]
            if x in terms and terms[x] * coefficient < 0:
                return x, node
    return None


def _gap(ranges, x: Node, extreme: Node, terms, context: Context) -> tuple[Interval | None, int | Fraction]:
    """The range of share · (x - extreme), which has one sign, since the extreme is that of x too."""
    inside = ranges.at_hand(x, context).range
    outside = ranges.at_hand(extreme, context).range
    if inside is None or outside is None:
        return None, 0
    size = min(abs(terms[x]), abs(terms[extreme]))
    share = size if terms[x] > 0 else -size
    width: Endpoint = max(outside.hi - inside.lo, 0) if extreme.op == "max" else max(inside.hi - outside.lo, 0)
    distance = Interval(-width, 0) if extreme.op == "max" else Interval(0, width)
    return Interval.of(share) * distance, share


def _ratio(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """A ratio whose numerator does not exceed its positive denominator lies within [-1, 1]."""
    above, below = node.args
    denominator = ranges.at_hand(below, context).range
    if denominator is None or denominator.lo <= 0:
        return found
    low, high = found.lo, found.hi
    for part in (below, *(below.args if below.op == "maximum" else ())):
        for factor in (-1, 1):
            rest = evaluated(ranges, combined(form(ranges, above), form(ranges, part), factor), context)
            if rest is not None and factor < 0 and rest.hi <= 0:
                high = min(high, 1)
            if rest is not None and factor > 0 and rest.lo >= 0:
                low = max(low, -1)
    return Interval(low, high) if low <= high else found
