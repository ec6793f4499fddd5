"""Rewards with a linear memory x' = A x + B u, r = M (C x + D u): whether they stay bounded, and how far they reach.

Source: Mussi et al., "Dynamical Linear Bandits" (arXiv 2211.08997). M is `output_map`, all ones where it is left out: the sum
of the outputs. u are actions, x starts at 0, and the reward at a step uses the state before that step's update.
"""

from collections.abc import Sequence
from math import ceil, log

import torch
from torch import Tensor

from rewardlang.analysis.arrays import Numbers, array

#: Terms of a bound are summed until they are this small beside it.
_SMALL = 1e-15
_ROUNDING = 1e-12
_MOST_TERMS = 1_000_000


def spectral_radius(A: Numbers) -> float:
    """The largest modulus of an eigenvalue: below 1, the memory fades and the reward is bounded.

    1 to rounding is 1, and 0 where a power of A is 0 (whose eigenvalues would come out far above rounding).
    """
    matrix = _square(A)
    if not len(matrix) or not torch.linalg.matrix_power(matrix / (matrix.abs().max() or 1), len(matrix)).any():
        return 0.0
    radius = float(torch.linalg.eigvals(matrix).abs().max())
    return 1.0 if abs(radius - 1) <= _ROUNDING else radius


def long_run_gain(A: Numbers, B: Numbers, C: Numbers, D: Numbers, output_map: Sequence[float] | None = None) -> list[float]:
    """M (D + C (I - A)^-1 B): the reward per step that a constant unit of each channel settles at; ValueError if rho(A) >= 1."""
    a, b, c, d, m = _matrices(A, B, C, D, output_map)
    if spectral_radius(a) >= 1:
        raise ValueError("the spectral radius of `A` is 1 or more: a constant action has no long-run reward")
    return (m @ (d + c @ torch.linalg.solve(torch.eye(len(a), dtype=a.dtype) - a, b))).tolist()


def linear_memory_bounds(A: Numbers, B: Numbers, C: Numbers, D: Numbers, action_low: Sequence[float],
                         action_high: Sequence[float], output_map: Sequence[float] | None = None) -> list[float] | None:
    """The least and greatest reward of any step of any episode, for actions in a box; None where rho(A) >= 1.

    With g_0 = M D and g_k = M C A^(k-1) B the upper bound is the greatest partial sum over k of sum_j max(g_kj low_j, g_kj
    high_j), which is reached or approached; the lower one likewise.
    """
    a, b, c, d, m = _matrices(A, B, C, D, output_map)
    low, high = array(action_low, "action_low", 1), array(action_high, "action_high", 1)
    if (low > high).any() or low.shape != b.shape[1:] or high.shape != low.shape:
        raise ValueError(f"`action_low` and `action_high` need {b.shape[1]} entries each, none above its partner")
    if spectral_radius(a) >= 1:
        return None
    return [_reach(m, a, b, c, d, low, high, -1), _reach(m, a, b, c, d, low, high, 1)]


def _reach(m: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, low: Tensor, high: Tensor, sign: int) -> float:
    total, row = 0.0, m @ c
    best = None
    size = float(torch.maximum(low.abs(), high.abs()).sum()) or 1.0
    gain = m @ d
    for _ in range(_MOST_TERMS):
        total += float(torch.maximum(sign * gain * low, sign * gain * high).sum())
        best = total if best is None else max(best, total)
        if float(row.norm()) * float(b.norm()) * size <= _SMALL * max(1.0, abs(total)):
            break
        gain, row = row @ b, row @ a
    return sign * best


def effective_horizon(A: Numbers, fraction: float = 0.01) -> int | None:
    """Steps after which a unit of memory has faded to the fraction: ceil(ln fraction / ln rho(A)); 0 if rho = 0, None if rho >= 1."""
    if not 0 < fraction < 1:
        raise ValueError(f"`fraction` is {fraction}, and must lie between 0 and 1")
    radius = spectral_radius(A)
    if radius >= 1:
        return None
    return ceil(log(fraction) / log(radius) - _ROUNDING) if radius > 0 else 0


def _square(A: Numbers) -> Tensor:
    found = array(A, "A", 2)
    if found.shape[0] != found.shape[1]:
        raise ValueError(f"`A` has {found.shape[0]} rows of {found.shape[1]} entries, and must be square")
    return found


def _matrices(A, B, C, D, output_map) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    a, b, c, d = _square(A), array(B, "B", 2), array(C, "C", 2), array(D, "D", 2)
    m = torch.ones(len(c), dtype=c.dtype) if output_map is None else array(output_map, "output_map", 1)
    if b.shape[0] != len(a) or c.shape[1] != len(a) or d.shape != (len(c), b.shape[1]) or len(m) != len(c):
        raise ValueError("A [state, state], B [state, action], C [output, state], D [output, action] and output_map [output] "
                         f"do not fit: {tuple(a.shape)}, {tuple(b.shape)}, {tuple(c.shape)}, {tuple(d.shape)}, {tuple(m.shape)}")
    return a, b, c, d, m
