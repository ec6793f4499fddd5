"""Memory by key: what a scan with `by` holds is one entry for each key that its environment has seen, in slots."""

from collections.abc import Callable
from dataclasses import dataclass

from rewardlang.ir.node import Node
from rewardlang.rewrite.steps import Memory, Steps
from rewardlang.values.axes import Axis, join
from rewardlang.values.types import BOOL, INT, Type


@dataclass(eq=False)
class Slots:
    """The slots of one key: which keys stand in them, how many do, and that of this step's key.

    Keys are whole numbers of 64 bits, so that they are equal where they were; texts come as digests.
    """

    axis: Axis
    keys: Memory
    used: Memory
    place: Node

    def view(self, steps: Steps, held: Memory, type_: Type) -> "InSlot":
        """What is held for each key, seen as what is held for this step's."""
        return InSlot(steps, self, held, type_)

    def around(self, type_: Type) -> Type:
        """The type of what is held for all keys, by that for one."""
        return type_.with_axes((*join(type_.axes, self.place.type.axes), self.axis))


class InSlot(Memory):
    """Something held for each key; seen from a rule it is what is held for the key of this step."""

    def __init__(self, steps: Steps, slots: Slots, held: Memory, type_: Type):
        self.steps, self.slots, self.held, self.initial = steps, slots, held, held.initial
        one = type_.with_axes(held.leaf.type.axes[:-1]).as_optional()
        self.leaf = steps.graph.add("recalled", (held.leaf, slots.place), one, axis=slots.axis)
        self._update: Node | None = None

    @property
    def update(self) -> Node | None:
        """What is held for this step's key after it."""
        return self._update

    @update.setter
    def update(self, node: Node) -> None:
        self._update = node
        args = (self.held.leaf, self.slots.place, node)
        self.held.update = self.steps.graph.add("noted", args, self.held.leaf.type, axis=self.slots.axis)


def by_key(rule: Callable[[Steps, Node], Node]) -> Callable[[Steps, Node], Node]:
    """The rule of a scan, with `by` too: what it holds then, it holds for each key.

    A key or a `where` that is invalid may have been that of any entry: from there on nothing is known.
    """
    def found(steps: Steps, node: Node) -> Node:
        roles = steps.roles(node)
        if "by" not in roles:
            return rule(steps, node)
        slots = _slots(steps, roles["by"])
        where, known = roles.get("where"), steps.make("ge", slots.place, steps.const(0, INT), type=BOOL)
        decided = known if where is None else steps.make("iff", known, where, type=BOOL)
        sure = steps.memory(INT.with_axes(decided.type.axes), 0, "decided", decided)
        sure.update = steps.make("add", sure.leaf, _nothing(steps, decided), type=INT)
        steps.slots = slots
        try:
            made = rule(steps, node)
        finally:
            steps.slots = None
        before = steps.make("add", sure.leaf, _nothing(steps, known), type=INT)
        return _where_known(steps, before if node.op in ("prev", "delta") else sure.update, made)
    return found


def _nothing(steps: Steps, decided: Node) -> Node:
    """0, where it is known what is decided."""
    return steps.make("gate", decided, steps.const(0, INT), steps.const(0, INT), type=INT)


def _where_known(steps: Steps, count: Node, x: Node) -> Node:
    return steps.make("gate", steps.make("ge", count, steps.const(0, INT), type=BOOL), x, x, type=x.type)


def _slots(steps: Steps, key: Node) -> Slots:
    """The slots of a key; one set for all scans by it."""
    if key.op == "codes":
        key = steps.graph.add("codes", key.args, key.type, lasting=True)
    if key in steps.keyed:
        return steps.keyed[key]
    axes = key.type.axes
    axis = Axis(f"keys {len(steps.keyed)}")
    keys = steps.memory(INT.with_axes((*axes, axis)), 0, whole=True)
    keys.slots = axis
    used = steps.memory(INT.with_axes(axes), 0)
    place = steps.graph.add("slot", (keys.leaf, used.leaf, key), INT.with_axes(axes).as_optional(), axis=axis)
    keys.update = steps.graph.add("noted", (keys.leaf, place, key), keys.leaf.type, axis=axis)
    more = steps.make("maximum", used.leaf, steps.make("add", place, steps.const(1, INT), type=INT), type=INT)
    used.update = steps.make("coalesce", more, used.leaf, type=INT)
    made = steps.keyed[key] = Slots(axis, keys, used, place)
    return made
