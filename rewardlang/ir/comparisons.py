"""What comparisons of one value cannot be together: the laws of atoms, taken from the values that it can have."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, gcd, inf, isfinite, lcm
from typing import NamedTuple

from rewardlang.automata.alphabet import compared
from rewardlang.automata.formula import TRUE, Formula
from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

#: What a comparison is about: a sum of nodes, each with a whole factor; the factors have no common divisor, the first is positive.
Value = tuple[tuple[Node, int], ...]

#: What one number less another is, as a sum: its constant, its factors by node, and whether a node came from more than one place.
Difference = Callable[[Node, Node], tuple[int | Fraction, Mapping[Node, int | Fraction], bool]]

#: Sums of more nodes are one value each.
_LONGEST = 6


class Comparison(NamedTuple):
    """`value sign constant`; `otherwise` is the truth where the value is missing (None: there is none)."""

    value: Value
    sign: str
    constant: int | float | Fraction | str
    otherwise: bool | None = None


def laws_of(atoms: Mapping[str, Node], domain: Callable[[Node], Interval | None], difference: Difference | None = None) -> tuple[Formula, ...]:
    """One law for each value that some atoms compare with constants, or pair of values that they compare.

    With `difference` for each sum of multiples of values: that holds of real numbers, and after rounding not at the very border.
    """
    groups: dict[Value, dict[str, Comparison]] = {}
    for name, node in atoms.items():
        found = comparison(node, difference)
        if found is not None:
            groups.setdefault(found.value, {})[name] = found
    laws = [_law(value, group, domain) for value, group in groups.items()]
    return tuple(law for law in laws if law is not TRUE)


def comparison(node: Node, difference: Difference | None = None) -> Comparison | None:
    """An atom as a comparison of one value, or of a sum of multiples of values, with a constant, if it is one."""
    if node.op == "coalesce" and node.args[1].op == "const" and isinstance(node.args[1]["value"], bool):
        inner = comparison(node.args[0], difference)
        return inner and inner._replace(otherwise=node.args[1]["value"])
    row = OPERATORS.get(node.op)
    if row is None or row.symbol not in _FLIPPED:
        return None
    left, right, sign = *node.args, row.symbol
    if _is_constant_text(left) or left.op == "const":
        left, right, sign = right, left, _FLIPPED[sign]
    if _is_constant_text(right):
        return Comparison(((left, 1),), sign, right.args[0]["value"])
    if difference is not None and left.type.kind in (Kind.INT, Kind.FLOAT):
        return _linear_comparison(left, right, sign, difference)
    if right.op != "const":
        one, other = sorted((left, right), key=lambda each: each.number)
        return Comparison(((one, 1), (other, -1)), sign if one is left else _FLIPPED[sign], 0)
    constant = right["value"]
    fits = isinstance(constant, (int, float, Fraction)) and isfinite(constant)
    return Comparison(((left, 1),), sign, constant) if fits else None


def _linear_comparison(left: Node, right: Node, sign: str, difference: Difference) -> Comparison | None:
    """`left - right sign 0` with its constant on the other side, in lowest terms."""
    constant, factors, merged = difference(left, right)
    if merged or len(factors) > _LONGEST:     # what cancels may still be missing
        constant, factors = 0, {left: 1, right: -1}
    if not factors or any(node.op == "const" and not isfinite(node["value"]) for node in factors):
        return None
    parts = [Fraction(each) for each in factors.values()]
    common = Fraction(gcd(*(each.numerator for each in parts)), lcm(*(each.denominator for each in parts)))
    nodes = sorted(factors, key=lambda each: each.number)
    scale = common if factors[nodes[0]] > 0 else -common
    value = tuple((each, int(factors[each] / scale)) for each in nodes)
    return Comparison(value, sign if scale > 0 else _FLIPPED[sign], -constant / scale)


def _is_constant_text(node: Node) -> bool:
    return node.op == "codes" and node.args[0].op == "const"


def _law(value: Value, group: Mapping[str, Comparison], domain: Callable[[Node], Interval | None]) -> Formula:
    constants = sorted({found.constant for found in group.values()})
    samples = _samples(value, constants, domain)
    if not samples:
        return TRUE
    missing = None
    if any(found.otherwise is not None for found in group.values()):
        missing = {name for name, found in group.items() if found.otherwise}
    return compared({name: (found.sign, found.constant) for name, found in group.items()}, samples, missing)


def _samples(value: Value, constants: Sequence, domain: Callable[[Node], Interval | None]) -> list:
    """Values that stand for all that the value can be, as far as comparisons with the constants can tell."""
    node = value[0][0]
    if node.op == "codes":
        return [*constants, None] if len(value) == 1 else [0, 1, -1]
    if node.type.kind is Kind.ENUM and len(value) == 1:
        return list(range(len(node.type.labels)))
    low, high = _reach(value, domain)
    whole = all(each.type.kind is Kind.INT for each, _ in value)
    points = sorted({*constants, *(end for end in (low, high) if isfinite(end))})
    if whole:
        found = {n for x in points for n in (floor(x) - 1, floor(x), ceil(x), ceil(x) + 1)}
    else:
        between = [(Fraction(one) + Fraction(other)) / 2 for one, other in zip(points, points[1:])]
        found = {*points, *between, points[0] - 1, points[-1] + 1}
    return sorted(x for x in found if low <= x <= high)


def _reach(value: Value, domain: Callable[[Node], Interval | None]) -> tuple:
    """The ends between which a sum of values lies."""
    low = high = 0
    for node, factor in value:
        known = domain(node)
        if known is None:
            return -inf, inf
        ends = sorted((known.lo * factor, known.hi * factor))
        low, high = low + ends[0], high + ends[1]
    return low, high
