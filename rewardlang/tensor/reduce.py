"""Reductions along one dimension of which some positions count: `f(x, keep, dim)`, `keep` a bool mask or None for all.

`x` and `keep` broadcast against each other. The result lacks the dimension. What is not kept never reaches a value or a
gradient. Where nothing is kept the result is some finite number: whoever calls knows that it is invalid.
"""

from collections.abc import Callable
from math import inf

import torch
from torch import Tensor

Mask = Tensor | None


def broadcast(x: Tensor, keep: Mask) -> tuple[Tensor, Mask]:
    """Both in one shape."""
    if keep is None or keep.shape == x.shape:
        return x, keep
    return torch.broadcast_tensors(x, keep)


def with_one(x: Tensor, keep: Mask, dim: int) -> tuple[Tensor, Mask]:
    """The same with a position that does not count where the dimension is empty, which torch will not search."""
    x, keep = broadcast(x, keep)
    if x.shape[dim]:
        return x, keep
    shape = list(x.shape)
    shape[dim] = 1
    return x.new_zeros(shape), torch.zeros(shape, dtype=torch.bool, device=x.device)


def filled(x: Tensor, keep: Mask, fill: float) -> Tensor:
    """`x` with `fill` at the positions that do not count."""
    return x if keep is None else torch.where(keep, x, fill)


def amount(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """How many positions count, in the dtype of `x`."""
    if keep is None:
        return torch.full((), x.shape[dim], dtype=x.dtype, device=x.device)
    return broadcast(x, keep)[1].sum(dim, dtype=x.dtype)


def total(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Sum."""
    return filled(x, keep, 0).sum(dim)


def product(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Product."""
    return filled(x, keep, 1).prod(dim)


def greatest(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Maximum."""
    x, keep = with_one(x, keep, dim)
    found = filled(x, keep, -inf).amax(dim)
    return found if keep is None else torch.where(keep.any(dim), found, 0)


def least(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Minimum."""
    x, keep = with_one(x, keep, dim)
    found = filled(x, keep, inf).amin(dim)
    return found if keep is None else torch.where(keep.any(dim), found, 0)


def any_of(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Whether one of the truth values holds."""
    return (x if keep is None else x & keep).any(dim)


def all_of(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Whether all truth values hold."""
    return (x if keep is None else x | ~keep).all(dim)


def first(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """The entry at the first position that counts."""
    x, keep = with_one(x, keep, dim)
    if keep is None:
        return x.select(dim, 0)
    return x.gather(dim, keep.to(torch.int8).argmax(dim, keepdim=True)).squeeze(dim)


def last(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """The entry at the last position that counts."""
    x, keep = with_one(x, keep, dim)
    if keep is None:
        return x.select(dim, -1)
    behind = keep.flip(dim).to(torch.int8).argmax(dim, keepdim=True)
    return x.gather(dim, x.shape[dim] - 1 - behind).squeeze(dim)


def where_greatest(x: Tensor, keep: Mask, dim: int, real: Mask = None) -> Tensor:
    """The position of the maximum, the first of equal ones, counted among the positions that are `real` (None: all)."""
    x, keep = with_one(x, keep, dim)
    return _among_real(_place(filled(x, keep, -inf), torch.amax, keep, dim), real, dim, x.dtype)


def where_least(x: Tensor, keep: Mask, dim: int, real: Mask = None) -> Tensor:
    """The position of the minimum, the first of equal ones, likewise."""
    x, keep = with_one(x, keep, dim)
    return _among_real(_place(filled(x, keep, inf), torch.amin, keep, dim), real, dim, x.dtype)


def _place(x: Tensor, extreme: Callable, keep: Mask, dim: int) -> Tensor:
    """The first position that counts and has the extreme value, which may be as infinite as what stands where none counts."""
    there = x == extreme(x, dim, keepdim=True)
    return (there if keep is None else there & keep).to(torch.int8).argmax(dim, keepdim=True)


def _among_real(position: Tensor, real: Mask, dim: int, dtype: torch.dtype) -> Tensor:
    if real is not None and real.shape[dim]:
        while real.dim() < position.dim():
            real = real.unsqueeze(1)
        places = real.cumsum(dim) - 1
        position = places.expand(*position.shape[:-1], real.shape[dim]).gather(dim, position)
    return position.squeeze(dim).to(dtype)


def variance(x: Tensor, keep: Mask, dim: int, ddof: int) -> Tensor:
    """Squared distances from the mean, in two passes, divided by count - ddof."""
    x, keep = broadcast(x, keep)
    count = amount(x, keep, dim)
    mean = total(x, keep, dim) / count.clamp(min=1)
    distance = filled(x - mean.unsqueeze(dim), keep, 0)
    return distance.square().sum(dim) / torch.where(count > ddof, count - ddof, 1)


def quantile(x: Tensor, keep: Mask, dim: int, q: float) -> Tensor:
    """Linear between the sorted entries; on the way from -inf to a number it is -inf, and NaN on that to +inf."""
    x, keep = with_one(x, keep, dim)
    ordered = filled(x, keep, inf).sort(dim).values
    highest = (amount(x, keep, dim) - 1).clamp(min=0).expand(ordered.select(dim, 0).shape).unsqueeze(dim)
    place = highest * q
    below = place.floor()
    low = ordered.gather(dim, below.long())
    high = ordered.gather(dim, torch.minimum(below + 1, highest).long())
    at = place - below
    stays = low.isinf() & (high.isfinite() | (high == low)) | high.isinf() & (at == 0)
    found = (low + torch.where(stays, 0, high - low) * at).squeeze(dim)
    return found if keep is None else torch.where(keep.any(dim), found, 0)


def norm(x: Tensor, keep: Mask, dim: int, p: float) -> Tensor:
    """(sum of |x|^p)^(1/p); its gradient at 0 is 0."""
    return torch.linalg.vector_norm(filled(x, keep, 0), p, dim) if x.shape[dim] else filled(x, keep, 0).sum(dim)
