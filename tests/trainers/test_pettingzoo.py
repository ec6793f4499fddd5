"""PettingZoo: a reward for each agent from one spec, against the same by hand."""

import pytest
import torch

import rewardlang as rl

zoo = pytest.importorskip("pettingzoo", reason="PettingZoo is not installed here: `make trainers` does it")

import tiny_agents  # noqa: E402
from pettingzoo.test import parallel_api_test  # noqa: E402

from rewardlang.trainers.pettingzoo import ParallelReward  # noqa: E402

SPEC = """
setting episodic
axis agent = 2
input place : float[step, agent]
input fuel : float[step, agent] = 0
let middle = mean(place over agent)
reward = {
    near: -abs(place - middle)
    far:  0.1 * place
}
"""


def made(**options):
    return ParallelReward(tiny_agents.Walkers(), rl.compile(text=SPEC), {"place": "observation[0]"}, **options)


def test_it_passes_the_checker_of_pettingzoo():
    parallel_api_test(made(), num_cycles=50)


def test_each_agent_has_its_own_reward():
    env = made()
    env.reset(seed=0)
    for _ in range(5):
        seen, rewards, *_, infos = env.step({"left": 0, "right": 2})
        places = {agent: float(seen[agent][0]) for agent in env.agents}
        middle = sum(places.values()) / 2
        for agent, place in places.items():
            assert rewards[agent] == pytest.approx(-abs(place - middle) + 0.1 * place, abs=1e-5)
            assert infos[agent]["reward_terms"]["far"] == pytest.approx(0.1 * place)


def test_one_reward_for_all():
    spec = "setting episodic\naxis agent = 2\ninput place : float[step, agent]\nreward = max(place over agent)\noutput done = reward >= 2"
    env = ParallelReward(tiny_agents.Walkers(), rl.compile(text=spec), {"place": "observation[0]"})
    env.reset()
    for step in (1, 2):
        _, rewards, ended, _, _ = env.step({"left": 0, "right": 2})
        assert rewards == {"left": step, "right": step} and all(ended.values()) == (step == 2)
    assert env.agents == []


def test_each_agent_has_the_sums_of_its_episode():
    env = made()
    env.reset()
    earned = dict.fromkeys(env.possible_agents, 0.0)
    while env.agents:
        _, rewards, _, _, infos = env.step({"left": 0, "right": 2})
        earned = {agent: earned[agent] + reward for agent, reward in rewards.items()}
    for agent, sign in (("left", -1), ("right", 1)):
        told = infos[agent]["reward_log"]
        assert told["Episode_Reward/total"] == pytest.approx(earned[agent], rel=1e-5)
        assert told["Episode_Reward/far"] == pytest.approx(sign * 0.1 * sum(range(1, 21)), rel=1e-5)
        assert told["Episode_Invalid/steps"] == 0


def test_what_is_no_number_for_one_agent_fails_for_it_alone():
    from rewardlang.trainers import pettingzoo as reader
    assert reader._plain([float("nan")]) is None and reader._plain([2.0]) == 2.0 and reader._plain([True]) is True
    assert reader._plain(torch.tensor([[1.0, float("inf")]])) is None
    assert reader._plain(torch.tensor([[1, 2]])).tolist() == [1, 2]
