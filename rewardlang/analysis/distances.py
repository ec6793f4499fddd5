"""How different two rewards are, up to scale and shaping: STARC, EPIC and DARD on tables, STARC on grouped logs.

Sources: Skalse et al. (arXiv 2309.15257), Gleave et al. (arXiv 2006.13900), Wulfe et al. (arXiv 2201.10081).
"""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor

from rewardlang.analysis.arrays import Numbers, array, discount, same_length
from rewardlang.analysis.canonical import canonical, checked

#: A canonical reward whose norm is not above this is the zero reward.
ZERO = 1e-10


def starc_distance(r1: Numbers, r2: Numbers, transition: Numbers, gamma: float, canon: str = "value",
                   norm: int | str = 2) -> float:
    """The STARC distance in [0, 2] of two tabular rewards [s, a, s']: n(s(r1) - s(r2)), s(R) = c(R) / n(c(R)).

    0 for a positive multiple plus shaping with the same gamma, 2 for the opposite. `canon`: see `canonical_reward`. `norm`
    is 1, 2, "inf" (over all entries), or "weighted_1", "weighted_2", "weighted_inf" (entries weighted by their transition
    probability). A canonical reward of norm 0 stays 0: at distance 1 from any other. ValueError for what does not fit.
    """
    (first, dynamics), (second, _) = checked(r1, transition), checked(r2, transition)
    measure = _norm(norm, dynamics)
    forms = [canonical(table, dynamics, discount(gamma), canon) for table in (first, second)]
    return float(measure(_standard(forms[0], measure) - _standard(forms[1], measure)))


def epic_distance(r1: Numbers, r2: Numbers, gamma: float) -> float | None:
    """The EPIC distance in [0, 1]: sqrt((1 - rho) / 2), rho the correlation of the canonical rewards over all entries.

    None where one of them is constant. It knows no dynamics, and takes an episode to never end.
    """
    first, second = array(r1, "r1", 3), array(r2, "r2", 3)
    uniform = torch.full_like(first, 1 / first.shape[2])
    return _pearson(*(canonical(*checked(table, uniform), discount(gamma), "epic") for table in (first, second)))


def dard_distance(r1: Numbers, r2: Numbers, transition: Numbers, gamma: float) -> float | None:
    """The DARD distance in [0, 1], in its Pearson form; None where a canonical reward is constant."""
    return _pearson(*(canonical(*checked(table, transition), discount(gamma), "dard") for table in (r1, r2)))


def grouped_starc_distance(rewards_1: Sequence[float], rewards_2: Sequence[float], group: Sequence) -> float:
    """The distance in [0, 2] of two one-step rewards on the same logged samples; `group` has the prompt of each.

    Each reward is centred within its prompt and divided by its L2 norm: the value canonicalisation with terminal value 0
    under the logged policy (our derivation). It depends on which samples were logged: say which when you report it.
    """
    same_length(rewards_1=rewards_1, rewards_2=rewards_2, group=group)
    codes = {key: number for number, key in enumerate(dict.fromkeys(group))}
    places = torch.tensor([codes[key] for key in group], dtype=torch.long)
    forms = [_centred(array(rewards, name, 1), places, len(codes))
             for rewards, name in ((rewards_1, "rewards_1"), (rewards_2, "rewards_2"))]
    first, second = (_standard(form, lambda x: x.norm()) for form in forms)
    return float((first - second).norm())


def _centred(rewards: Tensor, places: Tensor, groups: int) -> Tensor:
    sums = torch.zeros(groups, dtype=rewards.dtype).index_add(0, places, rewards)
    return rewards - (sums / torch.bincount(places, minlength=groups))[places]


def _standard(form: Tensor, measure) -> Tensor:
    size = measure(form)
    return form / size if size > ZERO else torch.zeros_like(form)


def _norm(norm: int | str, dynamics: Tensor):
    if norm in ("inf", "weighted_inf"):
        return (lambda x: x.abs().max()) if norm == "inf" else (lambda x: (dynamics * x.abs()).max())
    if norm in (1, 2):
        return lambda x: (x.abs() ** norm).sum() ** (1 / norm)
    power = str(norm).removeprefix("weighted_")
    if not str(norm).startswith("weighted_") or not power.isdigit() or int(power) < 1:
        raise ValueError(f"`norm` is {norm!r}, and must be 1, 2, \"inf\", \"weighted_1\", \"weighted_2\" or \"weighted_inf\"")
    return lambda x: (dynamics * x.abs() ** int(power)).sum() ** (1 / int(power))


def _pearson(first: Tensor, second: Tensor) -> float | None:
    first, second = first - first.mean(), second - second.mean()
    if first.norm() <= ZERO or second.norm() <= ZERO:
        return None
    correlation = float((first * second).sum() / (first.norm() * second.norm()))
    return sqrt(max(0.0, (1 - correlation) / 2))
