"""Temporal words on tensors: windows by doubling, cumulative extrema, and until by its recursion, time first in memory.

`f(x, real, dim, …)` keeps the shape of `x`; `real` tells what is no padding along `dim` (None: nothing is), and broadcasts
against `x`. Padding never reaches a value. Truth values are bool tensors; margins are numbers, -inf for false.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

import torch
from torch import Tensor

from rewardlang.tensor.reduce import Mask, filled

#: Until over rows narrower than this composes its steps in log(T) rounds; over wider ones a loop does less work.
_NARROW = 64


@dataclass(frozen=True)
class Extreme:
    """The greatest or the least: of two tensors, along time, and what it leaves unchanged."""

    of_two: Callable[[Tensor, Tensor], Tensor]
    running: Callable[[Tensor, int], Tensor] | None
    neutral: float | bool


def soft_greatest(a: Tensor, b: Tensor, smooth: float) -> Tensor:
    """smooth * log(exp(a / smooth) + exp(b / smooth)), the greater one where either is infinite, gradients included."""
    finite = a.isfinite() & b.isfinite()
    x, y = torch.where(finite, a, 0), torch.where(finite, b, 0)
    return torch.where(finite, smooth * torch.logaddexp(x / smooth, y / smooth), torch.maximum(a, b))


def soft_least(a: Tensor, b: Tensor, smooth: float) -> Tensor:
    """The same of the least."""
    return -soft_greatest(-a, -b, smooth)


def levelled(x: Tensor) -> Tensor:
    """0 for every finite number, infinities as they are."""
    return torch.where(x.isinf(), x.detach(), 0)


def greatest(margin: bool, smooth: float) -> Extreme:
    """Or, maximum, or the smooth maximum."""
    if not margin:
        return Extreme(torch.logical_or, lambda x, dim: x.cummax(dim).values, False)
    if smooth:
        return Extreme(partial(soft_greatest, smooth=smooth), None, -inf)
    return Extreme(torch.maximum, lambda x, dim: x.cummax(dim).values, -inf)


def least(margin: bool, smooth: float) -> Extreme:
    """And, minimum, or the smooth minimum."""
    if not margin:
        return Extreme(torch.logical_and, lambda x, dim: x.cummin(dim).values, True)
    if smooth:
        return Extreme(partial(soft_least, smooth=smooth), None, inf)
    return Extreme(torch.minimum, lambda x, dim: x.cummin(dim).values, inf)


# Steps ahead and behind -------------------------------------------------------------------------------------------------


def moved(x: Tensor, dim: int, steps: int, behind: bool, fill: float | bool) -> Tensor:
    """At each step the entry so many steps ahead (or behind), `fill` beyond the end (or the start)."""
    length = x.shape[dim]
    steps = min(steps, length)
    if not steps:
        return x
    edge = torch.full_like(x.narrow(dim, 0, steps), fill)
    rest = x.narrow(dim, 0 if behind else steps, length - steps)
    return torch.cat([edge, rest] if behind else [rest, edge], dim)


def joined(x: Tensor, dim: int, steps: int, behind: bool, extreme: Extreme) -> Tensor:
    """At each step the extreme of its own entry and the one so many steps ahead (or behind), if there is one."""
    length, rest = x.shape[dim], x.shape[dim] - steps
    if rest <= 0:
        return x
    early, late = x.narrow(dim, 0, rest), x.narrow(dim, steps, rest)
    place, edge = (steps, 0) if behind else (0, rest)
    if torch.is_grad_enabled() and x.requires_grad or extreme.running is None:
        both, alone = extreme.of_two(early, late), x.narrow(dim, edge, steps)
        return torch.cat([alone, both] if behind else [both, alone], dim)
    found = torch.empty_like(x)
    extreme.of_two(early, late, out=found.narrow(dim, place, rest))
    found.narrow(dim, edge, length - rest).copy_(x.narrow(dim, edge, length - rest))
    return found


def window(x: Tensor, dim: int, low: int, high: int | None, behind: bool, extreme: Extreme) -> Tensor:
    """The extreme over the steps `low` to `high` ahead (or behind) that exist; its neutral value where none does."""
    length = x.shape[dim]
    if not length or low >= length or high is not None and high < low:
        return torch.full_like(x, extreme.neutral)
    width = length if high is None or high >= length - 1 else high - low + 1
    if extreme.running is None:
        found = _disjoint(x, dim, width, behind, extreme)
    elif width >= length:
        found = extreme.running(x, dim) if behind else extreme.running(x.flip(dim), dim).flip(dim)
    else:
        found = _overlapping(x, dim, width, behind, extreme)
    return moved(found, dim, low, behind, extreme.neutral)


def _overlapping(x: Tensor, dim: int, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """Windows that double until two of them, which may overlap, make up the width."""
    size = 1
    while 2 * size <= width:
        x = joined(x, dim, size, behind, extreme)
        size *= 2
    return joined(x, dim, width - size, behind, extreme) if size < width else x


def _disjoint(x: Tensor, dim: int, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """The same of windows that must not overlap: those of the binary digits of the width, side by side."""
    found, offset, size = None, 0, 1
    while size <= width:
        if width & size:
            piece = moved(x, dim, offset, behind, extreme.neutral)
            found = piece if found is None else extreme.of_two(found, piece)
            offset += size
        size *= 2
        if size <= width:
            x = joined(x, dim, size // 2, behind, extreme)
    return found


def strong(p: Tensor, q: Tensor, dim: int, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """max(q, min(p, the same one step on)) from the end (or the start) of the trace."""
    length = q.shape[dim]
    if length < 2:
        return q
    if high.running is not None and q.numel() <= _NARROW * length:
        return _composed(p, q, dim, behind, high, low)
    return _stepwise(p.movedim(dim, 0).contiguous(), q.movedim(dim, 0).contiguous(), behind, high, low).movedim(0, dim)


def _stepwise(p: Tensor, q: Tensor, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """The same one step after another, time first in memory."""
    length = q.shape[0]
    ps, qs = p.unbind(0), q.unbind(0)
    order = range(length) if behind else range(length - 1, -1, -1)
    if high.running is None or torch.is_grad_enabled() and (p.requires_grad or q.requires_grad):
        found: list = [None] * length
        last = None
        for i in order:
            last = found[i] = qs[i] if last is None else high.of_two(qs[i], low.of_two(ps[i], last))
        return torch.stack(found)
    block = torch.empty_like(q)
    rows, last = block.unbind(0), None
    for i in order:
        if last is None:
            rows[i].copy_(qs[i])
        else:
            low.of_two(ps[i], last, out=rows[i])
            high.of_two(qs[i], rows[i], out=rows[i])
        last = rows[i]
    return block


def _composed(p: Tensor, q: Tensor, dim: int, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """The same in log(T) rounds: x -> max(q, min(p, x)) of one step after another is again of that form."""
    size = 1
    while size < q.shape[dim]:
        following = moved(q, dim, size, behind, high.neutral)
        q = high.of_two(q, low.of_two(p, following))
        p = joined(p, dim, size, behind, low)
        size *= 2
    return q


# What emitted code calls ------------------------------------------------------------------------------------------------


def beside(x: Tensor, real: Mask, dim: int, behind: bool, fill: float | bool) -> Tensor:
    """The entry at the next step (or the one before), `fill` beyond the end of the trace (or its start)."""
    return moved(filled(x, real, fill), dim, 1, behind, fill)


def extreme_within(
    x: Tensor, real: Mask, dim: int, greater: bool, behind: bool, low: int, high: int | None, smooth: float, margin: bool
) -> Tensor:
    """The greatest or least entry of the window ahead (or behind)."""
    extreme = (greatest if greater else least)(margin, smooth)
    return window(filled(x, real, extreme.neutral), dim, low, high, behind, extreme)


def until(
    p: Tensor, q: Tensor, real: Mask, dim: int, behind: bool, low: int, high: int | None, smooth: float, margin: bool
) -> Tensor:
    """p until[low, high] q, or p since[low, high] q.

    With a window it is the same as three things at once: q in the window, p on the way to its start, and from there p until
    q without a window.
    """
    top, bottom = greatest(margin, smooth), least(margin, smooth)
    p, q = filled(p, real, bottom.neutral), filled(q, real, top.neutral)
    found = moved(strong(p, q, dim, behind, top, bottom), dim, low, behind, top.neutral)
    if low:
        found = bottom.of_two(found, window(p, dim, 0, low - 1, behind, bottom))
    if high is not None:
        found = bottom.of_two(found, window(q, dim, low, high, behind, top))
    return found
