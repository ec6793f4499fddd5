"""A whole training step with a compiled reward against the same reward written by hand, the two taking turns.

Run it where the trainers are installed: `.venv-trainers/bin/python -m benchmarks trainers`.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "trainers"
LIMIT = 1.1
ENVS, STEPS, ROUNDS = 1024, 16, 20

CART = """
setting episodic
input place : float[step]
input speed : float[step]
input angle : float[step]
reward = {
    upright: 1 - abs(angle)
    centred: -0.1 * abs(place)
    calm:    -0.01 * speed ** 2
}
"""
PATHS = {"place": "observation[0]", "speed": "observation[1]", "angle": "observation[2]"}


def _vector(compiled: bool) -> Callable[[], None]:
    """STEPS steps of ENVS carts, and one update of a small policy by its advantage."""
    import gymnasium as gym

    from rewardlang.trainers.gymnasium import VectorRewardWrapper
    env = gym.make_vec("CartPole-v1", ENVS, vectorization_mode="sync")
    if compiled:
        env = VectorRewardWrapper(env, rl.compile(text=CART), PATHS)
    seen, _ = env.reset(seed=0)
    policy = torch.nn.Sequential(torch.nn.Linear(4, 64), torch.nn.Tanh(), torch.nn.Linear(64, 2))
    optimiser, held = torch.optim.Adam(policy.parameters()), {"seen": seen}

    def reward(after: np.ndarray) -> np.ndarray:
        return 1 - np.abs(after[:, 2]) - 0.1 * np.abs(after[:, 0]) - 0.01 * after[:, 1] ** 2

    def step() -> None:
        logs, rewards = [], []
        for _ in range(STEPS):
            law = torch.distributions.Categorical(logits=policy(torch.from_numpy(held["seen"])))
            actions = law.sample()
            held["seen"], given, *_ = env.step(actions.numpy())
            rewards.append(torch.from_numpy(given if compiled else reward(held["seen"])))
            logs.append(law.log_prob(actions))
        found = torch.stack(rewards).float()
        loss = -(torch.stack(logs) * (found - found.mean())).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return step


def _by_hand(prompts: list, completions: list, trainer_state=None, **_: object) -> list[float]:
    """The reward of words.rwd."""
    progress, found = trainer_state.global_step / trainer_state.max_steps, []
    for text in completions:
        words = len(text.split())
        value = min(text.count("yes") / 6, 1) + 0.5 * text.endswith("stop") - 0.1 * progress * min(words / 8, 1)
        found.append(value if words >= 1 else -1.0)
    return found


def _trl(compiled: bool) -> Callable[[], None]:
    """Three steps of GRPO on a tiny model."""
    from trl import GRPOConfig, GRPOTrainer

    from rewardlang.trainers import trl
    sys.path.append(str(EXAMPLES))
    import tiny
    function = trl.reward_function(rl.compile(EXAMPLES / "words.rwd")) if compiled else _by_hand
    config = GRPOConfig(tempfile.mkdtemp(), max_steps=3, per_device_train_batch_size=32, num_generations=8, max_completion_length=8,
                        beta=0.0, seed=0, use_cpu=True, bf16=False, report_to=[], save_strategy="no", disable_tqdm=True,
                        logging_strategy="no")

    def train() -> None:
        GRPOTrainer(tiny.model(), reward_funcs=function, args=config, train_dataset=tiny.prompts(),
                    processing_class=tiny.tokenizer()).train()
    return train


def figures() -> Iterator[Figure]:
    """The processor time of a step with a compiled reward over that with one by hand: gymnasium, then TRL."""
    torch.set_num_threads(1)
    for name, sides in (("gymnasium, 1,024 carts, 16 steps and an update", _vector), ("TRL, three steps of GRPO", _trl)):
        seconds = best({"compiled": sides(True), "by hand": sides(False)}, ROUNDS, time.process_time)
        detail = f"{seconds['compiled'] * 1e3:.0f} ms / {seconds['by hand'] * 1e3:.0f} ms"
        yield Figure(f"{name}: compiled / by hand ({detail})", seconds["compiled"] / seconds["by hand"], LIMIT)
