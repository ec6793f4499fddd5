"""A manager by Isaac Lab's conventions: terms, sums over episodes, scaling by dt, and environments that begin anew."""

from types import SimpleNamespace

import pytest
import torch

import rewardlang as rl
from rewardlang.trainers.isaaclab import RewardManager
from rewardlang.trainers.refuse import TrainerError

SPEC = """
setting episodic
input speed : float[step] in [0, 2]
input fallen : bool[step]
let still : int[step] in [0, 3] = gate speed < 0.1 { min(prev(still, 0) + 1, 3) } else 0
reward = {
    speed: speed
    still: -0.5 * still
}
output done = fallen
"""


def manager(env, **options):
    return RewardManager(rl.compile(text=SPEC), env, {"speed": lambda env: env.speed, "fallen": lambda env: env.fallen}, **options)


def world():
    return SimpleNamespace(num_envs=3, device="cpu", max_episode_length_s=2.0, speed=torch.tensor([1.0, 0.0, 2.0]),
                           fallen=torch.tensor([False, False, True]))


def test_terms_sums_and_dt():
    env = world()
    made = manager(env)
    assert made.active_terms == ["speed", "still"]
    assert made.compute(0.5).tolist() == [0.5, -0.25, 1.0]
    assert made.compute(0.5).tolist() == [0.5, -0.5, 1.0]
    assert made.done.tolist() == [False, False, True] and made.state.tolist() == [[0], [2], [0]]
    assert made.get_active_iterable_terms(1) == [("speed", [0.0]), ("still", [-1.0])]
    logged = made.reset([1, 2])
    assert logged["Episode_Reward/speed"].item() == pytest.approx((0 + 2.0) / 2 / 2)
    assert logged["Episode_Reward/still"].item() == pytest.approx((-0.75 + 0) / 2 / 2)
    assert made.compute(0.5).tolist() == [0.5, -0.25, 1.0]
    assert made.reset()["Episode_Reward/total"].item() == pytest.approx((1.5 - 0.25 + 1.0) / 3 / 2)


def test_without_scaling_and_with_failures():
    env = world()
    env.speed = torch.tensor([1.0, float("nan"), 5.0])
    made = manager(env, scale_by_dt=False, invalid=-1.0)
    assert made.compute(0.02).tolist() == [1, -1, -1]
    assert made.stepper.failures == 2 and made.reset()["Episode_Invalid/steps"].item() == pytest.approx(2 / 3)


def test_a_policy_that_does_not_see_the_state_is_refused():
    with pytest.raises(TrainerError, match="Isaac Lab cannot serve this reward:\n  - the reward rests on `still`"):
        manager(world(), sees_state=False)
