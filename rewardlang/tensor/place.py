"""Moving values between axes: the functions that emitted code calls."""

from collections.abc import Sequence

import torch
from torch import Tensor

from rewardlang.tensor.groups import group_rows
from rewardlang.tensor.reduce import Mask


def repeated(x: Tensor, dim: int, size: int) -> Tensor:
    """`x` repeated along a dimension of size 1."""
    shape = list(x.shape)
    shape[dim] = size
    return x.expand(shape)


def expanded(x: Tensor, *shape: int) -> Tensor:
    """`x` repeated along the dimensions that it lacks or has with size 1."""
    return x.expand(shape)


def real(lengths: Tensor, size: int) -> Tensor:
    """Which of `size` positions lie within each length: bool [*lengths.shape, size]."""
    return torch.arange(size, device=lengths.device) < lengths.unsqueeze(-1)


def up_to(x: Tensor, lengths: Tensor) -> Tensor:
    """x [B, n, …] with 0, or false, beyond each length; itself where nothing lies beyond."""
    eager = x.is_cpu and not torch.compiler.is_compiling()  # elsewhere to ask costs more than it may save
    if eager and (not x.numel() or int(lengths.min()) >= x.shape[1]):
        return x
    within = real(lengths, x.shape[1])
    return torch.where(within.view(*within.shape, *(1,) * (x.dim() - 2)), x, x.new_zeros(()))


def extent(lengths: Tensor) -> int:
    """The greatest length."""
    return int(lengths.max()) if lengths.numel() else 0


def sized(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """A size as a number of a dtype."""
    return torch.full((), size, dtype=dtype, device=device)


def all_of_size(like: Tensor, size: int) -> Tensor:
    """The same length for every row of `like`."""
    return torch.full((like.shape[0],), size, dtype=torch.int64, device=like.device)


def scattered(x: Tensor, at: Tensor, keep: Mask, size: int) -> Tensor:
    """Entries [*others, n] added up at the positions `at` of an axis of `size`; positions out of range are left out."""
    shape = torch.broadcast_shapes(x.shape, at.shape, *(() if keep is None else (keep.shape,)))
    x, at = x.expand(shape), at.expand(shape).long()
    inside = (at >= 0) & (at < size)
    inside = inside if keep is None else inside & keep
    block = x.new_zeros(*shape[:-1], max(size, 1))
    return block.scatter_add(-1, torch.where(inside, at, 0), torch.where(inside, x, 0))[..., :size]


def gathered(x: Tensor, at: Tensor) -> Tensor:
    """x[..., at]: entries [*others, n] at positions [*others]; some entry where the position is out of range."""
    if not x.shape[-1]:
        return x.new_zeros(torch.broadcast_shapes(x.shape[:-1], at.shape))
    shape = torch.broadcast_shapes(x.shape[:-1], at.shape)
    index = at.expand(shape).long().clamp(0, x.shape[-1] - 1).unsqueeze(-1)
    return x.expand(*shape, x.shape[-1]).gather(-1, index).squeeze(-1)


def picked(x: Tensor, dim: int, index: int) -> Tensor:
    """The entry at one position; 0 past the end."""
    return x.select(dim, index) if index < x.shape[dim] else x.new_zeros(x.shape[:dim] + x.shape[dim + 1 :])


def stacked(items: Sequence[Tensor], dim: int) -> Tensor:
    """Values side by side along a new dimension, counted after broadcasting."""
    return torch.stack(torch.broadcast_tensors(*items), dim)


def mates(keys: Tensor) -> tuple[Tensor, Tensor]:
    """For each row those of equal key, in the order of the data: their numbers [N, most] and how many they are [N]."""
    groups = group_rows(keys)
    most = int(groups.sizes.max()) if len(keys) else 0
    table = torch.zeros(len(groups.sizes), most, dtype=torch.int64, device=keys.device)
    table[groups.group, groups.place] = groups.order
    of_row = torch.empty_like(groups.group).index_copy_(0, groups.order, groups.group)
    return table[of_row], groups.sizes[of_row]


def of_mates(x: Tensor, table: Tensor) -> Tensor:
    """x [N, …] for all of each row's mates: [N, most, …]."""
    return x[table]


def zero_like(x: Tensor) -> Tensor:
    """A zero of the same dtype, without dimensions."""
    return x.new_zeros(())


def all_true(x: Tensor) -> Tensor:
    """True in the shape of `x`."""
    return torch.ones_like(x, dtype=torch.bool)


def ordinals(x: Tensor, dims: int, real: Mask) -> Tensor:
    """0, 1, 2 … along the last `dims` dimensions taken as one, in the shape and dtype of `x`; padding is not counted."""
    counted = torch.ones_like(x) if real is None else real.to(x.dtype).expand(x.shape)
    return (counted.flatten(-dims).cumsum(-1) - 1).clamp(min=0).view(x.shape)
