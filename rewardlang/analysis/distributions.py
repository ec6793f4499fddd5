"""Sets of samples: how diverse they are, how far from a reference, and which of them mark the border."""

from collections.abc import Sequence
from math import exp, inf, log

import torch
from torch import Tensor

from rewardlang.analysis.arrays import Numbers, array, probabilities, same_length

#: Eigenvalues up to this are rounding.
_ZERO = 1e-12
_ON_HULL = 1e-9


def vendi_score(kernel: Numbers, order: float | str = 1, weights: Sequence[float] | None = None) -> float:
    """The Vendi score in [1, n] of n samples with similarities `kernel` [n, n], 1 on its diagonal.

    exp of the Rényi entropy of `order` (1: Shannon; "inf": 1 / the greatest) of the eigenvalues of K / n; with `weights` (sum 1)
    of sqrt(p) K sqrt(p). Source: Friedman and Dieng (arXiv 2210.02410), orders Pasarkar and Dieng (arXiv 2310.12952).
    """
    matrix = array(kernel, "kernel", 2)
    n = len(matrix)
    if not n or matrix.shape != (n, n):
        raise ValueError(f"`kernel` is {tuple(matrix.shape)}, and must be square and not empty")
    share = torch.full((n,), 1 / n, dtype=matrix.dtype) if weights is None else probabilities(weights, "weights")
    if share.shape != (n,):
        raise ValueError(f"`weights` must have an entry for each of the {n} samples")
    root = share.sqrt()
    found = [x for x in torch.linalg.eigvalsh(root[:, None] * matrix * root).tolist() if x > _ZERO]
    if order in ("inf", inf):
        return 1 / max(found)
    if not isinstance(order, (int, float)) or order <= 0:
        raise ValueError(f"`order` is {order!r}, and must be above 0 or \"inf\"")
    if order == 1:
        return exp(-sum(x * log(x) for x in found))
    return sum(x ** order for x in found) ** (1 / (1 - order))


def frechet_distance(mean_a: Sequence[float], cov_a: Numbers, mean_b: Sequence[float], cov_b: Numbers) -> float:
    """The squared Fréchet distance of two Gaussians, 0 or more.

    |mu_a - mu_b|^2 + tr A + tr B - 2 tr (B^1/2 A B^1/2)^1/2, roots by eigenvalues of symmetric matrices, so that singular
    covariances are legal. Source: Dowson and Landau (1982).
    """
    (a, p), (b, q) = ((array(mean, "mean", 1), array(cov, "cov", 2)) for mean, cov in ((mean_a, cov_a), (mean_b, cov_b)))
    if a.shape != b.shape or p.shape != (len(a), len(a)) or q.shape != p.shape:
        raise ValueError(f"means {tuple(a.shape)}, {tuple(b.shape)} and covariances {tuple(p.shape)}, {tuple(q.shape)} do not fit")
    root = _root(q)
    cross = torch.linalg.eigvalsh(root @ p @ root).clamp(min=0).sqrt().sum()
    return max(0.0, float((a - b).square().sum() + p.trace() + q.trace() - 2 * cross))


def _root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def better_worse_split(reward_a: Sequence[float], reward_b: Sequence[float]) -> dict:
    """Of each pair the better and the worse reward, and where the better one is from ("a" on a tie)."""
    same_length(reward_a=reward_a, reward_b=reward_b)
    return {"better_from": ["a" if a >= b else "b" for a, b in zip(reward_a, reward_b)],
            "better": [max(pair) for pair in zip(reward_a, reward_b)], "worse": [min(pair) for pair in zip(reward_a, reward_b)]}


def convex_hull_select(embeddings: Numbers, components: int = 2) -> list[int]:
    """Rows [n, dim] that are corners of the convex hull, on their leading principal components, ascending.

    A point on an edge is no corner; of equal points the first counts; all equal: [0].
    """
    points = array(embeddings, "embeddings", 2)
    if not len(points) or components < 1:
        raise ValueError("`embeddings` must not be empty, nor `components` below 1")
    centred = points - points.mean(0)
    scores = centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:components].T
    size = float(scores.abs().max())
    if size <= _ZERO * float(points.abs().max()):
        return [0]
    scores = scores / size
    seen: list[int] = []
    for i, point in enumerate(scores):
        if all((point - scores[j]).abs().max() > _ON_HULL for j in seen):
            seen.append(i)
    return [i for i in seen if not _is_within(scores[i], scores[[j for j in seen if j != i]])]


def _is_within(point: Tensor, others: Tensor) -> bool:
    """Whether a point is a weighted mean of others."""
    ones = others.new_ones(len(others), 1)
    weights = _non_negative(torch.cat([others, ones], 1).T, torch.cat([point, ones[0]]))
    mixed = weights @ others
    return float((mixed - point).abs().max()) <= _ON_HULL * 10 and abs(float(weights.sum()) - 1) <= _ON_HULL * 10


def _non_negative(matrix: Tensor, target: Tensor) -> Tensor:
    """Weights w >= 0 of the least |matrix w - target|, by active sets (Lawson and Hanson 1974, chapter 23)."""
    weights, active = matrix.new_zeros(matrix.shape[1]), []
    for _ in range(3 * matrix.shape[1]):
        slopes = matrix.T @ (target - matrix @ weights)
        slopes[active] = -inf
        if float(slopes.max()) <= _ZERO:
            break
        active.append(int(slopes.argmax()))
        while active:
            best = torch.linalg.lstsq(matrix[:, active], target[:, None], driver="gelsd").solution[:, 0]
            if (best > 0).all():
                break
            now = weights[active]
            share = torch.where(best <= 0, now / (now - best).clamp(min=_ZERO), inf)
            weights[active] = now + share.min() * (best - now)
            active = [i for i, at in zip(active, range(len(active))) if at != int(share.argmin())]
        weights = torch.zeros_like(weights)
        weights[active] = best[: len(active)]
    return weights
