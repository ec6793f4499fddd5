"""A vector of environments of gymnasium with a reward machine: the policy sees the machine, the spec ends the episode."""

from functools import partial
from pathlib import Path

import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from tiny_line import Line

import rewardlang as rl
from rewardlang.trainers.gymnasium import VectorRewardWrapper


def main(steps: int = 200, size: int = 8) -> float:
    """The mean return of a policy that goes out while the machine says `out`, and then home."""
    reward = rl.compile(Path(__file__).with_name("trip.rwd"))
    lines = SyncVectorEnv([partial(Line, 50)] * size, autoreset_mode=AutoresetMode.DISABLED)
    env = VectorRewardWrapper(lines, reward, {"place": "observation[0]"}, discount=0.99)
    seen, _ = env.reset(seed=0)
    returns = []
    for _ in range(steps):
        out = seen[:, 1] == 1          # the first place of the machine, behind the observation
        seen, rewards, ended, cut, info = env.step(np.where(out, 2, 0))
        if "reward_log" in info:
            returns += info["reward_log"]["Episode_Reward/total"][info["_reward_log"]].tolist()
    return float(np.mean(returns))


if __name__ == "__main__":
    print(f"mean return {main():.2f}")
