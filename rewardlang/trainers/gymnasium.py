"""gymnasium: any environment, single or vector, with a reward of a spec in place of its own."""

from collections.abc import Mapping

import gymnasium
import numpy as np
import torch
from gymnasium.vector import AutoresetMode

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.observing import Observer, check_way
from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.steps import Stepped, Stepper
from rewardlang.trainers.sums import EpisodeSums
from rewardlang.trainers.transitions import Path, Reader, Transition, lone, with_rows


class RewardWrapper(gymnasium.Wrapper, gymnasium.utils.RecordConstructorArgs):
    """An environment with the reward of a spec.

    `columns` says where inputs are (`Reader`): `{"speed": "observation[1]", "gear": "action"}`, or a function of a Transition.
    `observe` shows the policy what the reward remembers: `"append"` behind a flat Box, `"dict"` as `reward_state` of a Dict,
    None hides it, which is refused where the reward needs it. The spec's `done` terminates. `discount` is the trainer's, to
    be compared with the spec's. A step without a reward gets `invalid`.

    `info["reward_terms"]` has the terms, `info["reward_outputs"]` the other outputs known at the step,
    `info["reward_invalid"]` why there is no reward, and at the end of an episode `info["reward_log"]` the sums
    `Episode_Reward/TERM`. Raises TrainerError for what cannot be served.
    """

    def __init__(self, env: gymnasium.Env, reward: CompiledReward, columns: Mapping[str, Path] | None = None, *,
                 observe: str | None = "append", discount: float | None = None, invalid: float = 0.0):
        gymnasium.utils.RecordConstructorArgs.__init__(self, reward=reward, columns=columns, observe=observe, discount=discount,
                                                       invalid=invalid)
        gymnasium.Wrapper.__init__(self, env)
        check_way(observe)
        self.stepper = Stepper(reward, "gymnasium", 1, sees_state=observe is not None, discount=discount, invalid=invalid)
        self._reader = Reader(reward.spec, columns)
        self._observer = Observer(env.observation_space, self.stepper, observe)
        self.observation_space = self._observer.space
        self._sums = EpisodeSums(self.stepper)
        self._before: object = None

    def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple[object, dict]:
        """Begin an episode, of the reward too."""
        self._before, info = self.env.reset(seed=seed, options=options)
        self.stepper.begin()
        self._sums.begin()
        return self._seen(self._before), info

    def step(self, action: object) -> tuple[object, float, bool, bool, dict]:
        """One step, rewarded by the spec."""
        after, own, terminated, truncated, info = self.env.step(action)
        told = lone(Transition(self._before, action, after, own, terminated, truncated, info))
        found = self.stepper.step(self._reader.columns(told), torch.tensor([bool(terminated)]))
        terminated = bool(terminated) or (found.done is not None and bool(found.done[0]))
        self._before = after
        self._sums.add(found)
        info = {**info, "reward_terms": {name: value[0].item() for name, value in found.terms.items()},
                "reward_outputs": {name: value[0].tolist() for name, value in found.outputs.items()}}
        if found.invalid:
            info["reward_invalid"] = found.invalid[0]
        if terminated or truncated:
            info["reward_log"] = {name: values[0].item() for name, values in self._sums.logged().items()}
        return self._seen(after), float(found.reward[0]), terminated, bool(truncated), info

    def _seen(self, observation: object) -> object:
        return self._observer.of(observation, self.stepper.shown.numpy())


class VectorRewardWrapper(gymnasium.vector.VectorWrapper):
    """The same for a vector environment, all of it in one call a step; columns are read from its arrays.

    Autoreset goes on as the environment does it: at the next step (that step earns 0, and moves nothing) or at the same
    (`info["final_obs"]`). Where the spec has a `done` the environment must be told to begin anew: make it with
    `autoreset_mode=AutoresetMode.DISABLED`, and the wrapper resets at the same step, by `reset_mask`. In `info` the terms are
    arrays, and `reward_log` has the sums of episodes that end, with `_reward_log` saying which.
    """

    def __init__(self, env: gymnasium.vector.VectorEnv, reward: CompiledReward, columns: Mapping[str, Path] | None = None, *,
                 observe: str | None = "append", discount: float | None = None, invalid: float = 0.0):
        super().__init__(env)
        check_way(observe)
        self.stepper = Stepper(reward, "gymnasium", env.num_envs, sees_state=observe is not None, discount=discount,
                               invalid=invalid)
        self._mode = env.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP)
        if self.stepper.ends_by_itself and self._mode is not AutoresetMode.DISABLED:
            raise TrainerError("the spec has a `done`, and this environment begins anew by itself only: make it with "
                               "`autoreset_mode=AutoresetMode.DISABLED`")
        if self._mode is AutoresetMode.DISABLED:
            self._metadata = {**env.metadata, "autoreset_mode": AutoresetMode.SAME_STEP}
        self._reader = Reader(reward.spec, columns)
        self._observer = Observer(env.observation_space, self.stepper, observe, env.num_envs)
        self.observation_space = self._observer.space
        self.single_observation_space = Observer(env.single_observation_space, self.stepper, observe).space
        self._sums = EpisodeSums(self.stepper)
        self._before: object = None
        self._idle = np.zeros(env.num_envs, dtype=bool)

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict | None = None) -> tuple[object, dict]:
        """Begin episodes everywhere."""
        self._before, info = self.env.reset(seed=seed, options=options)
        self.stepper.begin()
        self._sums.begin()
        self._idle = np.zeros(self.num_envs, dtype=bool)
        return self._seen(self._before), info

    def step(self, actions: object) -> tuple[object, np.ndarray, np.ndarray, np.ndarray, dict]:
        """One step of every environment, rewarded by the spec."""
        after, own, terminated, truncated, info = self.env.step(actions)
        last = _replaced(after, info) if self._mode is AutoresetMode.SAME_STEP else after
        told = Transition(self._before, actions, last, own, terminated, truncated, info)
        idle = torch.from_numpy(self._idle) if self._idle.any() else None
        found = self.stepper.step(self._reader.columns(told), torch.from_numpy(np.asarray(terminated)), idle)
        if found.done is not None:
            terminated = terminated | found.done.numpy()
        over = terminated | truncated
        self._sums.add(found, idle=idle)
        info = self._told(info, found, over)
        self._idle = over if self._mode is AutoresetMode.NEXT_STEP else self._idle
        if over.any():
            after, info = self._ended(after, info, over)
        self._before = after
        return self._seen(after), found.reward.numpy(), terminated, truncated, info

    def _told(self, info: dict, found: Stepped, over: np.ndarray) -> dict:
        info = {**info, "reward_terms": {name: value.numpy() for name, value in found.terms.items()}}
        if found.invalid:
            info["reward_invalid"] = np.array([found.invalid.get(row) for row in range(self.num_envs)], dtype=object)
        if over.any():
            info["reward_log"], info["_reward_log"] = self._sums.logged(), over
        return info

    def _ended(self, after: object, info: dict, over: np.ndarray) -> tuple[object, dict]:
        """What follows an episode's end: a new one at once, or at the next step."""
        mask = torch.from_numpy(over)
        self._sums.begin(mask)
        if self._mode is AutoresetMode.NEXT_STEP:
            return after, info
        info = {**info, "final_obs": self._final(after, info), "_final_obs": over}
        if self._mode is AutoresetMode.DISABLED:
            after, _ = self.env.reset(options={"reset_mask": over})
        self.stepper.begin(mask)
        return after, info

    def _final(self, after: object, info: dict) -> object:
        """The last observations, with what the reward remembered then."""
        last = _replaced(after, info) if self._mode is AutoresetMode.SAME_STEP else after
        return self._seen(last)

    def _seen(self, observation: object) -> object:
        return self._observer.of(observation, self.stepper.shown.numpy())


def _replaced(observation: object, info: Mapping) -> object:
    """Observations of a step, the last of an episode instead of the first of the next."""
    if "final_obs" not in info:
        return observation
    return with_rows(observation, {row: info["final_obs"][row] for row in np.flatnonzero(info["_final_obs"])})
