"""Training losses of reward models, judges and direct alignment, on plain numbers."""

from collections.abc import Sequence
from math import exp, log1p
from statistics import fmean, variance

from rewardlang.analysis.arrays import same_length

LOSSES = ("dpo", "ipo", "slic")


def _log_sigmoid(x: float) -> float:
    """ln of 1 / (1 + exp(-x)), for any x."""
    return -log1p(exp(-x)) if x >= 0 else x - log1p(exp(x))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def daa_loss(margin: float, kind: str) -> float:
    """The loss of direct alignment at a margin (beta times the log-ratio gap of chosen over rejected).

    `dpo` is -ln sigmoid(m), `ipo` (m - 1/2)^2, `slic` max(0, 1 - m). Source: Rafailov et al. (arXiv 2406.02900).
    """
    if kind not in LOSSES:
        raise ValueError(f"`kind` is {kind!r}, and must be one of {', '.join(LOSSES)}")
    return {"dpo": -_log_sigmoid(margin), "ipo": (margin - 0.5) ** 2, "slic": max(0.0, 1 - margin)}[kind]


def bradley_terry(score_a: float, score_b: float) -> dict:
    """`p`, the probability that A is preferred to B under the Bradley-Terry model, and `loss` = -ln p."""
    return {"p": _sigmoid(score_a - score_b), "loss": -_log_sigmoid(score_a - score_b)}


def bradley_terry_loss(chosen: Sequence[float], rejected: Sequence[float]) -> float:
    """The mean over pairs of -ln sigmoid(chosen - rejected); ValueError for no pairs."""
    if not same_length(chosen=chosen, rejected=rejected):
        raise ValueError("`chosen` is empty: there is no pair")
    return fmean(logistic_pair_loss(chosen, rejected))


def logistic_pair_loss(chosen: Sequence[float], rejected: Sequence[float]) -> list[float]:
    """-ln sigmoid(chosen - rejected) of each pair."""
    same_length(chosen=chosen, rejected=rejected)
    return [-_log_sigmoid(a - b) for a, b in zip(chosen, rejected)]


def binary_cross_entropy(logit: Sequence[float], label: Sequence[float]) -> list[float]:
    """-y ln sigmoid(z) - (1 - y) ln sigmoid(-z) of each logit z and label y in [0, 1]."""
    same_length(logit=logit, label=label)
    return [-y * _log_sigmoid(z) - (1 - y) * _log_sigmoid(-z) for z, y in zip(logit, label)]


def consistency_loss(logit: Sequence[float], consistency: Sequence[float]) -> list[float]:
    """The pair loss softened by a consistency C in [0, 1]: -C ln sigmoid(z) - (1 - C) ln sigmoid(-z).

    Source: Wang et al., "CREAM: Consistency Regularized Self-Rewarding Language Models" (arXiv 2410.12735).
    """
    same_length(logit=logit, consistency=consistency)
    return binary_cross_entropy(logit, consistency)


def simpo_loss(chosen_avg_logp: float, rejected_avg_logp: float, beta: float = 2.0, gamma: float = 0.5) -> dict:
    """-ln sigmoid(beta (chosen - rejected) - gamma) on log-probabilities per token, with the implicit rewards beta * logp.

    Source: Meng et al., "SimPO" (arXiv 2405.14734).
    """
    chosen, rejected = beta * chosen_avg_logp, beta * rejected_avg_logp
    return {"loss": -_log_sigmoid(chosen - rejected - gamma), "chosen_reward": chosen, "rejected_reward": rejected}


def discriminator_hinge_loss(real: Sequence[float], fake: Sequence[float], real_patch: Sequence[float],
                             fake_patch: Sequence[float], patch_weight: float = 0.3) -> dict:
    """The hinge loss of a discriminator on raw scores, and its accuracy on the whole images.

    loss = (mean relu(1 - real) + mean relu(1 + fake)) / 2 + patch_weight times the same of patches; accuracy is the mean of
    the shares of real > 0 and fake < 0. ValueError for an empty list.
    """
    if not all((real, fake, real_patch, fake_patch)):
        raise ValueError("each of `real`, `fake`, `real_patch` and `fake_patch` needs a score")
    accuracy = (fmean(score > 0 for score in real) + fmean(score < 0 for score in fake)) / 2
    return {"loss": _hinge(real, fake) + patch_weight * _hinge(real_patch, fake_patch), "accuracy": accuracy}


def _hinge(real: Sequence[float], fake: Sequence[float]) -> float:
    return (fmean(max(0.0, 1 - x) for x in real) + fmean(max(0.0, 1 + x) for x in fake)) / 2


def return_decomposition_loss(
    step_rewards: Sequence[Sequence[float]], episode_returns: Sequence[float], sampled_steps: Sequence[Sequence[int]],
    lengths: Sequence[int] | None = None, unbiased: bool = False,
) -> float:
    """The randomised return decomposition loss: the mean over episodes of (mean of the K sampled rewards - R / T)^2.

    `lengths` T is needed where rows are padded. `unbiased` takes off s^2 (1 - K / T) / K, with s^2 the sample variance of the
    sampled rewards (0 for K = 1). Source: Ren et al. (arXiv 2111.13485). ValueError for no episode or no sampled step.
    """
    if not same_length(step_rewards=step_rewards, episode_returns=episode_returns, sampled_steps=sampled_steps):
        raise ValueError("`step_rewards` is empty: there is no episode")
    counts = [len(row) for row in step_rewards] if lengths is None else lengths
    same_length(step_rewards=step_rewards, lengths=counts)
    if not all(sampled_steps):
        raise ValueError("`sampled_steps` has an episode without a sampled step")
    if not all(0 <= step < len(row) for row, steps in zip(step_rewards, sampled_steps) for step in steps):
        raise ValueError("`sampled_steps` names a step that an episode does not have")
    losses = []
    for rewards, total, steps, length in zip(step_rewards, episode_returns, sampled_steps, counts):
        picked = [rewards[step] for step in steps]
        spread = variance(picked) if unbiased and len(picked) > 1 else 0.0
        losses.append((fmean(picked) - total / length) ** 2 - spread * (1 - len(picked) / length) / len(picked))
    return fmean(losses)
