"""What a graph wants from the data, and a column once it is read."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rewardlang.tensor.entries import Conformer, flatten
from rewardlang.tensor.leaves import Range, domain_of
from rewardlang.tensor.sizes import Sizes
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type


@dataclass(eq=False)
class Wanted:
    """One column that is needed: its name in the graph, its name in the data, its type and its declared range."""

    name: str
    column: str
    type: Type
    domain: Interval | None = None
    fields: tuple[tuple[str, Interval], ...] = ()
    _ranges: dict[torch.dtype, Range] = field(default_factory=dict, repr=False)

    def range(self, dtype: torch.dtype) -> Range:
        """The declared range as numbers of a dtype."""
        found = self._ranges.get(dtype)
        if found is None:
            found = Range(domain_of(self.type, self.domain), dtype, self.type.kind is not Kind.FLOAT)
            self._ranges[dtype] = found
        return found


@dataclass(slots=True)
class Problems:
    """Rows in which the data is wrong (bool [B], on the CPU), and for each of them a sentence."""

    rows: Tensor
    say: Callable[[int], str]


@dataclass(slots=True)
class Column:
    """One column: `data` a tensor [B, *axes] or, on the host, nested lists with None where invalid.

    `valid` (bool, shaped as the data would be) is None where every entry is valid. `lengths` are those of its ragged
    axes; `dense` tells that they leave no padding.
    """

    data: Tensor | list
    valid: Tensor | None = None
    lengths: dict[Axis, Tensor] = field(default_factory=dict)
    dense: bool = True
    problems: Problems | None = None

    def refit(self, type_: Type, rows: Tensor, lengths: dict[Axis, Tensor], fill: float, device: torch.device) -> "Column":
        """The same cut or widened to other lengths of its ragged axes; invalid as a whole in the given rows."""
        if isinstance(self.data, list):
            return self._refit_list(type_, rows, lengths, device)
        shape = list(self.data.shape)
        for position, axis in enumerate(type_.axes, start=1):
            if axis in lengths and axis.ragged:
                shape[position] = int(lengths[axis].max()) if lengths[axis].numel() else 0
        common = tuple(slice(0, min(old, new)) for old, new in zip(self.data.shape, shape, strict=True))
        data = self.data.new_full(shape, False if self.data.dtype is torch.bool else fill)
        valid = torch.ones(shape, dtype=torch.bool, device=data.device)
        data[common] = self.data[common]
        if self.valid is not None:
            valid[common] = self.valid[common]
        valid[rows.to(data.device)] = False
        kept = {axis: lengths.get(axis, own) for axis, own in self.lengths.items()}
        return Column(data, valid, kept, False, self.problems)

    def _refit_list(self, type_: Type, rows: Tensor, lengths: dict[Axis, Tensor], device: torch.device) -> "Column":
        conformer = Conformer(type_.axes, lambda entry: entry)
        bare = [None if bad else row for bad, row in zip(rows.tolist(), self.data, strict=True)]
        data = conformer.filled(conformer.rows(bare), Sizes(lengths))
        entries, layout = flatten(data, type_.axes)
        there = torch.tensor([entry is not None for entry in entries], dtype=torch.bool)
        valid = layout.pad(there, True).to(device)
        return Column(data, valid, dict(self.lengths), False, self.problems)
