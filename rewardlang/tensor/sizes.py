"""How long a list is that is missing as a whole: as other columns say, else it is one invalid entry and noted as lost."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from rewardlang.values.axes import Axis

#: A place along the rollouts and the axes that an axis lies within.
Place = tuple[int, ...]


class Sizes:
    """What is known of the lengths of a batch's axes.

    `tensors` has those that whole columns gave, int64 [B, *axes it lies within]; `fixed` the sizes of axes that are as
    long in every row.
    """

    def __init__(self, tensors: Mapping[Axis, Tensor], fixed: Mapping[Axis, int] | None = None):
        self.fixed = dict(fixed or {})
        self._given = {axis: tensor.tolist() for axis, tensor in tensors.items()}
        self._noted: dict[Axis, dict[Place, int]] = {}
        self._lost: dict[Axis, set[Place]] = {}

    def note(self, rows: Sequence, axes: tuple[Axis, ...]) -> None:
        """Remember the lengths of those lists of a column that are there."""
        for number, row in enumerate(rows):
            self._note(row, axes, {"": number})

    def _note(self, entry: object, axes: tuple[Axis, ...], at: dict[str, int]) -> None:
        if not axes or entry is None:
            return
        if axes[0].ragged:
            self._noted.setdefault(axes[0], {}).setdefault(_place(axes[0], at), len(entry))
        elif axes[0].size is None:
            self.fixed.setdefault(axes[0], len(entry))
        for position, inner in enumerate(entry):
            self._note(inner, axes[1:], {**at, axes[0].name: position})

    def length(self, axis: Axis, at: dict[str, int]) -> int:
        """The length of a list that is missing at a place, given as positions by axis name ("" for the rollout)."""
        if axis.size is not None:
            return axis.size
        place = _place(axis, at)
        found = self._known(axis, place) if axis.ragged else self.fixed.get(axis)
        if found is None:
            self._lost.setdefault(axis, set()).add(place)
        return 1 if found is None else found

    def _known(self, axis: Axis, place: Place) -> int | None:
        found = self._given.get(axis)
        if found is None:
            return self._noted.get(axis, {}).get(place)
        for position in place:
            found = found[position] if position < len(found) else 0
            if found == 0:
                return 0
        return found

    def told(self, axis: Axis, shape: Sequence[int]) -> Tensor | None:
        """Where the length of an axis is known, bool [B, *axes it lies within]; None if everywhere."""
        if axis not in self._lost:
            return None
        found = torch.ones(tuple(shape), dtype=torch.bool)
        for place in self._lost[axis]:
            if all(position < size for position, size in zip(place, shape, strict=True)):
                found[place] = False
        return found


def _place(axis: Axis, at: dict[str, int]) -> Place:
    return tuple(at[name] for name in ("", *(axis.within if axis.ragged else ())))
