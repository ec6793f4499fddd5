"""Rules that ask no model where something cheaper decides already: a zero, an extreme that cannot be beaten, a full scale."""

from functools import reduce

from rewardlang.ir.node import Node
from rewardlang.rewrite.deciding import both, bounded, compared, decided, has_gradient, is_dear, spared
from rewardlang.rewrite.rule import Rule, Scene, is_constant
from rewardlang.values.types import Kind


def zero_product(scene: Scene, node: Node) -> Node | None:
    """0 * b is 0 for a finite b that is valid wherever its data are: b need not be known there.

    Where several factors are dear, each is left out where another is 0: which one is asked first, the schedule learns.
    """
    if node.op != "mul" or not any(is_dear(scene, arg) for arg in node.args):
        return None
    plain, factors = [], []
    for arg in node.args:
        product, own = scene.factors.get(arg, (arg, [arg]))
        plain.append(product)
        factors += own
    dear = [factor for factor in dict.fromkeys(factors) if is_dear(scene, factor)]
    leaves = [spared(scene, factor, node) for factor in dear]
    tests = [factor for factor in dict.fromkeys(factors) if _may_be_zero(scene, factor) and dear != [factor]]
    if not tests or None in leaves:
        return None
    product = scene.again(node, tuple(plain))
    zeros = [compared(scene, "eq", factor, scene.constant(0, factor)) for factor in tests]
    decides = reduce(lambda one, other: both(scene, "or", one, other), zeros)
    found = decided(scene, product, scene.constant(0, node), decides, list(dict.fromkeys(leaf for own in leaves for leaf in own)))
    scene.factors[found] = product, factors
    return found


def _may_be_zero(scene: Scene, factor: Node) -> bool:
    """Whether it is worth a look: scores that a model gives are hardly ever 0, truths and what a gate closes often are."""
    if is_constant(factor) or has_gradient(scene, factor):
        return False
    closes = factor.op == "gate" and any(is_constant(arg, 0) for arg in factor.args[1:])
    return not is_dear(scene, factor) or factor.type.kind is not Kind.FLOAT or closes


def unbeaten_extreme(scene: Scene, node: Node) -> Node | None:
    """max(a, b) is a where a is all that b can be, or more; the same for min."""
    if node.op not in ("maximum", "minimum"):
        return None
    for cheap, dear in (node.args, node.args[::-1]):
        if is_constant(cheap) or is_dear(scene, cheap) or not is_dear(scene, dear):
            continue
        leaves = spared(scene, dear, node)
        if leaves is None or cheap.type.axes != node.type.axes or cheap.type.kind not in (node.type.kind, Kind.INT):
            continue
        bounds = scene.range(dear)
        end, op = (bounds.hi, "gt") if node.op == "maximum" else (bounds.lo, "lt")
        # Where both are equal, the gradient goes to both: that is given up only where there is none.
        op = op if has_gradient(scene, cheap) else {"gt": "ge", "lt": "le"}[op]
        return decided(scene, node, cheap, compared(scene, op, cheap, scene.constant(end, dear)), leaves)
    return None


def full_scale(scene: Scene, node: Node) -> Node | None:
    """min(1, a + b), or a clamp, is at its end where a and the least of b are beyond it; the same for max and the other end."""
    if node.op == "clamp" and all(is_constant(arg) for arg in node.args[1:]):
        return _at_end(scene, node, node.args[0], {False: node.args[2], True: node.args[1]})
    if node.op in ("maximum", "minimum"):
        for limit, total in (node.args, node.args[::-1]):
            if is_constant(limit):
                return _at_end(scene, node, total, {node.op == "maximum": limit})
    return None


def _at_end(scene: Scene, node: Node, total: Node, ends: dict[bool, Node]) -> Node | None:
    """The node with its ends decided; `ends` has what it is where all that `total` can be is beyond: above (False), below (True)."""
    leaves = spared(scene, total, node) if is_dear(scene, total) else None
    if leaves is None:
        return None
    found = node
    for upper, end in ends.items():
        bound = bounded(scene, total, upper)
        if bound is not None and bound.type.axes == node.type.axes and _reaches(scene, bound, end, below=upper):
            op = ("lt" if upper else "gt") if has_gradient(scene, bound) else ("le" if upper else "ge")
            known = scene.graph.add("const", (), end.type, scene.graph.origins.get(node), value=end["value"])
            found = decided(scene, found, known, compared(scene, op, bound, end), leaves)
    return None if found is node else found


def _reaches(scene: Scene, bound: Node, end: Node, below: bool) -> bool:
    """Whether a bound may ever be at an end or beyond."""
    known, limit = scene.range(bound), scene.range(end)
    return known is None or (known.lo <= limit.hi if below else known.hi >= limit.lo)


def sure_comparison(scene: Scene, node: Node) -> Node | None:
    """a + b > c is known where it holds, or fails, for all that b can be."""
    if node.op not in _SURE or not any(is_dear(scene, arg) for arg in node.args):
        return None
    left, right = node.args
    parts = [spared(scene, arg, node) for arg in node.args if is_dear(scene, arg)]
    if any(part is None for part in parts):
        return None
    leaves, found = list(dict.fromkeys(leaf for part in parts for leaf in part)), node
    for verdict, (op, left_upper) in _SURE[node.op].items():
        one, other = _side(scene, left, left_upper), _side(scene, right, not left_upper)
        if one is None or other is None or (is_constant(one) and is_constant(other)):
            continue
        decides = compared(scene, op, one, other)
        if decides.type.axes == node.type.axes and not is_constant(decides):
            truth = scene.graph.add("const", (), _truth(node), scene.graph.origins.get(node), value=verdict)
            found = decided(scene, found, truth, decides, leaves)
    return None if found is node else found


def _truth(node: Node):
    return node.type.with_axes(()).as_optional(False)


def _side(scene: Scene, node: Node, upper: bool) -> Node | None:
    if not is_dear(scene, node):
        return node
    bound = bounded(scene, node, upper)
    if bound is not None:
        return bound
    known = scene.range(node)
    return None if known is None else scene.constant(known.hi if upper else known.lo, node)


#: For each comparison and verdict: what must hold between the bounds, and whether the left one is the upper.
_SURE = {
    "gt": {True: ("gt", False), False: ("le", True)}, "ge": {True: ("ge", False), False: ("lt", True)},
    "lt": {True: ("lt", True), False: ("ge", False)}, "le": {True: ("le", True), False: ("gt", False)},
}

EARLY = (
    Rule("zero-product", "right * q = gate right == 0 { 0 } else right * q for a model q that cannot fail", zero_product),
    Rule("unbeaten-extreme", "max(a, q) = gate a >= 1 { a } else max(a, q) for a model q in [0, 1]", unbeaten_extreme),
    Rule("full-scale", "min(1, a + q) = gate a >= 1 { 1 } else min(1, a + q) for a model q in [0, 1]", full_scale),
    Rule("sure-comparison", "a + q > 1 = gate a > 1 { true } else gate a <= 0 { false } else a + q > 1 for a model q in [0, 1]",
         sure_comparison),
)
