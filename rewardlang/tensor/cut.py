"""Padded nested lists cut to their lengths, as plain data."""

from collections.abc import Callable

from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind, Type


def converter(type_: Type) -> Callable | None:
    """What makes plain data of one number of a type: a label, a whole number; None where nothing has to."""
    if type_.kind is Kind.ENUM:
        return lambda code: type_.labels[int(code)]
    return int if type_.kind is Kind.INT else None


class Cut:
    """Padded nested lists without their padding, None where invalid, and for a list whose length is not told."""

    def __init__(self, axes: tuple[Axis, ...], lengths: dict[Axis, list], told: dict[Axis, list], convert: Callable | None):
        self.axes, self.lengths, self.told, self.convert = axes, lengths, told, convert

    def entry(self, entry: object, mark: object, at: dict[str, int], depth: int = 0) -> object:
        """One entry, or a list of them along the axes from `depth` on; `at` are the positions so far by axis name."""
        if depth == len(self.axes):
            return None if mark is False or entry is None else entry if self.convert is None else self.convert(entry)
        if entry is None:
            return None
        axis = self.axes[depth]
        if axis in self.told and not self._at(self.told[axis], axis, at):
            return None
        length = self._at(self.lengths[axis], axis, at) if axis.ragged and axis in self.lengths else len(entry)
        return [
            self.entry(entry[i], mark if isinstance(mark, bool) else mark[i], {**at, axis.name: i}, depth + 1)
            for i in range(length)
        ]

    @staticmethod
    def _at(found: list, axis: Axis, at: dict[str, int]) -> int | bool:
        """What is said of an axis, at a place among those that it lies within."""
        for name in ("", *(axis.within if axis.ragged else ())):
            found = found[at[name]]
        return found
