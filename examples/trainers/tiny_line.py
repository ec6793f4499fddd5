"""A line to walk along, for the examples of control."""

import gymnasium as gym
import numpy as np


class Line(gym.Env):
    """Walks along a line by -1, 0 or 1; ends beyond 5, and is cut off after `limit` steps."""

    observation_space = gym.spaces.Box(-10, 10, (1,), np.float32)
    action_space = gym.spaces.Discrete(3)

    def __init__(self, limit: int = 100):
        self.limit = limit

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place, self.steps = 0, 0
        return np.array([0], np.float32), {}

    def step(self, action):
        self.place += int(action) - 1
        self.steps += 1
        return np.array([self.place], np.float32), 7.0, self.place > 5, self.steps >= self.limit, {"steps": self.steps}
