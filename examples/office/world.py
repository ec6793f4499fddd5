"""Many office worlds side by side as a gymnasium environment: cells to walk on, labels to see, a reward machine that pays."""

import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from rewardlang.analysis.machines import Tracker

#: `#` wall, `A` where runs begin, `c` coffee, `p` post, `o` office, `*` a plant. Coffee and post lie at the ends of blind alleys.
PLAN = """
###########
#c...#...p#
####.#.####
#.........#
#.*..A..*.#
#....o....#
###########
"""
LABELS = {"coffee": "c", "post": "p", "office": "o", "plant": "*"}
#: North, south, west and east: rows and columns that an action goes on by.
MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))


class OfficeWorlds(VectorEnv):
    """`worlds` copies. An observation is [worlds, 2]: the number of a cell, and of the machine's state.

    `info` has the labels [worlds] of the cells that were entered, by name. A world that has ended is begun anew by
    `reset(options={"reset_mask": …})`; an episode is cut after `limit` steps.
    """

    metadata = {"autoreset_mode": AutoresetMode.DISABLED}

    def __init__(self, tracker: Tracker, worlds: int, limit: int = 100):
        rows = PLAN.split()
        places = [(y, x) for y, row in enumerate(rows) for x, sign in enumerate(row) if sign != "#"]
        number = {place: cell for cell, place in enumerate(places)}
        self.next = np.array([[number.get((y + down, x + right), cell) for down, right in MOVES]
                              for cell, (y, x) in enumerate(places)])
        self.labels = {name: np.array([rows[y][x] == sign for y, x in places]) for name, sign in LABELS.items()}
        self.first = next(cell for cell, (y, x) in enumerate(places) if rows[y][x] == "A")
        self.tracker, self.num_envs, self.limit = tracker, worlds, limit
        self.single_observation_space = MultiDiscrete([len(places), len(tracker)])
        self.single_action_space = Discrete(len(MOVES))
        self.observation_space = batch_space(self.single_observation_space, worlds)
        self.action_space = batch_space(self.single_action_space, worlds)

    def reset(self, *, seed=None, options=None):
        """Begin anew: all worlds, or those of `options["reset_mask"]` [worlds]."""
        super().reset(seed=seed)
        chosen = (options or {}).get("reset_mask")
        if chosen is None:
            self.cells, self.states, self.clock = (np.zeros(self.num_envs, np.int64) for _ in range(3))
            chosen = np.ones(self.num_envs, bool)
        self.cells[chosen], self.states[chosen], self.clock[chosen] = self.first, self.tracker.start, 0
        return self._seen(), {}

    def step(self, actions):
        """A step of each world: observation, reward, whether the task is over, whether the time is up, and labels."""
        self.cells = self.next[self.cells, actions]
        self.clock += 1
        labels = {name: found[self.cells] for name, found in self.labels.items()}
        self.states, rewards, over = self.tracker.step(self.states, labels)
        return self._seen(), rewards, over, self.clock >= self.limit, labels

    def _seen(self):
        return np.stack([self.cells, self.states], -1)
