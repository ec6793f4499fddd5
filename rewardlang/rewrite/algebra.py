"""Rules that follow from the laws in the operator table."""

from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.rewrite.rule import Rule, Scene, fits, is_constant


def _laws(node: Node) -> tuple[str, ...]:
    row = OPERATORS.get(node.op)
    return row.laws if row is not None else ()


def identity(scene: Scene, node: Node) -> Node | None:
    """x + 0, x - 0, x * 1, x / 1, x and true, x or false are x; from the left only where sides may change places."""
    laws = _laws(node)
    if len(node.args) != 2:
        return None
    left, right = node.args
    for law, element in (("zero", 0), ("one", 1)):
        if law in laws and is_constant(right, element) and fits(left, node):
            return left
        if law in laws and "commutative" in laws and is_constant(left, element) and fits(right, node):
            return right
    return None


def absorption(scene: Scene, node: Node) -> Node | None:
    """x * 0 is 0 where x is valid and finite; x and false is false, be x what it may."""
    if "absorbs_zero" not in _laws(node) or node.type.axes:
        return None
    for zero, other in (node.args, node.args[::-1]):
        if is_constant(zero, 0) and (node.op == "and" or _is_number(scene, other)):
            return scene.constant(False if node.op == "and" else 0, node)
    return None


def _is_number(scene: Scene, node: Node) -> bool:
    found = scene.range(node)
    return scene.sure(node) and found is not None and found.is_finite


def difference(scene: Scene, node: Node) -> Node | None:
    """x - x is 0 where x is valid and finite."""
    if node.op != "sub" or node.args[0] is not node.args[1] or node.type.axes or not _is_number(scene, node.args[0]):
        return None
    return scene.constant(0, node)


def involution(scene: Scene, node: Node) -> Node | None:
    """-(-x) and not (not x) are x."""
    if "involution" in _laws(node) and node.args[0].op == node.op and fits(node.args[0].args[0], node):
        return node.args[0].args[0]
    return None


def idempotence(scene: Scene, node: Node) -> Node | None:
    """min(x, x), x and x are x; abs(abs(x)) is abs(x)."""
    if "idempotent" not in _laws(node):
        return None
    if len(node.args) == 1 and node.args[0].op == node.op and fits(node.args[0], node):
        return node.args[0]
    if len(node.args) == 2 and node.args[0] is node.args[1] and fits(node.args[0], node):
        return node.args[0]
    return None


ALGEBRA = (
    Rule("identity", "x + 0 = x, x * 1 = x, …", identity),
    Rule("absorption", "w * 0 = 0 for a finite param w; x and false = false", absorption),
    Rule("difference", "w - w = 0 for a finite param w", difference),
    Rule("involution", "-(-x) = x, not (not x) = x", involution),
    Rule("idempotence", "min(x, x) = x, abs(abs(x)) = abs(x)", idempotence),
)
