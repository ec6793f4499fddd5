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
from rewardlang.trainers.sb3 import RewardCallback, RewardVecWrapper  # noqa: E402

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


def ppo(env, folder=None):
    from stable_baselines3 import PPO
    return PPO("MlpPolicy", env, n_steps=16, batch_size=32, n_epochs=1, gamma=0.99, seed=0, device="cpu", tensorboard_log=folder)


def wrapped(kind=common.DummyVecEnv, text=None, **options):
    reward = rl.compile(TRIP) if text is None else rl.compile(text=text)
    return RewardVecWrapper(kind([partial(tiny_line.Line, 9)] * 2), reward, PATHS, **options)


def test_tensorboard_has_terms_gates_and_failures(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed here")
    text = """
setting episodic
input place : float[step] in [-4, 4]
reward = gate place >= 0 {
    near: -place / 4
} else -1
"""
    model = ppo(wrapped(text=text), str(tmp_path))
    model.learn(256, callback=RewardCallback())
    (file,) = tmp_path.rglob("events.out.tfevents*")
    found = events.EventAccumulator(str(file))
    found.Reload()
    tags = set(found.Tags()["scalars"])
    assert {"Episode_Reward/total", "Episode_Reward/near", "Episode_Reward/else", "Episode_Gate/place >= 0", "Episode_Invalid/steps",
            "rollout/ep_rew_mean"} <= tags
    assert all(0 <= event.value <= 1 for event in found.Scalars("Episode_Gate/place >= 0"))
    texts = {"reward/name/text_summary", "reward/fingerprint/text_summary", "reward/rewardlang/text_summary"}
    assert texts <= set(found.Tags()["tensors"])


def test_figures_of_an_episode_are_those_of_its_steps():
    text = "setting episodic\ninput place : float[step] in [-4, 4]\nreward = gate place >= 0 { near: -place / 4 } else -1"
    env = wrapped(text=text, invalid=-2.0)
    env.reset()
    moves, total = [2, 2, 0, 0, 0, 2, 2, 2, 2], 0.0
    for move in moves:      # 1, 2, 1, 0, -1, 0, 1, 2, 3; the other goes beyond 4 at its fifth step, and ends beyond 5
        _, rewards, over, infos = env.step(np.array([move, 2]))
        total += rewards[0]
        if over[1]:
            other = infos[1]["reward_log"]
    told = infos[0]["reward_log"]
    assert told["Episode_Reward/total"] == pytest.approx(total) and told["Episode_Gate/place >= 0"] == pytest.approx(8 / 9)
    assert told["Episode_Reward/else"] == -1 and told["Episode_Invalid/steps"] == 0
    assert other["Episode_Invalid/steps"] == 2 and other["Episode_Reward/total"] == pytest.approx(-(1 + 2 + 3 + 4) / 4 - 4)
    assert other["Episode_Gate/place >= 0"] == pytest.approx(4 / 6)


def test_training_that_went_on_is_training_without_a_break(tmp_path):
    """Nothing of the reward outlives an episode, so a model that is loaded goes on as the one that was saved."""
    from stable_baselines3 import PPO
    model = ppo(wrapped())
    model.learn(64)
    model.save(tmp_path / "model")
    again = PPO.load(tmp_path / "model", env=wrapped(), device="cpu")
    for each in (model, again):
        each.set_random_seed(3)
        each._last_obs = each.env.reset()
        each._last_episode_starts = np.ones(2, dtype=bool)
        each.learn(64, reset_num_timesteps=False)
    for mine, other in zip(model.policy.parameters(), again.policy.parameters(), strict=True):
        assert np.array_equal(mine.detach().numpy(), other.detach().numpy())


def test_environments_in_processes_of_their_own():
    """The reward is beside them or, wrapped around each, inside them."""
    beside, outside = wrapped(common.SubprocVecEnv), wrapped()
    inside = common.SubprocVecEnv([partial(RewardWrapper, tiny_line.Line(9), rl.compile(TRIP), PATHS)] * 2)
    assert np.array_equal(beside.reset(), outside.reset()) and np.array_equal(inside.reset(), outside.reset())
    for action in (2, 2, 2, 0, 0, 1, 2, 0, 2):
        found = [env.step(np.array([action, 2])) for env in (outside, beside, inside)]
        for other in found[1:]:
            assert all(np.array_equal(mine, theirs) for mine, theirs in zip(found[0][:3], other[:3], strict=True))
    beside.close()
    inside.close()


@pytest.mark.slow
def test_ppo_learns_the_trip(example):
    first, last = example("sb3_ppo").main()
    # Wandering earns about 1; straight out and home is 2.71.
    assert last >= first + 0.8 and last >= 2
