"""Tables of automata for blocks of steps: where one lookup reads several letters, and gives all that is read off on the way."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rewardlang.automata.table import Table

#: Entries that a table of blocks may have: what stays close to the processor.
_ROOM = 1 << 15
_STATES = 256
#: Propositions whose truths fit the byte of a letter, and bits of the letters of a block.
_BYTE, _BITS = 8, 14
#: Bytes of the values inside a block: a gain up to here.
_WIDEST = 16
#: Whole numbers by their bytes.
WHOLE = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


@dataclass(frozen=True)
class Blocks:
    """A table of one stage for blocks of steps: `bits` propositions, `steps` in a block, `states` from `start` on.

    An index is the state, shifted by the bits of a letter or block, plus that letter or block. `one` has the state after
    a letter, `many` that after a block, shifted to be added to the next; `inside` the values of the states after each
    letter of a block, side by side in one number, or a row where no number has so many bytes; `read` the value after a
    letter, and last that of the start.
    """

    bits: int
    steps: int
    states: int
    start: int
    one: Tensor
    many: Tensor
    inside: Tensor
    read: Tensor


def fits_blocks(table: Table) -> bool:
    """Whether a table can be read in blocks."""
    fits = len(table.stages) == 1 and table.width <= _BYTE and table.states <= _STATES
    return fits and table.states << table.width <= _ROOM


def blocks(
    table: Table, values: Sequence[float] | None = None, backward: bool = False, dtype: torch.dtype = torch.uint8
) -> Blocks:
    """The table in blocks as long as there is room; `values` are what states stand for (None: themselves).

    States that no trace tells apart by its values become one. With `backward` the last letter of a block is read first.
    Values of a `dtype` of bytes are taken modulo 256.
    """
    entries = torch.tensor(table.stages[0].entries, dtype=torch.int64).view(table.states, -1)
    wide = torch.int16 if dtype is torch.uint8 else dtype
    own = torch.tensor(list(range(table.states) if values is None else values), dtype=wide).to(dtype)
    one, read, start = _merged(entries, own, table.start)
    bits, states = table.width, len(one)
    steps = max(n for n in WHOLE if n == 1 or _roomy(n, bits, states) and n * own.element_size() <= _WIDEST)
    many, passed = one, read.unsqueeze(-1)
    for _ in range(1, steps):
        later, after = one[many], read[many].unsqueeze(-1)  # by state, letters so far, one letter more
        before = passed.unsqueeze(2).expand(-1, -1, one.shape[1], -1)
        passed = torch.cat([after, before] if backward else [before, after], -1)
        if not backward:  # the letter more stands in the higher bits
            later, passed = later.transpose(1, 2), passed.transpose(1, 2)
        many = later.reshape(states, -1)
        passed = passed.reshape(states, many.shape[1], -1)
    inside = passed.reshape(-1, steps)
    if steps * own.element_size() in WHOLE:
        inside = inside.view(-1) if steps == 1 else inside.view(WHOLE[steps * own.element_size()]).view(-1)
    one, many = one.to(torch.int32).flatten(), many.to(torch.int32).flatten() << bits * steps
    return Blocks(bits, steps, states, start, one, many, inside, torch.cat([read.flatten(), own[table.start].view(1)]))


def _roomy(steps: int, bits: int, states: int) -> bool:
    return bits < _BYTE and bits * steps <= _BITS and states << bits * steps <= _ROOM


def _merged(entries: Tensor, own: Tensor, start: int) -> tuple[Tensor, Tensor, int]:
    """The least table whose traces give the same values after each step (Moore, "Gedanken-experiments on sequential
    machines", 1956, partitions refined until nothing changes): next states, values after each letter, and the start."""
    codes = own.unique(return_inverse=True)[1][entries]
    classes, count = torch.zeros(len(entries), dtype=torch.int64), 1
    while True:
        found = torch.cat([classes[entries], codes], 1).unique(dim=0, return_inverse=True)[1]
        if int(found.max()) + 1 == count:
            break
        classes, count = found, int(found.max()) + 1
    chosen = torch.zeros(count, dtype=torch.int64).scatter_(0, classes, torch.arange(len(entries)))
    after = entries[chosen]
    return classes[after], own[after], int(classes[start])
