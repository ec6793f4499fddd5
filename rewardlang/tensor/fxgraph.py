"""Builds one torch.fx graph: each call once, arguments aligned by axis name, constants and sizes where they are needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, fx

from rewardlang.tensor import place
from rewardlang.values.axes import Axis, join


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the graph.

    `data` is a tensor of the graph, [B, *axes] if `batched`, else [*axes], or a Python number or bool. It may lack axes of
    its type: it is then the same along them. `truth` says that it holds truth values; `loose` that it holds them as yet
    but stands for the numbers 0 and 1. `valid` (truth values) is None where every entry is valid; what the data holds at
    other entries is finite and means nothing.
    """

    data: fx.Node | int | float | bool
    axes: tuple[Axis, ...] = ()
    batched: bool = False
    truth: bool = False
    loose: bool = False
    valid: "Value | None" = None

    @property
    def constant(self) -> bool:
        """Whether it is known before any data is."""
        return not isinstance(self.data, fx.Node)

    def plain(self) -> "Value":
        """The same without its mask."""
        return self if self.valid is None else replace(self, valid=None)

    def masked(self, valid: "Value | None") -> "Value":
        """The same with a mask."""
        return self if self.valid is valid else replace(self, valid=valid)


TRUE, FALSE = Value(True, truth=True), Value(False, truth=True)


class Builder:
    """One fx graph under construction, for one dtype and device."""

    def __init__(self, dtype: torch.dtype, device: torch.device):
        self.graph = fx.Graph()
        self.dtype, self.device = dtype, device
        self.attributes: dict[str, Tensor | torch.nn.Module] = {}
        self.sizes: dict[Axis, fx.Node | int] = {}
        self.rows: tuple[fx.Node, int] | None = None
        #: Tensors that are 0, or false, wherever a mask of their number of dimensions does not hold.
        self.zero_outside: dict[fx.Node, fx.Node] = {}
        self.counter: fx.Node | None = None
        self._known: dict[tuple, fx.Node] = {}

    def call(self, function: Callable, *args) -> fx.Node:
        """A call of a function, the known one if it was made before."""
        key = (function, *((type(arg), arg) for arg in args))
        if key not in self._known:
            self._known[key] = self.graph.call_function(function, args)
        return self._known[key]

    def method(self, name: str, *args) -> fx.Node:
        """A call of a tensor's method."""
        key = (name, *((type(arg), arg) for arg in args))
        if key not in self._known:
            self._known[key] = self.graph.call_method(name, args)
        return self._known[key]

    def placeholder(
        self, name: str, axes: tuple[Axis, ...] = (), batched: bool = True, later: Sequence[Axis] | None = None
    ) -> fx.Node:
        """An input of the graph; the sizes of its axes are read off it.

        Where Python gives it in the middle of a run, `later` are the axes that it brings; others have sizes before.
        """
        node = self.graph.placeholder(name)
        if later is not None:
            self.sizes |= {axis: (node, axes.index(axis) + int(batched)) for axis in later if axis in axes}
            # Where there is no column, calls of constants are all that knows the number of rollouts.
            self.rows = self.rows or ((node, 0) if batched else None)
            return node
        # Numbers of host entries are made only where they are used: sizes are better read off another input.
        cheap = not name.endswith("_id")
        for position, axis in enumerate(axes, start=int(batched)):
            if axis not in self.sizes or cheap:
                self.sizes[axis] = (node, position) if axis.size is None else axis.size
        # Lengths are not given where all positions count.
        given = cheap and not name.endswith("_length") or self.rows is None or self.rows[0].name.endswith("_id")
        if batched and given:
            self.rows = (node, 0)
        return node

    def attribute(self, name: str, tensor: Tensor) -> fx.Node:
        """A tensor that the module holds."""
        if name not in self.attributes:
            self.attributes[name] = tensor
            self._known[("attribute", name)] = self.graph.get_attr(name)
        return self._known[("attribute", name)]

    def literal(self, x: object, axes: tuple[Axis, ...] = (), truth: bool = False) -> Value:
        """A constant tensor, from nested lists."""
        tensor = torch.tensor(x, dtype=torch.bool if truth else self.dtype, device=self.device)
        known = next((name for name, other in self.attributes.items() if _same(other, tensor)), None)
        return Value(self.attribute(known or f"constant_{len(self.attributes)}", tensor), axes, False, truth)

    def size(self, axis: Axis) -> fx.Node | int:
        """The number of positions along an axis, padding included."""
        found = self.sizes[axis] if axis.size is None else axis.size
        return self.method("size", *found) if isinstance(found, tuple) else found

    def row_count(self) -> fx.Node:
        """The number of rollouts; where no value has it, of an input that is there for it alone."""
        if self.rows is None:
            self.counter = self.graph.placeholder("rollouts")
            self.rows = (self.counter, 0)
        return self.method("size", *self.rows)

    def number(self, value: Value) -> Value:
        """Truth values that stand for numbers, as numbers."""
        if not value.loose:
            return value
        return replace(value, data=self.method("to", value.data, self.dtype), loose=False)

    def solid(self, value: Value) -> Value:
        """A constant as a tensor of its own, for functions that take no Python numbers."""
        if not value.constant:
            return self.number(value)
        return self.literal(value.data, truth=value.truth).masked(value.valid)

    def align(self, *values: Value) -> tuple[list, tuple[Axis, ...], bool]:
        """The data of some values such that torch broadcasts them by axis name; the axes of the result, whether batched."""
        axes = join(*(value.axes for value in values))
        batched = any(value.batched for value in values)
        return [self.lay(value, axes) for value in values], axes, batched

    def lay(self, value: Value, axes: Sequence[Axis]) -> fx.Node | int | float | bool:
        """The data of a value with its axes in the order of `axes` and size 1 along those that it lacks."""
        if value.constant or value.axes == tuple(axes):
            return value.data
        data, first = value.data, int(value.batched)
        places = [axes.index(axis) for axis in value.axes]
        if places != sorted(places):
            order = sorted(range(len(places)), key=places.__getitem__)
            data = self.method("permute", data, *range(first), *(first + at for at in order))
        start = 0 if value.batched else min(places, default=len(axes))
        for position in range(start, len(axes)):
            if position not in places:
                data = self.method("unsqueeze", data, position - start + first)
        return data

    def full(self, value: Value, axes: tuple[Axis, ...], batched: bool = True) -> fx.Node:
        """The data as a tensor over all the given axes, none left out."""
        solid = self.solid(value)
        data = self.lay(solid, axes)
        missing = [axis for axis in axes if axis not in solid.axes]
        if solid.batched == batched and not missing:
            return data
        leading = (self.row_count(),) if batched else ()
        return self.call(place.expanded, data, *leading, *(self.size(axis) for axis in axes))


def _same(a: object, b: Tensor) -> bool:
    plain = isinstance(a, Tensor) and not isinstance(a, torch.nn.Parameter)
    return plain and a.dtype is b.dtype and a.shape == b.shape and torch.equal(a, b)
