"""PPO of Stable-Baselines3 learns a trip with a turning point, which it could not without seeing the machine."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv
from tiny_line import Line

import rewardlang as rl
from rewardlang.trainers.sb3 import RewardVecWrapper


def main(steps: int = 8_000, seed: int = 0) -> tuple[float, float]:
    """The mean return of the first and of the last episodes."""
    reward = rl.compile(Path(__file__).with_name("trip.rwd"))
    env = RewardVecWrapper(DummyVecEnv([partial(Line, 30)] * 8), reward, {"place": "observation[0]"}, discount=0.99)
    model = PPO("MlpPolicy", env, n_steps=128, batch_size=256, gamma=0.99, n_epochs=5, learning_rate=2e-3, seed=seed, device="cpu")
    returns = []
    model.learn(steps, callback=lambda found, _: returns.extend(
        info["episode"]["r"] for info in found["infos"] if "episode" in info) or True)
    part = max(len(returns) // 10, 1)
    return float(np.mean(returns[:part])), float(np.mean(returns[-part:]))


if __name__ == "__main__":
    first, last = main(*map(int, sys.argv[1:]))
    print(f"mean return of the first episodes {first:.2f}, of the last {last:.2f}")
