"""Canonical rewards estimated from samples, for rewards and dynamics that are functions of continuous states."""

from collections.abc import Callable, Sequence
from statistics import fmean

from rewardlang.analysis.arrays import same_length

Reward = Callable[[float, float, float], float]


def sampled_canonical_reward(
    reward: Reward, canon: str, state: Sequence[float], action: Sequence[float], next_state: Sequence[float], gamma: float, *,
    action_samples: Sequence[float] | None = None, next_state_samples: Sequence[float] | None = None,
    dynamics: Callable[[float, float], float] | None = None, value: Callable[[float], float] | None = None,
) -> list[float]:
    """The canonical reward at each transition (state, action, next_state) of a batch, with `reward(s, a, sn)`.

    `epic` takes `action_samples` and `next_state_samples` in pairs; the same samples serve for every expectation, so that
    shaping cancels exactly whatever their number. `dard` takes `action_samples` and `dynamics(s, a)`, one successor. `value`
    takes `dynamics` and `value(s)`. ValueError names what is missing. Source: Gleave et al. (arXiv 2006.13900), Wulfe et al.
    (arXiv 2201.10081), Skalse et al. (arXiv 2309.15257). The result depends on how the samples cover states: report that.
    """
    same_length(state=state, action=action, next_state=next_state)
    given = {"action_samples": action_samples, "next_state_samples": next_state_samples, "dynamics": dynamics, "value": value}
    if canon not in _NEEDS:
        raise ValueError(f"`canon` is {canon!r}, and must be one of {', '.join(_NEEDS)}")
    missing = [name for name in _NEEDS[canon] if given[name] is None]
    if missing:
        raise ValueError(f"`{canon}` needs {' and '.join(missing)}")
    form = _FORMS[canon](reward, gamma, *(given[name] for name in _NEEDS[canon]))
    return [form(s, a, sn) for s, a, sn in zip(state, action, next_state)]


def _epic(reward: Reward, gamma: float, actions: Sequence[float], successors: Sequence[float]):
    same_length(action_samples=actions, next_state_samples=successors)
    pairs = list(zip(actions, successors))

    def mean(x: float) -> float:
        return fmean(reward(x, a, sn) for a, sn in pairs)

    common = gamma * fmean(mean(sn) for sn in successors)
    return lambda s, a, sn: reward(s, a, sn) + gamma * mean(sn) - mean(s) - common


def _dard(reward: Reward, gamma: float, actions: Sequence[float], dynamics):
    def term(s: float, sn: float, a: float) -> float:
        after, beyond = dynamics(s, a), dynamics(sn, a)
        return gamma * reward(sn, a, beyond) - reward(s, a, after) - gamma * reward(after, a, beyond)

    return lambda s, a, sn: reward(s, a, sn) + fmean(term(s, sn, other) for other in actions)


def _value(reward: Reward, gamma: float, dynamics, value):
    def form(s: float, a: float, sn: float) -> float:
        after = dynamics(s, a)
        return reward(s, a, after) - value(s) + gamma * value(after)
    return form


_NEEDS = {"epic": ("action_samples", "next_state_samples"), "dard": ("action_samples", "dynamics"),
          "value": ("dynamics", "value")}
_FORMS = {"epic": _epic, "dard": _dard, "value": _value}
