"""Sets of samples by the eigenvalues of their matrices: how diverse one is, and how far from another."""

from math import exp, inf, log, sqrt

from rewardlang.verifiers.gold import FAILS, gold

#: Eigenvalues up to this are rounding.
_ZERO = 1e-12


@gold(
    (([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5], 1.0), 2.0),
    (([[1.0, 1.0], [1.0, 1.0]], [0.5, 0.5], 1.0), 1.0),
    (([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.25, 0.25, 0.5], 2.0), 2.0),
    (([[1.0, 0.0], [0.0, 1.0]], [0.75, 0.25], inf), 4 / 3),
    (([[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0], 1.0), 1.0),
    (([[1.0]], [1.0], 0.0), FAILS),
    (([], [], 1.0), FAILS),
)
def vendi(kernel: list[list[float]], weights: list[float], order: float) -> float:
    """The Vendi score in [1, n] of n samples with similarities `kernel` [n, n], 1 on its diagonal, and weights of sum 1.

    exp of the Rényi entropy of `order` (1: Shannon; inf: 1 / the greatest) of the eigenvalues of sqrt(w) K sqrt(w). Source:
    Friedman and Dieng (arXiv 2210.02410), other orders Pasarkar and Dieng (arXiv 2310.12952).
    """
    import numpy

    if not order > 0:
        raise ValueError(f"the order of a Vendi score is above 0, and {order} is not")
    roots = [sqrt(weight) for weight in weights]
    scaled = numpy.array([[a * b * entry for b, entry in zip(roots, row)] for a, row in zip(roots, kernel)])
    if not len(scaled):
        raise ValueError("a set without samples has no Vendi score")
    found = [value for value in numpy.linalg.eigvalsh(scaled).tolist() if value > _ZERO]
    if order == inf:
        return 1 / max(found)
    if order == 1:
        return exp(-sum(value * log(value) for value in found))
    return sum(value ** order for value in found) ** (1 / (1 - order))


@gold(
    (([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], [1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]]), 5.0),
    (([0.0], [[4.0]], [0.0], [[1.0]]), 1.0),
    (([0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]], [0.0, 0.0], [[0.0, 0.0], [0.0, 1.0]]), 2.0),
)
def frechet(mean_a: list[float], cov_a: list[list[float]], mean_b: list[float], cov_b: list[list[float]]) -> float:
    """The squared Fréchet distance of two Gaussians, 0 or more; singular covariances are legal.

    |mu_a - mu_b|^2 + tr A + tr B - 2 tr (B^1/2 A B^1/2)^1/2, roots by eigenvalues of symmetric matrices. Source: Dowson and
    Landau (1982).
    """
    import numpy

    first, second = numpy.array(cov_a, dtype=float), numpy.array(cov_b, dtype=float)
    values, vectors = numpy.linalg.eigh(second)
    root = vectors * numpy.sqrt(values.clip(min=0)) @ vectors.T
    cross = numpy.sqrt(numpy.linalg.eigvalsh(root @ first @ root).clip(min=0)).sum()
    apart = sum((a - b) ** 2 for a, b in zip(mean_a, mean_b))
    return max(0.0, float(apart + first.trace() + second.trace() - 2 * cross))
