"""Every adapter by one interface: codes of samples in, and for each its reward, or what stands for it, and what was counted."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import SimpleNamespace

import rewardlang as rl

#: What a judge is asked, and what comes of it.
FINE, NONE, RAISES, LATE, INFINITE, NAN = range(6)
CODES = [FINE, NONE, RAISES, LATE, FINE, INFINITE, NAN, FINE]
INVALID = -3.0
WANTED = [0.75 if code == FINE else INVALID for code in CODES]
FAILED = sum(code != FINE for code in CODES)

TEXTS = """
input completion : text
verifier judge(said: text) -> float from "every_adapter:judge" timeout 2 s
reward = {
    base:   0.25
    judged: judge(completion)
}
"""
STEPS = """
setting episodic
input code : float[step]
verifier judge(said: float) -> float from "every_adapter:judge" timeout 2 s
reward = {
    base:   0.25 + 0 * code
    judged: judge(code)
}
"""
AGENTS = STEPS.replace("setting episodic", f"setting episodic\naxis agent = {len(CODES)}").replace("[step]", "[step, agent]")


def judge(said):
    """Half a point, nothing, an exception, too late, or no number."""
    code = int(float(said))
    if code == RAISES:
        raise RuntimeError("nothing works")
    if code == LATE:
        time.sleep(60)
    return {NONE: None, INFINITE: float("inf"), NAN: float("nan")}.get(code, 0.5)


@dataclass
class Told:
    """What an adapter said: a reward for each sample, and how many it counted as failed."""

    rewards: list[float]
    failed: float


def compiled(text):
    return rl.compile(text=text, trust=["every_adapter"])


def ours(name):
    """Our module for a trainer."""
    return import_module(f"rewardlang.trainers.{name}")


def trl():
    logged, made = {}, ours("trl").reward_function(compiled(TEXTS))
    found = made(prompts=["p"] * len(CODES), completions=[*map(str, CODES)], log_metric=logged.__setitem__)
    return Told([INVALID if value is None else value for value in found], logged["invalid/samples"])


def verl():
    made = ours("verl").compute_score(compiled(TEXTS), invalid=INVALID)
    found = [made("toy", str(code), "") for code in CODES]
    return Told([each["score"] for each in found], sum(each["invalid/samples"] for each in found))


def verl_batch():
    made = ours("verl").compute_score(compiled(TEXTS), invalid=INVALID, batch=True)
    found = made(data_sources=["toy"] * len(CODES), solution_strs=[*map(str, CODES)])
    return Told([each["score"] for each in found], made.failures)


def openrlhf():
    made = ours("openrlhf").reward_func(compiled(TEXTS), invalid=INVALID)
    found = made([f"p{code}" for code in CODES], ["p"] * len(CODES), [""] * len(CODES))
    return Told(found["rewards"].tolist(), found["extra_logs"]["invalid/samples"].sum().item())


def verifiers():
    method = ours("verifiers").rewards(compiled(TEXTS), invalid=INVALID)
    traces = [SimpleNamespace(last_reply=str(code), assistant_messages=()) for code in CODES]
    found = [asyncio.run(method(None, SimpleNamespace(), trace)) for trace in traces]
    return Told([sum(each.values()) for each in found], method.adapter.failures)


def nemo_gym():
    made = ours("nemo_gym").verify(compiled(TEXTS), invalid=INVALID)
    return Told([sum(made(completion=str(code))["reward_components"].values()) for code in CODES], made.failures)


def slime():
    made = ours("slime").custom_rm(compiled(TEXTS), invalid=INVALID)
    found = asyncio.run(made(None, [SimpleNamespace(prompt="p", response=str(code)) for code in CODES]))
    return Told([each["score"] for each in found], sum(each["invalid/samples"] for each in found))


def areal():
    made = ours("areal").reward_fn(compiled(TEXTS), invalid=INVALID)
    return Told([made("p", str(code), [1], [2]) for code in CODES], made.failures)


def _world(codes):
    """An environment whose observation is a code, one after the other."""
    import gymnasium
    import numpy as np

    class Codes(gymnasium.Env):
        observation_space, action_space = gymnasium.spaces.Box(0, 9, (1,), np.float32), gymnasium.spaces.Discrete(2)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            self.place = 0
            return np.zeros(1, np.float32), {}

        def step(self, action):
            self.place += 1
            return np.array([codes[self.place - 1]], np.float32), 7.0, False, self.place >= len(codes), {}
    return Codes()


PATHS = {"code": "observation[0]"}


def gymnasium():
    env = ours("gymnasium").RewardWrapper(_world(CODES), compiled(STEPS), PATHS, invalid=INVALID)
    env.reset()
    found = [env.step(0) for _ in CODES]
    assert [("reward_invalid" in each[-1]) for each in found] == [code != FINE for code in CODES]
    return Told([each[1] for each in found], found[-1][-1]["reward_log"]["Episode_Invalid/steps"])


def gymnasium_vector():
    from gymnasium.vector import SyncVectorEnv
    worlds = SyncVectorEnv([partial(_world, [code] * 2) for code in CODES])
    env = ours("gymnasium").VectorRewardWrapper(worlds, compiled(STEPS), PATHS, invalid=INVALID)
    env.reset()
    _, rewards, *_, info = env.step([0] * len(CODES))
    return Told(rewards.tolist(), sum(why is not None for why in info["reward_invalid"]))


def sb3():
    from stable_baselines3.common.vec_env import DummyVecEnv
    env = ours("sb3").RewardVecWrapper(DummyVecEnv([partial(_world, [code]) for code in CODES]), compiled(STEPS), PATHS, invalid=INVALID)
    env.reset()
    _, rewards, _, infos = env.step([0] * len(CODES))
    return Told(rewards.tolist(), sum(info["reward_log"]["Episode_Invalid/steps"] for info in infos))


def torchrl():
    from torchrl.envs import GymWrapper, TransformedEnv
    paths = {"code": "observation.observation[0]"}
    found = TransformedEnv(GymWrapper(_world(CODES)), ours("torchrl").RewardTransform(compiled(STEPS), paths, invalid=INVALID)).rollout(20)
    return Told(found["next", "reward"].flatten().tolist(), found["next", "reward_invalid"].sum().item())


def isaaclab():
    import torch
    env = SimpleNamespace(num_envs=len(CODES), device="cpu", max_episode_length_s=1.0)
    columns = {"code": lambda _: torch.tensor(CODES, dtype=torch.float32)}
    made = ours("isaaclab").RewardManager(compiled(STEPS), env, columns, invalid=INVALID, scale_by_dt=False)
    found = made.compute(0.02).tolist()
    return Told(found, made.reset()["Episode_Invalid/steps"].item() * len(CODES))


def pettingzoo():
    from pettingzoo import ParallelEnv

    class World(ParallelEnv):
        metadata, possible_agents = {}, [f"agent {number}" for number in range(len(CODES))]

        def reset(self, seed=None, options=None):
            self.agents = list(self.possible_agents)
            return dict.fromkeys(self.agents, [0.0]), {agent: {} for agent in self.agents}

        def step(self, actions):
            agents, no = self.agents, dict.fromkeys(self.agents, False)
            return {agent: [float(code)] for agent, code in zip(agents, CODES, strict=True)}, dict.fromkeys(agents, 0.0), no, no, {}

    env = ours("pettingzoo").ParallelReward(World(), compiled(AGENTS), PATHS, invalid=INVALID)
    env.reset()
    _, rewards, _, _, infos = env.step(dict.fromkeys(env.possible_agents, 0))
    assert env.stepper.failures == FAILED
    return Told(list(rewards.values()), sum("reward_invalid" in info for info in infos.values()))


#: By trainer: the ways in which it asks, and the package without which it cannot.
WAYS = {"trl": [trl], "verl": [verl, verl_batch], "openrlhf": [openrlhf], "verifiers": [verifiers], "nemo_gym": [nemo_gym],
        "slime": [slime], "areal": [areal], "gymnasium": [gymnasium, gymnasium_vector], "sb3": [sb3], "torchrl": [torchrl],
        "isaaclab": [isaaclab], "pettingzoo": [pettingzoo]}
NEEDS = {"gymnasium": "gymnasium", "sb3": "stable_baselines3", "torchrl": "torchrl", "pettingzoo": "pettingzoo"}


def _single(reward, **options):
    return ours("gymnasium").RewardWrapper(_world(CODES), reward, PATHS, **options)


def _vector(reward, **options):
    from gymnasium.vector import AutoresetMode, SyncVectorEnv
    worlds = SyncVectorEnv([partial(_world, CODES)], autoreset_mode=AutoresetMode.DISABLED)
    return ours("gymnasium").VectorRewardWrapper(worlds, reward, PATHS, **options)


def _sb3(reward, **options):
    from stable_baselines3.common.vec_env import DummyVecEnv
    return ours("sb3").RewardVecWrapper(DummyVecEnv([partial(_world, CODES)]), reward, PATHS, **options)


def _isaaclab(reward, **options):
    env = SimpleNamespace(num_envs=1, device="cpu")
    return ours("isaaclab").RewardManager(reward, env, {"code": lambda env: env.code}, **options)


def _pettingzoo(reward, **options):
    return ours("pettingzoo").ParallelReward(SimpleNamespace(possible_agents=["a"]), reward, PATHS, **options)


def _of_samples(name, maker, reward, **options):
    return getattr(ours(name), maker)(reward, **options if name == "trl" else {"invalid": 0.0, **options})


#: By trainer: what makes its adapters, from a reward.
MAKERS = {name: [partial(_of_samples, name, maker)] for name, maker in {
    "trl": "reward_function", "openrlhf": "reward_func", "verifiers": "rewards", "nemo_gym": "verify", "slime": "custom_rm",
    "areal": "reward_fn"}.items()}
MAKERS |= {"verl": [partial(_of_samples, "verl", "compute_score", batch=True)], "gymnasium": [_single, _vector], "sb3": [_sb3],
           "torchrl": [lambda reward, **options: ours("torchrl").RewardTransform(reward, {"code": "observation"}, **options)],
           "isaaclab": [_isaaclab], "pettingzoo": [_pettingzoo]}
