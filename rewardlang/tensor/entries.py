"""Nested lists from the data: brought into shape with every misfit named, then laid out as one padded block."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import torch
from torch import Tensor

from rewardlang.tensor import words
from rewardlang.tensor.sizes import Sizes
from rewardlang.values.axes import Axis


class Misfit(ValueError):
    """An entry that is not what its column declares; the message says how."""


@dataclass(slots=True)
class Layout:
    """Where the entries of a nested list stand in a padded block.

    `shape` is [B, *axes]; `real` marks the positions that hold an entry (None: all do); `lengths` has for each ragged
    axis an int64 tensor [B, *sizes of the axes it lies within].
    """

    shape: list[int]
    real: Tensor | None = None
    lengths: dict[Axis, Tensor] = field(default_factory=dict)

    def pad(self, flat: Tensor, fill: float | bool) -> Tensor:
        """The entries in their places and `fill` everywhere else."""
        if self.real is None:
            return flat.reshape(self.shape)
        block = flat.new_full(self.shape, fill)
        block[self.real.to(flat.device)] = flat
        return block


def flatten(rows: Sequence, axes: tuple[Axis, ...]) -> tuple[list, Layout]:
    """All entries in order, and their layout. Raises Misfit where the nesting is not that of the axes."""
    entries, layout, outer = list(rows), Layout([len(rows)]), []
    for axis in axes:
        entries = [entry.tolist() if hasattr(entry, "tolist") else entry for entry in entries]
        if not set(map(type, entries)) <= {list, tuple}:
            raise Misfit
        sizes = list(map(len, entries))
        _extend(layout, axis, sizes, outer)
        outer.append(axis)
        entries = list(chain.from_iterable(entries))
    return entries, layout


def _extend(layout: Layout, axis: Axis, sizes: list[int], outer: list[Axis]) -> None:
    """Add one inner axis to a layout; `sizes` is its length at each real position."""
    least, most = (min(sizes), max(sizes)) if sizes else (axis.size or 0, axis.size or 0)
    if not axis.ragged and (least != most or (axis.size is not None and most != axis.size)):
        raise Misfit
    if axis.ragged:
        lengths = layout.pad(torch.tensor(sizes, dtype=torch.int64), 0)
        layout.lengths[axis] = shared_lengths(lengths, axis, outer)
    if axis.ragged and (least != most or layout.real is not None):
        layout.real = torch.arange(most) < lengths.unsqueeze(-1)
    elif layout.real is not None:
        layout.real = layout.real.unsqueeze(-1).expand(*layout.shape, most)
    layout.shape.append(most)


def shared_lengths(lengths: Tensor, axis: Axis, outer: Sequence[Axis]) -> Tensor:
    """Lengths over all outer axes, kept only over those that the axis lies within. Misfit where they differ."""
    for position in reversed(range(len(outer))):
        if outer[position].name not in axis.within and lengths.size(position + 1):
            first = lengths.select(position + 1, 0)
            if not torch.equal(lengths, first.unsqueeze(position + 1).expand_as(lengths)):
                raise Misfit
            lengths = first
    return lengths


def _lengths(rows: Sequence, depth: int) -> Iterator[int]:
    """The lengths of all lists at a depth."""
    for row in rows:
        row = row.tolist() if hasattr(row, "tolist") else row
        if isinstance(row, list | tuple):
            if depth:
                yield from _lengths(row, depth - 1)
            else:
                yield len(row)


class Conformer:
    """The slow way: walks every entry, keeps what fits, and says of each row what does not.

    `problems` maps a row to the first thing wrong with it; `holes` tells whether a list was missing as a whole, so that
    its length must come from elsewhere.
    """

    def __init__(self, axes: tuple[Axis, ...], leaf: Callable[[object], object]):
        self.axes, self.leaf = axes, leaf
        self.problems: dict[int, str] = {}
        self.holes = False
        self.sizes: dict[Axis, int] = {axis: axis.size for axis in axes if axis.size is not None}

    def rows(self, rows: Sequence) -> list:
        """The rows with None for every entry or list that is missing or does not fit."""
        for depth, axis in enumerate(self.axes):
            sizes = Counter(_lengths(rows, depth)) if axis not in self.sizes and not axis.ragged else None
            if sizes:   # what most rows have, and not the first one: one that is wrong must not spoil the others
                self.sizes[axis] = sizes.most_common(1)[0][0]
        return [self._row(number, row) for number, row in enumerate(rows)]

    def _row(self, number: int, row: object) -> object:
        try:
            return self._walk(row, 0, number)
        except Misfit as misfit:
            self.problems.setdefault(number, str(misfit))
            self.holes |= bool(self.axes)
            return None

    def _walk(self, entry: object, depth: int, number: int) -> object:
        if entry is None:
            self.holes |= depth < len(self.axes)
            return None
        if depth == len(self.axes):
            return self._leaf(entry, number)
        entry = entry.tolist() if hasattr(entry, "tolist") else entry
        axis = self.axes[depth]
        if not isinstance(entry, list | tuple):
            raise Misfit(words.wrong_type(f"list along `{axis.name}`", entry))
        if not axis.ragged and len(entry) != self.sizes[axis]:
            raise Misfit(words.wrong_size(axis.name, self.sizes[axis], len(entry)))
        return [self._walk(inner, depth + 1, number) for inner in entry]

    def _leaf(self, entry: object, number: int) -> object:
        try:
            return self.leaf(entry)
        except Misfit as misfit:
            self.problems.setdefault(number, str(misfit))
            return None

    def filled(self, rows: list, sizes: Sizes) -> list:
        """The rows with lists of None where a list was missing, as long as `sizes` says."""
        return [self._fill(row, 0, {"": number}, sizes) for number, row in enumerate(rows)]

    def _fill(self, entry: object, depth: int, place: dict[str, int], sizes: Sizes) -> object:
        if depth == len(self.axes):
            return entry
        axis = self.axes[depth]
        if entry is None:
            entry = [None] * sizes.length(axis, place)
        return [self._fill(inner, depth + 1, place | {axis.name: at}, sizes) for at, inner in enumerate(entry)]
