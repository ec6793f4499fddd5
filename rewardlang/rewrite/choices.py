"""Rules about what decides: gates, `??`, comparisons and limits whose outcome is certain."""

from rewardlang.ir.node import Node
from rewardlang.rewrite.rule import Rule, Scene, fits, is_constant
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_TRUE, _FALSE = Interval(1, 1), Interval(0, 0)


def decided_gate(scene: Scene, node: Node) -> Node | None:
    """A gate whose condition is valid and always the same is that side."""
    if node.op != "gate" or not scene.sure(node.args[0]):
        return None
    found = scene.range(node.args[0])
    side = node.args[1] if found == _TRUE else node.args[2] if found == _FALSE else None
    return side if side is not None and fits(side, node) else None


def equal_sides(scene: Scene, node: Node) -> Node | None:
    """A gate between equal sides is that side, if its condition is valid."""
    same = node.op == "gate" and node.args[1] is node.args[2]
    return node.args[1] if same and scene.sure(node.args[0]) and fits(node.args[1], node) else None


def nested_gate(scene: Scene, node: Node) -> Node | None:
    """Inside a gate, a gate on the same condition is decided."""
    if node.op != "gate":
        return None
    condition, opened, closed = node.args
    if opened.op == "gate" and opened.args[0] is condition and fits(opened.args[1], opened):
        return scene.again(node, (condition, opened.args[1], closed))
    if closed.op == "gate" and closed.args[0] is condition and fits(closed.args[2], closed):
        return scene.again(node, (condition, opened, closed.args[2]))
    return None


def sure_value(scene: Scene, node: Node) -> Node | None:
    """x ?? y is x where x is always valid, and y where x is the constant `invalid`."""
    if node.op != "coalesce":
        return None
    x, fallback = node.args
    if scene.sure(x) and fits(x, node):
        return x
    return fallback if x.op == "const" and x["value"] is None and fits(fallback, node) else None


def surely_valid(scene: Scene, node: Node) -> Node | None:
    """valid(x) is true where x is always valid."""
    if node.op == "valid" and not node.type.axes and scene.sure(node.args[0]):
        return scene.constant(True, node)
    return None


def decided_truth(scene: Scene, node: Node) -> Node | None:
    """A comparison, or what is made of comparisons, that is valid and always the same is a constant."""
    if node.type.kind is not Kind.BOOL or node.type.axes or not node.args or node.op == "call" or not scene.sure(node):
        return None
    found = scene.range(node)
    return scene.constant(found == _TRUE, node) if found in (_TRUE, _FALSE) else None


def decided_extreme(scene: Scene, node: Node) -> Node | None:
    """min(a, b) is a where a never exceeds b; the same for max."""
    if node.op not in ("minimum", "maximum"):
        return None
    for one, other in (node.args, node.args[::-1]):
        here, there = scene.range(one), scene.range(other)
        if here is None or there is None or not scene.sure(other) or not fits(one, node):
            continue
        low, high = (here, there) if node.op == "minimum" else (there, here)
        if low.hi < high.lo or (low.hi == high.lo and _is_exact(one) and _is_exact(other)):
            return one
    return None


def idle_clamp(scene: Scene, node: Node) -> Node | None:
    """clamp(x, low, high) is x where x never leaves them."""
    if node.op != "clamp" or not all(scene.sure(end) for end in node.args[1:]) or not fits(node.args[0], node):
        return None
    x, low, high = (scene.range(arg) for arg in node.args)
    if None in (x, low, high) or not (low.hi <= x.lo and x.hi <= high.lo):
        return None
    return node.args[0] if low.hi < x.lo and x.hi < high.lo or _is_exact(node.args[0]) else None


def idle_magnitude(scene: Scene, node: Node) -> Node | None:
    """abs(x) and relu(x) are x where x is never below 0."""
    if node.op not in ("abs", "relu") or not fits(node.args[0], node):
        return None
    found = scene.range(node.args[0])
    return node.args[0] if found is not None and (found.lo > 0 or found.lo == 0 and _is_exact(node.args[0])) else None


def _is_exact(node: Node) -> bool:
    """Whether rounding cannot take a value past the end of its range: leaves are checked, whole numbers are exact."""
    return not node.args or node.op == "call" or node.type.kind is not Kind.FLOAT or is_constant(node)


CHOICES = (
    Rule("decided-gate", "gate true { a } else b = a", decided_gate),
    Rule("equal-sides", "gate c { a } else a = a", equal_sides),
    Rule("nested-gate", "gate c { gate c { a } else b } else d = gate c { a } else d", nested_gate),
    Rule("sure-value", "x ?? y = x for an x that is always valid", sure_value),
    Rule("surely-valid", "valid(x) = true for an x that is always valid", surely_valid),
    Rule("decided-truth", "w < 2 = true for a param w in [0, 1]", decided_truth),
    Rule("decided-extreme", "min(x, 2) = x for an x in [0, 1]", decided_extreme),
    Rule("idle-clamp", "clamp(x, -1, 2) = x for an x in [0, 1]", idle_clamp),
    Rule("idle-magnitude", "abs(x) = x for an x in [0, 1]", idle_magnitude),
)
