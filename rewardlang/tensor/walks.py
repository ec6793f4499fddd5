"""Walks of finite tables on tensors: some steps at a time, all rollouts side by side.

A trace of letters is read in blocks of 1, 2, 4 or 8 steps (`tensor/blocks.py`). Of few rollouts the pieces of a trace are
walked side by side too, first from every state.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from rewardlang.tensor.blocks import WHOLE, Blocks
from rewardlang.tensor.buffers import room

#: Entries that are walked at once: what one part leaves in the cache the next one uses again.
_PART = 1 << 21
#: So many lookups at once still fit the nearest cache; fewer take hardly less time, for the calls' own.
_WIDE = 1 << 13
#: Traces are cut into no fewer pieces, and pieces have no fewer blocks: less is no gain.
_FEW, _SHORT = 8, 8


def walked(propositions: Sequence[Tensor], dim: int, backward: bool, fixed: tuple, tables: tuple) -> Tensor:
    """The value of the state after each step, in the shape of the propositions; `backward` reads from the end on."""
    table = Blocks(*fixed, *tables)
    traces = [x.movedim(dim, -1) for x in propositions]
    shape, rows = traces[0].shape, _rows(traces[0])
    if rows is None:
        return along(*places_of(letters(traces), table), table, backward).view(shape).movedim(-1, dim)
    found = room(shape, table.read.dtype)
    for start in range(0, len(found), rows):
        part = found[start:start + rows]
        read = along(*places_of(letters([x[start:start + rows] for x in traces]), table), table, backward, part)
        if read is not part:
            part.copy_(read.view(part.shape))
    return found.movedim(-1, dim)


def _rows(trace: Tensor) -> int | None:
    """How many entries of the first dimension are walked at once; None for all."""
    if torch.compiler.is_compiling() or not trace.is_cpu or trace.numel() <= _PART or trace.dim() < 2:
        return None
    return max(1, _PART * len(trace) // trace.numel())


def along(
    places: Tensor, rest: Sequence[Tensor], table: Blocks, backward: bool = False, out: Tensor | None = None
) -> Tensor:
    """The value of the state after each step, [rollouts, T], of what `places_of` gives; `places` are used up.

    It is written to `out`, which is given back, where blocks can be written there as they are read.
    """
    state, last = places.new_full(places.shape[1:], table.start), []
    if backward:
        state, last = _one_by_one(rest[::-1], state, table)
    state = through(places, state, table, backward)
    if not backward:
        state, last = _one_by_one(rest, state, table)
    index = places.t().reshape(-1)
    if out is not None and not last and table.inside.dim() == 1:
        torch.index_select(table.inside, 0, index, out=out.view(-1).view(table.inside.dtype))
        return out
    found = table.inside.index_select(0, index).view(table.read.dtype)
    found = found.view(places.shape[1], len(places) * table.steps)
    return torch.cat([found, torch.stack(last[::-1] if backward else last, 1)], 1) if last else found


def arrived(propositions: Sequence[Tensor], dim: int, fixed: tuple, tables: tuple) -> Tensor:
    """The value of the state after the last step, in the shape of the propositions without `dim`."""
    table = Blocks(*fixed, *tables)
    traces = [x.movedim(dim, -1) for x in propositions]
    return at_end(*places_of(letters(traces), table), table).reshape(traces[0].shape[:-1])


def at_end(places: Tensor, rest: Sequence[Tensor], table: Blocks) -> Tensor:
    """The value of the state after the last step, [rollouts], of what `places_of` gives; `places` are used up."""
    state = through(places, places.new_full(places.shape[1:], table.start), table)
    if rest:
        return _one_by_one(rest, state, table)[1][-1]
    if len(places):
        return table.inside[places[-1]].view(table.read.dtype).view(-1, table.steps)[:, -1]
    return table.read[-1:].expand(places.shape[1])


def _one_by_one(letters_: Sequence[Tensor], state: Tensor, table: Blocks) -> tuple[Tensor, list[Tensor]]:
    """The state after some letters, and the value after each."""
    found = []
    for letter in letters_:
        place = (state << table.bits) + letter
        state = table.one[place]
        found.append(table.read[place])
    return state, found


def letters(traces: Sequence[Tensor]) -> Tensor:
    """A byte for each letter, [rollouts, T]; time is last in `traces`."""
    first, *others = traces
    found = first.contiguous().view(torch.uint8)
    for place, x in enumerate(others, start=1):
        out = found if place > 1 else torch.empty_like(found)  # the first is the caller's own
        torch.add(found, x.view(torch.uint8), alpha=1 << place, out=out)
        found = out
    return found.reshape(found.shape[:-1].numel(), found.shape[-1])


def places_of(rows: Tensor, table: Blocks) -> tuple[Tensor, list[Tensor]]:
    """Each block as a whole number, int32 [T / steps, rollouts]; and the letters behind the last whole block."""
    bits, steps = table.bits, table.steps
    whole = rows.shape[1] // steps * steps
    rest = [letter.to(torch.int32) for letter in rows[:, whole:].unbind(1)]
    flat = rows[:, :whole].reshape(-1)
    flat = flat.clone() if flat.storage_offset() % steps else flat  # a number must begin where one can
    found = flat.view(WHOLE[steps]).view(len(rows), whole // steps)
    for joined in (1, 2, 4):
        if joined < steps:  # so many letters stand side by side; move those of every other group to those before them
            moved = found >> 8 * joined
            if 2 * joined < steps:
                moved &= sum((1 << 8 * joined) - 1 << 8 * group for group in range(0, steps, 2 * joined))
            found = found.sub(moved, alpha=(1 << 8 * joined) - (1 << joined * bits))
    # Transposing numbers of two bytes and widening them after is several times faster than both at once.
    found = found.to(torch.int16) if steps > 2 else found
    return found.t().contiguous().to(torch.int32), rest


# From block to block ----------------------------------------------------------------------------------------------------


def through(places: Tensor, state: Tensor, table: Blocks, backward: bool = False) -> Tensor:
    """The state after all blocks, int32 [rollouts]; to `places` [blocks, rollouts] the states before them are added."""
    pieces = _pieces(places, table)
    if pieces == 1:
        return _in_turn(places, state, table, backward)
    ordered = places.flip(0) if backward else places
    size = len(places) // pieces
    count = size * pieces
    side = ordered[:count].view(pieces, size, -1).transpose(0, 1).contiguous().view(size, -1)
    before, state = _joined(_from_each(side, table).view(table.states, pieces, -1), state)
    _in_turn(side, before.flatten(), table)
    ordered[:count] = side.view(size, pieces, -1).transpose(0, 1).reshape(count, -1)
    state = _in_turn(ordered[count:], state, table)
    if backward:
        places.copy_(ordered.flip(0))
    return state


def _pieces(places: Tensor, table: Blocks) -> int:
    """Into how many pieces traces are cut that are walked side by side."""
    blocks, rollouts = places.shape
    if torch.compiler.is_compiling() or not rollouts:
        return 1
    found = min(_WIDE // (table.states * rollouts), blocks // _SHORT)
    return found if found >= _FEW else 1


def _in_turn(places: Tensor, state: Tensor, table: Blocks, backward: bool = False) -> Tensor:
    shift = table.bits * table.steps
    state = state << shift
    blocks = places.unbind(0)
    for place in reversed(blocks) if backward else blocks:
        place.add_(state)
        torch.index_select(table.many, 0, place, out=state)
    return state >> shift


def _from_each(places: Tensor, table: Blocks) -> Tensor:
    """The state after all blocks from each state on, int32 [states, rollouts]."""
    shift = table.bits * table.steps
    state = torch.arange(table.states, dtype=torch.int32, device=places.device) << shift
    state = state.unsqueeze(1).repeat(1, places.shape[1])
    index = torch.empty_like(state)
    found, flat = state.view(-1), index.view(-1)
    for place in places.unbind(0):
        torch.add(state, place, out=index)
        torch.index_select(table.many, 0, flat, out=found)
    return state >> shift


def _joined(ends: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """The states before each piece, int32 [pieces, rollouts], and after the last one, from each piece's `ends` by state.

    `ends` [states, pieces, rollouts] are composed with those before them, twice as many in each round.
    """
    ends = ends.permute(1, 2, 0).long()
    size = 1
    while size < len(ends):
        ends = torch.cat([ends[:size], ends[size:].gather(2, ends[:-size])])
        size *= 2
    found = ends.gather(2, state.long().expand(len(ends), -1).unsqueeze(2)).squeeze(2).to(torch.int32)
    return torch.cat([state.unsqueeze(0), found[:-1]]), found[-1]


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
