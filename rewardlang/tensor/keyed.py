"""Emission of memory by key in a single step: which slot a key stands in, what is held there, and what is put there."""

import torch
from torch import Tensor

from rewardlang.ir.node import Node
from rewardlang.tensor.fxgraph import TRUE, Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.values.types import Kind


class Keyed:
    """Emits `slot`, `recalled` and `noted`; slots are the last axis of what is held."""

    build: Builder
    k: Kernel
    values: dict[Node, Value]

    def slot(self, node: Node) -> Value:
        """The slot of a key: that in which it stands, else the first that is free."""
        keys, used, key = (self.values[arg] for arg in node.args)
        data = self.build.call(slot_of, self._full(keys, node, True), self._full(used, node), self._full(key, node))
        return Value(data, node.type.axes, True).masked(key.valid)

    def recalled(self, node: Node) -> Value:
        """What is held in a slot."""
        held, place = (self.values[arg] for arg in node.args)
        at = self._full(place, node)
        found = Value(self.build.call(entry_at, self._full(held, node, True), at), node.type.axes, True, node.type.kind is Kind.BOOL)
        if held.valid is None:
            return found.masked(place.valid)
        known = Value(self.build.call(entry_at, self._full(held.valid, node, True), at), node.type.axes, True, True)
        return found.masked(self.k.both(known, place.valid))

    def noted(self, node: Node) -> Value:
        """What is held, with a new entry in a slot; as it was where it is not known in which."""
        held, place, x = (self.values[arg] for arg in node.args)
        axes, outer = node.type.axes, node.type.axes[:-1]
        at, known = (self.build.full(part, outer) for part in (place.plain(), place.valid or TRUE))
        parts = [(held.plain(), x.plain())]
        if held.valid is not None or x.valid is not None:
            parts.append((held.valid or TRUE, x.valid or TRUE))
        data, *mask = [Value(self.build.call(with_entry, self.build.full(old, axes), at, self.build.full(new, outer), known),
                             axes, True, old.truth) for old, new in parts]
        return data.masked(mask[0] if mask else None)

    def _full(self, value: Value, node: Node, slots: bool = False) -> object:
        axes = (*node.type.axes, node["axis"]) if slots else node.type.axes
        return self.build.full(value.plain(), axes)


def slot_of(keys: Tensor, used: Tensor, key: Tensor) -> Tensor:
    """The slot [...] of a key [...] among `keys` [..., K], of which the first `used` [...] count; `used` if it is none."""
    key = key.to(keys.dtype).unsqueeze(-1)
    first = (keys == key).view(torch.uint8).argmax(-1, keepdim=True)    # slots in use stand before those that are free
    there = (keys.gather(-1, first) == key).squeeze(-1)
    return torch.where(there, torch.minimum(first.squeeze(-1).to(used.dtype), used), used)


def entry_at(held: Tensor, place: Tensor) -> Tensor:
    """The entries [...] of `held` [..., K] in the slots `place`."""
    return held.gather(-1, place.long().unsqueeze(-1)).squeeze(-1)


def with_entry(held: Tensor, place: Tensor, x: Tensor, known: Tensor) -> Tensor:
    """`held` [..., K] with x [...] in the slots `place`, where they are known."""
    at, x = place.long().unsqueeze(-1), x.to(held.dtype).unsqueeze(-1)
    return held.scatter(-1, at, torch.where(known.unsqueeze(-1), x, held.gather(-1, at)))
