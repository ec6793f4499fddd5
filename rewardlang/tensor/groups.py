"""Windows over rollouts of equal keys: rows are laid out as [groups, longest], read as any other dimension, and put back."""

from collections.abc import Callable
from functools import cache
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from rewardlang.tensor.reduce import Mask

#: Above this multiple of the data, one block for groups of all sizes would waste memory: sizes are then taken in classes.
WASTE = 4


class Groups(NamedTuple):
    """Rows by group.

    `order` sorts rows by key and keeps their order within a group; `group`, `place` say for each sorted row which group
    and which position in it; `sizes` counts the rows of each group.
    """

    order: Tensor
    group: Tensor
    place: Tensor
    sizes: Tensor


def group_rows(keys: Tensor) -> Groups:
    """The groups of equal keys [N], in the order of the keys."""
    ordered, order = keys.sort(stable=True)
    new = torch.ones_like(ordered, dtype=torch.bool)
    new[1:] = ordered[1:] != ordered[:-1]
    group = new.cumsum(0) - 1
    sizes = torch.bincount(group)
    starts = sizes.cumsum(0) - sizes
    return Groups(order, group, torch.arange(len(keys), device=keys.device) - starts[group], sizes)


def grouped(read: Callable, x: Tensor, keep: Mask, groups: Groups, *options) -> Tensor:
    """`read(x, keep, dim, *options)`, a reduction or a scan, within each group of rows; every row gets its group's value.

    `x` is [N, …]; so is the result.
    """
    if not len(groups.order):
        return x
    inner = torch.broadcast_shapes(x.shape[1:], keep.shape[1:]) if keep is not None else x.shape[1:]
    x = x.expand(x.shape[0], *inner)
    keep = torch.ones(1, dtype=torch.bool, device=x.device).expand(x.shape) if keep is None else keep.expand(x.shape)
    longest, count = int(groups.sizes.max()), len(groups.sizes)
    if longest * count <= WASTE * len(groups.order):
        return _in_one_block(read, x, keep, groups, options)
    found = None
    classes = groups.sizes.log2().ceil()[groups.group]
    for size in classes.unique():
        rows = groups.order[classes == size].sort().values
        keys = torch.empty_like(groups.group).index_copy_(0, groups.order, groups.group)[rows]
        part = _in_one_block(read, x[rows], keep[rows], group_rows(keys), options)
        found = part.new_zeros(x.shape[0], *part.shape[1:]) if found is None else found
        found = found.index_copy(0, rows, part)
    return found


def _in_one_block(read: Callable, x: Tensor, keep: Tensor, groups: Groups, options: tuple) -> Tensor:
    longest, count = int(groups.sizes.max()), len(groups.sizes)
    slots = groups.group * longest + groups.place
    block = x.new_zeros(count * longest, *x.shape[1:]).index_copy(0, slots, x[groups.order])
    kept = keep.new_zeros(count * longest, *keep.shape[1:]).index_copy(0, slots, keep[groups.order])
    shape = (count, longest, *x.shape[1:])
    found = read(block.view(shape), kept.view(shape), 1, *options)
    per_row = found.flatten(0, 1)[slots] if found.dim() == len(shape) else found[groups.group]
    return torch.empty_like(per_row).index_copy(0, groups.order, per_row)


def grouped_within(read: Callable, x: Tensor, keep: Mask, keys: Tensor, dims: int, *options) -> Tensor:
    """The same among the positions of the last `dims` dimensions that have equal keys, the others apart from each other.

    `x` and the result are [*others, *last].
    """
    shape = torch.broadcast_shapes(x.shape, keys.shape, *(() if keep is None else (keep.shape,)))
    keys = keys.expand(shape).flatten(-dims)
    codes = keys.reshape(-1).unique(return_inverse=True)[1].view(keys.shape)
    others = torch.arange(prod(keys.shape[:-1]), device=keys.device).view(*keys.shape[:-1], 1)
    flat = (others * (int(codes.max()) + 1 if codes.numel() else 1) + codes).reshape(-1)
    kept = None if keep is None else keep.expand(shape).reshape(-1)
    return grouped(read, x.expand(shape).reshape(-1), kept, group_rows(flat), *options).view(shape)


def grouped_across(read: Callable, x: Tensor, keep: Mask, keys: Tensor, *options) -> Tensor:
    """The same among the rows [N, *axes] that have equal keys at a position, each position apart from the others."""
    parts = (None if part is None else part.movedim(0, -1) for part in (x, keep, keys))
    moved, kept, codes = parts
    return grouped_within(read, moved, kept, codes, 1, *options).movedim(-1, 0)


@cache
def reading(how: Callable, read: Callable) -> Callable:
    """`how` (one of the functions above) bound to what it reads, under a name that shows in emitted code."""

    def bound(*args):
        return how(read, *args)

    bound.__name__ = bound.__qualname__ = f"{read.__name__}_{how.__name__}"
    return bound
