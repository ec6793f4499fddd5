"""Preferences as data: whose comparisons hang together, and whether they can come from one scalar at all."""

from collections.abc import Sequence
from itertools import combinations
from math import exp

import torch

from rewardlang.analysis.arrays import array, same_length

TIES = {"consistent": 1.0, "half": 0.5, "inconsistent": 0.0}


def boltzmann(rewards: Sequence[float], beta: float = 1.0) -> list[float]:
    """exp(beta r) / sum exp(beta r), for rewards of any size; ValueError for no rewards."""
    if not len(rewards):
        raise ValueError("`rewards` is empty")
    return torch.softmax(beta * array(rewards, "rewards", 1), 0).tolist()


def preference_probability(reward_a: float, reward_b: float, beta: float = 1.0) -> float:
    """The probability that a is preferred to b: sigmoid(beta (r_a - r_b))."""
    x = beta * (reward_a - reward_b)
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def preference_graph(items: int, comparisons: Sequence[Sequence[int]], weights: Sequence[float] | None = None) -> dict:
    """How comparisons connect items: `components`, `isolated` items, and the distances of items after inference.

    The distance of two items is the variance of the difference of their rewards if each comparison is an independent Gaussian
    measurement of precision 1 (or its weight): the effective resistance of the graph, which is our reading of the distance in
    Qiu et al. (arXiv 2402.10184). None where not all items are connected, or there is only one.
    """
    if items < 1:
        raise ValueError(f"`items` is {items}, and must be at least 1")
    precision = [1.0] * len(comparisons) if weights is None else list(weights)
    same_length(comparisons=comparisons, weights=precision)
    if any(a == b or not 0 <= min(a, b) <= max(a, b) < items for a, b in comparisons) or any(not w > 0 for w in precision):
        raise ValueError(f"`comparisons` are pairs of different items from 0 to {items - 1}, of weights above 0")
    near = torch.zeros(items, items, dtype=torch.float64)
    for (a, b), weight in zip(comparisons, precision):
        near[a, b] += weight
        near[b, a] += weight
    parts = _components(near)
    found = {"components": parts, "isolated": int((near.sum(0) == 0).sum()), "max_distance": None, "mean_distance": None}
    if parts > 1 or items == 1:
        return found
    inverse = torch.linalg.pinv(torch.diag(near.sum(0)) - near, hermitian=True)
    own = inverse.diagonal()
    distances = (own[:, None] + own - 2 * inverse)[tuple(torch.triu_indices(items, items, 1))]
    return found | {"max_distance": float(distances.max()), "mean_distance": float(distances.mean())}


def _components(near: torch.Tensor) -> int:
    left, parts = set(range(len(near))), 0
    while left:
        parts, stack = parts + 1, [left.pop()]
        while stack:
            found = left & set(near[stack.pop()].nonzero()[:, 0].tolist())
            left -= found
            stack += found
    return parts


def circular_triads(preference: Sequence[Sequence[float]]) -> dict:
    """Whether strict preferences can come from one scalar, and how many triples go round in a circle.

    `preference[i][j]` > 0 says that i is preferred to j. `acyclic`: no directed cycle of any length. Source: Kendall and
    Babington Smith (1940).
    """
    matrix = array(preference, "preference", 2) if len(preference) else torch.zeros(0, 0)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"`preference` has {matrix.shape[0]} rows of {matrix.shape[1]} entries, and must be square")
    better = (matrix > 0).tolist()
    circular = sum(better[i][j] and better[j][k] and better[k][i] or better[i][k] and better[k][j] and better[j][i]
                   for i, j, k in combinations(range(len(better)), 3))
    return {"acyclic": _is_acyclic(better), "circular_triads": circular}


def _is_acyclic(better: list[list[bool]]) -> bool:
    """Whether items that nothing left is preferred to can be taken away until none is left."""
    left = set(range(len(better)))
    while left:
        first = {j for j in left if not any(better[i][j] for i in left)}
        if not first:
            return False
        left -= first
    return True


def consistency_rate(own: Sequence[float], other: Sequence[float], ties: str = "consistent") -> float:
    """The share in [0, 1] of pairs whose own score is at least the other; `ties` counts equal ones as 1, "half" or
    "inconsistent" (0).
    """
    if ties not in TIES:
        raise ValueError(f"`ties` is {ties!r}, and must be one of {', '.join(TIES)}")
    size = same_length(own=own, other=other)
    if not size:
        raise ValueError("`own` is empty: there is no pair")
    return sum(TIES[ties] if a == b else float(a > b) for a, b in zip(own, other)) / size
