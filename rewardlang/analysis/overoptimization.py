"""The curve of over-optimisation: gold reward against the distance from the reference policy.

Source: Gao et al. (arXiv 2210.10760), for direct alignment Rafailov et al. (arXiv 2406.02900): with d = sqrt(KL),
gold(d) = d (alpha - beta ln d), 0 at d = 0.
"""

from collections.abc import Sequence
from math import exp, log, sqrt

import torch

from rewardlang.analysis.arrays import array, same_length

#: Beyond this alpha / beta the square of the peak's distance is no float.
_FARTHEST = 350


def overoptimization_curve(kl: Sequence[float], alpha: float, beta: float) -> list[float]:
    """The gold reward at each KL >= 0."""
    if any(not value >= 0 for value in kl):
        raise ValueError("`kl` must be 0 or more")
    return [d * (alpha - beta * log(d)) if d > 0 else 0.0 for d in map(sqrt, kl)]


def overoptimization_peak(alpha: float, beta: float) -> dict:
    """Where the curve is highest: `distance` exp(alpha / beta - 1), its `kl` and `value`, and `zero_distance` where it is 0 again.

    Nulls where beta <= 0, or so small beside alpha that no float is so far away: such a curve has no peak.
    """
    if beta <= 0 or alpha / beta > _FARTHEST:
        return {"distance": None, "kl": None, "value": None, "zero_distance": None}
    distance = exp(alpha / beta - 1)
    return {"distance": distance, "kl": distance ** 2, "value": beta * distance, "zero_distance": exp(alpha / beta)}


def fit_overoptimization(kl: Sequence[float], gold: Sequence[float]) -> dict:
    """Least squares of gold on d and -d ln d, without intercept: `alpha`, `beta`, and the peak.

    ValueError for fewer than two different KL above 0.
    """
    same_length(kl=kl, gold=gold)
    distances = array(kl, "kl", 1)
    if (distances < 0).any() or len(set(distances[distances > 0].tolist())) < 2:
        raise ValueError("`kl` needs two different values above 0, and none below")
    d = distances.sqrt()
    columns = torch.stack([d, -torch.xlogy(d, d)], 1)
    alpha, beta = torch.linalg.lstsq(columns, array(gold, "gold", 1)[:, None]).solution[:, 0].tolist()
    peak = overoptimization_peak(alpha, beta)
    return {"alpha": alpha, "beta": beta, "peak_kl": peak["kl"], "peak_value": peak["value"]}
