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

#: Sums of more nodes, and larger expressions, are one value each.
_LONGEST = 6
_MOST_PARTS = 200


class Comparison(NamedTuple):
    """`value sign constant`; `otherwise` is the truth where the value is missing (None: there is none)."""

    value: Value
    sign: str
    constant: int | float | Fraction | str
    otherwise: bool | None = None


def laws_of(atoms: Mapping[str, Node], domain: Callable[[Node], Interval | None], sums: bool = False) -> tuple[Formula, ...]:
    """One law for each value that some atoms compare with constants, or pair of values that they compare.

    With `sums` for each sum of multiples of values: that holds of real numbers, and after rounding not at the very border.
    """
    groups: dict[Value, dict[str, Comparison]] = {}
    for name, node in atoms.items():
        found = comparison(node, sums)
        if found is not None:
            groups.setdefault(found.value, {})[name] = found
    laws = [_law(value, group, domain) for value, group in groups.items()]
    return tuple(law for law in laws if law is not TRUE)


def comparison(node: Node, sums: bool = False) -> Comparison | None:
    """An atom as a comparison of one value, or of a sum of multiples of values, with a constant, if it is one."""
    if node.op == "coalesce" and node.args[1].op == "const" and isinstance(node.args[1]["value"], bool):
        inner = comparison(node.args[0], sums)
        return inner and inner._replace(otherwise=node.args[1]["value"])
    row = OPERATORS.get(node.op)
    if row is None or row.symbol not in _FLIPPED:
        return None
    left, right, sign = *node.args, row.symbol
    if _is_constant_text(left) or left.op == "const":
        left, right, sign = right, left, _FLIPPED[sign]
    if _is_constant_text(right):
        return Comparison(((left, 1),), sign, right.args[0]["value"])
    if sums and left.type.kind in (Kind.INT, Kind.FLOAT):
        return _linear_comparison(left, right, sign)
    if right.op != "const":
        one, other = sorted((left, right), key=lambda each: each.number)
        return Comparison(((one, 1), (other, -1)), sign if one is left else _FLIPPED[sign], 0)
    constant = right["value"]
    fits = isinstance(constant, (int, float, Fraction)) and isfinite(constant)
    return Comparison(((left, 1),), sign, constant) if fits else None


def _linear_comparison(left: Node, right: Node, sign: str) -> Comparison | None:
    """`left - right sign 0` with its constant on the other side, in lowest terms."""
    one, other = linear(left), linear(right)
    factors, constant = combined(one, other, -1)
    if len(factors) > _LONGEST or len(factors) < len({*one[0], *other[0]}):    # what cancels may still be missing
        factors, constant = {left: Fraction(1), right: Fraction(-1)}, Fraction(0)
    if not factors or not isfinite(constant):
        return None
    common = Fraction(gcd(*(each.numerator for each in factors.values())), lcm(*(each.denominator for each in factors.values())))
    nodes = sorted(factors, key=lambda each: each.number)
    scale = common if factors[nodes[0]] > 0 else -common
    value = tuple((each, int(factors[each] / scale)) for each in nodes)
    return Comparison(value, sign if scale > 0 else _FLIPPED[sign], -constant / scale)


Linear = tuple[dict[Node, Fraction], Fraction | float]


def linear(node: Node) -> Linear:
    """A node as a sum of multiples of nodes, and a constant (infinite where a part is)."""
    parts, stack = set(), [node]
    while stack and len(parts) < _MOST_PARTS:
        part = stack.pop()
        if part not in parts:
            parts.add(part)
            stack += part.args if part.op in ("add", "sub", "neg", "mul", "div") else ()
    if stack:
        return {node: Fraction(1)}, Fraction(0)
    made: dict[Node, Linear] = {}
    for part in sorted(parts, key=lambda each: each.number):
        made[part] = _linear(part, [made.get(arg) for arg in part.args])
    return made[node]


def _linear(node: Node, args: Sequence[Linear | None]) -> Linear:
    match node.op:
        case "const" if isinstance(node["value"], (int, float, Fraction)):
            value = node["value"]
            return {}, Fraction(value) if isfinite(value) else value
        case "add" | "sub":
            found = combined(*args, 1 if node.op == "add" else -1)
            if len(found[0]) == len({*args[0][0], *args[1][0]}):
                return found
        case "neg":
            return _times(args[0], Fraction(-1))
        case "mul" | "div":
            one, other = args if args[0][0] or node.op == "div" else reversed(args)
            if not other[0] and isinstance(other[1], Fraction) and other[1] and one[0]:
                return _times(one, other[1] if node.op == "mul" else 1 / other[1])
    return {node: Fraction(1)}, Fraction(0)


def _times(one: Linear, factor: Fraction) -> Linear:
    return {node: part * factor for node, part in one[0].items()}, one[1] * factor


def combined(one: Linear, other: Linear, factor: int) -> Linear:
    """`one + factor * other`."""
    found = dict(one[0])
    for node, part in other[0].items():
        found[node] = found.get(node, 0) + part * factor
    return {node: part for node, part in found.items() if part}, one[1] + other[1] * factor


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
