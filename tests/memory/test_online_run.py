"""Statistics over the run one step at a time: episodes count as they begin, as batches of the episodes that begin together do."""

import json
import pickle
from random import Random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SPEC = """
setting episodic horizon 100
input goal : float in [0, 10]
input message : text
input x : float[step]
output seen = cumcount(over run by message)
output mean_goal = mean(goal over run)
output high = max(goal over run where goal < 9) ?? -1
output before = prev(goal over run, 5)
output spread = std(goal over run by message, ddof = 0)
reward = x * (goal - mean(goal over run)) + cumsum(x over step)
"""


def columns_of(episodes: list[dict]) -> dict:
    """Episodes as columns."""
    return {name: [episode[name] for episode in episodes] for name in episodes[0]}


@pytest.mark.parametrize("seed", range(6))
def test_episodes_that_begin_together_are_a_batch_in_the_order_of_their_environments(seed):
    rng, reward, whole = Random(seed), rl.compile(text=SPEC), rl.compile(text=SPEC)
    state, episodes, known, place = reward.start(4), [None] * 4, [None] * 4, [0] * 4
    for t in range(30):
        reset = [t == 0 or rng.random() < 0.3 for _ in range(4)]
        for row in range(4):
            if reset[row]:
                length = 30     # longer than any is let live
                episodes[row], place[row] = {"goal": rng.uniform(0, 10), "message": rng.choice("abc"),
                                             "x": [rng.uniform(-1, 1) for _ in range(length)]}, 0
        begun = [row for row in range(4) if reset[row]]
        if begun:
            batch = whole(columns_of([episodes[row] for row in begun]))
            for at, row in enumerate(begun):
                known[row] = {name: batch.to_lists(name)[at] for name in batch.outputs}
        now = columns_of([{**episode, "x": episode["x"][place[row]]} for row, episode in enumerate(episodes)])
        step, state = reward.step(now, state, reset=reset)
        state = pickle.loads(pickle.dumps(state))
        if t == 15:             # a checkpoint: another process goes on
            saved = json.loads(json.dumps(reward.run_state()))
            reward = rl.compile(text=SPEC)
            reward.load_run_state(saved)
            reward.step(now, reward.start(4), update_run=False)
        for row in range(4):
            for name, value in step.outputs.items():
                expected = known[row][name]
                expected = expected[place[row]] if name == "reward" else expected
                assert value[row].item() == pytest.approx(expected), (t, row, name)
            place[row] += 1
        assert reward.run_state() == whole.run_state()


def test_update_then_use_and_only_when_asked():
    reward = rl.compile(text=SPEC)
    state, now = reward.start(2), {"goal": [2.0, 4.0], "message": ["a", "a"], "x": [1.0, 1.0]}
    looked, _ = reward.step(now, state, update_run=False)
    assert looked.outputs["mean_goal"].tolist() == [3, 3] and not reward.run_state()["statistics"]
    for _ in range(3):          # an episode counts once, however many steps it has
        step, state = reward.step(now, state)
        assert step.outputs["mean_goal"].tolist() == [3, 3] and step.outputs["seen"].tolist() == [1, 2]
    step, _ = reward.step({"goal": [6.0, 4.0], "message": ["a", "b"], "x": [1.0, 1.0]}, state, reset=[True, False])
    assert step.outputs["mean_goal"].tolist() == [4, 3] and step.outputs["seen"].tolist() == [3, 2]


def test_a_step_that_fails_counts_nothing():
    def judge(texts):
        raise KeyboardInterrupt

    text = """
    setting episodic
    input goal : float
    input said : text[step]
    model judge(said: text) -> float
    output m = mean(goal over run)
    output j = judge(said) + 0 * mean(goal over run)
    """
    reward = rl.compile(text=text, bind={"judge": judge})
    state = reward.start(1)
    with pytest.raises(KeyboardInterrupt):
        reward.step({"goal": [1.0], "said": ["a"]}, state)
    assert not reward.run_state()["statistics"]
    with pytest.raises(RewardError, match="holds 1 environment"):
        reward.step({"goal": [1.0, 2.0], "said": ["a", "b"]}, state)
    assert not reward.run_state()["statistics"]


def test_what_an_episode_is_worth_at_its_end_counts_in_batches_only():
    text = "setting episodic\ninput x : float[step]\noutput m = mean(sum(x over step) over run)\nreward = x"
    reward = rl.compile(text=text)
    step, _ = reward.step({"x": torch.tensor([1.0])}, reward.start(1))
    with pytest.raises(RewardError, match="rests on later steps"):
        step.output("m")
