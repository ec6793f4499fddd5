"""Scans along one dimension of which some positions count: `f(x, keep, dim)` of the shape of `x`, as in `reduce`."""

from math import inf

import torch
from torch import Tensor

from rewardlang.tensor.reduce import Mask, broadcast, filled, total


def running_total(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Sum of the entries so far."""
    return filled(x, keep, 0).cumsum(dim)


def running_product(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Product of the entries so far."""
    return filled(x, keep, 1).cumprod(dim)


def running_count(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """How many entries so far, in the dtype of `x`."""
    x, keep = broadcast(x, keep)
    counted = torch.ones_like(x) if keep is None else keep.to(x.dtype)
    return counted.cumsum(dim)


def running_greatest(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Maximum so far; 0 before the first entry."""
    x, keep = broadcast(x, keep)
    if not x.shape[dim]:
        return x
    found = filled(x, keep, -inf).cummax(dim).values
    return found if keep is None else torch.where(keep.cummax(dim).values, found, 0)


def running_least(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """Minimum so far; 0 before the first entry."""
    x, keep = broadcast(x, keep)
    if not x.shape[dim]:
        return x
    found = filled(x, keep, inf).cummin(dim).values
    return found if keep is None else torch.where(keep.cummax(dim).values, found, 0)


def before(x: Tensor, keep: Mask, dim: int, start: Tensor) -> Tensor:
    """At each position the last entry before it that counts, or `start` (of the shape of `x`, or broadcast to it)."""
    start = start.expand(x.shape)
    if not x.shape[dim]:
        return x
    if keep is None:
        return torch.cat([start.narrow(dim, 0, 1), x.narrow(dim, 0, x.shape[dim] - 1)], dim)
    x, keep = broadcast(x, keep)
    positions = _positions(x, dim)
    latest = torch.where(keep, positions, -1).cummax(dim).values
    source = torch.cat([torch.full_like(latest.narrow(dim, 0, 1), -1), latest.narrow(dim, 0, x.shape[dim] - 1)], dim)
    return torch.where(source >= 0, x.gather(dim, source.clamp(min=0)), start)


def after(x: Tensor, keep: Mask, dim: int, end: Tensor) -> Tensor:
    """At each position the next entry after it that counts, or `end`."""
    behind = end.expand(x.shape).flip(dim)
    return before(x.flip(dim), None if keep is None else keep.flip(dim), dim, behind).flip(dim)


def softmax(x: Tensor, keep: Mask, dim: int) -> Tensor:
    """exp(x) divided by its sum; 0 at positions that do not count."""
    x, keep = broadcast(x, keep)
    if not x.shape[dim]:
        return x
    if keep is None:
        return x.softmax(dim)
    top = filled(x, keep, -inf).amax(dim, keepdim=True).detach()
    raised = filled((filled(x, keep, 0) - torch.where(top == -inf, 0, top)).clamp(max=0).exp(), keep, 0)
    return raised / torch.where(keep.any(dim, keepdim=True), total(raised, None, dim).unsqueeze(dim), 1)


def rank(x: Tensor, keep: Mask, dim: int, ties: str) -> Tensor:
    """1 for the greatest entry; see the operator's row for `ties`. Any number at positions that do not count."""
    x, keep = broadcast(x, keep)
    if not x.shape[dim]:
        return x
    ordered, order = torch.sort(filled(x.detach(), keep, -inf), dim=dim, descending=True, stable=True)
    return torch.empty_like(ordered).scatter_(dim, order, _sorted_ranks(ordered, dim, ties))


def _sorted_ranks(ordered: Tensor, dim: int, ties: str) -> Tensor:
    """The ranks of entries that stand in falling order."""
    positions = _positions(ordered, dim).to(ordered.dtype)
    if ties == "order":
        return positions + 1
    rest = ordered.shape[dim] - 1
    new = ordered.narrow(dim, 1, rest) != ordered.narrow(dim, 0, rest)
    edge = torch.ones_like(ordered.narrow(dim, 0, 1), dtype=torch.bool)
    starts, ends = torch.cat([edge, new], dim), torch.cat([new, edge], dim)
    if ties == "dense":
        return starts.to(ordered.dtype).cumsum(dim)
    best = torch.where(starts, positions, 0).cummax(dim).values + 1
    worst = torch.where(ends, positions, rest).flip(dim).cummin(dim).values.flip(dim) + 1
    return {"min": best, "max": worst, "average": (best + worst) / 2}[ties]


def _positions(x: Tensor, dim: int) -> Tensor:
    """0, 1, 2 … along a dimension, in the shape of `x`."""
    shape = [1] * x.dim()
    shape[dim] = x.shape[dim]
    return torch.arange(x.shape[dim], device=x.device).view(shape).expand(x.shape)
