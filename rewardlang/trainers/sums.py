"""Sums of the terms over episodes, by the names that dashboards of control have."""

from collections.abc import Sequence

import torch
from torch import Tensor

from rewardlang.trainers.steps import Stepped


class EpisodeSums:
    """`Episode_Reward/TERM` and `Episode_Reward/total` of B environments, and the steps without a reward."""

    def __init__(self, terms: Sequence[str], size: int, device: torch.device | str = "cpu"):
        self.sums = {name: torch.zeros(size, device=device) for name in (*terms, "total")}
        self.failed = torch.zeros(size, device=device)

    def begin(self, mask: Tensor | None = None) -> None:
        """New episodes, everywhere or where `mask` is true."""
        for name, values in self.sums.items():
            self.sums[name] = torch.zeros_like(values) if mask is None else values.masked_fill(mask, 0)
        self.failed = torch.zeros_like(self.failed) if mask is None else self.failed.masked_fill(mask, 0)

    def add(self, found: Stepped, scale: float = 1.0) -> None:
        """One more step."""
        for name in self.sums:
            value = found.reward if name == "total" else found.terms[name]
            self.sums[name] = self.sums[name] + value.float().reshape(len(self.failed), -1).sum(1) * scale
        for row in found.invalid:
            self.failed[row] += 1

    def logged(self) -> dict[str, Tensor]:
        """The sums so far, by name."""
        found = {f"Episode_Reward/{name}": values.clone() for name, values in self.sums.items()}
        return {**found, "Episode_Invalid/steps": self.failed.clone()}
