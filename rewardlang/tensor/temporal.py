"""Temporal words on tensors: windows by doubling, cumulative extrema, and until by windows or by its recursion.

Truth values are bool tensors; margins are numbers, -inf for false. What emitted code calls keeps the shape of `x` and takes
`lengths`, how much along `dim` is no padding, with size 1 along it (None: all); padding never reaches a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

import torch
from torch import Tensor
from torch.nn.functional import pad

from rewardlang.tensor import traces

#: Up to so many entries a step, or for windows up to so wide, rounds over all steps make until faster than a loop.
_NARROW, _FAR = 256, 128
#: Up to so many entries of all windows together, looking at each window is faster than any number of rounds.
_FEW = 1 << 14


@dataclass(frozen=True)
class Extreme:
    """The greatest or the least: of two tensors, of a dimension, along time, and what it leaves unchanged.

    A smooth one, which counts how often a value occurs, is only of two tensors.
    """

    of_two: Callable[[Tensor, Tensor], Tensor]
    neutral: float | bool
    among: Callable[[Tensor, int], Tensor] | None = None
    running: Callable[[Tensor, int], Tensor] | None = None


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


def _running_greatest(x: Tensor, dim: int) -> Tensor:
    return x.cummax(dim).values


def _running_least(x: Tensor, dim: int) -> Tensor:
    return x.cummin(dim).values


def greatest(margin: bool, smooth: float) -> Extreme:
    """Or, maximum, or the smooth maximum."""
    if not margin:
        return Extreme(torch.logical_or, False, torch.amax, _running_greatest)
    if smooth:
        return Extreme(partial(soft_greatest, smooth=smooth), -inf)
    return Extreme(torch.maximum, -inf, torch.amax, _running_greatest)


def least(margin: bool, smooth: float) -> Extreme:
    """And, minimum, or the smooth minimum."""
    if not margin:
        return Extreme(torch.logical_and, True, torch.amin, _running_least)
    if smooth:
        return Extreme(partial(soft_least, smooth=smooth), inf)
    return Extreme(torch.minimum, inf, torch.amin, _running_least)


# Steps ahead and behind -------------------------------------------------------------------------------------------------


def padded(x: Tensor, dim: int, steps: int, behind: bool, fill: float | bool) -> Tensor:
    """So many steps of `fill` more after the end (or before the start)."""
    return pad(x, (0, 0) * (x.dim() - 1 - dim) + ((steps, 0) if behind else (0, steps)), value=fill) if steps else x


def moved(x: Tensor, dim: int, steps: int, behind: bool, fill: float | bool) -> Tensor:
    """At each step the entry so many steps ahead (or behind), `fill` beyond the end (or the start)."""
    rest = max(x.shape[dim] - steps, 0)
    return padded(x.narrow(dim, 0 if behind else x.shape[dim] - rest, rest), dim, x.shape[dim] - rest, behind, fill)


def shifted(x: Tensor, dim: int, steps: int, behind: bool) -> tuple[Tensor, Tensor]:
    """The entries that have another so many steps ahead (or behind), and those others."""
    rest = x.shape[dim] - steps
    early, late = x.narrow(dim, 0, rest), x.narrow(dim, steps, rest)
    return (late, early) if behind else (early, late)


def joined(x: Tensor, dim: int, steps: int, behind: bool, extreme: Extreme) -> Tensor:
    """The extreme of each entry and the one so many steps ahead (or behind), for the entries that have one."""
    return extreme.of_two(*shifted(x, dim, steps, behind))


def window(x: Tensor, dim: int, low: int, high: int | None, behind: bool, extreme: Extreme) -> Tensor:
    """The extreme over the steps `low` to `high` ahead (or behind) that exist; its neutral value where none does."""
    length = x.shape[dim]
    high = length - 1 if high is None else min(high, length - 1)
    width = high - low + 1
    if width < 1:
        return torch.full_like(x, extreme.neutral)
    x = x.narrow(dim, 0 if behind else low, length - low)
    if high == length - 1 and extreme.running is not None:
        found = extreme.running(x, dim) if behind else extreme.running(x.flip(dim), dim).flip(dim)
        return padded(found, dim, low, behind, extreme.neutral)
    x = padded(x, dim, high, behind, extreme.neutral)
    if extreme.among is None:
        return _disjoint(x, dim, width, behind, extreme)
    if x.numel() * width <= _FEW:
        return extreme.among(x.unfold(dim, width, 1), -1)
    return _overlapping(x, dim, width, behind, extreme)


def _overlapping(x: Tensor, dim: int, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """Windows that double until two of them, which may overlap, make up the width."""
    size = 1
    while size < width:
        step = min(size, width - size)
        x = joined(x, dim, step, behind, extreme)
        size += step
    return x


def _disjoint(x: Tensor, dim: int, width: int, behind: bool, extreme: Extreme) -> Tensor:
    """The same of windows that must not overlap: those of the binary digits of the width, side by side."""
    length, found, offset, size = x.shape[dim] - width + 1, None, 0, 1
    while True:
        if width & size:
            piece = x.narrow(dim, x.shape[dim] - length - offset if behind else offset, length)
            found = piece if found is None else extreme.of_two(found, piece)
            offset += size
        if 2 * size > width:
            return found
        x = joined(x, dim, size, behind, extreme)
        size *= 2


def within(p: Tensor, q: Tensor, dim: int, width: int, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """p until q (or since) with q in a window of so many steps from here, by windows that double."""
    p, q = padded(p, dim, width - 1, behind, low.neutral), padded(q, dim, width - 1, behind, high.neutral)
    size = 1
    while size < width:
        # Steps that both windows have count twice, which changes no maximum: p for the whole first one is asked only of
        # the steps after it.
        step = min(size, width - size)
        near, far = shifted(q, dim, step, behind)
        here, there = shifted(p, dim, step, behind)
        q = high.of_two(near, low.of_two(here, far))
        size += step
        if size < width:
            p = low.of_two(here, there)
    return q


def strong(p: Tensor, q: Tensor, dim: int, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """max(q, min(p, the same one step on)) from the end (or the start) of the trace, one step after another."""
    length = q.shape[dim]
    if length < 2:
        return q
    return _stepwise(p.movedim(dim, 0).contiguous(), q.movedim(dim, 0).contiguous(), behind, high, low).movedim(0, dim)


def _stepwise(p: Tensor, q: Tensor, behind: bool, high: Extreme, low: Extreme) -> Tensor:
    """The same along the first dimension."""
    length = q.shape[0]
    ps, qs = p.unbind(0), q.unbind(0)
    order = range(length) if behind else range(length - 1, -1, -1)
    if high.running is None or traces.differentiable(p, q):
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


def joining(
    p: Tensor, q: Tensor, dim: int, behind: bool, low: int, high: int | None, top: Extreme, bottom: Extreme
) -> Tensor:
    """p until[low, high] q, or p since[low, high] q, of whole traces.

    q in the window as seen from its start, and p on the way there. Where a wide window would take many rounds, or the
    extremes are smooth, the first part is itself two things at once: q in the window, and p until q without one.
    """
    length = q.shape[dim]
    width = (length if high is None else min(high + 1, length)) - low
    if width < 1:
        return torch.full_like(q, top.neutral)
    wide = q.numel() > _NARROW * length and width > _FAR
    if top.running is None or wide:
        found = moved(strong(p, q, dim, behind, top, bottom), dim, low, behind, top.neutral)
        if high is not None:
            found = bottom.of_two(found, window(q, dim, low, high, behind, top))
    else:
        found = moved(within(p, q, dim, width, behind, top, bottom), dim, low, behind, top.neutral)
    return bottom.of_two(found, window(p, dim, 0, low - 1, behind, bottom)) if low else found


# What emitted code calls ------------------------------------------------------------------------------------------------


def beside(x: Tensor, lengths: Tensor | None, dim: int, behind: bool, fill: float | bool) -> Tensor:
    """The entry at the next step (or the one before), `fill` beyond the end of the trace (or its start)."""
    return traces.mapped(lambda x: moved(x, dim, 1, behind, fill), [x], [fill], lengths, dim)


def extreme_within(
    x: Tensor, lengths: Tensor | None, dim: int, greater: bool, behind: bool, low: int, high: int | None,
    smooth: float, margin: bool,
) -> Tensor:
    """The greatest or least entry of the window ahead (or behind)."""
    extreme = (greatest if greater else least)(margin, smooth)
    return traces.mapped(lambda x: window(x, dim, low, high, behind, extreme), [x], [extreme.neutral], lengths, dim)


def until(
    p: Tensor, q: Tensor, lengths: Tensor | None, dim: int, behind: bool, low: int, high: int | None,
    smooth: float, margin: bool,
) -> Tensor:
    """p until[low, high] q, or p since[low, high] q."""
    top, bottom = greatest(margin, smooth), least(margin, smooth)
    return traces.mapped(lambda p, q: joining(p, q, dim, behind, low, high, top, bottom),
                         [p, q], [bottom.neutral, top.neutral], lengths, dim)
