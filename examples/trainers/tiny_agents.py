"""Two walkers on lines of their own, for the example of several agents."""

import gymnasium as gym
import numpy as np
from pettingzoo import ParallelEnv


class Walkers(ParallelEnv):
    """`left` and `right` step by -1, 0 or 1; both are cut off after 20 steps."""

    metadata = {"name": "walkers_v0"}
    possible_agents = ["left", "right"]

    def observation_space(self, agent):
        return self.observation_spaces[agent]

    def action_space(self, agent):
        return self.action_spaces[agent]

    def __init__(self):
        self.observation_spaces = {agent: gym.spaces.Box(-30, 30, (1,), np.float32) for agent in self.possible_agents}
        self.action_spaces = {agent: gym.spaces.Discrete(3) for agent in self.possible_agents}

    def reset(self, seed=None, options=None):
        self.agents, self.steps, self.places = list(self.possible_agents), 0, dict.fromkeys(self.possible_agents, 0)
        return self._seen(), {agent: {} for agent in self.agents}

    def _seen(self):
        return {agent: np.array([self.places[agent]], np.float32) for agent in self.agents}

    def step(self, actions):
        self.steps += 1
        for agent, action in actions.items():
            self.places[agent] += int(action) - 1
        seen, cut = self._seen(), dict.fromkeys(self.agents, self.steps >= 20)
        told = seen, dict.fromkeys(self.agents, 0.0), dict.fromkeys(self.agents, False), cut, {agent: {} for agent in self.agents}
        if self.steps >= 20:
            self.agents = []
        return told
