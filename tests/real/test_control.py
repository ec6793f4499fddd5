"""Rewards of control tasks recomputed from recorded rollouts, against the rewards that were recorded."""

import pytest

import rewardlang as rl

np = pytest.importorskip("numpy")


def rollouts(path):
    """(observations before each action, actions, rewards) of each episode."""
    data = np.load(path)
    starts = [0, *data["indices"].tolist()]
    ends = [*data["indices"].tolist(), len(data["acts"])]
    for episode, (start, end) in enumerate(zip(starts, ends)):
        before = slice(start + episode, end + episode)     # one observation more than actions in each episode
        yield data["obs"][before], data["acts"][start:end], data["rews"][start:end]


def test_the_pendulum_reward_is_the_recorded_one(root, shared):
    reward = rl.compile(root / "examples/pendulum/pendulum.rwd")
    episodes = list(rollouts(shared / "data/imitation_pendulum_0_rollouts.npz"))
    names = ("cosine", "sine", "velocity")
    columns = {name: [obs[:, at].tolist() for obs, _, _ in episodes] for at, name in enumerate(names)}
    out = reward({**columns, "torque": [acts[:, 0].tolist() for _, acts, _ in episodes]})
    worst = max(np.abs(np.array(got) - recorded).max() for got, (_, _, recorded) in zip(out.to_lists("reward"), episodes))
    assert len(episodes) == 56
    assert worst <= 1e-5
    assert out.valid.all()


def test_the_cartpole_reward_is_the_recorded_one_for_episodes_of_any_length(root, shared):
    reward = rl.compile(root / "examples/cartpole/cartpole.rwd")
    episodes = list(rollouts(shared / "data/imitation_cartpole_0_rollouts.npz"))
    out = reward({"position": [obs[:, 0].tolist() for obs, _, _ in episodes],
                  "angle": [obs[:, 2].tolist() for obs, _, _ in episodes],
                  "force": [acts.tolist() for _, acts, _ in episodes]})
    got = out.to_lists("reward")
    assert [len(steps) for steps in got] == [len(rews) for _, _, rews in episodes]
    assert all(steps == rews.tolist() for steps, (_, _, rews) in zip(got, episodes))
    assert out.to_lists("pushes_left") == [int((acts == 0).sum()) for _, acts, _ in episodes]
    worst = [float(np.abs(obs[:, 2]).max()) for obs, _, _ in episodes]
    assert out.to_lists("nearest_to_falling") == pytest.approx(worst, abs=1e-12)
