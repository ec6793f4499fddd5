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
    trip = rl.compile(Path(__file__).with_name("trip.rwd"))
    reward = RewardTransform(trip, {"place": "observation.observation[0]"}, discount=0.99)
    seen = Compose(reward, CatTensors(["observation", "reward_state"], "seen", del_keys=False))
    env = TransformedEnv(GymWrapper(Line(20)), seen)
    net = TensorDictModule(nn.Sequential(nn.LazyLinear(32), nn.Tanh(), nn.Linear(32, 3)), ["seen"], ["logits"])
    how = {"distribution_class": OneHotCategorical, "default_interaction_type": InteractionType.RANDOM}
    policy = ProbabilisticActor(net, in_keys=["logits"], **how)
    policy(env.reset())
    optimiser, returns, baseline = torch.optim.Adam(policy.parameters(), 2e-2), [], 0.0
    for _ in range(episodes):
        played = env.rollout(20, policy)
        ahead = played["next", "reward"].flatten().flip(0).cumsum(0).flip(0)
        returns.append(ahead[0].item())
        optimiser.zero_grad()
        (-policy.get_dist(played).log_prob(played["action"]) * (ahead - baseline)).mean().backward()
        optimiser.step()
        baseline += 0.1 * (ahead.mean().item() - baseline)
    return sum(returns[:10]) / 10, sum(returns[-10:]) / 10


if __name__ == "__main__":
    print("mean return of the first ten and of the last ten episodes:", *main())
