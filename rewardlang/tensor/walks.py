"""Walks of finite tables on tensors: some steps at a time, all rollouts side by side, a few bytes a step.

A trace of letters of `bits` propositions is read in blocks of 1, 2, 4 or 8 steps. One lookup gives the state after a block,
another the bytes that the states inside it stand for. Over few rollouts blocks are composed in log(T) rounds instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rewardlang.automata.table import Table

#: Entries that a table of blocks may have: what stays close to the processor.
_ROOM = 1 << 15
_STATES = 256
#: Over fewer rollouts than this a loop over blocks spends its time on calls: blocks of few states are composed.
_NARROW, _FEW = 16, 16
_WHOLE = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


@dataclass(frozen=True)
class Blocks:
    """A table of one stage for blocks of steps: `bits` propositions, `steps` in a block, `states` from `start` on.

    An index is the state, shifted by the bits of a letter or block, plus that letter or block. `one` and `many` have the
    state after a letter and after a block, `inside` the bytes of the states inside a block, side by side in one number,
    `bytes` the byte of each state.
    """

    bits: int
    steps: int
    states: int
    start: int
    one: Tensor
    many: Tensor
    inside: Tensor
    bytes: Tensor


def fits_blocks(table: Table) -> bool:
    """Whether a table can be read in blocks."""
    return len(table.stages) == 1 and table.states <= _STATES and table.states << table.width <= _ROOM


def blocks(table: Table, values: Sequence[int] | None = None, backward: bool = False) -> Blocks:
    """The table in blocks as long as there is room; `values` are the bytes that states stand for (None: themselves).

    With `backward` the last letter of a block is read first.
    """
    bits, states = table.width, table.states
    steps = max(n for n in _WHOLE if n == 1 or bits <= 4 and bits * n <= 12 and states << bits * n <= _ROOM)
    one = torch.tensor(table.stages[0].entries, dtype=torch.int64).view(states, -1)
    own = torch.tensor(list(range(states) if values is None else values), dtype=torch.int16).to(torch.uint8)
    many, passed = one, one.unsqueeze(-1)
    for _ in range(1, steps):
        later = one[many]  # by state, letters so far, one letter more
        before, after = passed.unsqueeze(2).expand(-1, -1, one.shape[1], -1), later.unsqueeze(-1)
        passed = torch.cat([after, before] if backward else [before, after], -1)
        if not backward:  # the letter more stands in the higher bits
            later, passed = later.transpose(1, 2), passed.transpose(1, 2)
        many = later.reshape(states, -1)
        passed = passed.reshape(states, many.shape[1], -1)
    inside = own[passed].view(-1, steps).contiguous().view(_WHOLE[steps]).flatten()
    return Blocks(bits, steps, states, table.start, *(part.to(torch.int32).flatten() for part in (one, many)), inside, own)


# What emitted code calls ------------------------------------------------------------------------------------------------


def walked(propositions: Sequence[Tensor], dim: int, backward: bool, fixed: tuple, tables: tuple) -> Tensor:
    """The byte of the state after each step, uint8 in the shape of the propositions; `backward` reads from the end on."""
    table = Blocks(*fixed, *tables)
    rows, shape = letters(propositions, dim)
    places, rest = places_of(rows, table)
    state, last = places.new_full(places.shape[1:], table.start), []
    if backward:
        state, last = _one_by_one(rest[::-1], state, table)
    state, found = through(places, state, table, True, backward)
    if not backward:
        state, last = _one_by_one(rest, state, table)
    pieces = [found, *(byte.unsqueeze(1) for byte in (last[::-1] if backward else last))]
    return (torch.cat(pieces, 1) if last else found).view(shape).movedim(-1, dim)


def arrived(propositions: Sequence[Tensor], dim: int, fixed: tuple, tables: tuple) -> Tensor:
    """The byte of the state after the last step, uint8 in the shape of the propositions without `dim`."""
    table = Blocks(*fixed, *tables)
    rows, shape = letters(propositions, dim)
    places, rest = places_of(rows, table)
    state, _ = through(places, places.new_full(places.shape[1:], table.start), table, False, False)
    state, _ = _one_by_one(rest, state, table)
    return table.bytes[state].view(shape[:-1])


def _one_by_one(letters_: Sequence[Tensor], state: Tensor, table: Blocks) -> tuple[Tensor, list[Tensor]]:
    """The state after some letters, and the byte after each."""
    found = []
    for letter in letters_:
        state = table.one[(state << table.bits) + letter]
        found.append(table.bytes[state])
    return state, found


def letters(propositions: Sequence[Tensor], dim: int) -> tuple[Tensor, torch.Size]:
    """A byte for each letter [rollouts, T], and the shape that it stands for, time last."""
    first, *others = (x.movedim(dim, -1) for x in propositions)
    found = first.contiguous().view(torch.uint8)
    for place, x in enumerate(others, start=1):
        out = found if place > 1 else torch.empty_like(found)  # the first is the caller's own
        torch.add(found, x.view(torch.uint8), alpha=1 << place, out=out)
        found = out
    shape = found.shape
    return found.reshape(shape[:-1].numel(), shape[-1]), shape


def places_of(rows: Tensor, table: Blocks) -> tuple[Tensor, list[Tensor]]:
    """Each block as a whole number, int32 [T / steps, rollouts]; and the letters behind the last whole block."""
    bits, steps = table.bits, table.steps
    whole = rows.shape[1] // steps * steps
    rest = [letter.to(torch.int32) for letter in rows[:, whole:].unbind(1)]
    flat = rows[:, :whole].reshape(-1)
    flat = flat.clone() if flat.storage_offset() % steps else flat  # a number must begin where one can
    found = flat.view(_WHOLE[steps]).view(len(rows), whole // steps)
    for joined in (1, 2, 4):
        if joined < steps:  # so many letters stand side by side; move those of every other group to those before them
            found = (found >> joined * (8 - bits)).bitwise_or_(found)
            found &= sum((1 << 2 * joined * bits) - 1 << 8 * group for group in range(0, steps, 2 * joined))
    return found.t().to(torch.int32, memory_format=torch.contiguous_format, copy=True), rest


def through(places: Tensor, state: Tensor, table: Blocks, inside: bool, backward: bool) -> tuple[Tensor, Tensor]:
    """The state after all blocks, and if wanted the bytes [rollouts, T] inside them. `places` is used up."""
    shift = table.bits * table.steps
    if len(places) > 1 and places.shape[1] <= _NARROW and table.states <= _FEW:
        state = _composed(places, state, table, backward)
    else:
        many, state = table.many << shift, state << shift
        spare = torch.empty_like(state), torch.empty_like(state)
        blocks_ = places.unbind(0)
        for number, place in enumerate(reversed(blocks_) if backward else blocks_):
            place.add_(state)
            state = torch.index_select(many, 0, place, out=spare[number % 2])
        state = state >> shift
    if not inside or not places.numel():
        return state, table.bytes.new_empty(places.shape[1], 0)
    found = table.inside.index_select(0, places.flatten()).view(places.shape).t().reshape(-1)
    return state, found.view(torch.uint8).view(places.shape[1], -1)


def _composed(places: Tensor, state: Tensor, table: Blocks, backward: bool) -> Tensor:
    """The same by composing blocks with those before them, twice as many in each round."""
    ends = table.many.view(table.states, -1).t().long()[places.flip(0) if backward else places]  # [blocks, rollouts, states]
    size = 1
    while size < len(ends):
        ends = torch.cat([ends[:size], ends[size:].gather(2, ends[:-size])])
        size *= 2
    ends = ends.gather(2, state.long().expand(len(ends), -1).unsqueeze(2)).squeeze(2).to(torch.int32)
    before = torch.cat([state.unsqueeze(0), ends[:-1]])
    places.add_((before.flip(0) if backward else before) << table.bits * table.steps)
    return ends[-1]


# Larger tables ----------------------------------------------------------------------------------------------------------


def walked_by_stages(
    propositions: Sequence[Tensor], dim: int, start: int, table: Sequence[tuple[int, int, Tensor]]
) -> Tensor:
    """The state after each step, int32 in the shape of the propositions (bool tensors of one shape).

    `table` has for each stage (propositions read before it, propositions read, entries [rows << read]); an entry is the
    next stage's row, or the next state, already shifted by what that reads.
    """
    packed = [_numbers(propositions[first:first + width], dim).unsqueeze(-1).flatten(1) for first, width, _ in table]
    found = torch.empty_like(packed[0])
    shift = table[0][1]
    state = packed[0].new_full(packed[0].shape[1:], start << shift)
    place = torch.empty_like(state)
    for step, row in enumerate(found.unbind(0)):
        for letter, (_, _, entries) in zip(packed, table):
            torch.add(letter[step], state, out=place)
            state = torch.index_select(entries, 0, place, out=row)
    shape = propositions[0].movedim(dim, 0).shape
    return found.bitwise_right_shift_(shift).view(shape).movedim(0, dim)


def _numbers(propositions: Sequence[Tensor], dim: int) -> Tensor:
    """Whole numbers whose bit k is proposition k: int32, time along `dim` first, the other dimensions as they stand."""
    first, *rest = (x.movedim(dim, 0) for x in propositions)
    found = first.to(torch.int32, memory_format=torch.contiguous_format)
    for place, x in enumerate(rest, start=1):
        found.add_(x, alpha=1 << place)
    return found


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
    index = states.long() if states.is_floating_point() else states.to(torch.int32)
    return values.index_select(0, index.reshape(-1)).view(states.shape)
