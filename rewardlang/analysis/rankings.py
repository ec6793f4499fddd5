"""Rankings and their agreement: of judges, reward models and verifiers."""

from collections.abc import Sequence
from statistics import fmean

from rewardlang.analysis.arrays import same_length


def rank_positions(scores: Sequence[float]) -> list[int]:
    """The rank of each item from 0, the highest score first; equal scores keep their order."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    found = [0] * len(scores)
    for rank, item in enumerate(order):
        found[item] = rank
    return found


def rank_agreement(gold: Sequence[int], predicted: Sequence[int]) -> float:
    """The share in [0, 1] of the positions of `gold` with the same predicted rank; what is not predicted counts as wrong."""
    if not gold:
        raise ValueError("`gold` is empty: there is nothing to agree with")
    return sum(a == b for a, b in zip(gold, predicted)) / len(gold)


def one_vs_many(chosen: Sequence[float], rejected: Sequence[float]) -> dict:
    """How chosen scores stand against many rejected ones.

    `accuracy`: every chosen one is above every rejected one (`accuracy_with_ties`: or equal). `mrr` = 1 / pos with pos = 1 +
    the number of rejected ones not below the best chosen one: ties count against it. `rank` = (n - pos) / (n - 1), n the number
    of all. Source: Kim et al., RewardMATH (arXiv 2410.01729). ValueError for an empty list.
    """
    if not chosen or not rejected:
        raise ValueError("`chosen` and `rejected` need a score each")
    total = len(chosen) + len(rejected)
    position = 1 + sum(score >= max(chosen) for score in rejected)
    return {"accuracy": min(chosen) > max(rejected), "accuracy_with_ties": min(chosen) >= max(rejected), "mrr": 1 / position,
            "rank": (total - position) / (total - 1)}


def r_squared(score: Sequence[float], truth: Sequence[float], weight: Sequence[float] | None = None) -> float | None:
    """The squared correlation of scores with the truth, with weighted means; None where either does not vary."""
    weights = [1.0] * len(score) if weight is None else weight
    if not same_length(score=score, truth=truth, weight=weights):
        raise ValueError("`score` is empty")
    total = sum(weights)
    if min(weights) < 0 or not total > 0:
        raise ValueError("`weight` must be 0 or more, and somewhere above")
    centred = []
    for values in (score, truth):
        mean = sum(w * x for w, x in zip(weights, values)) / total
        centred.append([x - mean for x in values])
    if any(len({x for w, x in zip(weights, values) if w > 0}) < 2 for values in (score, truth)):
        return None
    first, second = (fmean(w * x * x for w, x in zip(weights, values)) for values in centred)
    return fmean(w * x * y for w, x, y in zip(weights, *centred)) ** 2 / (first * second)
