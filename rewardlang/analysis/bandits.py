"""Diagnostics of bandits, fed with the range that is proved for a reward.

Source: Slivkins, "Introduction to Multi-Armed Bandits" (arXiv 1904.07272). Natural logarithms.
"""

from collections.abc import Sequence
from math import inf, log, sqrt
from statistics import fmean

from rewardlang.analysis.arrays import same_length


def confidence_radius(pulls: int, horizon: int, lo: float = 0.0, hi: float = 1.0) -> float:
    """(hi - lo) sqrt(2 ln T / n) for n pulls, horizon T and rewards in [lo, hi]; infinite for an arm never pulled."""
    if pulls < 0 or horizon < 1 or hi < lo:
        raise ValueError(f"pulls = {pulls} must be 0 or more, horizon = {horizon} at least 1, and lo = {lo} at most hi = {hi}")
    return (hi - lo) * sqrt(2 * log(horizon) / pulls) if pulls else inf


def ucb_index(mean: float, pulls: int, horizon: int, lo: float = 0.0, hi: float = 1.0) -> float:
    """The upper confidence index: mean + `confidence_radius`."""
    return mean + confidence_radius(pulls, horizon, lo, hi)


def ips_estimate(rewards: Sequence[float], propensities: Sequence[float], target_probs: Sequence[float],
                 reward_range: Sequence[float] = (0, 1)) -> dict:
    """The inverse propensity estimate of a target policy from logged data.

    `terms` are r q / p, with p the logged probability of the logged action and q the target's; `value` is their mean;
    `range` is that of one term for rewards in `reward_range`, which grows as 1 / min p. ValueError for a propensity of 0
    (it is never clipped) and for no data.
    """
    if not same_length(rewards=rewards, propensities=propensities, target_probs=target_probs):
        raise ValueError("`rewards` is empty: an estimate needs data")
    if not all(0 < p <= 1 for p in propensities):
        raise ValueError("`propensities` must lie above 0 and at most at 1: an action that was never drawn tells nothing")
    if not all(0 <= q <= 1 for q in target_probs):
        raise ValueError("`target_probs` must lie in [0, 1]")
    terms = [r * q / p for r, q, p in zip(rewards, target_probs, propensities)]
    lo, hi = reward_range
    least = min(propensities)
    return {"terms": terms, "value": fmean(terms), "range": [min(0.0, lo / least), max(0.0, hi / least)]}


def regret(best_mean: float, pulled_means: Sequence[float]) -> float:
    """The pseudo-regret: the sum over rounds of best mean - mean of the pulled arm; 0 for no rounds."""
    return float(sum(best_mean - mean for mean in pulled_means))


def inverse_gap_weighting(scores: Sequence[float], gamma: float) -> list[float]:
    """Probabilities 1 / (K + gamma (best - score)) of all K actions but the best (the first on a tie), which has the rest.

    Source: Foster and Rakhlin, "Beyond UCB" (arXiv 2002.04926). gamma 0 is uniform. ValueError for no scores or gamma < 0.
    """
    if not scores or gamma < 0:
        raise ValueError("`scores` must not be empty, nor `gamma` below 0")
    best = scores.index(max(scores))
    found = [1 / (len(scores) + gamma * (scores[best] - score)) for score in scores]
    found[best] = 1 - sum(p for i, p in enumerate(found) if i != best)
    return found
