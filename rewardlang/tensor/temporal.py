"""Temporal words on tensors: time-major inside, windows by doubling, cumulative extrema, until by its recursion.

`f(x, real, dim, …)` keeps the shape of `x`; `real` tells what is no padding along `dim` (None: nothing is), and broadcasts
against `x`. Padding never reaches a value. Truth values are bool tensors; margins are numbers, -inf for false.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

import torch
from torch import Tensor

Mask = Tensor | None

#: Until over rows narrower than this composes its steps in log(T) rounds; over wider ones a loop does less work.
_NARROW = 64


@dataclass(frozen=True)
class Extreme:
    """The greatest or the least: of two tensors, along time, and what it leaves unchanged."""

    of_two: Callable[[Tensor, Tensor], Tensor]
    running: Callable[[Tensor], Tensor] | None
    neutral: float | bool


def soft_greatest(a: Tensor, b: Tensor, smooth: float) -> Tensor:
    """smooth * log(exp(a / smooth) + exp(b / smooth)), the greater one where either is infinite, gradients included."""
    finite = a.isfinite() & b.isfinite()
    x, y = torch.where(finite, a, 0), torch.where(finite, b, 0)
    return torch.where(finite, smooth * torch.logaddexp(x / smooth, y / smooth), torch.maximum(a, b))


def soft_least(a: Tensor, b: Tensor, smooth: float) -> Tensor:
    """The same of the least."""
    return -soft_greatest(-a, -b, smooth)


def greatest(margin: bool, smooth: float) -> Extreme:
    """Or, maximum, or the smooth maximum."""
    if not margin:
        return Extreme(torch.logical_or, lambda x: x.cummax(0).values, False)
    if smooth:
        return Extreme(partial(soft_greatest, smooth=smooth), None, -inf)
    return Extreme(torch.maximum, lambda x: x.cummax(0).values, -inf)


def least(margin: bool, smooth: float) -> Extreme:
    """And, minimum, or the smooth minimum."""
    if not margin:
        return Extreme(torch.logical_and, lambda x: x.cummin(0).values, True)
    if smooth:
        return Extreme(partial(soft_least, smooth=smooth), None, inf)
    return Extreme(torch.minimum, lambda x: x.cummin(0).values, inf)


# Steps ahead and behind, time first -----------------------------------------------------------------------------------


def moved(x: Tensor, steps: int, behind: bool, fill: float | bool) -> Tensor:
    """At each step the entry so many steps ahead (or behind), `fill` beyond the end (or the start)."""
    length = x.shape[0]
    steps = min(steps, length)
    if not steps:
        return x
    edge = x.new_full((steps, *x.shape[1:]), fill)
    return torch.cat([edge, x[: length - steps]] if behind else [x[steps:], edge])


def joined(x: Tensor, steps: int, behind: bool, extreme: Extreme) -> Tensor:
    """At each step the extreme of its own entry and the one so many steps ahead (or behind), if there is one."""
    length = x.shape[0]
    if steps >= length:
        return x
    near, far = (x[steps:], x[: length - steps]) if behind else (x[: length - steps], x[steps:])
    if torch.is_grad_enabled() and x.requires_grad or extreme.running is None:
        both = extreme.of_two(near, far)
        return torch.cat([x[:steps], both] if behind else [both, x[length - steps:]])
    found = torch.empty_like(x)
    into, rest = (found[steps:], slice(0, steps)) if behind else (found[: length - steps], slice(length - steps, length))
    extreme.of_two(near, far, out=into)
    found[rest] = x[rest]
    return found


def window(x: Tensor, low: int, high: int | None, behind: bool, extreme: Extreme) -> Tensor:
    """The extreme over the steps `low` to `high` ahead (or behind) that exist; its neutral value where none does."""
    length = x.shape[0]
    if not length or low >= length or high is not None and high < low:
        return torch.full_like(x, extreme.neutral)
    width = length if high is None or high >= length - 1 else high - low + 1
    if extreme.running is None:
        found = _disjoint(x, width, behind, extreme)
    elif width >= length:
        found = extreme.running(x) if behind else extreme.running(x.flip(0)).flip(0)
    else:
        found = _overlapping(x, width, behind, extreme)
    return moved(found, low, behind, extreme.neutral)


def _overlapping(x: Tensor, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """Windows that double until two of them, which may overlap, make up the width."""
    size = 1
    while 2 * size <= width:
        x = joined(x, size, behind, extreme)
        size *= 2
    return joined(x, width - size, behind, extreme) if size < width else x


def _disjoint(x: Tensor, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """The same of windows that must not overlap: those of the binary digits of the width, side by side."""
    found, offset, size = None, 0, 1
    while size <= width:
        if width & size:
            piece = moved(x, offset, behind, extreme.neutral)
            found = piece if found is None else extreme.of_two(found, piece)
            offset += size
        size *= 2
        if size <= width:
            x = joined(x, size // 2, behind, extreme)
    return found


def strong(p: Tensor, q: Tensor, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """max(q, min(p, the same one step on)) from the end (or the start) of the trace."""
    length = q.shape[0]
    if length < 2:
        return q
    if high.running is not None and q.numel() <= _NARROW * length:
        return _composed(p, q, behind, high, low)
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


def _composed(p: Tensor, q: Tensor, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """The same in log(T) rounds: x -> max(q, min(p, x)) of one step after another is again of that form."""
    size = 1
    while size < q.shape[0]:
        following = moved(q, size, behind, high.neutral)
        q = high.of_two(q, low.of_two(p, following))
        p = joined(p, size, behind, low)
        size *= 2
    return q


# What emitted code calls ----------------------------------------------------------------------------------------------


def _time_first(x: Tensor, real: Mask, dim: int, fill: float | bool) -> Tensor:
    """The dimension of time in front, and `fill` in place of padding."""
    if real is not None:
        x = torch.where(real, x, fill)
    return x.movedim(dim, 0).contiguous()


def beside(x: Tensor, real: Mask, dim: int, behind: bool, fill: float | bool) -> Tensor:
    """The entry at the next step (or the one before), `fill` beyond the end of the trace (or its start)."""
    return moved(_time_first(x, real, dim, fill), 1, behind, fill).movedim(0, dim)


def extreme_within(
    x: Tensor, real: Mask, dim: int, greater: bool, behind: bool, low: int, high: int | None, smooth: float, margin: bool
) -> Tensor:
    """The greatest or least entry of the window ahead (or behind)."""
    extreme = (greatest if greater else least)(margin, smooth)
    found = window(_time_first(x, real, dim, extreme.neutral), low, high, behind, extreme)
    return found.movedim(0, dim)


def until(
    p: Tensor, q: Tensor, real: Mask, dim: int, behind: bool, low: int, high: int | None, smooth: float, margin: bool
) -> Tensor:
    """p until[low, high] q, or p since[low, high] q.

    With a window it is the same as three things at once: q in the window, p on the way to its start, and from there p until
    q without a window.
    """
    top, bottom = greatest(margin, smooth), least(margin, smooth)
    p, q = _time_first(p, real, dim, top.neutral), _time_first(q, real, dim, top.neutral)
    found = moved(strong(p, q, behind, top, bottom), low, behind, top.neutral)
    if low:
        found = bottom.of_two(found, window(p, 0, low - 1, behind, bottom))
    if high is not None:
        found = bottom.of_two(found, window(q, low, high, behind, top))
    return found.movedim(0, dim)
