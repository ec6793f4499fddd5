"""Functions of whole traces over batches of traces: in blocks that fit the cache, without padding and what none asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rewardlang.tensor.reduce import Mask, filled

#: So many entries at once are still in the cache when the next round reads them.
BLOCK = 1 << 18
#: Batches up to this size are done at once: memory that was just given back is used again, still in the cache.
SMALL = 1 << 20
#: Batches up to this size are not worth sorting by length, nor those of which more than this share is no padding.
TINY, SPARSE = 1 << 14, 0.5


def differentiable(*xs: Tensor) -> bool:
    """Whether a gradient has to find its way back."""
    return torch.is_grad_enabled() and any(x.requires_grad for x in xs)


def mapped(
    function: Callable[..., Tensor], xs: Sequence[Tensor], fills: Sequence[float | bool], lengths: Tensor | None, dim: int
) -> Tensor:
    """`function` of traces [B, …], which lie along `dim`; all that goes in and comes out has one shape and dtype.

    `lengths` (None: all of them) broadcasts against them with size 1 along `dim`. In padding the function sees `fills`, one
    for each tensor; what it makes of that becomes 0.
    """
    traces = _Traces(function, xs, fills, dim)
    x = xs[0]
    if torch.compiler.is_compiling() or not x.is_cpu or not x.numel() or dim == 0 or differentiable(*xs):
        return traces.at_once(xs, lengths)
    if lengths is not None:
        shortest, longest = torch.stack(lengths.aminmax()).tolist()
        if longest <= 0:
            return torch.zeros_like(x)
        if shortest >= x.shape[dim]:
            lengths = None
        elif x.numel() > TINY and traces.share(lengths) < SPARSE:
            return traces.by_length(lengths)
    return traces.at_once(xs, lengths) if x.numel() <= SMALL else traces.in_order(lengths)


@dataclass(frozen=True)
class _Traces:
    function: Callable[..., Tensor]
    xs: Sequence[Tensor]
    fills: Sequence[float | bool]
    dim: int

    def at_once(self, xs: Sequence[Tensor], lengths: Tensor | None) -> Tensor:
        """All of some rows."""
        if lengths is None:
            return self.function(*xs)
        real = self._real(xs[0], lengths)
        found = self.function(*(filled(x, real, fill) for x, fill in zip(xs, self.fills, strict=True)))
        return found & real if found.dtype is torch.bool else filled(found, real, 0)

    def _real(self, x: Tensor, lengths: Tensor) -> Mask:
        steps = torch.arange(x.shape[self.dim], device=x.device)
        return steps.view(-1, *(1,) * (x.dim() - 1 - self.dim)) < lengths

    def in_order(self, lengths: Tensor | None) -> Tensor:
        """One block of rows after another."""
        found = torch.empty_like(self.xs[0])
        rows = self._rows(found.shape[self.dim], BLOCK)
        for start in range(0, len(found), rows):
            block = slice(start, start + rows)
            found[block] = self.at_once([x[block] for x in self.xs], None if lengths is None else lengths[block])
        return found

    def share(self, lengths: Tensor) -> float:
        """Which part of the batch rows cut to their longest trace would be."""
        longest = lengths.flatten(1).amax(1)
        return float(longest.sum()) / (len(longest) * self.xs[0].shape[self.dim])

    def by_length(self, lengths: Tensor) -> Tensor:
        """Rows of about the same length together, no longer than the longest of them; none for rows without steps."""
        longest = lengths.flatten(1).amax(1)
        sizes, order = longest.sort(descending=True)
        found = torch.zeros_like(self.xs[0])
        block = min(BLOCK, max(found.numel() // 8, TINY))  # the more blocks, the less padding is left in them
        start, stop, sizes = 0, int((longest > 0).sum()), sizes.tolist()
        while start < stop:
            size = sizes[start]
            chosen = order[start:min(start + self._rows(size, block), stop)]
            parts = [x.narrow(self.dim, 0, size).index_select(0, chosen) for x in self.xs]
            found.narrow(self.dim, 0, size).index_copy_(0, chosen, self.at_once(parts, lengths[chosen]))
            start += len(chosen)
        return found

    def _rows(self, size: int, block: int) -> int:
        """How many rows of so many steps make a block of so many entries."""
        x = self.xs[0]
        return max(1, block * x.shape[self.dim] // (max(size, 1) * max(x[0].numel(), 1)))
