"""REINFORCE in TorchRL on a spec's reward: its terms are in the tensordict, and its state is what the policy sees."""

from pathlib import Path

import torch
from tensordict.nn import InteractionType, TensorDictModule
from tiny_line import Line
from torch import nn
from torchrl.envs import CatTensors, Compose, GymWrapper, TransformedEnv
from torchrl.modules import OneHotCategorical, ProbabilisticActor

import rewardlang as rl
from rewardlang.trainers.torchrl import RewardTransform


def main(episodes: int = 120, seed: int = 0) -> tuple[float, float]:
    """The mean return of the first ten episodes and of the last ten."""
    torch.manual_seed(seed)
    spec = rl.compile(Path(__file__).with_name("trip.rwd"))
    reward = RewardTransform(spec, {"place": "observation.observation[0]"}, discount=0.99)
    seen = CatTensors(["observation", "reward_state"], "seen", del_keys=False)
    env = TransformedEnv(GymWrapper(Line(20)), Compose(reward, seen))
    net = TensorDictModule(nn.Sequential(nn.LazyLinear(32), nn.Tanh(), nn.Linear(32, 3)), ["seen"], ["logits"])
    policy = ProbabilisticActor(net, in_keys=["logits"], distribution_class=OneHotCategorical,
                                default_interaction_type=InteractionType.RANDOM)
    policy(env.reset())
    optimiser, returns, baseline = torch.optim.Adam(policy.parameters(), 2e-2), [], 0.0
    for _ in range(episodes):
        played = env.rollout(20, policy)
        rewards = played["next", "reward"].flatten()
        returns.append(rewards.sum().item())
        ahead = rewards.flip(0).cumsum(0).flip(0)
        optimiser.zero_grad()
        (-policy.get_dist(played).log_prob(played["action"]) * (ahead - baseline)).mean().backward()
        optimiser.step()
        baseline = 0.9 * baseline + 0.1 * ahead.mean().item()
    return sum(returns[:10]) / 10, sum(returns[-10:]) / 10


if __name__ == "__main__":
    print("mean return of the first episodes {:.2f}, of the last {:.2f}".format(*main()))
