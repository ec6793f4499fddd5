"""Linear forms of nodes: what cancels in a sum is seen, also within the mean of a population."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from rewardlang.facts.relations.populations import constant_within, same_population
from rewardlang.ir.node import Node

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
    elif node.op in ("sum", "mean"):
        found = _centred(ranges, node)
    if found is None or len(found.terms) > MOST_TERMS or _long(found):
        return Linear(0, {node: 1}, False)
    return found


def _long(found: Linear) -> bool:
    """Whether an exact number in it has so many digits that working with it costs more than it tells."""
    return long_numbers((found.constant, *found.terms.values()))


def long_numbers(numbers: Iterable[int | Fraction]) -> bool:
    """The same of numbers."""
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
    return Linear(one.constant * factor, {node: c * factor for node, c in one.terms.items()} if factor else {}, one.merged)


def combined(one: Linear, other: Linear, factor: int = 1) -> Linear:
    """one + factor · other."""
    terms, merged = dict(one.terms), one.merged or other.merged
    for node, coefficient in other.terms.items():
        merged = merged or node in terms
        terms[node] = terms.get(node, 0) + factor * coefficient
    terms = {node: c for node, c in terms.items() if c}
    return Linear(one.constant + factor * other.constant, terms, merged)


def _centred(ranges, node: Node) -> Linear | None:
    """The form of a mean from which a mean of the same entries is taken; of a sum, where nothing is left: it is 0.

    mean(a·x + b) = a·mean(x) + b where b is the same for all entries. The entries must be the same: what is invalid in the one
    is left out of the other too, so nothing that may be invalid may cancel.
    """
    if "where" in node["roles"] or node["window"] == "run":
        return None
    inside = form(ranges, node.args[0])
    same = {term: c for term, c in inside.terms.items() if constant_within(ranges, term, node)}
    free = {term: c for term, c in inside.terms.items() if term not in same}
    if not free or not same or inside.merged and ranges.fact(node.args[0]).fails:
        return None
    for term in same:
        if term.op != "mean" or not same_population(node, term, of_same=False):
            continue
        other = form(ranges, term.args[0])
        share = _share(free, other.terms)
        if share is not None and not (other.merged and ranges.fact(term.args[0]).fails):
            rest = Linear(inside.constant - share * other.constant, same, True)
            found = combined(rest, Linear(0, {term: share}, True))
            return found if node.op == "mean" or not found.terms and not found.constant else None
    return None


def _share(terms: dict[Node, int | Fraction], other: dict[Node, int | Fraction]) -> int | Fraction | None:
    """How many times one form is the other, constants aside; None if it is not a multiple."""
    if terms.keys() != other.keys():
        return None
    shares = {Fraction(c) / other[term] for term, c in terms.items()}
    return shares.pop() if len(shares) == 1 else None


def opened(ranges, linear: Linear) -> Linear:
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
