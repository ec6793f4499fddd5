"""Arguments as float64 tensors of a stated shape, refused by name where they do not fit."""

from collections.abc import Sequence

import torch
from torch import Tensor

#: Numbers of one, two or three axes, as nested lists or as a tensor.
Numbers = Sequence | Tensor


def array(values: Numbers, name: str, axes: int) -> Tensor:
    """The numbers as a float64 tensor; ValueError where they are no finite ones along so many axes."""
    try:
        found = torch.as_tensor(values, dtype=torch.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`{name}` holds something that is no number, or rows of unequal length: {error}") from None
    if found.dim() != axes:
        raise ValueError(f"`{name}` has {found.dim()} axes, where {axes} are expected")
    if not found.isfinite().all():
        raise ValueError(f"`{name}` holds a number that is not finite")
    return found


def same_length(**lists: Sequence) -> int:
    """The length that all lists have; ValueError naming two that differ."""
    (first, size), *rest = ((name, len(entries)) for name, entries in lists.items())
    for name, other in rest:
        if other != size:
            raise ValueError(f"`{first}` has {size} entries and `{name}` {other}")
    return size


def probabilities(values: Numbers, name: str) -> Tensor:
    """Numbers >= 0 that sum to 1 along the last axis (to 1e-6); ValueError where they do not."""
    found = array(values, name, torch.as_tensor(values).dim())
    if (found < 0).any() or not torch.allclose(found.sum(-1), torch.ones((), dtype=found.dtype), atol=1e-6):
        raise ValueError(f"`{name}` is no probability: entries must be 0 or more and sum to 1")
    return found


def discount(gamma: float) -> float:
    """A discount in [0, 1); ValueError outside."""
    if not 0 <= gamma < 1:
        raise ValueError(f"`gamma` is {gamma}, and must lie in [0, 1)")
    return float(gamma)
