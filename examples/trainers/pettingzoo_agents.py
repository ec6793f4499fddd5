"""Two agents of PettingZoo, each with its own reward: go far, and stay together."""

from tiny_agents import Walkers

import rewardlang as rl
from rewardlang.trainers.pettingzoo import ParallelReward

SPEC = """
setting episodic
axis agent = 2
input place : float[step, agent] in [-30, 30]
let middle = mean(place over agent)
reward = {
    far:      0.1 * place
    together: -abs(place - middle)
}
"""


def main() -> dict[str, float]:
    """What each agent earns in an episode in which one goes on and the other stays."""
    env = ParallelReward(Walkers(), rl.compile(text=SPEC), {"place": "observation[0]"})
    env.reset()
    earned = dict.fromkeys(env.possible_agents, 0.0)
    while env.agents:
        _, rewards, _, _, _ = env.step({"left": 1, "right": 2})
        earned = {agent: earned[agent] + reward for agent, reward in rewards.items()}
    return earned


if __name__ == "__main__":
    print(main())
