"""Emission of what is carried from step to step: walks of tables, values of their states, and where an axis ends."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, fx

from rewardlang.ir.node import Node
from rewardlang.ops.row import Operator
from rewardlang.tensor import temporal, walks
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.axes import Axis


class Memories:
    """Emits nodes of the family MEMORY."""

    build: Builder
    k: Kernel
    lengths_valid: dict[Axis, Value]
    values: dict[Node, Value]
    _positions: Callable[[Axis], Value]
    _size: Callable[[Axis], Value]
    _side_by_side: Callable[..., tuple]

    def memory(self, node: Node, _row: Operator, args: list[Value]) -> Value:
        """The value of a memory node."""
        return getattr(self, f"_{node.op}")(node, *args)

    def _ending(self, node: Node) -> Value:
        axis = node["axis"]
        last = self.k.sub(self._size(axis), Value(1))
        return self.k.eq(self._positions(axis), last).masked(self.lengths_valid.get(axis))

    def _walk(self, node: Node, *propositions: Value) -> Value:
        states = self._states(node, propositions)
        return replace(states, data=self.build.method("to", states.data, self.build.dtype))

    def _states(self, node: Node, propositions: tuple[Value, ...]) -> Value:
        """The states as whole numbers, which lookups take as they are."""
        axis, table = node["over"][0], node["table"]
        operands, axes, batched, dim, _ = self._side_by_side(node, [value.plain() for value in propositions])
        stages = tuple((stage.first, stage.width, self._stage(node, number)) for number, stage in enumerate(table.stages))
        data = self.build.call(walks.walked, tuple(value.data for value in operands), dim, table.start, stages)
        known = [self._valid_up_to(node, value.valid) for value in propositions if value.valid is not None]
        valid = self.k.both(*known, self.lengths_valid.get(axis))
        return Value(data, axes, batched, valid=valid)

    def _stage(self, node: Node, number: int) -> fx.Node:
        stages = node["table"].stages
        shift = stages[(number + 1) % len(stages)].width
        entries = torch.tensor(stages[number].entries, dtype=torch.int32, device=self.build.device) << shift
        return self._held(f"table_{node.number}_{number}", entries)

    def _held(self, name: str, tensor: Tensor) -> fx.Node:
        known = next((held for held, other in self.build.attributes.items()
                      if isinstance(other, Tensor) and other.dtype is tensor.dtype and other.shape == tensor.shape and torch.equal(other, tensor)), name)
        return self.build.attribute(known, tensor)

    def _valid_up_to(self, node: Node, valid: Value) -> Value:
        """Where a mask holds at every step up to and with this one."""
        if node["over"][0] not in valid.axes:
            return valid
        dim = valid.axes.index(node["over"][0]) + int(valid.batched)
        everywhere = (False, True, 0, None, 0.0, False)  # the least, behind, of the whole past, as truth values
        return replace(valid, data=self.build.call(temporal.extreme_within, valid.data, None, dim, *everywhere))

    def _entry(self, node: Node, x: Value) -> Value:
        truth = all(isinstance(value, bool) for value in node["values"])
        walk = node.args[0]
        if walk.op == "walk" and walk not in self.columns:
            x = self._states(walk, tuple(self.values[arg] for arg in walk.args))
        if x.constant:
            return self.k.constant(node["values"][int(x.data)]).masked(x.valid)
        dtype = torch.bool if truth else self.build.dtype
        values = torch.tensor([float(value) for value in node["values"]], dtype=dtype, device=self.build.device)
        data = self.build.call(walks.values_of, x.data, self._held(f"values_{node.number}", values))
        return replace(x, data=data, truth=truth)
