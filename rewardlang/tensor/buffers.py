"""Flat lists of Python numbers as tensors, several times faster than torch.tensor makes them."""

from array import array
from collections.abc import Sequence

import torch
from torch import Tensor


def floats(entries: Sequence, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Numbers, rounded once to double and then to the dtype. TypeError or OverflowError for what is no finite number."""
    if not len(entries):
        return torch.zeros(0, dtype=dtype, device=device)
    return torch.frombuffer(array("d", entries), dtype=torch.float64).to(device=device, dtype=dtype)


def truths(entries: Sequence[bool], device: torch.device) -> Tensor:
    """Truth values; the entries must be bools."""
    if not len(entries):
        return torch.zeros(0, dtype=torch.bool, device=device)
    return torch.frombuffer(bytearray(entries), dtype=torch.bool).to(device)
