"""What rules about early decisions look at: which parts are dear, what they can be, and when leaving them out is safe."""

from collections.abc import Sequence
from math import isinf

from rewardlang.ir.node import Node, reachable
from rewardlang.rewrite.rule import Scene, is_constant
from rewardlang.values.axes import join
from rewardlang.values.types import Kind, Type


def is_dear(scene: Scene, node: Node) -> bool:
    """Whether a node rests on a model, or on a verifier under a time limit."""
    known, stack = scene.dear, [node]
    while stack:
        top = stack[-1]
        waiting = [] if top in known else [arg for arg in top.args if arg not in known]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if top not in known:
            known[top] = _is_asked(scene, top) or any(known[arg] for arg in top.args)
    return known[node]


def _is_asked(scene: Scene, node: Node) -> bool:
    external = scene.ranges.spec.externals[node["callee"]] if node.op == "call" else None
    return external is not None and (external.kind == "model" or external.timeout is not None)


def has_gradient(scene: Scene, node: Node) -> bool:
    """Whether a gradient may be wanted of a node: it comes from numbers, and not from truths alone."""
    return node.type.kind is Kind.FLOAT and any(
        below.op in ("input", "param") and below.type.kind is Kind.FLOAT for below in reachable([node]))


def spared(scene: Scene, dear: Node, node: Node) -> list[Node] | None:
    """The inputs that must be valid for `dear` to be left out of `node` where something else decides; None where it must not."""
    if scene.ranges.fails(dear):
        return None
    bounds = scene.range(dear)
    if dear.type.kind is not Kind.BOOL and (bounds is None or isinf(bounds.lo) or isinf(bounds.hi)):
        return None
    leaves = [leaf for leaf in reachable([dear]) if leaf.op == "input" and not scene.sure(leaf)]
    apart = any(leaf.op in ("state", "carried") for leaf in reachable([node]))
    fits = all(axis in node.type.axes for leaf in leaves for axis in leaf.type.axes)
    return leaves if fits and not apart else None


def bounded(scene: Scene, node: Node, upper: bool) -> Node | None:
    """The most (or least) that a sum can be by what is cheap in it: the same sum with the ends of ranges for its dear parts.

    None where it has no cheap part, or a dear one without an end. Rounded sums keep order, so the bound holds of floats too.
    """
    return _end(scene, node, upper) if any(not is_constant(part) for part in _cheap_parts(scene, node)) else None


def _cheap_parts(scene: Scene, node: Node) -> list[Node]:
    if not is_dear(scene, node):
        return [node]
    return [part for arg in node.args for part in _cheap_parts(scene, arg)] if node.op in ("add", "sub", "neg") else []


def _end(scene: Scene, node: Node, upper: bool) -> Node | None:
    if not is_dear(scene, node):
        return node
    sides = {"add": (upper, upper), "sub": (upper, not upper), "neg": (not upper,)}.get(node.op)
    if sides is not None:
        ends = [_end(scene, arg, side) for arg, side in zip(node.args, sides, strict=True)]
        return None if None in ends else scene.again(node, tuple(ends))
    bounds = scene.range(node)
    end = None if bounds is None else bounds.hi if upper else bounds.lo
    return None if end is None or isinf(end) else scene.constant(end, node)


def compared(scene: Scene, op: str, left: Node, right: Node) -> Node:
    """`left op right`, a truth."""
    type_ = Type(Kind.BOOL, join(left.type.axes, right.type.axes), left.type.optional or right.type.optional)
    return scene.graph.add(op, (left, right), type_, scene.graph.origins.get(left))


def both(scene: Scene, op: str, left: Node, right: Node, like: Node | None = None) -> Node:
    """An operator on two values, of the kind, the unit and the place in the text of `like` (None: a truth)."""
    axes, optional = join(left.type.axes, right.type.axes), left.type.optional or right.type.optional
    kind = Kind.BOOL if like is None else Kind.FLOAT if Kind.FLOAT in (left.type.kind, right.type.kind) else left.type.kind
    type_ = Type(kind, axes, optional, unit=like.type.unit if like is not None else None)
    return scene.graph.add(op, (left, right), type_, scene.graph.origins.get(like or left))


def decided(scene: Scene, node: Node, known: Node, decides: Node, leaves: Sequence[Node]) -> Node:
    """`known` where `decides` is true and all `leaves` are valid, else the node as it is."""
    for leaf in leaves:
        there = scene.graph.add("valid", (leaf,), Type(Kind.BOOL, leaf.type.axes), scene.graph.origins.get(leaf))
        decides = both(scene, "and", there, decides)
    return scene.graph.add("gate", (decides, known, node), node.type, scene.graph.origins.get(node))
