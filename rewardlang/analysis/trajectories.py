"""Returns of value models, and decoding that follows them."""

from collections.abc import Sequence
from statistics import fmean

from rewardlang.analysis.arrays import same_length


def lambda_returns(rewards: Sequence[float], values: Sequence[float], gamma: float, lam: float) -> list[float]:
    """G_t = A_t + V_t with A_t = delta_t + gamma lam A_{t+1}, delta_t = r_t + gamma V_{t+1} - V_t, and 0 after the end.

    The targets of a value model. Source: Schulman et al., generalised advantage estimation (arXiv 1506.02438).
    """
    same_length(rewards=rewards, values=values)
    found, advantage, following = [], 0.0, 0.0
    for reward, value in zip(reversed(rewards), reversed(values)):
        advantage = reward + gamma * following - value + gamma * lam * advantage
        found.append(advantage + value)
        following = value
    return found[::-1]


def value_augmented_logits(logits: Sequence[float], values: Sequence[float], beta: float, top_k: int) -> list[float]:
    """Logits z + beta (V - mean V) for the `top_k` tokens of the largest logits (the first of equal ones), others as they are.

    The mean is over these tokens only. Source: Han et al., value augmented sampling (arXiv 2405.06639). ValueError for top_k < 1.
    """
    same_length(logits=logits, values=values)
    if top_k < 1:
        raise ValueError(f"`top_k` is {top_k}, and must be at least 1")
    chosen = sorted(range(len(logits)), key=lambda i: -logits[i])[:top_k]
    if not chosen:
        return []
    mean = fmean(values[i] for i in chosen)
    shift = {i: beta * (values[i] - mean) for i in chosen}
    return [z + shift.get(i, 0.0) for i, z in enumerate(logits)]


def returns(rewards: Sequence[float], episode_end: Sequence[bool], gamma: float, scope: str = "across") -> list[float]:
    """The discounted return from each step of one trial of several episodes: sum over k of gamma^k r_{t+k}.

    `scope` is "across" (on to the end of the trial) or "within" (to the first step at or after t that ends an episode, that step
    included). The end of the trial is taken as complete. ValueError for another scope or a gamma outside [0, 1].
    """
    same_length(rewards=rewards, episode_end=episode_end)
    if scope not in ("across", "within") or not 0 <= gamma <= 1:
        raise ValueError(f"`scope` is {scope!r} and must be \"across\" or \"within\"; `gamma` is {gamma} and must lie in [0, 1]")
    found, following = [], 0.0
    for reward, ends in zip(reversed(rewards), reversed(episode_end)):
        following = reward + (0.0 if ends and scope == "within" else gamma * following)
        found.append(following)
    return found[::-1]
