"""The least and the greatest value of a polynomial that is a sum of squares and a rest: (x - y)², variances, x² + xy + y².

With the monomials whose squares are there in a row, the polynomial is a quadratic form in them; its least value over all reals is
what eliminating them one by one leaves of the constant (symmetric Gaussian elimination, in exact fractions).
"""

from fractions import Fraction
from math import inf

from rewardlang.facts.relations.linear import Linear, form, long_numbers
from rewardlang.ir.node import Node
from rewardlang.values.endpoint import Endpoint, exact
from rewardlang.values.interval import Interval

#: A product of nodes, in the order of their numbers; () is 1.
Monomial = tuple[Node, ...]
Polynomial = dict[Monomial, Fraction]

#: What is not multiplied out: more monomials, or of a higher degree; and more squares than these in one form.
_MOST_MONOMIALS = 30
_HIGHEST = 4
_MOST_SQUARES = 8


def square_range(ranges, linear: Linear) -> Interval | None:
    """The range of a linear form whose terms are products; None where no term is a square."""
    if not any(node.op in ("mul", "pow") for node in linear.terms):
        return None
    polynomial = _multiplied_out(ranges, linear)
    if polynomial is None:
        return None
    low = _least(ranges, polynomial)
    high = _least(ranges, {monomial: -c for monomial, c in polynomial.items()})
    if low == high == -inf:
        return None
    return Interval(low, -high) if low <= -high else None


# Multiplied out ------------------------------------------------------------------------------------------------------


def _multiplied_out(ranges, linear: Linear) -> Polynomial | None:
    total: Polynomial = {(): Fraction(linear.constant)}
    for node, coefficient in linear.terms.items():
        for monomial, c in _polynomial(ranges, node).items():
            total[monomial] = total.get(monomial, 0) + coefficient * c
        if len(total) > _MOST_MONOMIALS:
            return None
    return {monomial: c for monomial, c in total.items() if c}


def _polynomial(ranges, node: Node) -> Polynomial:
    """A term multiplied out; of what is no product, or too long, the node itself."""
    found = ranges.polynomials.get(node)
    if found is None:
        found = ranges.polynomials[node] = _product(ranges, node) or {(node,): Fraction(1)}
    return found


def _product(ranges, node: Node) -> Polynomial | None:
    if node.op == "mul":
        factors = [_multiplied_out(ranges, form(ranges, arg)) for arg in node.args]
    elif node.op == "pow" and node.args[1].op == "const" and node.args[1]["value"] in (2, 3, 4):
        factors = [_multiplied_out(ranges, form(ranges, node.args[0]))] * int(node.args[1]["value"])
    else:
        return None
    total: Polynomial | None = {(): Fraction(1)}
    for factor in factors:
        total = _times(total, factor) if total is not None and factor is not None else None
    return total


def _times(one: Polynomial, other: Polynomial) -> Polynomial | None:
    if len(one) * len(other) > _MOST_MONOMIALS:
        return None
    found: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            monomial = _joined(left, right)
            found[monomial] = found.get(monomial, 0) + a * b
    if any(len(monomial) > _HIGHEST for monomial in found) or long_numbers(found.values()):
        return None
    return {monomial: c for monomial, c in found.items() if c}


def _joined(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials, in which the square of an absolute value is that of what it is of."""
    nodes = sorted((*left, *right), key=lambda node: node.number)
    for i, (one, other) in enumerate(zip(nodes, nodes[1:])):
        if one is other and one.op == "abs":
            nodes[i] = nodes[i + 1] = one.args[0]
            return tuple(sorted(nodes, key=lambda node: node.number))
    return tuple(nodes)


# Squares -------------------------------------------------------------------------------------------------------------


def _least(ranges, polynomial: Polynomial) -> Endpoint:
    """What the polynomial is at least: of its squares together, and of what stands in no product of them by itself."""
    basis = [root for monomial, c in polynomial.items() if c > 0 and monomial and (root := _root(monomial)) is not None]
    if not basis or len(basis) > _MOST_SQUARES:
        return -inf
    basis.append(())
    rows = [[Fraction(0)] * len(basis) for _ in basis]
    pairs = {_joined(a, b): (i, j) for i, a in enumerate(basis) for j, b in enumerate(basis) if i < j}
    pairs.update({_joined(a, a): (i, i) for i, a in enumerate(basis)})
    rest: Endpoint = 0
    for monomial, c in polynomial.items():
        if monomial in pairs:
            i, j = pairs[monomial]
            rows[i][j] = rows[j][i] = c if i == j else c / 2
        else:
            rest += _by_itself(ranges, monomial, c)
    left = _eliminated(rows)
    return -inf if left is None else exact(left) + rest


def _root(monomial: Monomial) -> Monomial | None:
    """The monomial of which this is the square."""
    return monomial[::2] if monomial[::2] == monomial[1::2] else None


def _eliminated(rows: list[list[Fraction]]) -> Fraction | None:
    """What is left of the last entry; None where a form is not bounded below."""
    for k in range(len(rows) - 1):
        pivot = rows[k][k]
        if pivot < 0 or not pivot and any(rows[k][k:]):
            return None
        for i in range(k + 1, len(rows)) if pivot else ():
            share = rows[i][k] / pivot
            if share:
                rows[i] = [x - share * y for x, y in zip(rows[i], rows[k])]
    return rows[-1][-1]


def _by_itself(ranges, monomial: Monomial, coefficient: Fraction) -> Endpoint:
    found = Interval.of(exact(coefficient))
    for node in monomial:
        known = ranges.of(node)
        if known is None:
            return -inf
        found = found * known
    return found.lo
