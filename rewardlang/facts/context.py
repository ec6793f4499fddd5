"""What may be assumed at a place of the graph: ranges and validity of nodes, learned from the gates around it."""

from collections.abc import Mapping
from math import inf

from rewardlang.ir.node import Node
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval


class Context:
    """A set of assumptions about one entry of a value: `known` ranges by node, and nodes known to be `valid`.

    `mask` and `floor` say quickly which nodes cannot feel them: those that share no source with an assumed node, and
    those numbered below all of these (for a comparison: below what it compares). `facts` keeps what was found out under the
    assumptions, `order` what comparisons say of their sides together (None: not asked yet).
    `positions` are those along fixed axes of which alone it speaks. The root assumes nothing. A fact of a parent holds in
    its children too.
    """

    __slots__ = ("parent", "known", "valid", "mask", "floor", "facts", "children", "depth", "order", "positions")

    def __init__(self, parent: "Context | None", known: Mapping[Node, Interval], valid: frozenset[Node], mask: int,
                 positions: Mapping[Axis, int] | None = None, floor: float = inf):
        self.parent = parent
        self.known = known
        self.valid = valid
        self.mask = mask
        self.floor = min(floor, min((node.number for assumed in (known, valid) for node in assumed), default=0))
        self.depth = parent.depth + 1 if parent is not None else 0
        self.facts: dict = {}
        self.children: dict = {}
        self.order: tuple | None = None
        self.positions = positions if positions is not None else parent.positions if parent is not None else {}

    @property
    def is_root(self) -> bool:
        """Whether nothing is assumed."""
        return self.parent is None

    def feels(self, node: Node, mask: int) -> bool:
        """Whether a node that rests on the sources of `mask` can be another one here than without assumptions."""
        return bool(self.mask & mask) and node.number >= self.floor
