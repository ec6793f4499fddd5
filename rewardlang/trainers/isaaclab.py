"""Isaac Lab: a manager of rewards for environments on a device, by the names and methods of its RewardManager."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.steps import Stepped, Stepper
from rewardlang.trainers.sums import EpisodeSums
from rewardlang.trainers.transitions import Path, Reader, Transition


class RewardManager:
    """In place of `isaaclab.managers.RewardManager`: `compute(dt)` is the reward of `num_envs` environments, [num_envs].

    `columns` gives for each input a function of the environment, as Isaac Lab's own terms are: `{"speed": lambda env: …}`, a
    tensor [num_envs, …]. With `scale_by_dt` (as Isaac Lab does, so that a return does not depend on the control period) each
    step's reward is multiplied by `dt`; the terms of a step (`step_reward`) are not. `reset(env_ids)` gives `Episode_Reward/TERM`,
    the mean over those environments of the episode's sum divided by `env.max_episode_length_s`, and begins anew.
    """

    def __init__(self, reward: CompiledReward, env: object, columns: Mapping[str, Path], *, scale_by_dt: bool = True,
                 sees_state: bool = True, discount: float | None = None, invalid: float = 0.0):
        self.env, self.scale_by_dt = env, scale_by_dt
        self.stepper = Stepper(reward, "isaaclab", env.num_envs, sees_state=sees_state, discount=discount, invalid=invalid,
                               device=env.device)
        self._reader = Reader(reward.spec, {name: _of_env(path) for name, path in columns.items()}, infos=False)
        self._sums = EpisodeSums(self.stepper)
        self.last: Stepped | None = None

    @property
    def active_terms(self) -> list[str]:
        """The names of the terms."""
        return list(self.stepper.terms)

    @property
    def state(self) -> Tensor:
        """What the policy must see, [num_envs, width]: an observation term of the environment."""
        return self.stepper.shown

    @property
    def done(self) -> Tensor:
        """Where the spec ends the episode, bool [num_envs]: a termination term of the environment."""
        if self.last is None or self.last.done is None:
            return torch.zeros(self.env.num_envs, dtype=torch.bool, device=self.env.device)
        return self.last.done

    def compute(self, dt: float) -> Tensor:
        """The reward of the step that was just made, float32 [num_envs]."""
        ended = getattr(self.env, "reset_terminated", None)
        self.last = self.stepper.step(self._reader.columns(Transition(None, None, self.env)), ended)
        scale = dt if self.scale_by_dt else 1.0
        self._sums.add(self.last, scale)
        return (self.last.reward * scale).float()

    def reset(self, env_ids: Sequence[int] | Tensor | None = None) -> dict[str, Tensor]:
        """Begin episodes in some environments; what is logged of those that end."""
        mask = torch.zeros(self.env.num_envs, dtype=torch.bool, device=self.env.device)
        mask[slice(None) if env_ids is None else torch.as_tensor(env_ids, device=self.env.device)] = True
        seconds = getattr(self.env, "max_episode_length_s", 1.0)
        sums = {name: values[mask].mean() for name, values in self._sums.logged().items()}
        self._sums.begin(mask)
        self.stepper.begin(mask)
        return {name: value / seconds if name.startswith("Episode_Reward") else value for name, value in sums.items()}

    def get_active_iterable_terms(self, env_idx: int) -> list[tuple[str, list[float]]]:
        """The terms of the last step in one environment, for Isaac Lab's live plots."""
        if self.last is None:
            return []
        return [(name, [value[env_idx].item()]) for name, value in self.last.terms.items()]


def _of_env(path: Path) -> Path:
    """A function of the environment as one of a transition; the environment stands where the observation does."""
    return (lambda step: path(step.observation)) if callable(path) else path
