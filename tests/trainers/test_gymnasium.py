"""Environments of gymnasium with rewards of specs: against rewards by hand, in every mode of beginning anew."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import rewardlang as rl
from rewardlang.trainers.refuse import TrainerError

gym = pytest.importorskip("gymnasium", reason="gymnasium is not installed here: `make trainers` does it")
import tiny_line  # noqa: E402
from gymnasium.utils.env_checker import check_env  # noqa: E402
from gymnasium.vector import AutoresetMode, SyncVectorEnv  # noqa: E402

from rewardlang.trainers.gymnasium import RewardWrapper, VectorRewardWrapper  # noqa: E402

PENDULUM = """
setting episodic horizon 200
input cosine : float[step] in [-1, 1]
input speed : float[step] in [-8, 8]
input torque : float[step] in [-2, 2]
reward = {
    upright: cosine
    calm:   -0.1 * speed ** 2
    effort: -0.001 * torque ** 2
}
"""
PATHS = {"cosine": "observation[0]", "speed": "observation[2]", "torque": "action[0]"}

COUNTING = Path(tiny_line.__file__).with_name("trip.rwd").read_text()


def line(limit=100):
    return tiny_line.Line(limit)


def by_hand(places):
    """The reward of an episode of COUNTING, step by step."""
    state, before, found = "out", 0, []
    for place in places:
        pays = -0.1
        if state == "out" and place >= 3:
            state, pays = "back", 1
        elif state == "back" and place <= 1:
            state, pays = "home", 2
        found.append(pays + 0.01 * (place - before))
        before = place
    return found


OUT_AND_BACK = [2, 2, 2, 0, 0]


def test_a_pendulum_earns_what_the_formula_says():
    env = RewardWrapper(gym.make("Pendulum-v1"), rl.compile(text=PENDULUM), PATHS)
    env.reset(seed=0)
    env.action_space.seed(0)
    total = 0.0
    for _ in range(200):
        action = env.action_space.sample()
        seen, reward, ended, cut, info = env.step(action)
        wanted = seen[0] - 0.1 * seen[2] ** 2 - 0.001 * action[0] ** 2
        assert reward == pytest.approx(wanted, abs=1e-5)
        assert sum(info["reward_terms"].values()) == pytest.approx(reward, abs=1e-5)
        total += reward
    assert cut and info["reward_log"]["Episode_Reward/total"] == pytest.approx(total, rel=1e-4)


def test_the_policy_sees_the_machine_and_the_spec_ends_the_episode():
    env = RewardWrapper(line(), rl.compile(text=COUNTING), {"place": "observation[0]"})
    assert env.observation_space.shape == (4,)
    seen, _ = env.reset()
    assert seen.tolist() == [0, 1, 0, 0]
    rewards, shown, ended = [], [], []
    for action in OUT_AND_BACK:
        seen, reward, end, _, info = env.step(action)
        assert env.observation_space.contains(seen)
        rewards.append(reward)
        shown.append(seen[1:].tolist())
        ended.append(end)
    assert rewards == pytest.approx(by_hand([1, 2, 3, 2, 1]))
    assert ended == [False] * 4 + [True] and info["reward_log"]["Episode_Reward/trip"] == pytest.approx(2.7)
    places = [max(range(3), key=row.__getitem__) for row in shown]
    assert places[0] == places[1] != places[2] == places[3] != places[4]
    assert env.reset()[0].tolist() == [0, 1, 0, 0]
    assert env.step(2)[1] == pytest.approx(by_hand([1])[0])


def test_it_can_stand_in_a_dict_and_passes_the_checker():
    env = RewardWrapper(line(), rl.compile(text=COUNTING), {"place": "observation[0]"}, observe="dict")
    seen, _ = env.reset()
    assert set(seen) == {"observation", "reward_state"} and env.observation_space.contains(seen)
    check_env(RewardWrapper(line(), rl.compile(text=COUNTING), {"place": "observation[0]"}), skip_render_check=True)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_vectors_are_their_environments_side_by_side(mode):
    """Without a `done`, in each mode: the same as single environments, driven by the same actions."""
    spec = rl.compile(text=COUNTING.replace("output done = trip.done", ""))
    paths, size, limits = {"place": "observation[0]"}, 4, [6, 7, 100, 9]
    vector = VectorRewardWrapper(SyncVectorEnv([partial(line, limit) for limit in limits], autoreset_mode=mode), spec, paths)
    singles = [RewardWrapper(line(limit), spec, paths) for limit in limits]
    seen, _ = vector.reset(seed=0)
    assert vector.observation_space.contains(seen) and vector.single_observation_space.contains(seen[0])
    for single in singles:
        single.reset(seed=0)
    draw, over = np.random.default_rng(0), [False] * size
    for _ in range(60):
        actions = draw.integers(0, 3, size)
        seen, rewards, ended, cut, info = vector.step(actions)
        for row, single in enumerate(singles):
            if over[row] and mode is AutoresetMode.NEXT_STEP:
                wanted, over[row] = single.reset()[0], False
                assert rewards[row] == 0
            else:
                wanted, reward, end, stop, told = single.step(actions[row])
                assert rewards[row] == pytest.approx(reward) and (ended[row], cut[row]) == (end, stop)
                assert info["reward_terms"]["trip"][row] == pytest.approx(told["reward_terms"]["trip"])
                over[row] = end or stop
                if over[row]:
                    assert info["_reward_log"][row]
                    name = "Episode_Reward/total"
                    assert info["reward_log"][name][row] == pytest.approx(told["reward_log"][name], rel=1e-5)
                if over[row] and mode is not AutoresetMode.NEXT_STEP:
                    assert info["final_obs"][row].tolist() == wanted.tolist()
                    wanted, over[row] = single.reset()[0], False
            assert seen[row].tolist() == wanted.tolist()


def test_a_done_of_the_spec_resets_single_environments_of_a_vector():
    with pytest.raises(TrainerError, match="AutoresetMode.DISABLED"):
        VectorRewardWrapper(SyncVectorEnv([line]), rl.compile(text=COUNTING), {"place": "observation[0]"})
    vector = VectorRewardWrapper(SyncVectorEnv([line] * 2, autoreset_mode=AutoresetMode.DISABLED), rl.compile(text=COUNTING),
                                 {"place": "observation[0]"})
    vector.reset()
    for action in OUT_AND_BACK:
        seen, rewards, ended, _, info = vector.step(np.array([action, 1]))
    assert ended.tolist() == [True, False]
    assert seen[0].tolist() == [0, 1, 0, 0] and info["final_obs"][0][0] == 1
    assert rewards[0] == pytest.approx(2 - 0.01)


def test_failures_stay_in_their_environment_and_are_counted():
    spec = """
    setting episodic
    input place : float[step] in [-10, 10]
    verifier judge(place: float) -> float
    reward = judge(place)
    """
    def judge(place):
        if place == 2:
            raise RuntimeError("nothing works")
        return {1: None, -1: math.inf, -2: math.nan}.get(place, 1.0)

    vector = VectorRewardWrapper(SyncVectorEnv([line] * 3), rl.compile(text=spec, bind={"judge": judge}), {"place": "observation[0]"},
                                 invalid=-5.0)
    vector.reset()
    for _ in range(2):
        _, rewards, *_, info = vector.step(np.array([2, 0, 1]))
        assert rewards.tolist() == [-5, -5, 1]
        assert [bool(why) for why in info["reward_invalid"]] == [True, True, False]
    assert vector.stepper.failures == 4
    assert "RuntimeError: nothing works" in info["reward_invalid"][0]


def test_paths_lead_into_nested_observations_and_infos():
    from rewardlang.trainers.transitions import Reader, Transition, lone, parsed
    assert parsed('observation["image"][0:3].x[2]') == ("observation", ("image", slice(0, 3), "x", 2))
    assert parsed("lap.time") == ("info", ("lap", "time"))
    spec = rl.load(text="""
    setting episodic
    input a : float[step] from "observation.pose[1]"
    input b : float[step] from "lap.time"
    input c : int[step]
    reward = a + b + c
    """).spec
    step = Transition({"pose": np.zeros(2)}, 3, {"pose": np.array([1.0, 5.0])}, 0.0, False, False, {"lap": {"time": 2.5}})
    found = Reader(spec, {"c": lambda told: told.action}).columns(lone(step))
    assert found["observation.pose[1]"].tolist() == [5] and found["lap.time"] == [2.5] and found["c"].tolist() == [3]
    with pytest.raises(TrainerError, match=r"`observation\[q\]` is no path"):
        Reader(spec, {"a": "observation[q]"})
    with pytest.raises(TrainerError, match="`a` cannot be read: IndexError"):
        Reader(spec, {"a": "action[7]", "c": "action"}).columns(lone(step))


def test_what_cannot_be_served_is_refused_with_a_cure():
    def made(text, **options):
        return RewardWrapper(line(), rl.compile(text=text), {"place": "observation[0]"}, **options)
    head = "setting episodic discount 0.9\ninput place : float[step]\n"
    with pytest.raises(TrainerError, match="known at `episode`.*takes it at `step`.*\\n?.*use a trainer"):
        made(head + "reward = max(place over step) - min(place over step)")
    with pytest.raises(TrainerError, match="discount of 0.9, and this trainer uses 0.99; give both the same"):
        made(head + "reward = place", discount=0.99)
    with pytest.raises(TrainerError, match="the state of `trip`.*observe="):
        made(COUNTING, observe=None)
    with pytest.raises(TrainerError, match="is \"append\", \"dict\" or None"):
        made(COUNTING, observe="both")
