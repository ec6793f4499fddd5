"""Several values of one result in one tensor: one pass tells that all are numbers, where each by itself would take its own."""

from collections.abc import Sequence
from math import isfinite

import torch
from torch import Tensor, fx

from rewardlang.tensor.result import Result


def stacked(result: Result, names: Sequence[str]) -> Tensor | None:
    """Values by their full names, [names, B], in the dtype of results; None unless each has one entry a rollout, is valid
    everywhere and finite.
    """
    batch, parts = result._run.batch, []
    if batch.problems or batch.refused or batch.told:
        return None
    for name in names:
        given = result._code.given[name]
        if given.valid is not None or given.node.type.axes or given.node.type.kind.on_host:
            return None
        parts.append(_entry(result, given))
    table = torch.stack(parts)
    least, most = torch.aminmax(table)
    return table if isfinite(least.item()) and isfinite(most.item()) else None


def _entry(result: Result, given) -> Tensor:
    batch = result._run.batch
    if not isinstance(given.data, fx.Node):
        return torch.full((batch.size,), given.data, dtype=batch.result, device=batch.device)
    data = result._run.tensors[given.data]
    data = data if data.dtype is batch.result else data.to(batch.result)
    return data if given.batched else data.expand(batch.size)
