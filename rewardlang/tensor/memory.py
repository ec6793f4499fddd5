"""Emission of what is carried from step to step: walks of tables, values of their states, and where an axis ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, fx

from rewardlang.automata.table import Table, padded
from rewardlang.ir.node import Node
from rewardlang.ops.row import Operator
from rewardlang.tensor import temporal, walks
from rewardlang.tensor.blocks import blocks, fits_blocks
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.axes import Axis, without

_BYTE = range(-128, 128)


class Memories:
    """Emits nodes of the family MEMORY, and walks of tables for whoever has one."""

    build: Builder
    k: Kernel
    lengths_valid: dict[Axis, Value]
    values: dict[Node, Value]
    columns: Mapping[Node, str]
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
        states = self._walked(node, propositions, node["table"])
        data = self.build.method("to", states.data, self.build.dtype)
        return replace(states, data=data).masked(self._known_so_far(node, propositions))

    def _entry(self, node: Node, x: Value) -> Value:
        walk, values = node.args[0], node["values"]
        truth = all(isinstance(value, bool) for value in values)
        if x.constant:
            return self.k.constant(values[int(x.data)]).masked(x.valid)
        if walk.op == "walk" and walk not in self.columns:
            propositions, table = tuple(self.values[arg] for arg in walk.args), walk["table"]
            if fits_blocks(table):
                return self._read_off(walk, propositions, values, truth).masked(x.valid)
            x = self._walked(walk, propositions, table).masked(x.valid)
        dtype = torch.bool if truth else self.build.dtype
        held = self._held(f"values_{node.number}", torch.tensor([float(value) for value in values], dtype=dtype))
        return replace(x, data=self.build.call(walks.values_of, x.data, held), truth=truth)

    def _read_off(self, walk: Node, propositions: Sequence[Value], values: Sequence[float], truth: bool) -> Value:
        """What the states of a walk stand for, read off on the way."""
        if not all(isinstance(value, int) and value in _BYTE for value in values):
            return self._walked(walk, propositions, walk["table"], [float(value) for value in values], dtype=self.build.dtype)
        found = self._walked(walk, propositions, walk["table"], values)
        kind, dtype = (torch.bool, torch.bool) if truth else (torch.int8, self.build.dtype)
        return replace(found, data=self.build.method("to", self.build.method("view", found.data, kind), dtype), truth=truth)

    # Walks --------------------------------------------------------------------------------------------------------------

    def _walked(
        self, node: Node, propositions: Sequence[Value], table: Table, values: Sequence[float] | None = None,
        backward: bool = False, dtype: torch.dtype = torch.uint8,
    ) -> Value:
        """The states after each step along the node's axis (before each from the end on, if `backward`) as whole numbers,
        or the values that stand for them; where the propositions are valid."""
        axis, plain = node["over"][0], [value.plain() for value in propositions]
        operands, axes, batched, dim, real = self._side_by_side(axis, node.type.axes, plain)
        datas = tuple(value.data for value in operands)
        if not fits_blocks(table):
            data = self.build.call(walks.walked_by_stages, datas, dim, table.start, self._stages(node, table))
        else:
            if backward and real is not None:  # what comes first is padding then
                datas, table = (*datas, self.build.full(real, axes, batched)), padded(table)
            data = self.build.call(walks.walked, datas, dim, backward, *self._blocks(node, table, values, backward, dtype))
        return Value(data, axes, batched)

    def _arrived(self, node: Node, axis: Axis, propositions: Sequence[Value], table: Table, values: Sequence[int]) -> Value:
        """The byte of the state after the last step of each trace along an axis of the node."""
        plain = [value.plain() for value in propositions]
        operands, axes, batched, dim, real = self._side_by_side(axis, node.type.axes, plain)
        datas = tuple(value.data for value in operands)
        if real is not None:
            datas, table = (*datas, self.build.full(real, axes, batched)), padded(table)
        data = self.build.call(walks.arrived, datas, dim, *self._blocks(node, table, values))
        return Value(data, without(axes, (axis,)), batched)

    def _blocks(
        self, node: Node, table: Table, values: Sequence[float] | None, backward: bool = False, dtype: torch.dtype = torch.uint8
    ) -> tuple[tuple, tuple]:
        found = blocks(table, values, backward, dtype)
        parts = (found.one, found.many, found.inside, found.read)
        held = tuple(self._held(f"table_{node.number}_{place}", part) for place, part in enumerate(parts))
        return (found.bits, found.steps, found.states, found.start), held

    def _stages(self, node: Node, table: Table) -> tuple[tuple[int, int, fx.Node], ...]:
        found = []
        for number, stage in enumerate(table.stages):
            shift = table.stages[(number + 1) % len(table.stages)].width
            held = self._held(f"table_{node.number}_{number}", torch.tensor(stage.entries, dtype=torch.int32) << shift)
            found.append((stage.first, stage.width, held))
        return tuple(found)

    def _held(self, name: str, tensor: Tensor) -> fx.Node:
        tensor = tensor.to(self.build.device)
        known = next((held for held, other in self.build.attributes.items() if _same(other, tensor)), None)
        while known is None and name in self.build.attributes:
            name += "_"
        return self.build.attribute(known or name, tensor)

    def _known_so_far(self, node: Node, propositions: Sequence[Value]) -> Value | None:
        """Where no proposition is invalid up to and with this step."""
        masks = [self._valid_up_to(node, value.valid) for value in propositions if value.valid is not None]
        return self.k.both(*masks, self.lengths_valid.get(node["over"][0]))

    def _valid_up_to(self, node: Node, valid: Value) -> Value:
        """Where a mask holds at every step up to and with this one."""
        if node["over"][0] not in valid.axes:
            return valid
        dim = valid.axes.index(node["over"][0]) + int(valid.batched)
        everywhere = (False, True, 0, None, 0.0, False)  # the least, behind, of the whole past, as truth values
        return replace(valid, data=self.build.call(temporal.extreme_within, valid.data, None, dim, *everywhere))


def _same(one: object, other: Tensor) -> bool:
    alike = isinstance(one, Tensor) and one.dtype is other.dtype and one.shape == other.shape
    return alike and torch.equal(one, other)
