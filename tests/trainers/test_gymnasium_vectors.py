"""Vectors of nested observations and infos that come and go, against single environments and against scoring whole episodes."""

import copy
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import rewardlang as rl

gym = pytest.importorskip("gymnasium", reason="gymnasium is not installed here: `make trainers` does it")

from gymnasium import spaces  # noqa: E402
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv  # noqa: E402

from rewardlang.trainers.gymnasium import RewardWrapper, VectorRewardWrapper  # noqa: E402

#: Of every kind of observation, action and info: an array in a dict, a number in a tuple, an info at some steps, a nested one, a word.
SPEC = """
setting episodic horizon 50
input angle : float[step] in [-4, 4]
input gear : int[step] in [0, 3]
input push : float[step] in [-1, 1]
input own : float[step]
input fell : bool[step]
input lap : float[step] in [0, 100]
input heat : float[step] = 0
input word : text[step]
machine twice {
    start none
    none -> once when gear >= 2 : +1
    once -> done when gear == 0 : +2
    otherwise stay : 0
    final done
}
reward = {
    angle: -abs(angle) * (1 + push)
    lap:   (lap ?? 10) / 10
    heat:  -heat
    word:  word == "go"
    fell:  -5 * fell
    trip:  twice.reward
    turn:  0.5 * delta(angle, 0)
    own:   0.1 * own
}
"""
PATHS = {"angle": 'observation["pose"][1]', "gear": "observation.rest[0]", "push": "action[0]", "own": "reward", "fell": "terminated",
         "lap": "info.lap.time", "heat": "info.heat", "word": "info.word"}


class Car(gym.Env):
    """Draws everything from its seed; ends by itself, or is cut off after `limit` steps."""

    observation_space = spaces.Dict({"pose": spaces.Box(-4, 4, (2,), np.float64), "rest": spaces.Tuple(
        (spaces.Discrete(4), spaces.Box(0, 1, (1,), np.float32)))})
    action_space = spaces.Box(-1, 1, (1,), np.float64)

    def __init__(self, seed, limit):
        self.draw, self.limit = np.random.default_rng(seed), limit

    def _seen(self):
        return {"pose": self.draw.uniform(-4, 4, 2), "rest": (int(self.draw.integers(4)), self.draw.random(1).astype(np.float32))}

    def _info(self):
        found = {"word": str(self.draw.choice(["go", "stop"]))}
        if self.draw.random() < 0.5:
            found["lap"] = {"time": float(self.draw.uniform(0, 100))}
        if self.draw.random() < 0.1:
            found["heat"] = 1.0
        return found

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self._seen(), self._info()

    def step(self, action):
        self.steps += 1
        return self._seen(), float(self.draw.random()), bool(self.draw.random() < 0.1), self.steps >= self.limit, self._info()


def episodes_of(env, actions, count):
    """What a single wrapped environment tells of its episodes, and the columns that were read."""
    found = []
    env.reset()
    rewards, rows, step = [], {name: [] for name in PATHS}, 0
    while len(found) < count:
        action = actions[step]
        seen, reward, ended, cut, info = env.step(action)
        inner = seen["pose"][1], seen["rest"][0], action[0], None, ended, info.get("lap", {}).get("time"), info.get("heat"), info["word"]
        for name, value in zip(PATHS, inner, strict=True):
            rows[name].append(value)
        rows["own"][-1] = env.own
        rewards.append(reward)
        step += 1
        if ended or cut:
            found.append((rewards, rows))
            rewards, rows = [], {name: [] for name in PATHS}
            env.reset()
    return found


class Noting(gym.Wrapper):
    """Keeps the environment's own reward of the last step."""

    def step(self, action):
        told = self.env.step(action)
        self.own = told[1]
        return told


def test_steps_add_up_to_the_batch_of_their_episodes():
    noting = Noting(Car(5, 12))
    env = RewardWrapper(noting, rl.compile(text=SPEC), PATHS, observe="dict")
    actions = np.random.default_rng(1).uniform(-1, 1, (400, 1))

    class Own:
        reset, step = env.reset, env.step
        own = property(lambda _: noting.own)

    found = episodes_of(Own(), actions, 12)
    assert len({len(rewards) for rewards, _ in found}) > 3
    columns = {name: [rows[name] for _, rows in found] for name in PATHS}
    columns["heat"] = [[0.0 if value is None else value for value in row] for row in columns["heat"]]
    whole = rl.compile(text=SPEC)(columns)
    for row, (rewards, _) in enumerate(found):
        assert rewards == pytest.approx(whole.reward[row, : len(rewards)].tolist(), abs=1e-5)


@pytest.mark.parametrize("kind", [SyncVectorEnv, AsyncVectorEnv])
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_vectors_are_their_environments_side_by_side(mode, kind):
    reward, limits = rl.compile(text=SPEC), [5, 9, 14]
    cars = [partial(Car, seed, limit) for seed, limit in enumerate(limits)]
    vector = VectorRewardWrapper(kind(cars, autoreset_mode=mode), reward, PATHS, observe="dict")
    singles = [RewardWrapper(Car(seed, limit), reward, PATHS, observe="dict") for seed, limit in enumerate(limits)]
    seen, _ = vector.reset()
    assert vector.observation_space.contains(seen)
    for single in singles:
        single.reset()
    draw, over, ends = np.random.default_rng(0), [False] * 3, 0
    for _ in range(60):
        actions = draw.uniform(-1, 1, (3, 1))
        seen, rewards, ended, cut, info = vector.step(actions)
        for row, single in enumerate(singles):
            if over[row] and mode is AutoresetMode.NEXT_STEP:
                wanted, over[row] = single.reset()[0], False
                assert rewards[row] == 0
            else:
                wanted, reward, end, stop, told = single.step(actions[row])
                assert rewards[row] == pytest.approx(reward, abs=1e-5) and (ended[row], cut[row]) == (end, stop)
                assert {name: values[row] for name, values in info["reward_terms"].items()} == pytest.approx(told["reward_terms"], abs=1e-5)
                assert ("reward_invalid" in told) == bool("reward_invalid" in info and info["reward_invalid"][row])
                over[row], ends = end or stop, ends + (end or stop)
                if over[row] and mode is not AutoresetMode.NEXT_STEP:
                    wanted, over[row] = single.reset()[0], False
            assert seen["reward_state"][row].tolist() == wanted["reward_state"].tolist()
            assert seen["pose"][row].tolist() == wanted["pose"].tolist() and seen["rest"][0][row] == wanted["rest"][0]
    assert ends > 12
    vector.close()


TRIP = (Path(__file__).resolve().parents[2] / "examples" / "trainers" / "trip.rwd").read_text(encoding="utf-8")


def line(reward=None):
    """A wrapped line, made where it is used: in a process of its own."""
    import tiny_line
    return RewardWrapper(tiny_line.Line(8), reward or rl.compile(text=TRIP), {"place": "observation[0]"}, observe="append")


def test_a_wrapped_environment_goes_into_processes_of_its_own():
    """The reward is pickled into each of them."""
    reward = rl.compile(text=TRIP)
    outside, inside = (kind([partial(line, reward)] * 2) for kind in (SyncVectorEnv, AsyncVectorEnv))
    assert np.array_equal(outside.reset(seed=0)[0], inside.reset(seed=0)[0])
    for action in (2, 2, 2, 0, 0, 1, 2, 0, 2):
        one, other = outside.step(np.array([action, 2])), inside.step(np.array([action, 2]))
        for mine, theirs in zip(one[:4], other[:4], strict=True):
            assert np.array_equal(mine, theirs)
    inside.close()


@pytest.mark.parametrize("how", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_in_the_middle_of_an_episode_goes_on_alike(how):
    env = line()
    env.reset()
    for action in (2, 2, 2, 0):
        env.step(action)
    other = how(env)
    for action in (0, 1, 2):
        one, two = env.step(action), other.step(action)
        assert one[0].tolist() == two[0].tolist() and one[1:4] == two[1:4] and one[4]["reward_terms"] == two[4]["reward_terms"]
