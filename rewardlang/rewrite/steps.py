"""From a graph along an ordered axis to the graph of one of its steps: what looks back becomes memory, held and updated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from rewardlang.ir.node import Graph, Node
from rewardlang.values.axes import Axis, join
from rewardlang.values.types import BOOL, Type


class NotOnline(Exception):
    """A node has no value at its own step: `reason` says why, as the end of a sentence about it."""

    def __init__(self, node: Node, reason: str):
        super().__init__(reason)
        self.node, self.reason = node, reason


@dataclass(eq=False)
class Memory:
    """What is held from one step to the next: `leaf` stands for it, `initial` is each entry before the first step.

    `slots` is its last axis if it holds something for each key.
    """

    leaf: Node
    initial: int | float | bool
    update: Node | None = None
    slots: Axis | None = None


class Steps:
    """Rewrites nodes along `axis` into `graph`, where that axis is gone; `image` has the node of each.

    `leaf(steps, node)` gives the image of what comes from outside, None for what is to be rewritten. `fixed(node)` is the
    number that a constant or param stands for. `rules` say how each word that looks along the axis goes step by step.
    Steps are taken from the first to the last, or `backward`. Raises NotOnline where a node looks ahead, or would hold more
    than one entry for each position of the other axes (or a window of them).
    """

    def __init__(
        self, axis: Axis, leaf: Callable[["Steps", Node], Node | None], fixed: Callable[[Node], float],
        rules: Mapping[str, Callable[["Steps", Node], Node]], backward: bool = False,
    ):
        self.axis, self.leaf, self.fixed, self.rules, self.backward = axis, leaf, fixed, rules, backward
        self.graph = Graph()
        self.image: dict[Node, Node] = {}
        self.memories: list[Memory] = []
        self.axes: dict[Axis, Axis] = {}
        #: What scans with `by` hold by key, and while one is rewritten, where.
        self.keyed: dict[Node, object] = {}
        self.slots = None
        self._shared: dict[tuple, Memory] = {}
        self._slots: dict[Node, Memory] = {}

    def of(self, root: Node) -> Node:
        """The image of a node, and of all it rests on."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self.image:
                stack.pop()
                continue
            found = self.leaf(self, node)
            waiting = [arg for arg in node.args if arg not in self.image] if found is None else []
            if waiting:
                stack += waiting
                continue
            self.image[node] = self._rewritten(node) if found is None else found
            stack.pop()
        return self.image[root]

    # Parts ----------------------------------------------------------------------------------------------------------

    def axis_of(self, axis: Axis) -> Axis:
        """The axis without the one that is gone."""
        inner = axis
        if self.axis.name in axis.within:
            inner = replace(axis, within=tuple(name for name in axis.within if name != self.axis.name))
        self.axes[inner] = axis
        return inner

    def type_of(self, type_: Type) -> Type:
        """The type of one step's entry."""
        return type_.with_axes(tuple(self.axis_of(axis) for axis in type_.axes if axis != self.axis))

    def make(self, op: str, *args: Node, type: Type, **attrs) -> Node:
        """A node over its arguments' axes."""
        return self.graph.add(op, args, type.with_axes(join(*(arg.type.axes for arg in args))), **attrs)

    def const(self, value: object, type_: Type) -> Node:
        """A constant."""
        return self.graph.add("const", (), type_.entry(), value=value)

    def memory(self, type_: Type, initial, *key, infinite: bool = False, whole: bool = False) -> Memory:
        """Something held, a new one unless it has a key that was asked for before; `infinite` where ±inf is proper to it,
        `whole` if it is whole numbers of 64 bits. While a scan with `by` is rewritten, it is held for each of its keys.
        """
        known, slots = (key, type_, self.slots), self.slots
        if key and known in self._shared:
            return self._shared[known]
        initial = float(initial) if isinstance(initial, Fraction) else initial
        around = type_ if slots is None else slots.around(type_)
        leaf = self.graph.add("memory", (), around.as_optional(), slot=len(self.memories), infinite=infinite, whole=whole)
        self.memories.append(Memory(leaf, initial, slots=None if slots is None else slots.axis))
        made = self.memories[-1] if slots is None else slots.view(self, self.memories[-1], type_)
        if key:
            self._shared[known] = made
        return made

    def begun(self) -> Node:
        """Whether there was a step before."""
        known = self.memory(BOOL, False, "begun")
        known.update = self.const(True, BOOL)
        return known.leaf

    def delayed(self, x: Node, steps: int, fill: bool | float) -> Node:
        """The truth or margin so many steps before, `fill` where there was none."""
        if not steps:
            return x
        if steps == 1:
            held = self.memory(x.type, fill, "delayed", x, fill, infinite=True)
            held.update = x
            return held.leaf
        pushed = self._pushed(x, steps, fill)
        axis = pushed.type.axes[-1]
        return self.graph.add("pick", (pushed.args[0],), x.type, axis=axis, index=0)

    def recent(self, x: Node, steps: int, fill) -> Node:
        """The truths or margins of the last so many steps, this one's included, along a new axis; `fill` before the first."""
        return self._pushed(x, steps, fill)

    def _pushed(self, x: Node, steps: int, fill) -> Node:
        axis = Axis(f"last {steps}", size=steps)
        held = self.memory(x.type.with_axes((*x.type.axes, axis)), fill, "window", x, steps, fill, infinite=True)
        held.update = self.graph.add("push", (held.leaf, x), held.leaf.type, axis=axis)
        return held.update

    # Rewriting ------------------------------------------------------------------------------------------------------

    def _rewritten(self, node: Node) -> Node:
        rule = self.rules.get(node.op)
        if node.op == "state":
            return self._state(node)
        if node.op == "carried":
            return self._carried(node)
        if node.get("window") == "run":
            return self._of_run(node)
        if self._looks_along(node):
            if rule is None:
                raise NotOnline(node, "rests on later steps")
            return rule(self, node)
        return self._copied(node)

    def _looks_along(self, node: Node) -> bool:
        if node.op in ("call", "rename"):
            own = [arg for arg in node.args if self.axis in arg.type.axes]
            return bool(own) and (node.op == "rename" and self.axis.name in (getattr(node["source"], "name", ""),)
                                  or node.op == "call" and self.axis not in node["lifted"])
        return self.axis in (node.get("axis"), node.get("onto"), *(node.get("over") or ()))

    def _copied(self, node: Node) -> Node:
        attrs = {name: self._attribute(value) for name, value in node.attrs}
        if node.get("window") and self.axis in node.type.axes:
            raise NotOnline(node, "compares rollouts, which stand at different steps")
        return self.graph.add(node.op, [self.image[arg] for arg in node.args], self.type_of(node.type), **attrs)

    def _of_run(self, node: Node) -> Node:
        """A statistic over the run: an episode counts at its first step, and keeps the value that it had there."""
        if self.axis in node.type.axes or any(self.axis in arg.type.axes for arg in node.args):
            raise NotOnline(node, "counts whole rollouts")
        roles, first = self.roles(node), self.make("not", self.begun(), type=BOOL)
        roles["where"] = self.make("and", roles["where"], first, type=BOOL) if "where" in roles else first
        attrs = {**dict(node.attrs), "roles": tuple(roles), "entry_of": node}
        value = self.graph.add(node.op, tuple(roles.values()), node.type, **attrs)
        held = self.memory(value.type, False if value.type.kind is BOOL.kind else 0)
        held.update = self.make("gate", self.begun(), held.leaf, value, type=value.type)
        return held.update

    def _attribute(self, value: object) -> object:
        if isinstance(value, Axis):
            return self.axis_of(value)
        if isinstance(value, tuple) and value and all(isinstance(part, Axis) for part in value):
            return tuple(self.axis_of(axis) for axis in value if axis != self.axis)
        return value

    def roles(self, node: Node) -> dict[str, Node]:
        """The images of a node's arguments by role."""
        return {role: self.image[arg] for role, arg in zip(node["roles"], node.args, strict=True)}

    def earlier(self, node: Node, x_type: Type, start: Node, infinite: bool = False) -> tuple[Memory, Node]:
        """A memory of a value, and its reading: `start` before the first step."""
        if start.op == "const" and not isinstance(start["value"], tuple) and start["value"] is not None:
            held = self.memory(x_type, start["value"], infinite=infinite)
            return held, held.leaf
        held = self.memory(x_type, False if x_type.kind is BOOL.kind else 0, infinite=infinite)
        return held, self.make("gate", self.begun(), held.leaf, start, type=x_type)

    def _carried(self, node: Node) -> Node:
        if node["axis"] != self.axis:
            return self._copied(node)
        if node["backward"] and not self.backward:
            raise NotOnline(node, "rests on later steps")
        held, found = self.earlier(node, self.type_of(node.type), self.image[node.args[0]])
        self._slots[node] = held
        return found

    def _state(self, node: Node) -> Node:
        if node["over"] != (self.axis,):
            return self._copied(node)
        half = len(node.args) // 2
        for carried, update in zip(node.args[:half], node.args[half:], strict=True):
            self._slots[carried].update = self.image[update]
        return self.image[node.args[half + node["slot"]]]


def held_back(steps: Steps, real: Node) -> None:
    """Let all that is held stay as it is where a step is padding."""
    for memory in steps.memories:
        memory.update = steps.make("gate", real, memory.update, memory.leaf, type=memory.leaf.type)
