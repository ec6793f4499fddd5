"""Stable-Baselines3: its own vector environments with a spec's reward against gymnasium's wrapper, and PPO learning from it."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

import rewardlang as rl

gym = pytest.importorskip("gymnasium", reason="gymnasium is not installed here: `make trainers` does it")
common = pytest.importorskip("stable_baselines3.common.vec_env", reason="SB3 is not installed here: `make trainers` does it")

import tiny_line  # noqa: E402

from rewardlang.trainers.gymnasium import RewardWrapper  # noqa: E402
from rewardlang.trainers.sb3 import RewardVecWrapper  # noqa: E402

TRIP = Path(tiny_line.__file__).with_name("trip.rwd")
PATHS = {"place": "observation[0]"}


@pytest.mark.parametrize("observe", ["append", "dict"])
def test_it_is_single_environments_side_by_side(observe):
    reward, limits = rl.compile(TRIP), [6, 30, 11]
    vector = RewardVecWrapper(common.DummyVecEnv([partial(tiny_line.Line, limit) for limit in limits]), reward, PATHS, observe=observe)
    singles = [RewardWrapper(tiny_line.Line(limit), reward, PATHS, observe=observe) for limit in limits]
    seen = vector.reset()
    lasts = [single.reset()[0] for single in singles]
    draw, ended_by_spec = np.random.default_rng(3), 0

    def same(found, row, wanted):
        if observe == "dict":
            return all(found[name][row].tolist() == wanted[name].tolist() for name in wanted)
        return found[row].tolist() == wanted.tolist()

    for _ in range(150):
        assert all(same(seen, row, last) for row, last in enumerate(lasts))
        actions = draw.choice(3, 3, p=[0.3, 0.1, 0.6])
        seen, rewards, over, infos = vector.step(actions)
        for row, single in enumerate(singles):
            lasts[row], wanted, ended, cut, told = single.step(actions[row])
            assert rewards[row] == pytest.approx(wanted) and over[row] == (ended or cut)
            assert infos[row]["reward_terms"] == pytest.approx(told["reward_terms"])
            if over[row]:
                last = infos[row]["terminal_observation"]
                assert same({k: v[None] for k, v in last.items()} if observe == "dict" else last[None], 0, lasts[row])
                assert infos[row]["TimeLimit.truncated"] == (cut and not ended)
                assert infos[row]["episode"]["r"] == pytest.approx(told["reward_log"]["Episode_Reward/total"], rel=1e-5)
                ended_by_spec += ended and single.unwrapped.place <= 5
                lasts[row] = single.reset()[0]
    assert ended_by_spec > 0


@pytest.mark.slow
def test_ppo_learns_the_trip(example):
    first, last = example("sb3_ppo").main()
    # Wandering earns about 1; straight out and home is 2.71.
    assert last >= first + 0.8 and last >= 2
