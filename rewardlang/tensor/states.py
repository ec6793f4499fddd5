"""Emission of what is carried from step to step: states as one loop over time, whose body is emitted like any other graph."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, fx, nn

from rewardlang.ir.node import Node
from rewardlang.rewrite.past import RULES
from rewardlang.rewrite.steps import Memory, Steps, held_back
from rewardlang.tensor import walks
from rewardlang.tensor.code import module_of
from rewardlang.tensor.fxgraph import TRUE, Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.tensor.keyed import Keyed
from rewardlang.values.axes import Axis
from rewardlang.values.types import BOOL, Kind

#: Nodes that only graphs of single steps have, and what emits each.
STEPPED = {"push": "pushed", "advance": "advanced", "soften": "softened", "slot": "slot", "recalled": "recalled", "noted": "noted"}


class States(Keyed):
    """Emits states, and the nodes of single steps."""

    build: Builder
    values: dict[Node, Value]
    total: frozenset[Node]
    params: Mapping[str, object]
    length_of: Callable[[Axis], fx.Node]
    size_along: Callable[[Axis], object]
    real_along: Callable[[Axis], Value | None]
    loops: dict[str, list[Value]]
    k: Kernel
    _held: Callable[[str, Tensor], fx.Node]

    def state(self, node: Node) -> Value:
        """The value of a state; all states of a knot come from one loop."""
        if node["key"] not in self.loops:
            self.loops[node["key"]] = Loop(self, node).emitted()
        return self.loops[node["key"]][node["slot"]]

    def stepped(self, node: Node) -> Value:
        """A node that only graphs of single steps have."""
        return getattr(self, STEPPED[node.op])(node)

    def advanced(self, node: Node) -> Value:
        """The state of a walk after one more letter."""
        state, *propositions = (self.values[arg] for arg in node.args)
        batched, axes = any(value.batched for value in (state, *propositions)), node.type.axes
        held = self.build.full(state.plain(), axes, batched)
        letter = tuple(self.build.full(value.plain(), axes, batched) for value in propositions)
        stages = tuple((stage.first, stage.width, self._lookup(stage.entries)) for stage in node["table"].stages)
        data = self.build.call(walks.advanced, held, letter, stages)
        return Value(data, axes, batched).masked(self.k.both(state.valid, *(value.valid for value in propositions)))

    def _lookup(self, entries: tuple[int, ...]) -> fx.Node:
        return self._held(f"entries_{len(self.build.attributes)}", torch.tensor(entries, device=self.build.device))

    def pushed(self, node: Node) -> Value:
        """A window of the last values with the newest one in the place of the oldest."""
        window, x = (self.values[arg] for arg in node.args)
        axes = node.type.axes
        parts = [self._pushed(window.plain(), x.plain(), axes)]
        if window.valid is not None or x.valid is not None:
            parts.append(self._pushed(window.valid or TRUE, x.valid or TRUE, axes))
        data, *mask = parts
        return data.masked(mask[0] if mask else None)

    def softened(self, node: Node) -> Value:
        """The smooth maximum of a window."""
        window, smooth = (self.values[arg] for arg in node.args)
        held = self.build.full(window.plain(), (*node.type.axes, node["axis"]), window.batched)
        found = Value(self.build.call(soft_greatest_among, held, float(smooth.data)), node.type.axes, window.batched)
        known = window.valid
        return found if known is None else found.masked(self.k.all(self.k.gather(known, None, (node["axis"],))))

    def _pushed(self, window: Value, x: Value, axes: tuple[Axis, ...]) -> Value:
        batched = window.batched or x.batched
        old, new = self.build.full(window, axes, batched), self.build.full(x, axes[:-1], batched)
        return Value(self.build.call(newest_last, old, new), axes, batched, truth=window.truth)


def soft_greatest_among(window: Tensor, smooth: float) -> Tensor:
    """smooth * log of the sum of exp(x / smooth) over the last dimension; the greatest where that is infinite."""
    top = window.amax(-1, keepdim=True)
    level = torch.where(top.isfinite(), top, 0)
    return torch.where(top.isfinite(), level + smooth * torch.logsumexp((window - level) / smooth, -1, True), top).squeeze(-1)


def newest_last(window: Tensor, x: Tensor) -> Tensor:
    """`window` [..., n] without its first entry, and `x` [...] after its last."""
    return torch.cat([window[..., 1:], x.unsqueeze(-1)], -1)


@dataclass(frozen=True)
class Taken:
    """A tensor that a loop takes: its node in the graph around, and the dimension of time (None: the same at each step)."""

    node: fx.Node
    time: int | None


class Loop:
    """The loop of the states of one knot.

    What does not rest on another step's entry is computed around it, for all steps at once.
    """

    def __init__(self, emitter, state: Node):
        self.emitter, self.build, (self.axis,) = emitter, emitter.build, state["over"]
        half = len(state.args) // 2
        self.carried, self.updates = state.args[:half], state.args[half:]
        self.outer: dict[Node, Value] = {}
        self.backward = state["backward"]
        self.steps = Steps(self.axis, self._leaf, self._fixed, {} if self.backward else RULES, self.backward)
        self.steps.of(state)
        self.results = [self.steps.image[update] for update in self.updates]
        real = emitter.real_along(self.axis) if self.backward else None
        if real is not None:
            leaf = self._outside(BOOL.with_axes(tuple(axis for axis in real.axes if axis != self.axis)), real)
            held_back(self.steps, leaf)
        self.batched = any(value.batched for value in self.outer.values())

    def _leaf(self, steps: Steps, node: Node) -> Node | None:
        """What stands outside: all that was computed already, since it rests on no carried entry."""
        if node.op == "const":
            return steps.const(node["value"], node.type) if not node.type.axes else self._outside(node.type, self.emitter.values[node])
        found, infinite = self.emitter.values.get(node), any(self.emitter.ends.get(node, ()))
        return None if found is None else self._outside(steps.type_of(node.type), found, infinite)

    def _outside(self, type_, value: Value, infinite: bool = False) -> Node:
        leaf = self.steps.graph.add("outside", (), type_.as_optional(), slot=len(self.outer), infinite=infinite)
        self.outer[leaf] = value
        return leaf

    def _fixed(self, node: Node) -> float:
        return self.emitter.values[node].data

    # Emission -------------------------------------------------------------------------------------------------------

    def emitted(self) -> list[Value]:
        """The value of each slot's state."""
        masked: frozenset[Memory] = frozenset()
        while True:
            body = _Body(self, masked)
            more = masked | {memory for memory, value in zip(self.steps.memories, body.held) if value.valid is not None}
            if more == masked:
                return self._called(body)
            masked = more

    def _called(self, body: "_Body") -> list[Value]:
        name = f"states_{len([key for key in self.build.attributes if key.startswith('states_')])}"
        initial = [self._initial(memory) for memory in self.steps.memories]
        initial += [self._all_valid(memory) for memory in self.steps.memories if memory in body.masked]
        found, results = body.module(self.results)
        loop = TimeLoop(found, len(initial), tuple(taken.time for taken in body.takes), self.backward, int(self.batched))
        self.build.attributes[name] = loop
        length = self.emitter.size_along(self.axis)
        call = self.build.graph.call_module(name, (length, *initial, *(taken.node for taken in body.takes)))
        tensors = [self.build.call(operator.getitem, call, place) for place in range(sum(1 + m for m in results))]
        values, given = [], iter(tensors)
        for node, has_mask in zip(self.results, results, strict=True):
            axes = (self.axis, *self._around(node))
            truth = node.type.kind is Kind.BOOL
            data = Value(next(given), axes, self.batched, truth)
            values.append(data.masked(Value(next(given), axes, self.batched, True) if has_mask else None))
        return values

    def _around(self, node: Node) -> tuple[Axis, ...]:
        """A step node's axes as they are outside the loop."""
        return tuple(self.steps.axes.get(axis, axis) for axis in node.type.axes)

    def _initial(self, memory: Memory) -> fx.Node:
        truth = memory.leaf.type.kind is Kind.BOOL
        value = Value(bool(memory.initial) if truth else float(memory.initial), truth=truth)
        return self.build.full(value, self._around(memory.leaf), self.batched)

    def _all_valid(self, memory: Memory) -> fx.Node:
        return self.build.full(TRUE, self._around(memory.leaf), self.batched)


class _Body:
    """One step of a loop, emitted into a graph of its own; `masked` are the memories of which an entry may be invalid."""

    def __init__(self, loop: Loop, masked: frozenset[Memory]):
        around = loop.emitter
        self.loop, self.masked, self.takes = loop, masked, []
        image = loop.steps.image
        total = frozenset(image[node] for node in around.total if node in image)
        self.emitter = type(around)(around.variant, {}, {}, {}, {}, total)
        self.build = self.emitter.build
        self.placeholders: list[fx.Node] = []
        self._memories()
        for leaf, value in loop.outer.items():
            self.emitter.values[leaf] = self._outside(leaf, value)
        nodes = [node for node in loop.steps.graph.nodes if node not in self.emitter.values]
        self.emitter.emit(nodes)
        self._lengths()
        self.held = [self.emitter.values[memory.update] for memory in loop.steps.memories]

    def _memories(self) -> None:
        memories, batched = self.loop.steps.memories, self.loop.batched
        masks = {}
        for kept in (memories, [memory for memory in memories if memory in self.masked]):
            for memory in kept:
                name = f"{'held' if kept is memories else 'sure'}_{memory.leaf['slot']}"
                masks.setdefault(memory, []).append(self._placeholder(name, memory.leaf.type.axes, batched))
        for memory, found in masks.items():
            axes, truth = memory.leaf.type.axes, memory.leaf.type.kind is Kind.BOOL
            valid = Value(found[1], axes, batched, True) if len(found) > 1 else None
            self.emitter.values[memory.leaf] = Value(found[0], axes, batched, truth, valid=valid)

    def _placeholder(self, name: str, axes: tuple[Axis, ...], batched: bool) -> fx.Node:
        node = self.build.placeholder(name, axes, batched)
        self.placeholders.append(node)
        return node

    def _outside(self, leaf: Node, value: Value) -> Value:
        valid = None if value.valid is None else self._outside(leaf, value.valid)
        if value.constant:
            return value.masked(valid)
        axes = tuple(self.loop.steps.axis_of(axis) for axis in value.axes if axis != self.loop.axis)
        time = value.axes.index(self.loop.axis) + int(value.batched) if self.loop.axis in value.axes else None
        self.takes.append(Taken(self.loop.build.number(value).data, time))
        node = self._placeholder(f"given_{len(self.takes)}", axes, value.batched)
        return replace(value, data=node, axes=axes, loose=False, valid=valid)

    def _lengths(self) -> None:
        """The lengths that the body asks for come from around it."""
        for axis, node in self.emitter.lengths.items():
            original = self.loop.steps.axes.get(axis, axis)
            inside = self.loop.axis.name in original.within
            time = 1 + original.within.index(self.loop.axis.name) if inside else None
            self.takes.append(Taken(self.loop.emitter.length_of(original), time))
            self.placeholders.append(node)

    def module(self, results: list[Node]) -> tuple[fx.GraphModule, list[bool]]:
        """The module of a step, `(held…, masks…, given…) -> (held…, masks…, results…)`; which results have a mask."""
        memories, batched = self.loop.steps.memories, self.loop.batched
        gives = [self.build.full(value.plain(), memory.leaf.type.axes, batched) for memory, value in zip(memories, self.held)]
        gives += [self.build.full(value.valid or TRUE, memory.leaf.type.axes, batched)
                  for memory, value in zip(memories, self.held) if memory in self.masked]
        marks = []
        for node in results:
            value = self.emitter.values[node]
            gives.append(self.build.full(value.plain(), node.type.axes, batched))
            marks.append(value.valid is not None)
            if value.valid is not None:
                gives.append(self.build.full(value.valid, node.type.axes, batched))
        body = [node for node in self.build.graph.nodes if node.op in ("call_function", "call_method")]
        return module_of(body, self.placeholders, gives, self.build.attributes), marks


class TimeLoop(nn.Module):
    """Runs a step over time: `step(*held, *given)` gives what is held next, then the results, which are stacked.

    `held` counts what is held; `times` has for each given tensor the dimension of time, or None.
    """

    def __init__(self, step: nn.Module, held: int, times: tuple[int | None, ...], backward: bool, at: int):
        super().__init__()
        self.step, self.held, self.times, self.backward, self.at = step, held, times, backward, at

    def forward(self, length: int, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Results with time at dimension `at`."""
        held, given = list(tensors[:self.held]), tensors[self.held:]
        # Time first in memory: each step reads what lies together.
        rows = [None if time is None else x.movedim(time, 0).contiguous().unbind(0)
                for x, time in zip(given, self.times, strict=True)]
        step = self.step.forward    # without the hooks of a module, which cost as much as a small step
        found: list[tuple[Tensor, ...]] = []
        for i in reversed(range(length)) if self.backward else range(length):
            now = step(*held, *(x if row is None else row[i] for x, row in zip(given, rows, strict=True)))
            held = now[:self.held]
            found.append(now[self.held:])
        if not found:
            now = step(*held, *(x if row is None else x.new_zeros(x.movedim(time, 0).shape[1:])
                                     for x, row, time in zip(given, rows, self.times, strict=True)))
            return tuple(x.unsqueeze(self.at).narrow(self.at, 0, 0) for x in now[self.held:])
        order = found[::-1] if self.backward else found
        return tuple(torch.stack(steps).movedim(0, self.at) for steps in zip(*order, strict=True))
