"""Memory for tensors: flat lists of Python numbers several times faster than torch.tensor, and room for large results."""

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


def room(shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """A new tensor on the CPU, its entries not yet set.

    numpy asks the system for large pages and torch does not: a large tensor is first written in half the time. Where there
    is no numpy, torch gives it.
    """
    try:
        import numpy as np
    except ImportError:
        return torch.empty(shape, dtype=dtype)
    held = np.empty(torch.Size(shape).numel() * dtype.itemsize, np.uint8)
    return torch.from_numpy(held).view(dtype).view(shape)
