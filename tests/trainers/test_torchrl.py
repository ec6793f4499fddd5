"""TorchRL: specs with proved bounds, rollouts against gymnasium's wrapper, and a few steps of its own training."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

import rewardlang as rl

gym = pytest.importorskip("gymnasium", reason="gymnasium is not installed here: `make trainers` does it")
torchrl = pytest.importorskip("torchrl.envs", reason="TorchRL is not installed here: `make trainers` does it")

import tiny_line  # noqa: E402
from torchrl.data import Bounded  # noqa: E402
from torchrl.envs.utils import check_env_specs  # noqa: E402

from rewardlang.trainers.gymnasium import RewardWrapper  # noqa: E402
from rewardlang.trainers.refuse import TrainerError  # noqa: E402
from rewardlang.trainers.torchrl import RewardTransform  # noqa: E402

TRIP = Path(tiny_line.__file__).with_name("trip.rwd")
PATHS = {"place": "observation.observation[0]"}


def single(**options):
    base = torchrl.GymWrapper(tiny_line.Line(30))
    return torchrl.TransformedEnv(base, RewardTransform(rl.compile(TRIP), PATHS, **options))


def test_its_own_check_of_specs_passes():
    check_env_specs(single())


def test_the_reward_spec_is_bounded_where_that_is_proved():
    spec = "setting episodic\ninput place : float[step] in [-10, 10]\nreward = place / 5"
    base = torchrl.GymWrapper(tiny_line.Line(30))
    env = torchrl.TransformedEnv(base, RewardTransform(rl.compile(text=spec), PATHS))
    assert isinstance(env.reward_spec, Bounded)
    assert env.reward_spec.space.low.item() == -2 and env.reward_spec.space.high.item() == 2
    check_env_specs(env)
    assert not isinstance(single().reward_spec, Bounded)


def test_rollouts_earn_what_the_wrapper_of_gymnasium_gives():
    torch.manual_seed(0)
    env, hand = single(), RewardWrapper(tiny_line.Line(30), rl.compile(TRIP), {"place": "observation[0]"})
    for _ in range(5):
        seen, _ = hand.reset()
        found = env.rollout(40)
        for step in found.unbind(-1):
            assert step["reward_state"].tolist() == seen[1:].tolist()
            seen, reward, ended, cut, info = hand.step(int(step["action"].argmax()))
            assert step["next", "reward"].item() == pytest.approx(reward, rel=1e-5)
            assert step["next", "reward_terms", "trip"].item() == pytest.approx(info["reward_terms"]["trip"])
            assert (step["next", "terminated"].item(), step["next", "done"].item()) == (ended, ended or cut)
        assert ended or cut


def test_batched_environments_begin_anew_one_by_one():
    base = torchrl.SerialEnv(3, [lambda limit=limit: torchrl.GymWrapper(tiny_line.Line(limit)) for limit in (4, 7, 30)])
    env = torchrl.TransformedEnv(base, RewardTransform(rl.compile(TRIP), PATHS, size=3))
    torch.manual_seed(1)
    found = env.rollout(40, break_when_any_done=False)
    for row in found.unbind(0):
        place, before, state = None, 0.0, "out"
        for step in row.unbind(0):
            place = step["next", "observation"].item()
            before = step["observation"].item()
            state = ("out", "back", "home")[_kinds().index(int(step["reward_state"].argmax()))]
            pays = 1 if state == "out" and place >= 3 else 2 if state == "back" and place <= 1 else -0.1
            assert step["next", "reward"].item() == pytest.approx(pays + 0.01 * (place - before), abs=1e-5)
    with pytest.raises(TrainerError, match="made for 1 environments.*say `size=`"):
        torchrl.TransformedEnv(base, RewardTransform(rl.compile(TRIP), PATHS)).rollout(2)


@cache
def _kinds():
    """Which of the numbers stands for out, back and home."""
    hand = RewardWrapper(tiny_line.Line(30), rl.compile(TRIP), {"place": "observation[0]"})
    seen = [hand.reset()[0]] + [hand.step(action)[0] for action in (2, 2, 2, 0, 0)]
    return [int(np.argmax(seen[step][1:])) for step in (0, 3, 5)]


@pytest.mark.slow
def test_it_learns_the_trip(example):
    first, last = example("torchrl_reinforce").main()
    assert last >= first + 0.8
