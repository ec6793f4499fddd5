"""Preference pairs: what trainers on pairs (DPO and its kin) learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pairs:
    """Pairs of rollouts of one batch, in the order of the chosen ones.

    `chosen` and `rejected` are rows, int64 [P]; `margin` [P], above 0, is by how much the one is preferred; `weight` [P] is
    what the pair counts, 1 where the spec says nothing.
    """

    chosen: Tensor
    rejected: Tensor
    margin: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.chosen)


def pairs_of(margin: Tensor, real: Tensor | None, others: Tensor, weight: Tensor | None) -> Pairs:
    """The pairs whose margin [B, positions] is above 0 where it is `real` and valid (0 stands for invalid ones).

    `others` [B, positions] is the row that stands at each position, `weight` [B, positions] what the pair counts.
    """
    found = margin > 0 if real is None else (margin > 0) & real
    chosen, place = found.nonzero(as_tuple=True)
    kept = margin[chosen, place]
    weights = torch.ones_like(kept) if weight is None else weight[chosen, place]
    return Pairs(chosen, others.to(chosen.device)[chosen, place], kept, weights)


def mates(keys: Sequence[object]) -> Tensor:
    """For each row the rows with its key, in order: int64 [B, largest group], -1 beyond."""
    groups: dict[object, list[int]] = {}
    for row, key in enumerate(keys):
        groups.setdefault(key, []).append(row)
    widest = max(map(len, groups.values()), default=0)
    found = [groups[key] + [-1] * (widest - len(groups[key])) for key in keys]
    return torch.tensor(found, dtype=torch.int64).view(len(keys), widest)
