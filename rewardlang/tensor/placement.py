"""Emission of placement: values moved from axis to axis, masks along with them."""

import operator
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import fx

from rewardlang.ir.node import Node
from rewardlang.tensor import place
from rewardlang.tensor.fxgraph import TRUE, Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.axes import Axis, join, without
from rewardlang.values.types import Type


class Placements:
    """Emits nodes of the family PLACEMENT."""

    build: Builder
    k: Kernel
    lengths: dict[Axis, fx.Node]
    lengths_valid: dict[Axis, Value]
    own: dict[Node, Value]
    length_of: Callable[[Axis], fx.Node]
    real: Callable[[tuple[Axis, ...]], Value | None]

    def placed(self, node: Node, args: list[Value]) -> Value:
        """The value of a placement node."""
        return getattr(self, f"_{node.op}")(node, *args)

    def _every(self, node: Node, x: Value) -> Value:
        return x

    def _at_first(self, node: Node, x: Value) -> Value:
        return self._at(x, self.k.eq(self._positions(node["axis"]), Value(0)))

    def _at_last(self, node: Node, x: Value) -> Value:
        end = self.k.sub(self._size(node["axis"]), Value(1))
        return self._at(x, self.k.eq(self._positions(node["axis"]), end))

    def _at(self, x: Value, there: Value) -> Value:
        return self.k.where(there, x, Value(0))

    def _index(self, node: Node) -> Value:
        return self._positions(node["axis"]).masked(self.lengths_valid.get(node["axis"]))

    def _length(self, node: Node) -> Value:
        return self._size(node["axis"]).masked(self.lengths_valid.get(node["axis"]))

    def _positions(self, axis: Axis) -> Value:
        data = self.build.call(positions, self.size_along(axis), self.build.dtype, self.build.device)
        return Value(data, (axis,))

    def _size(self, axis: Axis) -> Value:
        """The number of real positions along an axis."""
        if axis.size is not None:
            return Value(axis.size)
        if axis.ragged:
            lengths = self.length_of(axis)
            within = tuple(other for other in self.build.sizes if other.name in axis.within)
            return Value(self.build.method("to", lengths, self.build.dtype), within, True)
        return Value(self.build.call(place.sized, self.size_along(axis), self.build.dtype, self.build.device))

    def _pick(self, node: Node, x: Value) -> Value:
        axis, index = node["axis"], node["index"]
        inside = self.own[node] = self.k.lt(Value(index), self._size(axis)).masked(self.lengths_valid.get(axis))
        valid = None if x.valid is None else self._picked(x.valid, axis, index)
        found = self._picked(x.plain(), axis, index)
        return found.masked(self.k.both(valid, inside.valid, inside.plain()))

    def _picked(self, x: Value, axis: Axis, index: int) -> Value:
        if axis not in x.axes:
            return x
        data = self.build.call(place.picked, x.data, x.axes.index(axis) + int(x.batched), index)
        return replace(x, data=data, axes=without(x.axes, (axis,)))

    def _vector(self, node: Node, *items: Value) -> Value:
        data = self._stacked([item.plain() for item in items], node["axis"])
        if all(item.valid is None for item in items):
            return data
        return data.masked(self._stacked([item.valid or TRUE for item in items], node["axis"]))

    def _stacked(self, items: list[Value], axis: Axis) -> Value:
        items = [self.build.solid(item) for item in items]
        datas, axes, batched = self.build.align(*items)
        data = self.build.call(place.stacked, tuple(datas), -1)
        return Value(data, (*axes, axis), batched, items[0].truth)

    def _rename(self, node: Node, x: Value, keys: Value | None = None) -> Value:
        source, target = node["source"], node["target"]
        name = getattr(source, "name", source)
        if name in ("batch", "group"):
            there = self._there(x, node.args[0].type)
            found = self._all_rollouts(there, target) if name == "batch" else self._all_mates(there, keys, target)
            if found.valid is not None:
                self.own[node] = found.valid
            return found
        axis = next(axis for axis in node.args[0].type.axes if axis.name == name)
        self.build.sizes.setdefault(target, self.build.sizes.get(axis, axis.size))
        if target.ragged:
            self.lengths.setdefault(target, self.length_of(axis))
            if axis in self.lengths_valid:
                self.lengths_valid.setdefault(target, self.lengths_valid[axis])
        return self._along(x, axis, target)

    def _along(self, x: Value, axis: Axis, target: Axis) -> Value:
        axes = tuple(target if other == axis else other for other in x.axes)
        return replace(x, axes=axes, valid=None if x.valid is None else self._along(x.valid, axis, target))

    def _all_rollouts(self, x: Value, target: Axis) -> Value:
        """The batch as an axis: the same tensor, of which the first dimension is no longer the rollout's own."""
        self.build.sizes.setdefault(target, self.build.rows)
        if target.ragged:
            count = self.build.row_count()
            self.lengths.setdefault(target, self.build.call(place.all_of_size, self.build.rows[0], count))
        valid = None if x.valid is None else self._all_rollouts(x.valid, target)
        if not x.batched:
            return x.masked(valid)
        return replace(x, axes=(target, *x.axes), batched=False, valid=valid)

    def _there(self, x: Value, type_: Type) -> Value:
        """A value that is invalid past the end of each rollout's lists, where others may still go on."""
        return x.masked(self.k.both(x.valid, self.real(type_.axes)))

    def _all_mates(self, x: Value, keys: Value, target: Axis) -> Value:
        pair = self.build.call(place.mates, keys.data)
        table, sizes = (self.build.call(operator.getitem, pair, position) for position in (0, 1))
        self.build.sizes.setdefault(target, (table, 1))
        self.lengths.setdefault(target, sizes)
        if keys.valid is not None:
            self.lengths_valid.setdefault(target, keys.valid)
        return self._of_mates(x, table, target).masked(self.k.both(
            None if x.valid is None else self._of_mates(x.valid, table, target), keys.valid))

    def _of_mates(self, x: Value, table: fx.Node, target: Axis) -> Value:
        if not x.batched:
            return x.plain()
        return Value(self.build.call(place.of_mates, x.data, table), (target, *x.axes), True, x.truth)

    def _place(self, node: Node, x: Value, at: Value) -> Value:
        (source,), onto = node["over"], node["onto"]
        real = self.real((source,))
        size, length = self.size_along(onto), self._size(onto)
        inside = self.k.logical_and(self.k.le(Value(0), at.plain()), self.k.lt(at.plain(), length))
        self.own[node] = inside
        fine = self.k.both(x.valid, at.valid, inside)
        lead = without(join(x.axes, at.axes, real.axes if real else ()), (source,))
        axes, batched = (*lead, source), x.batched or at.batched or real is not None
        data, where = self.build.full(x, axes, batched), self.build.full(at, axes, batched)
        keep = None if real is None else self.build.full(real, axes, batched)
        found = Value(self.build.call(place.scattered, data, where, keep, size), (*lead, onto), batched)
        return found.masked(self.k.both(self._everywhere(fine, real, (source,)), self.lengths_valid.get(source)))

    def _spread(self, node: Node, x: Value, by: Value) -> Value:
        (source,) = node["over"]
        inside = self.k.logical_and(self.k.le(Value(0), by.plain()), self.k.lt(by.plain(), self._size(source)))
        self.own[node] = inside
        valid = None if x.valid is None else self._gathered(x.valid, by, source)
        found = self._gathered(x.plain(), by, source)
        return found.masked(self.k.both(by.valid, inside, valid, self.lengths_valid.get(source)))

    def _gathered(self, x: Value, by: Value, source: Axis) -> Value:
        if source not in x.axes:
            return x
        lead = join(without(x.axes, (source,)), by.axes)
        data = self.build.lay(x, (*lead, source))
        if by.batched and not x.batched:
            data = self.build.full(x, (*lead, source), True)
        index = self.build.lay(self.build.solid(by), lead)
        return Value(self.build.call(place.gathered, data, index), lead, x.batched or by.batched, x.truth)


def positions(size: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """0, 1, 2 … up to a size."""
    return torch.arange(size, device=device).to(dtype)
