"""PettingZoo (parallel): one reward for each agent, along an axis of agents."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from pettingzoo import ParallelEnv
from pettingzoo.utils import BaseParallelWrapper

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.steps import Stepped, Stepper
from rewardlang.trainers.sums import EpisodeSums
from rewardlang.trainers.transitions import Path, Reader, Transition, lone


class ParallelReward(BaseParallelWrapper):
    """A parallel environment whose agents get the rewards of a spec, which has an entry for each along the axis `axis`.

    Inputs along that axis, `input speed : float[step, agent]`, are read from each agent's own observation, action and info, in
    the order of `possible_agents`; of an agent that is no longer there they are null. Others are read from the first agent's.
    `columns` as for gymnasium's RewardWrapper. A spec without the axis gives all agents the same. Each info has
    `reward_terms`; an agent without a reward gets `invalid`, which `reward_invalid` tells, and when its episode ends
    `reward_log`, the sums. What the reward remembers is in each info as `reward_state`, since the observations of agents stay
    as they are.
    """

    def __init__(self, env: ParallelEnv, reward: CompiledReward, columns: Mapping[str, Path] | None = None, *,
                 axis: str = "agent", discount: float | None = None, invalid: float = 0.0, sees_state: bool = True):
        super().__init__(env)
        self.stepper = Stepper(reward, "pettingzoo", 1, sees_state=sees_state, discount=discount, invalid=invalid, axes=(axis,))
        self._reader = Reader(reward.spec, columns)
        self._along = {info.column: any(each.name == axis for each in info.type.axes) for info in reward.spec.inputs.values()}
        self._sums = EpisodeSums(self.stepper, len(env.possible_agents))
        self._before: Mapping[str, object] = {}
        sizes = {each.size for info in reward.spec.inputs.values() for each in info.type.axes if each.name == axis}
        if sizes - {None, len(env.possible_agents)}:
            raise TrainerError(f"the spec has {sorted(sizes - {None})} along `{axis}`, and there are "
                               f"{len(env.possible_agents)} agents")

    def reset(self, seed: int | None = None, options: dict | None = None) -> tuple[dict, dict]:
        """Begin an episode."""
        self._before, infos = self.env.reset(seed=seed, options=options)
        self.stepper.begin()
        self._sums.begin()
        return self._before, infos

    def step(self, actions: Mapping[str, object]) -> tuple[dict, dict, dict, dict, dict]:
        """One step of all agents, rewarded by the spec."""
        acting = list(self.env.agents)
        after, own, ended, cut, infos = self.env.step(actions)
        table = [self._told(agent, actions, after, own, ended, cut, infos) for agent in self.env.possible_agents]
        over = bool(ended) and all(ended.values())
        found = self.stepper.step(self._columns(table), torch.tensor([over]))
        self._before = after
        if found.done is not None and bool(found.done.reshape(-1).all()):
            ended = dict.fromkeys(ended, True)
            self.env.unwrapped.agents = []
        place = {agent: number for number, agent in enumerate(self.env.possible_agents)}
        rewards = {agent: _entry(found.reward, place[agent]) for agent in acting}
        self._sums.add(self._of_all(found))
        infos = {agent: {**infos.get(agent, {}), **self._info(found, place[agent])} for agent in acting}
        for agent in acting:
            if ended.get(agent) or cut.get(agent):
                infos[agent]["reward_log"] = {name: values[place[agent]].item() for name, values in self._sums.logged().items()}
        return after, rewards, ended, cut, infos

    def _of_all(self, found: Stepped) -> Stepped:
        """The same with an entry for each agent, also where one is for all."""
        if found.table.dim() > 2:
            return found
        count = len(self.env.possible_agents)
        wrong = None if found.wrong is None else found.wrong.expand(count)
        return replace(found, table=found.table.expand(-1, count), wrong=wrong)

    def _told(self, agent: str, *parts: Mapping) -> Transition | None:
        actions, after, own, ended, cut, infos = parts
        if agent not in after:
            return None
        return Transition(self._before.get(agent), actions.get(agent), after[agent], own.get(agent), ended.get(agent),
                          cut.get(agent), infos.get(agent) or {})

    def _columns(self, table: list[Transition | None]) -> dict[str, object]:
        """A column along agents has one row, with an entry for each of them."""
        read = [None if step is None else self._reader.columns(lone(step)) for step in table]
        first = next(columns for columns in read if columns is not None)
        found = {}
        for name in first:
            if not self._along.get(name, False):
                found[name] = first[name]
                continue
            entries = [None if columns is None else _plain(columns[name]) for columns in read]
            lacking = any(entry is None for entry in entries)
            found[name] = [entries] if lacking else torch.as_tensor(np.asarray(entries)).unsqueeze(0)
        return found

    def _info(self, found, place: int) -> dict[str, object]:
        told = {"reward_terms": {name: _entry(value, place) for name, value in found.terms.items()}}
        if found.invalid and _entry(found.wrong, place):
            told["reward_invalid"] = found.invalid[0]
        if self.stepper.width:
            told["reward_state"] = self.stepper.shown[0].numpy()
        return told


def _entry(values: torch.Tensor, place: int) -> float:
    """An agent's own entry, or the one for all."""
    return values[0, place].item() if values.dim() > 1 else values[0].item()


def _plain(column: object) -> object:
    """An agent's own entry; what is not finite is null, so that it fails for this agent alone."""
    entry = column[0].numpy() if isinstance(column, torch.Tensor) else column[0]
    if isinstance(entry, float | np.floating) or isinstance(entry, np.ndarray) and entry.dtype.kind == "f":
        return entry if np.isfinite(entry).all() else None
    return entry
