"""Stable-Baselines3: a VecEnv with the reward of a spec, all its environments in one call a step."""

from collections.abc import Mapping

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from rewardlang import __version__
from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.naming import name_of
from rewardlang.trainers.observing import Observer, check_way
from rewardlang.trainers.steps import Stepped, Stepper
from rewardlang.trainers.sums import EpisodeSums
from rewardlang.trainers.transitions import Path, Reader, Transition, with_rows


class RewardVecWrapper(VecEnvWrapper):
    """A VecEnv with the reward of a spec; `columns`, `observe`, `discount` and `invalid` as for gymnasium's RewardWrapper.

    The spec's `done` ends the episode: the environment is reset, and `terminal_observation` has what was seen last. Each
    `info` has `reward_terms` and, where there is no reward, `reward_invalid`; at the end of an episode `reward_log`, the sums,
    and `episode` as Monitor has it (`r`, `l`), so that SB3 logs the spec's reward and not the environment's own.
    """

    def __init__(self, venv: VecEnv, reward: CompiledReward, columns: Mapping[str, Path] | None = None, *,
                 observe: str | None = "append", discount: float | None = None, invalid: float = 0.0):
        check_way(observe)
        self.stepper = Stepper(reward, "sb3", venv.num_envs, sees_state=observe is not None, discount=discount, invalid=invalid)
        self._reader = Reader(reward.spec, columns)
        self._observer = Observer(_wide(venv), self.stepper, observe, venv.num_envs)
        super().__init__(venv, observation_space=Observer(venv.observation_space, self.stepper, observe).space)
        self._sums = EpisodeSums(self.stepper)
        self._lengths = np.zeros(venv.num_envs, dtype=int)
        self._before: object = None
        self._actions: object = None

    def reset(self) -> object:
        """Begin episodes everywhere."""
        self._before = self.venv.reset()
        self.reset_infos = self.venv.reset_infos
        self.stepper.begin()
        self._sums.begin()
        self._lengths[:] = 0
        return self._seen(self._before)

    def step_async(self, actions: np.ndarray) -> None:
        """Begin a step; the actions are what inputs from `action` see."""
        self._actions = actions
        self.venv.step_async(actions)

    def step_wait(self) -> tuple[object, np.ndarray, np.ndarray, list[dict]]:
        """The step, rewarded by the spec."""
        after, own, over, infos = self.venv.step_wait()
        cut = np.array([bool(info.get("TimeLimit.truncated")) for info in infos])
        last = with_rows(after, {row: infos[row]["terminal_observation"] for row in np.flatnonzero(over)})
        told = Transition(self._before, self._actions, last, own, over & ~cut, cut, infos)
        found = self.stepper.step(self._reader.columns(told), torch.from_numpy(over & ~cut))
        self._sums.add(found)
        self._lengths += 1
        seen = self._seen(last)
        ended = np.zeros_like(over) if found.done is None else found.done.numpy() & ~over
        begun = np.flatnonzero(ended).tolist()
        for row in begun:
            infos[row]["TimeLimit.truncated"] = False
        if begun:
            fresh = self.venv.env_method("reset", indices=begun)
            after = with_rows(after, {row: own[0] for row, own in zip(begun, fresh, strict=True)})
        over = over | ended
        self._tell(infos, found, over, seen)
        self._before = after
        self.stepper.begin(torch.from_numpy(over))
        return self._seen(after), found.reward.numpy().astype(np.float32), over, infos

    def _tell(self, infos: list[dict], found: Stepped, over: np.ndarray, seen: object) -> None:
        terms = {name: value.tolist() for name, value in found.terms.items()}
        sums = self._sums.logged() if over.any() else {}
        for row, info in enumerate(infos):
            info["reward_terms"] = {name: values[row] for name, values in terms.items()}
            if row in found.invalid:
                info["reward_invalid"] = found.invalid[row]
            if over[row]:
                info["terminal_observation"] = _row(seen, row)
                info["reward_log"] = {name: values[row].item() for name, values in sums.items()}
                episode = {"r": info["reward_log"]["Episode_Reward/total"], "l": int(self._lengths[row])}
                info["episode"] = {**info.get("episode", {"t": 0.0}), **episode}
        self._sums.begin(torch.from_numpy(over))
        self._lengths[over] = 0

    def _seen(self, observation: object) -> object:
        return self._observer.of(observation, self.stepper.shown.numpy())


def _wide(venv: VecEnv):
    """The space of the observations of all environments."""
    from gymnasium.vector.utils import batch_space
    return batch_space(venv.observation_space, venv.num_envs)


def _row(observation: object, row: int) -> object:
    if isinstance(observation, dict):
        return {name: part[row] for name, part in observation.items()}
    return observation[row]


class RewardCallback(BaseCallback):
    """Puts `Episode_Reward/TERM`, gates and failures into SB3's own log (tensorboard and others), means over the episodes since
    the last: `model.learn(…, callback=RewardCallback())`. Name, fingerprint and version of the reward go into `reward/…`.
    """

    def _on_training_start(self) -> None:
        wrapper = self.training_env
        while not isinstance(wrapper, RewardVecWrapper):
            wrapper = wrapper.venv
        reward = wrapper.stepper.reward
        for name, value in (("name", name_of(reward)), ("fingerprint", reward.fingerprint), ("rewardlang", __version__)):
            self.logger.record(f"reward/{name}", value, exclude=("stdout",))

    def _on_step(self) -> bool:
        for info in self.locals["infos"]:
            for name, value in info.get("reward_log", {}).items():
                self.logger.record_mean(name, value)
        return True
