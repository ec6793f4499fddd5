"""How a policy is shown what a reward remembers: behind its observation, or beside it in a dict."""

from collections.abc import Mapping

import numpy as np
from gymnasium import spaces

from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.steps import Slot, Stepper

#: `append` puts it behind a flat Box, `dict` under `KEY` of a Dict; None hides it.
WAYS = ("append", "dict", None)
KEY = "reward_state"


def check_way(way: str | None) -> None:
    """Raise TrainerError for a way that there is not."""
    if way not in WAYS:
        raise TrainerError(f"`observe` is \"append\", \"dict\" or None, and not {way!r}")


class Observer:
    """Makes the observations of a policy from those of the environment; nothing changes where there is nothing to show."""

    def __init__(self, space: spaces.Space, stepper: Stepper, way: str | None, copies: int | None = None):
        self.way = way if stepper.width else None
        self.copies = copies
        if self.way == "append" and not (isinstance(space, spaces.Box) and len(space.shape) == 1 + (copies is not None)):
            raise TrainerError(f"the state cannot stand behind an observation of {space}: use `observe=\"dict\"`")
        self.space = self._space(space, stepper.slots)

    def _space(self, space: spaces.Space, slots: tuple[Slot, ...]) -> spaces.Space:
        if self.way is None:
            return space
        low = np.concatenate([np.full(slot.width, slot.low) for slot in slots]).astype(np.float32)
        high = np.concatenate([np.full(slot.width, slot.high) for slot in slots]).astype(np.float32)
        if self.copies is not None:
            low, high = (np.broadcast_to(end, (self.copies, len(end))) for end in (low, high))
        if self.way == "dict":
            inner = space.spaces if isinstance(space, spaces.Dict) else {"observation": space}
            return spaces.Dict({**inner, KEY: spaces.Box(low, high, dtype=np.float32)})
        dtype = space.dtype if space.dtype.kind == "f" else np.dtype(np.float32)
        low, high = (np.concatenate([a, b], -1).astype(dtype) for a, b in ((space.low, low), (space.high, high)))
        return spaces.Box(low, high, dtype=dtype)

    def of(self, observation: object, shown: np.ndarray) -> object:
        """What the policy sees; `shown` is a row for each environment (one row for a single one)."""
        if self.way is None:
            return observation
        shown = shown if self.copies is not None else shown[0]
        if self.way == "dict":
            inner = observation if isinstance(observation, Mapping) else {"observation": observation}
            return {**inner, KEY: shown}
        return np.concatenate([observation, shown], -1).astype(self.space.dtype)
