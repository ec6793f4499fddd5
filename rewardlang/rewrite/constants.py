"""Rules that compute what is known when the program is checked."""

from fractions import Fraction
from math import isfinite

from rewardlang.ir.node import Node
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.rewrite.rule import Rule, Scene, fits, is_constant
from rewardlang.values.types import Kind

_KERNEL = FloatKernel()

#: Operators that are computed exactly on rationals.
_EXACT = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a}
_MOST_BITS = 256
_FOLDED = (Family.POINTWISE, Family.CONTROL)


def fold(scene: Scene, node: Node) -> Node | None:
    """The value of an operator on constants; sums and products of rationals exactly."""
    row = OPERATORS.get(node.op)
    if row is None or row.family not in _FOLDED or not node.args or node.type.axes:
        return None
    if not all(is_constant(arg) for arg in node.args):
        return None
    args = [arg["value"] for arg in node.args]
    value = _exactly(node, args)
    if value is None:
        value = call(_KERNEL, row, *(float(arg) if isinstance(arg, Fraction) else arg for arg in args))
    if value is None or isinstance(value, float) and not isfinite(value):
        return None
    found = scene.constant(_as_constant(value, node), node)
    return found if fits(found, node) else None


def _exactly(node: Node, args: list) -> object:
    rational = all(isinstance(arg, int | Fraction) and not isinstance(arg, bool) for arg in args)
    if node.op not in _EXACT or not rational:
        return None
    value = Fraction(_EXACT[node.op](*args))
    small = value.numerator.bit_length() + value.denominator.bit_length() <= _MOST_BITS
    return value if small else None


def _as_constant(value: object, node: Node) -> object:
    """Numbers as the graph holds them: whole ones as int, others as the very rational."""
    if node.type.kind is Kind.BOOL:
        return bool(value)
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def weights(scene: Scene, node: Node) -> Node | None:
    """a * (b * x) is (a * b) * x: weights on weights are one weight."""
    if node.op != "mul":
        return None
    for weight, product in (node.args, node.args[::-1]):
        if is_constant(weight) and product.op == "mul":
            for inner, rest in (product.args, product.args[::-1]):
                exact = is_constant(inner) and _exactly(node, [weight["value"], inner["value"]])
                if exact:
                    both = scene.graph.add("const", (), weight.type, value=_as_constant(exact, node))
                    return scene.again(node, (both, rest))
    return None


FOLDING = (
    Rule("fold", "an operator on constants is its value", fold),
    Rule("weights", "a * (b * x) = (a * b) * x", weights),
)
