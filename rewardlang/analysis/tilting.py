"""What optimising a reward under a KL budget, or picking the best of n, does to a reference policy.

Source: Yang et al., "Asymptotics of Language Model Alignment" (arXiv 2404.01730), for a finite alphabet: outcomes with reference
probabilities p and rewards r. `probs` left out is uniform: the rewards of samples. Natural logarithms.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import exp, inf, log

from rewardlang.analysis.arrays import same_length

#: Temperatures are found to this relative accuracy.
_ACCURACY = 1e-10


def tilt(rewards: Sequence[float], probs: Sequence[float] | None = None, beta: float = 1.0) -> dict:
    """The optimum of E[r] - beta KL: phi = p exp(r / beta) / Z, as `probs`.

    Beside it `expected_reward`, `kl`, `log_partition` (ln Z) and `ess_fraction` = 1 / sum(phi^2 / p) in (0, 1], the share of
    samples that still carries weight: small means that few samples decide. ValueError unless beta > 0.
    """
    if not beta > 0:
        raise ValueError(f"`beta` is {beta}, and must be above 0")
    reference = _reference(rewards, probs)
    top = max(r for r, p in zip(rewards, reference) if p > 0)
    weights = [p * exp((r - top) / beta) if p > 0 else 0.0 for r, p in zip(rewards, reference)]
    total = sum(weights)
    found = [weight / total for weight in weights]
    share = 1 / sum(q * q / p for q, p in zip(found, reference) if p > 0)
    return {"probs": found, "expected_reward": _mean(rewards, found), "kl": _kl(found, reference),
            "log_partition": log(total) + top / beta, "ess_fraction": share}


def tilt_to_kl(rewards: Sequence[float], probs: Sequence[float] | None = None, kl: float = 0.0) -> dict:
    """The tilt whose KL is the budget `kl` >= 0, and its `beta`.

    Budget 0 is the reference itself, beta infinite. A budget at or above -ln P(best level) has no beta above 0: beta 0, all mass
    on the best level. ValueError where all rewards are equal and the budget is not 0.
    """
    if not kl >= 0:
        raise ValueError(f"`kl` is {kl}, and must be 0 or more")
    reference = _reference(rewards, probs)
    if kl == 0:
        return _reached(inf, rewards, reference, reference)
    levels = {r for r, p in zip(rewards, reference) if p > 0}
    if len(levels) < 2:
        raise ValueError("all rewards are equal: tilting changes nothing, and no KL above 0 is reached")
    best = [p if r == max(levels) else 0.0 for r, p in zip(rewards, reference)]
    if kl >= -log(sum(best)):
        return _reached(0.0, rewards, [p / sum(best) for p in best], reference)
    beta = _temperature(rewards, reference, kl, max(levels) - min(levels))
    return _reached(beta, rewards, tilt(rewards, reference, beta)["probs"], reference)


def best_of_n(rewards: Sequence | None = None, probs: Sequence[float] | None = None, n: int | None = None, *,
              answers: Sequence[str] | None = None, scores: Sequence[float] | None = None,
              equal: Callable[[str, str], bool] | None = None) -> dict | str:
    """Picking the best of n: what it does to a policy, or which answer it picks.

    `best_of_n(rewards, probs, n)`: the distribution of the best of n independent outcomes. With F(x) = P(r <= x) and G(x) =
    P(r < x), the outcomes of reward x get mass F(x)^n - G(x)^n, shared in proportion to p. Gives `probs`, `expected_reward`,
    `kl`, and `kl_bound` = ln n - (n - 1) / n, which is never below the KL.

    `best_of_n(answers, scores)`: the answer with the highest score; of several, the most frequent among these, the first one
    seen of equally frequent. `equal` says which answers are the same (plain equality without it).
    """
    if answers is None and rewards and isinstance(rewards[0], str):
        answers, scores = rewards, probs
    if answers is not None:
        return _best_answer(answers, scores or (), equal)
    if n is None or n != int(n) or n < 1:
        raise ValueError(f"`n` is {n}, and must be a whole number from 1")
    reference = _reference(rewards, probs)
    mass = {x: _up_to(rewards, reference, x, True) ** n - _up_to(rewards, reference, x, False) ** n for x in set(rewards)}
    level = {x: sum(p for r, p in zip(rewards, reference) if r == x) for x in mass}
    found = [mass[r] * p / level[r] if p > 0 else 0.0 for r, p in zip(rewards, reference)]
    return {"probs": found, "expected_reward": _mean(rewards, found), "kl": _kl(found, reference),
            "kl_bound": log(n) - (n - 1) / n}


def _best_answer(answers: Sequence[str], scores: Sequence[float], equal) -> str:
    if not same_length(answers=answers, scores=scores):
        raise ValueError("`answers` is empty")
    top = [answer for answer, score in zip(answers, scores) if score == max(scores)]
    same = [next(other for other in top if other == answer or equal and equal(other, answer)) for answer in top]
    return Counter(same).most_common(1)[0][0]  # of equal counts the one seen first


def _reference(rewards: Sequence[float], probs: Sequence[float] | None) -> list[float]:
    if not len(rewards):
        raise ValueError("`rewards` is empty")
    if probs is None:
        return [1 / len(rewards)] * len(rewards)
    same_length(rewards=rewards, probs=probs)
    if min(probs) < 0 or abs(sum(probs) - 1) > 1e-6:
        raise ValueError("`probs` are no probabilities: 0 or more, with sum 1")
    return list(probs)


def _reached(beta: float, rewards: Sequence[float], found: list[float], reference: list[float]) -> dict:
    return {"beta": beta, "expected_reward": _mean(rewards, found), "kl": _kl(found, reference), "probs": found}


def _temperature(rewards: Sequence[float], reference: list[float], kl: float, spread: float) -> float:
    """The beta of this KL, by bisection on its logarithm: KL falls as beta grows."""
    low = high = log(spread)
    while tilt(rewards, reference, exp(low))["kl"] < kl and low > -700:
        low -= 1
    while tilt(rewards, reference, exp(high))["kl"] > kl and high < 700:
        high += 1
    while high - low > _ACCURACY:
        middle = (low + high) / 2
        low, high = (middle, high) if tilt(rewards, reference, exp(middle))["kl"] > kl else (low, middle)
    return exp((low + high) / 2)


def _up_to(rewards: Sequence[float], reference: list[float], x: float, inclusive: bool) -> float:
    return sum(p for r, p in zip(rewards, reference) if r < x or inclusive and r == x)


def _mean(rewards: Sequence[float], probs: list[float]) -> float:
    return sum(r * q for r, q in zip(rewards, probs) if q > 0)


def _kl(found: list[float], reference: list[float]) -> float:
    return max(0.0, sum(q * log(q / p) for q, p in zip(found, reference) if q > 0))
