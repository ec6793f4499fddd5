"""What a rewrite rule is, and what it may look at."""

from collections.abc import Callable
from dataclasses import dataclass

from rewardlang.ir.node import Graph, Node
from rewardlang.values.interval import Interval
from rewardlang.values.types import Type


@dataclass(frozen=True)
class Rule:
    """One law as a rewrite: `apply(scene, node)` gives what the node may be replaced by, or None.

    A replacement has the same value for every rollout, `invalid` included, and the same axes and kind.
    """

    name: str
    law: str
    apply: "Callable[[Scene, Node], Node | None]"


class Scene:
    """The graph that rules add to, and the facts they may rely on.

    What rules have found out stays for others: `dear` whether a node rests on something dear, `factors` the product and the
    factors of one that is 0 early.
    """

    def __init__(self, graph: Graph, ranges):
        self.graph = graph
        self.ranges = ranges
        self.dear: dict[Node, bool] = {}
        self.factors: dict[Node, tuple[Node, list[Node]]] = {}

    def range(self, node: Node) -> Interval | None:
        """The certified range of a node."""
        return self.ranges.of(node)

    def sure(self, node: Node) -> bool:
        """Whether a node is valid on every rollout, also where a column lacks an entry: only then may it be left out."""
        return not self.ranges.may_be_null(node)

    def constant(self, value: object, like: Node) -> Node:
        """A constant of the type of another node."""
        type_ = Type(like.type.kind, unit=like.type.unit, labels=like.type.labels)
        return self.graph.add("const", (), type_, self.graph.origins.get(like), value=value)

    def again(self, node: Node, args: tuple[Node, ...]) -> Node:
        """The same operator on other arguments."""
        if args == node.args:
            return node
        return self.graph.add(node.op, args, node.type, self.graph.origins.get(node), **dict(node.attrs))


def fits(replacement: Node, node: Node) -> bool:
    """Whether a node may stand where another stood: entries of the same kind along the same axes."""
    return replacement.type.axes == node.type.axes and replacement.type.kind is node.type.kind


def is_constant(node: Node, value: object = None) -> bool:
    """Whether a node is a constant number or truth value (equal to `value`, if one is given)."""
    if node.op != "const" or not isinstance(node["value"], int | float) and not _is_fraction(node["value"]):
        return False
    return value is None or node["value"] == value


def _is_fraction(value: object) -> bool:
    return hasattr(value, "numerator") and hasattr(value, "denominator")
