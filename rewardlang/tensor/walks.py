"""Walks of finite tables on tensors, time first in memory: one addition and one lookup a step for all rollouts at once."""

from collections.abc import Sequence

import torch
from torch import Tensor


def letters(propositions: Sequence[Tensor], dim: int) -> Tensor:
    """Whole numbers whose bit k is proposition k: int32, time along `dim` first, the other dimensions as they stand."""
    first, *rest = (x.movedim(dim, 0) for x in propositions)
    found = first.to(torch.int32, memory_format=torch.contiguous_format)
    for place, x in enumerate(rest, start=1):
        found.add_(x, alpha=1 << place)
    return found


def walked(propositions: Sequence[Tensor], dim: int, start: int, table: Sequence[tuple[int, int, Tensor]]) -> Tensor:
    """The state after each step, int32 in the shape of the propositions (bool tensors of one shape).

    `table` has for each stage (propositions read before it, propositions read, entries [rows << read]); an entry is the
    next stage's row, or the next state, already shifted by what that reads.
    """
    packed = [letters(propositions[first:first + width], dim).unsqueeze(-1).flatten(1) for first, width, _ in table]
    found = torch.empty_like(packed[0])
    rows = found.unbind(0)
    widths = [width for _, width, _ in table]
    state = packed[0].new_full(packed[0].shape[1:], start << widths[0])
    place = torch.empty_like(state)
    for step, row in enumerate(rows):
        for letter, (_, _, entries) in zip(packed, table):
            torch.add(letter[step], state, out=place)
            state = torch.index_select(entries, 0, place, out=row)
    shape = propositions[0].movedim(dim, 0).shape
    return found.bitwise_right_shift_(widths[0]).view(shape).movedim(0, dim)


def advanced(state: Tensor, propositions: Sequence[Tensor], table: Sequence[tuple[int, int, Tensor]]) -> Tensor:
    """The states after one more step, from those before it: numbers whole in value, of the propositions' shape.

    `table` has for each stage (propositions read before it, propositions read, entries [rows << read], int64).
    """
    row = state.long()
    for first, width, entries in table:
        row = row << width
        for place, x in enumerate(propositions[first:first + width]):
            row = row + (x.long() << place)
        row = entries.index_select(0, row.reshape(-1)).view(row.shape)
    return row.to(state.dtype)


def values_of(states: Tensor, values: Tensor) -> Tensor:
    """values[states], of the shape of `states`: numbers whole in value, or whole numbers."""
    if states.is_floating_point():
        states = states.long()
    return values.index_select(0, states.reshape(-1)).view(states.shape)
