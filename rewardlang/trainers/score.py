"""One batch of finished samples to plain finite numbers, and to the figures that a tracker shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rewardlang.tensor.result import Result
from rewardlang.tensor.reward import CompiledReward

#: What trainers compute in: a number beyond it would be infinite there.
LARGEST = torch.finfo(torch.float32).max


@dataclass
class Scored:
    """Rewards of B samples: a finite number each, None where it has none; `reasons` says why.

    `terms` add up to the reward; they and `gates` have one number a sample. `counts` says how often samples and calls
    failed.
    """

    rewards: list[float | None]
    reasons: list[str | None]
    terms: dict[str, list[float]]
    gates: dict[str, list[float]]
    counts: dict[str, int]
    totals: dict[str, Tensor] = field(repr=False, default_factory=dict)
    valid: Tensor | None = field(repr=False, default=None)

    def part(self, start: int, stop: int) -> "Scored":
        """What is said of some of the samples; `counts` stay those of all."""
        terms, gates = ({name: values[start:stop] for name, values in table.items()} for table in (self.terms, self.gates))
        totals = {name: values[start:stop] for name, values in self.totals.items()}
        return Scored(self.rewards[start:stop], self.reasons[start:stop], terms, gates, self.counts, totals, self.valid[start:stop])

    @staticmethod
    def joined(parts: Sequence["Scored"]) -> "Scored":
        """What is said of several batches, as of one."""
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(part.counts)
        return Scored(
            [value for part in parts for value in part.rewards], [reason for part in parts for reason in part.reasons],
            {name: [value for part in parts for value in part.terms[name]] for name in first.terms},
            {name: [value for part in parts for value in part.gates[name]] for name in first.gates},
            dict(counts), {name: torch.cat([part.totals[name] for part in parts]) for name in first.totals},
            torch.cat([part.valid for part in parts]))

    def metrics(self, groups: Sequence | None = None, prefix: str = "") -> dict[str, float]:
        """Figures by the names that trackers have: `rewards/TERM/mean` and `/std`, `gates/GATE` (share of open ones),
        `invalid/…` (numbers of samples), and with `groups` (an id a sample) `rewards/TERM/zero_spread`: the share of groups
        of at least two in which all have the same.
        """
        found = {}
        for name, values in self.totals.items():
            kept = values[self.valid]
            if len(kept):
                found[f"rewards/{name}/mean"] = kept.mean().item()
                found[f"rewards/{name}/std"] = kept.std().item() if len(kept) > 1 else 0.0
                if groups is not None:
                    found[f"rewards/{name}/zero_spread"] = zero_spread(values, self.valid, groups)
        for name, values in self.gates.items():
            found[f"gates/{name}"] = sum(values) / max(len(values), 1)
        found |= {f"invalid/{name}": float(count) for name, count in self.counts.items()}
        return {prefix + name: value for name, value in found.items()}


def scored(reward: CompiledReward, columns: Mapping[str, object], update_run: bool = True) -> Scored:
    """The rewards of a batch. What is wrong in one sample, or too large for a trainer's float32, is its own failure."""
    with torch.no_grad():
        return _scored(reward, reward(columns, update_run=update_run))


def _scored(reward: CompiledReward, out: Result) -> Scored:
    totals = {name: total(reward, name, values) for name, values in out.terms.items()}
    main = total(reward, "reward", out.reward)
    fits = main.abs() <= LARGEST
    valid = out.valid.cpu() & fits
    reasons = list(out.invalid)
    for row in (~fits & out.valid.cpu()).nonzero().flatten().tolist():
        reasons[row] = f"the reward is too large for a trainer: {main[row].item():g}"
    counts = {"samples": int((~valid).sum())} | {name: count.failed for name, count in out.counts.items()}
    if "keep" in out.outputs and (dropped := valid & ~out.keep.cpu().bool()).any():
        valid, counts["dropped"] = valid & ~dropped, int(dropped.sum())
        reasons = ["not to be kept" if drop else reason for drop, reason in zip(dropped.tolist(), reasons, strict=True)]
    rewards = [value if good else None for value, good in zip(main.tolist(), valid.tolist(), strict=True)]
    gates = {name: (total(reward, name, values.double()) > 0).double().tolist() for name, values in out.gates.items()}
    return Scored(rewards, reasons, {name: values.tolist() for name, values in totals.items()}, gates, counts, totals, valid)


def total(reward: CompiledReward, name: str, values: Tensor) -> Tensor:
    """One number a sample, float64 on the CPU: the sum along its axes, discounted along steps as the spec's setting says."""
    values = values.detach().cpu().double()
    if values.dim() > 1:
        axes = reward.spec.outputs["reward"].node.type.axes
        discount = reward.spec.setting.discount
        if discount is not None and axes and axes[0].ordered and values.dim() == len(axes) + 1:
            weights = discount ** torch.arange(values.shape[1], dtype=torch.float64)
            values = values * weights.view(-1, *(1,) * (values.dim() - 2))
        values = values.flatten(1).sum(1)
    return values


def zero_spread(values: Tensor, valid: Tensor, groups: Sequence) -> float:
    """The share of groups of at least two valid samples in which all values are the same."""
    members: dict[object, list[float]] = {}
    for group, value, good in zip(groups, values.tolist(), valid.tolist(), strict=True):
        if good:
            members.setdefault(group, []).append(value)
    counted = [each for each in members.values() if len(each) > 1]
    return sum(max(each) - min(each) <= 1e-9 for each in counted) / len(counted) if counted else 0.0
