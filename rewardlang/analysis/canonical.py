"""Canonical forms of tabular rewards: equal for rewards that differ by shaping only.

Rewards and transitions are [s, a, s'] throughout. Source: Skalse et al., "STARC: A General Framework For Quantifying
Differences Between Reward Functions" (arXiv 2309.15257), with the canonicalisations of EPIC (Gleave et al., arXiv 2006.13900)
and DARD (Wulfe et al., arXiv 2201.10081). States, actions and the policy are uniform where a distribution is needed.
"""

import torch
from torch import Tensor

from rewardlang.analysis.arrays import Numbers, array, discount, probabilities

CANONS = ("value", "value_potential", "epic", "dard", "minimal_potential", "none")


def canonical_reward(reward: Numbers, transition: Numbers, gamma: float, canon: str = "value") -> list:
    """The canonical form of a reward, as nested lists [s, a, s'].

    `canon` is `value` (E over s' of R + gamma V(s') - V(s): also equal for rewards that differ by how they are spread over
    s'), `value_potential` (R + gamma V(s') - V(s), V the value of the uniform policy), `epic`, `dard`, `minimal_potential`
    (the least L2 norm that shaping can reach) or `none`. ValueError for shapes, probabilities or a gamma that do not fit.
    """
    return canonical(*checked(reward, transition), discount(gamma), canon).tolist()


def minimal_potential(reward: Numbers, gamma: float) -> dict:
    """The potential phi [s] for which R + gamma phi(s') - phi(s) has the least L2 norm, and that norm.

    Least squares, unique for gamma < 1.
    """
    table = array(reward, "reward", 3)
    phi = _least_squares(table, discount(gamma))
    return {"potential": phi.tolist(), "norm": float(shaped(table, phi, gamma).norm())}


def checked(reward: Numbers, transition: Numbers) -> tuple[Tensor, Tensor]:
    """A reward and its dynamics as tensors of one shape [s, a, s']; ValueError where they are none."""
    table, dynamics = array(reward, "reward", 3), probabilities(transition, "transition")
    if table.shape != dynamics.shape or table.shape[0] != table.shape[2]:
        raise ValueError(f"rewards {tuple(table.shape)} and transitions {tuple(dynamics.shape)} are no [s, a, s'] of one size")
    return table, dynamics


def shaped(reward: Tensor, potential: Tensor, gamma: float) -> Tensor:
    """R + gamma potential(s') - potential(s)."""
    return reward + gamma * potential - potential[:, None, None]


def canonical(reward: Tensor, transition: Tensor, gamma: float, canon: str) -> Tensor:
    """The canonical form [s, a, s'] of tensors that fit."""
    if canon not in CANONS:
        raise ValueError(f"`canon` is {canon!r}, and must be one of {', '.join(CANONS)}")
    return _FORMS[canon](reward, transition, gamma)


def _epic(reward: Tensor, transition: Tensor, gamma: float) -> Tensor:
    mean = reward.mean((1, 2))
    return shaped(reward, mean, gamma) - gamma * mean.mean()


def _dard(reward: Tensor, transition: Tensor, gamma: float) -> Tensor:
    """R + gamma P(s') - P(s) - gamma E(s, s'): in E the same action leads on from s and from s'."""
    expected = (transition * reward).sum(2).mean(1)
    between = torch.einsum("sau,uaw,xaw->sx", transition, reward, transition) / reward.shape[1]
    return shaped(reward, expected, gamma) - gamma * between[:, None, :]


def _value(reward: Tensor, transition: Tensor, gamma: float) -> Tensor:
    """The expectation over s' of the form by potential, constant along s'."""
    expected = (transition * _value_potential(reward, transition, gamma)).sum(2, keepdim=True)
    return expected.expand_as(reward)


def _value_potential(reward: Tensor, transition: Tensor, gamma: float) -> Tensor:
    steps = transition.mean(1)
    gains = (transition * reward).sum(2).mean(1)
    value = torch.linalg.solve(torch.eye(len(gains), dtype=gains.dtype) - gamma * steps, gains)
    return shaped(reward, value, gamma)


def _minimal(reward: Tensor, transition: Tensor, gamma: float) -> Tensor:
    return shaped(reward, _least_squares(reward, gamma), gamma)


def _least_squares(reward: Tensor, gamma: float) -> Tensor:
    """The potential of the least norm: one equation for each entry, gamma phi(s') - phi(s) = -R."""
    states, actions, _ = reward.shape
    unit = torch.eye(states, dtype=reward.dtype)
    matrix = (gamma * unit[None, None] - unit[:, None, None]).expand(states, actions, states, states)
    return torch.linalg.lstsq(matrix.reshape(-1, states), -reward.reshape(-1, 1)).solution[:, 0]


_FORMS = {
    "none": lambda reward, transition, gamma: reward, "epic": _epic, "dard": _dard, "value": _value,
    "value_potential": _value_potential, "minimal_potential": _minimal,
}
