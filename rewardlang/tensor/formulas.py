"""Emission of temporal words: formulas and margins along an axis, with padding and what is invalid kept out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

import torch
from torch import Tensor

from rewardlang.ir.node import Node
from rewardlang.ops.row import Operator
from rewardlang.ops.temporal import Reading
from rewardlang.tensor import place, temporal
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.axes import Axis

_OPTIONS = ("low", "high", "smooth")


class Formulas:
    """Emits nodes of the family TEMPORAL."""

    build: Builder
    k: Kernel
    lengths_valid: dict[Axis, Value]
    real_along: Callable[[Axis], Value | None]
    length_of: Callable[[Axis], object]
    _picked: Callable[[Value, Axis, int], Value]
    size_along: Callable[[Axis], object]
    truth_by_walk: Callable[[Node], Value | None]
    first_by_walk: Callable[[Node], Value | None]
    asked: Callable[[Node], Value | None]

    def formula(self, node: Node, row: Operator, args: list[Value]) -> Value:
        """The value of a temporal node."""
        roles = dict(zip(node["roles"], args, strict=True))
        if node.op == "opening":
            return self._opening(node, node["over"][0], roles["x"], roles["start"])
        by_walk = self.truth_by_walk(node)
        if by_walk is not None:
            return by_walk
        options = {name: roles.pop(name).data for name in _OPTIONS if name in roles}
        reading = Reading(**options, margin=node["margin"])
        operands = list(roles.values())
        if all(value.valid is None for value in operands):
            return self._settled(node, self._read(node, row, operands, options))
        worst, best = (self._read(node, row, [self._filled(value, fill) for value in operands], options)
                       for fill in (reading.bottom, reading.top))
        agree = self.k.eq(*(self._smoothly_seen(node, row, operands, options) if reading.smooth else (worst, best)))
        if reading.margin:
            worst = self.k.choose(agree, worst, self.k.constant(0.0))
        return self._settled(node, worst.masked(agree))

    def _smoothly_seen(self, node: Node, row: Operator, operands: list[Value], options: dict) -> list[Value]:
        """The worst and the best with 0 for each finite number: a smooth extreme rests on all of them, however little."""
        level = [replace(self.build.solid(value), data=self.build.call(temporal.levelled, self.build.solid(value).data))
                 for value in operands]
        return [self._read(node, row, [self._filled(value, fill) for value in level], options) for fill in (-inf, inf)]

    def _filled(self, value: Value, fill: bool | float) -> Value:
        """A value with `fill` where it is invalid."""
        return value if value.valid is None else self.k.choose(value.valid, value.plain(), self.k.constant(fill))

    def _settled(self, node: Node, found: Value) -> Value:
        """Without infinities in padding, where no gradient may meet them; invalid where the axis is."""
        axis = node["over"][0] if node["over"] else None
        real = self.real_along(axis) if axis is not None and node["margin"] else None
        if real is not None:
            found = self.k.choose(real, found.plain(), self.k.constant(0.0)).masked(found.valid)
        return found.masked(self.k.both(found.valid, self.lengths_valid.get(axis)))

    def _read(self, node: Node, row: Operator, operands: list[Value], options: dict) -> Value:
        track = Track(self.build, self.k)
        if node["over"]:
            operands, axes, batched, dim, real = self._side_by_side(node["over"][0], node.type.axes, operands)
            track = Track(self.build, self.k, dim, *self._ends(node, axes, real, batched))
        return row.meaning(track, *operands, **options, margin=node["margin"])

    def _side_by_side(
        self, axis: Axis, within: tuple[Axis, ...], operands: list[Value]
    ) -> tuple[list[Value], tuple[Axis, ...], bool, int, Value | None]:
        """Operands over the same axes, in the order of `within`, a given one among them; those axes, whether batched, the
        given one's dimension, and where it is no padding."""
        real = self.real_along(axis)
        there = {a for value in operands for a in value.axes} | {axis} | set(real.axes if real else ())
        axes = tuple(a for a in within if a in there)
        batched = real is not None or any(value.batched for value in operands)
        operands = [replace(value, data=self.build.full(value, axes, batched), axes=axes, batched=batched, loose=False)
                    for value in operands]
        return operands, axes, batched, axes.index(axis) + int(batched), real

    def _ends(self, node: Node, axes: tuple[Axis, ...], real: Value | None, batched: bool) -> tuple[object, object]:
        """How long the traces are, 0 where none asks for them, and where they are no padding; None for all.

        One trace for all rollouts, such as of `index(step)`, is what some ask for.
        """
        axis, asked = node["over"][0], self.asked(node) if batched else None
        within = () if real is None else tuple(other for other in real.axes if other != axis)
        lengths = None if real is None else self.length_of(axis)
        if asked is not None:
            size = self.size_along(axis) if lengths is None else lengths
            lengths = self.build.call(torch.where, self.build.lay(asked, within), size, 0)
        if lengths is not None:
            lengths = self.build.lay(Value(lengths, within, True), axes)
        return lengths, None if real is None else self.build.lay(real, axes)

    def _opening(self, node: Node, axis: Axis, x: Value, start: Value) -> Value:
        first = self.first_by_walk(node)
        if first is None:
            first = self._picked(x.plain(), axis, 0).masked(None if x.valid is None else self._picked(x.valid, axis, 0))
        real = self.real_along(axis)
        if real is not None:
            there = self._picked(real, axis, 0)
        else:
            size = axis.size if axis.size is not None else self.build.call(
                place.sized, self.size_along(axis), self.build.dtype, self.build.device)
            there = self.k.lt(Value(0), Value(size))
        found = self.k.where(there, first, start)
        return found.masked(self.k.both(found.valid, self.lengths_valid.get(axis)))


@dataclass(frozen=True)
class Track:
    """The temporal primitives of the kernel over tensors; the axis stands at `dim`; `real` is where it is no padding."""

    build: Builder
    k: Kernel
    dim: int = 0
    lengths: object = None
    real: object = None

    def constant(self, x: object) -> Value:
        return self.k.constant(x)

    def ahead(self, xs: Value, end: Value) -> Value:
        return self._made(xs, temporal.beside, xs.data, self.lengths, self.dim, False, end.data)

    def prev(self, xs: Value, start: Value) -> Value:
        return self._made(xs, temporal.beside, xs.data, self.lengths, self.dim, True, start.data)

    def higher(self, a: Value, b: Value, reading: Reading) -> Value:
        if not reading.margin:
            return self.k.logical_or(a, b)
        return self._soft(a, b, reading, temporal.soft_greatest) if reading.smooth else self.k.maximum(a, b)

    def lower(self, a: Value, b: Value, reading: Reading) -> Value:
        if not reading.margin:
            return self.k.logical_and(a, b)
        return self._soft(a, b, reading, temporal.soft_least) if reading.smooth else self.k.minimum(a, b)

    def _soft(self, a: Value, b: Value, reading: Reading, function: Callable) -> Value:
        datas, axes, batched = self.build.align(self.build.solid(a), self.build.solid(b))
        return Value(self.build.call(function, *datas, float(reading.smooth)), axes, batched)

    def opposite(self, a: Value, reading: Reading) -> Value:
        return self.k.neg(a) if reading.margin else self.k.logical_not(a)

    def least_within(self, xs: Value, reading: Reading, behind: bool) -> Value:
        return self._extreme(xs, False, reading, behind)

    def greatest_within(self, xs: Value, reading: Reading, behind: bool) -> Value:
        return self._extreme(xs, True, reading, behind)

    def _extreme(self, xs: Value, greater: bool, reading: Reading, behind: bool) -> Value:
        return self._made(xs, temporal.extreme_within, xs.data, self.lengths, self.dim, greater, behind, *_parts(reading))

    def until(self, ps: Value, qs: Value, reading: Reading, behind: bool) -> Value:
        return self._made(qs, temporal.until, ps.data, qs.data, self.lengths, self.dim, behind, *_parts(reading))

    def _made(self, like: Value, function: Callable[..., Tensor], *args) -> Value:
        found = replace(like, data=self.build.call(function, *args), valid=None)
        if self.real is not None:
            self.build.zero_outside[found.data] = self.real
        return found


def _parts(reading: Reading) -> tuple:
    """The reading as plain arguments: whole steps, for a param may come as a float."""
    high = None if reading.high is None else int(reading.high)
    return int(reading.low), high, float(reading.smooth), reading.margin
