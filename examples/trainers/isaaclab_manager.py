"""A manager of rewards by Isaac Lab's conventions, driven by a world of four carts without Isaac Lab."""

from types import SimpleNamespace

import torch

import rewardlang as rl
from rewardlang.trainers.isaaclab import RewardManager

SPEC = """
setting episodic
input speed : float[step] in [-2, 2]
input fallen : bool[step]
reward = {
    ahead: speed
    calm:  -0.1 * abs(delta(speed, 0))
}
output done = fallen
"""


def main(steps: int = 100, dt: float = 0.02) -> dict[str, float]:
    """What is logged when two of the carts begin anew."""
    env = SimpleNamespace(num_envs=4, device="cpu", max_episode_length_s=2.0)
    columns = {"speed": lambda env: env.speed, "fallen": lambda env: env.speed < -1.9}
    manager = RewardManager(rl.compile(text=SPEC), env, columns)
    draw = torch.Generator().manual_seed(0)
    for _ in range(steps):
        env.speed = torch.rand(4, generator=draw) * 2
        manager.compute(dt)
    return {name: value.item() for name, value in manager.reset([0, 1]).items()}


if __name__ == "__main__":
    print(main())
