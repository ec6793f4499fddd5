"""Whether optimising one reward can harm another: hackability over a finite set of policies, and the regret of a proxy.

Source: Skalse et al., "Defining and Characterizing Reward Hacking" (arXiv 2209.13085), here over recorded policies or over all
deterministic stationary ones. Over all stochastic policies almost every pair is hackable, so a yes or no says little there:
read the regret and the witness.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import torch
from torch import Tensor

from rewardlang.analysis.arrays import Numbers, array, discount, probabilities, same_length
from rewardlang.analysis.canonical import checked

TOLERANCE = 1e-9
#: More deterministic policies than these are refused, not sampled.
MOST_POLICIES = 65_536


def hackable(true_returns: Sequence[float], proxy_returns: Sequence[float], tolerance: float = TOLERANCE) -> dict:
    """How two lists of returns of the same policies (checkpoints, ablations) order them.

    `hackable`: some policy is better by the proxy and worse in truth; `witness` is the first such pair [i, j] of indices.
    `equivalent`: both order all pairs alike. `trivial_true`, `trivial_proxy`: all returns are equal. `simplification`: the
    proxy is not hackable, ties all that truth ties, and something more. Differences up to `tolerance` are ties.
    """
    size = same_length(true_returns=true_returns, proxy_returns=proxy_returns)
    if not size:
        raise ValueError("`true_returns` is empty: there is no policy to compare")
    first, second = (_order(array(returns, name, 1), tolerance)
                     for returns, name in ((true_returns, "true_returns"), (proxy_returns, "proxy_returns")))
    against = (first > 0) & (second < 0)
    witness = against.nonzero()[0].tolist() if against.any() else None
    keeps_ties = not ((first == 0) & (second != 0)).any()
    ties_more = bool(((first != 0) & (second == 0)).any())
    return {"hackable": witness is not None, "witness": witness, "equivalent": bool((first == second).all()),
            "trivial_true": not first.any(), "trivial_proxy": not second.any(),
            "simplification": witness is None and keeps_ties and ties_more}


def hackable_mdp(true_reward: Numbers, proxy_reward: Numbers, transition: Numbers, gamma: float, initial: Sequence[float]) -> dict:
    """The same for two rewards [s, a, s'] of a small MDP, over all its deterministic stationary policies.

    Policies stand in lexicographic order (the action of state 0 varies slowest), their returns in `true_returns` and
    `proxy_returns`. ValueError where there are more than 65,536 of them.
    """
    returns = _returns(true_reward, proxy_reward, transition, gamma, initial)
    return hackable(*returns) | {"true_returns": returns[0], "proxy_returns": returns[1]}


def proxy_regret(true_reward: Numbers, proxy_reward: Numbers, transition: Numbers, gamma: float,
                 initial: Sequence[float]) -> float:
    """The share in [0, 1] of the true return that the worst policy gives away among those best by the proxy.

    0 where all policies have the same true return. Over all deterministic stationary policies.
    """
    true, proxy = _returns(true_reward, proxy_reward, transition, gamma, initial)
    spread = max(true) - min(true)
    if spread <= TOLERANCE:
        return 0.0
    best = [i for i, value in enumerate(proxy) if value >= max(proxy) - TOLERANCE]
    return (max(true) - min(true[i] for i in best)) / spread


def _order(returns: Tensor, tolerance: float) -> Tensor:
    """At [i, j] 1 where j is better than i, -1 where it is worse, 0 for a tie."""
    gaps = returns[None, :] - returns[:, None]
    return torch.where(gaps.abs() <= tolerance, 0, gaps.sign())


def _returns(true_reward, proxy_reward, transition, gamma: float, initial) -> tuple[list[float], list[float]]:
    (true, dynamics), (proxy, _) = checked(true_reward, transition), checked(proxy_reward, transition)
    start = probabilities(initial, "initial")
    if start.shape != true.shape[:1]:
        raise ValueError(f"`initial` has {len(start)} entries for {true.shape[0]} states")
    gains = torch.stack([(dynamics * true).sum(2), (dynamics * proxy).sum(2)], -1)
    rows = [_return(policy, gains, dynamics, discount(gamma), start) for policy in _policies(*true.shape[:2])]
    both = torch.stack(rows).T.tolist()
    return both[0], both[1]


def _policies(states: int, actions: int) -> Iterator[tuple[int, ...]]:
    if actions ** states > MOST_POLICIES:
        raise ValueError(f"{actions} actions in {states} states are {actions ** states} policies, and at most {MOST_POLICIES} "
                         "are looked at: name fewer states, or give recorded returns to `hackable`")
    return product(range(actions), repeat=states)


def _return(policy: tuple[int, ...], gains: Tensor, dynamics: Tensor, gamma: float, start: Tensor) -> Tensor:
    """initial . (I - gamma P)^-1 r of both rewards, [2]."""
    states, chosen = torch.arange(len(policy)), torch.tensor(policy)
    steps = torch.eye(len(policy), dtype=gains.dtype) - gamma * dynamics[states, chosen]
    return start @ torch.linalg.solve(steps, gains[states, chosen])
