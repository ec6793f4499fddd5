"""TorchRL: a transform that puts the reward of a spec, with its proved range, in place of the environment's own."""

from collections.abc import Collection, Mapping

import torch
from tensordict import TensorDictBase
from torch import Tensor
from torchrl.data import Binary, Bounded, Composite, Unbounded
from torchrl.envs.transforms import Transform

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.observing import KEY
from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.steps import Stepper
from rewardlang.trainers.transitions import Path, Reader, Transition


class RewardTransform(Transform):
    """The reward of a spec for an environment, single or batched along one dimension.

    `columns` says where inputs are, by paths into the tensordict: `{"speed": "observation.observation[2]"}`, where the first
    word is one of `observation` (the next tensordict), `before` (the one before the step), `action`, `reward`. What a policy
    must see is `reward_state`, a float vector beside the observations; each term is `("next", "reward_terms", TERM)`, and
    `("next", "reward_invalid")` tells where there was no reward. `reward_spec` is Bounded where a finite range was proved.
    The spec's `done` sets `done` and `terminated`. `size` is the number of environments.
    """

    def __init__(self, reward: CompiledReward, columns: Mapping[str, Path] | None = None, *, size: int = 1,
                 discount: float | None = None, invalid: float = 0.0, device: torch.device | str = "cpu"):
        super().__init__(in_keys=["reward"], out_keys=["reward"])
        self.stepper = Stepper(reward, "torchrl", size, sees_state=True, discount=discount, invalid=invalid, device=device)
        self._reader = Reader(reward.spec, columns, infos=False)

    def _step(self, tensordict: TensorDictBase, next_tensordict: TensorDictBase) -> TensorDictBase:
        """The reward of the step, and what the policy must see after it."""
        shape = self._checked(tensordict.batch_size)
        ended = next_tensordict.get("terminated").reshape(-1)
        told = Transition(*(self._rows(part, shape) for part in (tensordict, tensordict.get("action"), next_tensordict)),
                          reward=self._rows(next_tensordict.get("reward", None), shape))
        found = self.stepper.step(self._reader.columns(told), ended)
        next_tensordict.set("reward", found.reward.float().reshape(*shape, 1))
        self._show(next_tensordict, found.terms, found.invalid)
        if found.done is not None:
            for name in ("terminated", "done"):
                next_tensordict.set(name, next_tensordict.get(name) | found.done.reshape(*shape, 1))
        return next_tensordict

    def _reset(self, tensordict: TensorDictBase, tensordict_reset: TensorDictBase) -> TensorDictBase:
        """New episodes, of those environments that begin anew."""
        self._checked(tensordict_reset.batch_size)
        mask = None if tensordict is None else tensordict.get("_reset", None)
        self.stepper.begin(None if mask is None else mask.reshape(-1))
        self._show(tensordict_reset, {name: torch.zeros(self.stepper.size) for name in self.stepper.terms}, ())
        return tensordict_reset

    def _show(self, tensordict: TensorDictBase, terms: Mapping[str, Tensor], failed: Collection[int]) -> None:
        """What stands beside the observations."""
        shape, device = (*tensordict.batch_size, 1), tensordict.device
        for name, value in terms.items():
            tensordict.set(("reward_terms", name), value.float().reshape(shape).to(device))
        marks = torch.zeros(self.stepper.size, dtype=torch.bool, device=device)
        marks[list(failed)] = True
        tensordict.set("reward_invalid", marks.reshape(shape))
        if self.stepper.width:
            tensordict.set(KEY, self.stepper.shown.reshape(*tensordict.batch_size, self.stepper.width).clone())

    def _checked(self, shape: torch.Size) -> torch.Size:
        if len(shape) > 1 or shape.numel() != self.stepper.size:
            raise TrainerError(f"this transform was made for {self.stepper.size} environments, and there are {tuple(shape)}: "
                               "say `size=`")
        return shape

    def _rows(self, part: object, shape: torch.Size) -> object:
        """A part with one dimension for the environments."""
        if isinstance(part, TensorDictBase):
            return {name: self._rows(part.get(name), shape) for name in part.keys() if name != "next"}
        return part if part is None or shape else part.unsqueeze(0)

    def transform_reward_spec(self, reward_spec):
        """Bounded by what was proved of the reward, one number an environment."""
        low, high = float(self.stepper.bounds.lo), float(self.stepper.bounds.hi)
        shape = torch.Size((*self._parent_shape(), 1))
        finite = Tensor([low, high]).isfinite().all()
        made = Bounded(low, high, shape, dtype=torch.float32) if finite else Unbounded(shape, dtype=torch.float32)
        if not isinstance(reward_spec, Composite):
            return made.to(reward_spec.device)
        reward_spec["reward"] = made.to(reward_spec.device)
        return reward_spec

    def transform_observation_spec(self, observation_spec: Composite) -> Composite:
        """What is beside the observations: the state, the terms, and where there was no reward."""
        shape = self._parent_shape()
        if self.stepper.width:
            low, high = (torch.cat([torch.full((slot.width,), end(slot)) for slot in self.stepper.slots]).expand(*shape, -1)
                         for end in (lambda slot: slot.low, lambda slot: slot.high))
            observation_spec[KEY] = Bounded(low, high, torch.Size((*shape, self.stepper.width)), dtype=torch.float32)
        for name in self.stepper.terms:
            observation_spec["reward_terms", name] = Unbounded(torch.Size((*shape, 1)), dtype=torch.float32)
        observation_spec["reward_invalid"] = Binary(1, torch.Size((*shape, 1)), dtype=torch.bool)
        return observation_spec

    def _parent_shape(self) -> torch.Size:
        return torch.Size(()) if self.parent is None else self.parent.batch_size
