"""Sums of the terms over episodes, by the names that dashboards of control have."""

from collections.abc import Sequence

import torch
from torch import Tensor

from rewardlang.trainers.steps import Stepped


class EpisodeSums:
    """`Episode_Reward/TERM` and `Episode_Reward/total` of B environments, and the steps without a reward."""

    def __init__(self, terms: Sequence[str], size: int, device: torch.device | str = "cpu"):
        self.names = ("total", *terms)
        self.sums = torch.zeros(len(self.names), size, device=device)
        self.failed = torch.zeros(size, device=device)

    def begin(self, mask: Tensor | None = None) -> None:
        """New episodes, everywhere or where `mask` is true."""
        if mask is None:
            self.sums.zero_()
            self.failed.zero_()
        else:
            self.sums.masked_fill_(mask, 0)
            self.failed.masked_fill_(mask, 0)

    def add(self, found: Stepped, scale: float = 1.0) -> None:
        """One more step; along agents and other axes it is added up."""
        table = found.table if found.table.dim() == 2 else found.table.flatten(2).sum(2)
        self.sums.add_(table, alpha=scale)
        if found.invalid:
            self.failed[list(found.invalid)] += 1

    def logged(self) -> dict[str, Tensor]:
        """The sums so far, by name."""
        found = {f"Episode_Reward/{name}": values for name, values in zip(self.names, self.sums.clone(), strict=True)}
        return {**found, "Episode_Invalid/steps": self.failed.clone()}
