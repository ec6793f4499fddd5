"""What comparisons of one value cannot be together: the laws of atoms, taken from the values that it can have."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, inf, isfinite
from typing import NamedTuple

from rewardlang.automata.alphabet import compared
from rewardlang.automata.formula import TRUE, Formula
from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Comparison(NamedTuple):
    """`value sign constant`; `otherwise` is the truth where the value is missing (None: there is none)."""

    value: tuple[Node, ...]
    sign: str
    constant: int | float | Fraction | str
    otherwise: bool | None = None


def laws_of(atoms: Mapping[str, Node], domains: Mapping[Node, Interval]) -> tuple[Formula, ...]:
    """One law for each value that some atoms compare with constants, or pair of values that they compare."""
    groups: dict[tuple[Node, ...], dict[str, Comparison]] = {}
    for name, node in atoms.items():
        found = comparison(node)
        if found is not None:
            groups.setdefault(found.value, {})[name] = found
    laws = [_law(value, group, domains) for value, group in groups.items()]
    return tuple(law for law in laws if law is not TRUE)


def comparison(node: Node) -> Comparison | None:
    """An atom as a comparison of one value (or of the difference of two) with a constant, if it is one."""
    if node.op == "coalesce" and node.args[1].op == "const" and isinstance(node.args[1]["value"], bool):
        inner = comparison(node.args[0])
        return inner and inner._replace(otherwise=node.args[1]["value"])
    row = OPERATORS.get(node.op)
    if row is None or row.symbol not in _FLIPPED:
        return None
    left, right, sign = *node.args, row.symbol
    if left.op == "const" or _is_constant_text(left) or right.op != "const" and left.number > right.number:
        left, right, sign = right, left, _FLIPPED[sign]
    if _is_constant_text(right):
        return Comparison((left,), sign, right.args[0]["value"])
    if right.op != "const":
        return Comparison((left, right), sign, 0)
    constant = right["value"]
    fits = isinstance(constant, (int, float, Fraction)) and isfinite(constant)
    return Comparison((left,), sign, constant) if fits else None


def _is_constant_text(node: Node) -> bool:
    return node.op == "codes" and node.args[0].op == "const"


def _law(value: tuple[Node, ...], group: Mapping[str, Comparison], domains: Mapping[Node, Interval]) -> Formula:
    constants = sorted({found.constant for found in group.values()})
    samples = _samples(value, constants, domains)
    if not samples:
        return TRUE
    missing = None
    if any(found.otherwise is not None for found in group.values()):
        missing = {name for name, found in group.items() if found.otherwise}
    return compared({name: (found.sign, found.constant) for name, found in group.items()}, samples, missing)


def _samples(value: tuple[Node, ...], constants: Sequence, domains: Mapping[Node, Interval]) -> list:
    """Values that stand for all that the value can be, as far as comparisons with the constants can tell."""
    node = value[0]
    if node.op == "codes":
        return [*constants, None] if len(value) == 1 else [0, 1, -1]
    if node.type.kind is Kind.ENUM and len(value) == 1:
        return list(range(len(node.type.labels)))
    low, high = -inf, inf
    if len(value) == 1 and node in domains:
        low, high = domains[node].lo, domains[node].hi
    whole = all(each.type.kind is Kind.INT for each in value)
    points = sorted({*constants, *(end for end in (low, high) if isfinite(end))})
    if whole:
        found = {n for x in points for n in (floor(x) - 1, floor(x), ceil(x), ceil(x) + 1)}
    else:
        between = [(Fraction(one) + Fraction(other)) / 2 for one, other in zip(points, points[1:])]
        found = {*points, *between, points[0] - 1, points[-1] + 1}
    return sorted(x for x in found if low <= x <= high)
