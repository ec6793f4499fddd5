"""What Python functions gave, as tensors: numbers, masks, and lists that bring an axis of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import torch
from torch import Tensor

from rewardlang.tensor.buffers import floats, truths
from rewardlang.tensor.entries import flatten
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind, Type


@dataclass(slots=True)
class Lists:
    """Results with axes of their own: `data` a tensor or nested lists, `valid` over the outer axes, `lengths` by axis."""

    data: Tensor | list
    valid: Tensor
    lengths: dict[Axis, Tensor]

    def fitted(self, axes: tuple[Axis, ...], widths: dict[Axis, int]) -> "Lists":
        """The same as wide along some axes as other values are; the mask gets those axes too."""
        data, valid = self.data, self.valid
        for position, axis in enumerate(axes, start=1):
            if axis in widths:
                valid = valid.unsqueeze(-1).expand(*valid.shape, widths[axis])
                if isinstance(data, Tensor):
                    shape = list(data.shape)
                    shape[position] = widths[axis] - shape[position]
                    data = torch.cat([data, data.new_zeros(shape)], position)
        return Lists(data, valid, self.lengths)


def flat(rows: Sequence) -> tuple[list, list[int]]:
    """Nested lists of equal sizes as one list, and their shape. Entries are no lists."""
    shape, entries = [len(rows)], list(rows)
    while entries and type(entries[0]) is list:
        shape.append(len(entries[0]))
        entries = list(chain.from_iterable(entries))
    return entries, shape


def numbers(kind: Kind, rows: Sequence, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Checked numbers, truth values or codes of an enum, as a tensor; some number where there is none."""
    entries, shape = flat(rows)
    if None in entries:
        entries = [False if entry is None else entry for entry in entries]
    flat_numbers = truths(entries, device) if kind is Kind.BOOL else floats(entries, dtype, device)
    return flat_numbers.view(shape)


def present(rows: Sequence, device: torch.device) -> Tensor:
    """Which entries are there."""
    entries, shape = flat(rows)
    if None not in entries:
        return torch.ones(shape, dtype=torch.bool, device=device)
    return truths([entry is not None for entry in entries], device).view(shape)


def made_lists(type_: Type, rows: Sequence, outer: int, dtype: torch.dtype, device: torch.device) -> Lists:
    """Results that are lists along the axes after the first `outer` ones; an absent one is an empty list."""
    # The outer axes are padded already: for them, all rows are equally long.
    axes = tuple(replace(axis, ragged=False) for axis in type_.axes[:outer]) + type_.axes[outer:]
    valid = torch.tensor(_there(rows, outer), dtype=torch.bool, device=device)
    proper = _filled(rows, outer, type_.axes[outer:])
    entries, layout = flatten(proper, axes)
    lengths = {axis: found.to(device) for axis, found in layout.lengths.items()}
    if type_.kind.on_host:
        return Lists(proper, valid, lengths)
    flat_numbers = truths(entries, device) if type_.kind is Kind.BOOL else floats(entries, dtype, device)
    block = layout.pad(flat_numbers, 0)
    return Lists(block, valid, lengths)


def _there(rows: Sequence, depth: int) -> list:
    return [row is not None if depth == 0 else _there(row, depth - 1) for row in rows]


def _filled(rows: Sequence, depth: int, own: tuple[Axis, ...]) -> list:
    if depth:
        return [_filled(row, depth - 1, own) for row in rows]
    return [_nothing(own) if row is None else row for row in rows]


def _nothing(axes: tuple[Axis, ...]) -> object:
    return None if not axes else [] if axes[0].ragged else [_nothing(axes[1:])] * (axes[0].size or 0)
