"""Sums of the terms over episodes, by the names that dashboards of control have."""

import torch
from torch import Tensor

from rewardlang.trainers.steps import Stepped, Stepper


class EpisodeSums:
    """Of B environments `Episode_Reward/TERM` and `Episode_Reward/total`, sums over an episode, `Episode_Gate/GATE`, the share of
    its steps at which a gate is open, and `Episode_Invalid/steps`, how many had no reward. With `agents` they are those of the
    agents of one environment.
    """

    def __init__(self, stepper: Stepper, agents: int | None = None):
        self.names = ("Episode_Reward/total", *(f"Episode_Reward/{name}" for name in stepper.terms))
        self.gates = tuple(f"Episode_Gate/{name}" for name in stepper.gates)
        self._alone = agents is not None
        terms, gates, size = len(self.names), len(self.gates), agents or stepper.size
        self._figures = torch.zeros(terms + gates + 2, size, device=stepper.device)
        self.sums, self.open, (self.failed, self.steps) = self._figures.split([terms, gates, 2])

    def begin(self, mask: Tensor | None = None) -> None:
        """New episodes, everywhere or where `mask` is true."""
        if mask is None:
            self._figures.zero_()
        else:
            self._figures.masked_fill_(mask, 0)

    def add(self, found: Stepped, scale: float = 1.0, idle: Tensor | None = None) -> None:
        """One more step, but for environments that took none; along axes such as agents it is added up."""
        table, terms = found.table.flatten(1) if self._alone else found.table, len(self.names)
        self.sums.add_(table[:terms] if table.dim() == 2 else table[:terms].flatten(2).sum(2), alpha=scale)
        if self.gates:
            self.open += table[terms:] if table.dim() == 2 else table[terms:].flatten(2).mean(2)
            self.steps += 1 if idle is None else ~idle
        if found.wrong is not None:
            wrong = found.wrong.flatten() if self._alone else found.wrong
            self.failed += wrong if wrong.dim() == 1 else wrong.flatten(1).any(1)

    def logged(self) -> dict[str, Tensor]:
        """The figures so far, by name."""
        found = dict(zip(self.names, self.sums.clone(), strict=True))
        if self.gates:
            found |= zip(self.gates, self.open / self.steps.clamp(min=1), strict=True)
        return {**found, "Episode_Invalid/steps": self.failed.clone()}
