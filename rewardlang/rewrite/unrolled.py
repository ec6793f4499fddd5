"""Rules that take reductions apart where a model may be left out of them: lists that are written out, and cheap parts."""

from functools import reduce

from rewardlang.ir.node import Node
from rewardlang.rewrite.deciding import both, compared, decided, has_gradient, is_dear, spared
from rewardlang.rewrite.rule import Rule, Scene, fits, is_constant
from rewardlang.values.axes import without
from rewardlang.values.types import Kind, Type

_PAIRED = {"prod": "mul", "max": "maximum", "min": "minimum", "any": "or", "all": "and"}


def _is_plain(node: Node) -> bool:
    """Whether it reduces all entries along axes of each rollout."""
    return node.op in _PAIRED and node.get("roles") == ("x",) and not node.get("window") and bool(node["over"])


def written_list(scene: Scene, node: Node) -> Node | None:
    """prod([a, b]) is a * b; so for max, min, any and all."""
    if not _is_plain(node):
        return None
    written = node.args[0].args[0] if node.args[0].op == "number" else node.args[0]
    if written.op != "vector" or node["over"] != (written["axis"],) or not is_dear(scene, node):
        return None
    like = None if node.type.kind is Kind.BOOL else node
    items = written.args if like is None else [_number(scene, item) for item in written.args]
    chain = reduce(lambda one, other: both(scene, _PAIRED[node.op], one, other, like), items)
    return chain if fits(chain, node) else None


def _number(scene: Scene, item: Node) -> Node:
    """A truth as 0 or 1."""
    if item.type.kind is not Kind.BOOL:
        return item
    return scene.graph.add("number", (item,), Type(Kind.INT, item.type.axes, item.type.optional), scene.graph.origins.get(item))


def cheap_part(scene: Scene, node: Node) -> Node | None:
    """any(a or b) is any(a) or any(b); all(a and b) is all(a) and all(b): the cheap one may decide."""
    if not _is_plain(node) or node.op not in ("any", "all") or node.args[0].op != _PAIRED[node.op]:
        return None
    parts = node.args[0].args
    if len({is_dear(scene, part) for part in parts}) != 2 or any(part.type.axes != node.args[0].type.axes for part in parts):
        return None
    sides = [scene.graph.add(node.op, (part,), node.type, scene.graph.origins.get(node), **dict(node.attrs)) for part in parts]
    return both(scene, _PAIRED[node.op], *sides)


def zero_among(scene: Scene, node: Node) -> Node | None:
    """prod(a * b) is 0 where an a is 0, for a finite b that is valid wherever its data are."""
    if not _is_plain(node) or node.op != "prod" or node.args[0].op != "mul":
        return None
    for cheap, dear in (node.args[0].args, node.args[0].args[::-1]):
        if is_constant(cheap) or is_dear(scene, cheap) or not is_dear(scene, dear) or has_gradient(scene, cheap):
            continue
        leaves = spared(scene, dear, node.args[0])
        if leaves is None or cheap.type.axes != node.args[0].type.axes:
            continue
        zero = compared(scene, "eq", cheap, scene.constant(0, cheap))
        return decided(scene, node, scene.constant(0, node), _any(scene, node, zero, leaves), ())
    return None


def _any(scene: Scene, node: Node, zero: Node, leaves: list[Node]) -> Node:
    """Whether some entry is 0 and all data of all entries are there; an invalid cheap entry leaves it open."""
    options, origin = dict(node.attrs), scene.graph.origins.get(node)

    def reduced(op: str, x: Node) -> Node:
        type_ = Type(Kind.BOOL, without(x.type.axes, node["over"]), x.type.optional)
        return scene.graph.add(op, (x,), type_, origin, **{**options, "over": tuple(a for a in node["over"] if a in x.type.axes)})

    known = scene.graph.add("valid", (zero,), Type(Kind.BOOL, zero.type.axes), origin)
    found = both(scene, "and", reduced("all", known), reduced("any", zero))
    for leaf in leaves:
        there = scene.graph.add("valid", (leaf,), Type(Kind.BOOL, leaf.type.axes), origin)
        found = both(scene, "and", reduced("all", there) if set(leaf.type.axes) & set(node["over"]) else there, found)
    return found


UNROLLED = (
    Rule("written-list", "prod([right, q]) = right * q; so for max, min, any and all", written_list),
    Rule("cheap-part", "any(a or q) = any(a) or any(q)", cheap_part),
    Rule("zero-among", "prod(right * q) = gate any(right == 0) { 0 } else prod(right * q) for a model q that cannot fail", zero_among),
)
