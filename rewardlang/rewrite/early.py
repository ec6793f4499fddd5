"""Rules that ask no model where something cheaper decides already: a product with 0, an extreme that cannot be beaten."""

from collections.abc import Sequence
from math import isinf

from rewardlang.ir.node import Node, reachable
from rewardlang.rewrite.rule import Rule, Scene, is_constant
from rewardlang.values.axes import join
from rewardlang.values.types import Kind, Type


def zero_product(scene: Scene, node: Node) -> Node | None:
    """0 * b is 0 for a finite b that is valid wherever its data are: b need not be known there."""
    if node.op != "mul":
        return None
    for cheap, dear in (node.args, node.args[::-1]):
        leaves = _spared(scene, cheap, dear, node)
        if leaves is not None and not _has_gradient(scene, cheap):
            zero = scene.constant(0, cheap)
            return _decided(scene, node, scene.constant(0, node), _compared(scene, "eq", cheap, zero), leaves)
    return None


def unbeaten_extreme(scene: Scene, node: Node) -> Node | None:
    """max(a, b) is a where a is above all that b can be; the same for min."""
    if node.op not in ("maximum", "minimum"):
        return None
    for cheap, dear in (node.args, node.args[::-1]):
        leaves = _spared(scene, cheap, dear, node)
        if leaves is None or cheap.type.axes != node.type.axes or cheap.type.kind is not node.type.kind:
            continue
        bounds = scene.range(dear)
        end, op = (bounds.hi, "gt") if node.op == "maximum" else (bounds.lo, "lt")
        limit = scene.constant(end, dear)
        return _decided(scene, node, cheap, _compared(scene, op, cheap, limit), leaves)
    return None


def _spared(scene: Scene, cheap: Node, dear: Node, node: Node) -> list[Node] | None:
    """The inputs that must be valid for `dear` to be left out where `cheap` decides; None where it must not, or need not."""
    if is_constant(cheap) or not _is_dear(scene, dear) or _is_dear(scene, cheap) or scene.ranges.fails(dear):
        return None
    bounds = scene.range(dear)
    if bounds is None or isinf(bounds.lo) or isinf(bounds.hi):
        return None
    leaves = [leaf for leaf in reachable([dear]) if leaf.op == "input" and not scene.sure(leaf)]
    apart = any(leaf.op in ("state", "carried") for leaf in reachable([node]))
    fits = all(axis in node.type.axes for leaf in leaves for axis in leaf.type.axes)
    return leaves if fits and not apart else None


def _is_dear(scene: Scene, node: Node) -> bool:
    """Whether a node rests on a model, or on a verifier under a time limit."""
    externals = scene.ranges.spec.externals
    called = [externals[below["callee"]] for below in reachable([node]) if below.op == "call"]
    return any(external.kind == "model" or external.timeout is not None for external in called)


def _has_gradient(scene: Scene, node: Node) -> bool:
    """Whether a gradient may be wanted at the zeros of a node: it comes from numbers, and not from truths alone."""
    return node.type.kind is Kind.FLOAT and any(
        below.op in ("input", "param") and below.type.kind is Kind.FLOAT for below in reachable([node]))


def _compared(scene: Scene, op: str, left: Node, right: Node) -> Node:
    type_ = Type(Kind.BOOL, join(left.type.axes, right.type.axes), left.type.optional)
    return scene.graph.add(op, (left, right), type_, scene.graph.origins.get(left))


def _decided(scene: Scene, node: Node, known: Node, decides: Node, leaves: Sequence[Node]) -> Node:
    """`known` where `decides` is true and all `leaves` are valid, else the node as it is."""
    for leaf in leaves:
        there = scene.graph.add("valid", (leaf,), Type(Kind.BOOL, leaf.type.axes), scene.graph.origins.get(leaf))
        axes = join(decides.type.axes, there.type.axes)
        decides = scene.graph.add("and", (there, decides), Type(Kind.BOOL, axes, decides.type.optional),
                                  scene.graph.origins.get(node))
    return scene.graph.add("gate", (decides, known, node), node.type, scene.graph.origins.get(node))


EARLY = (
    Rule("zero-product", "right * q = gate right == 0 { 0 } else right * q for a model q that cannot fail", zero_product),
    Rule("unbeaten-extreme", "max(a, q) = gate a > 1 { a } else max(a, q) for a model q in [0, 1]", unbeaten_extreme),
)
