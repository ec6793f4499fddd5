"""GRPO of TRL with a compiled reward; terms, gates and failures are in its log."""

import sys
import tempfile
from pathlib import Path

import tiny
from trl import GRPOConfig, GRPOTrainer

import rewardlang as rl
from rewardlang.trainers import trl


def main(steps: int = 30) -> list[float]:
    """The mean reward of each step."""
    reward = rl.compile(Path(__file__).with_name("words.rwd"))
    function = trl.reward_function(reward, columns={})      # `completion` and `progress` are found by name
    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(folder, max_steps=steps, per_device_train_batch_size=32, num_generations=8, max_completion_length=8,
                            learning_rate=1e-2, beta=0.0, logging_steps=1, seed=0, use_cpu=True, bf16=False,
                            gradient_checkpointing=False, report_to=[], save_strategy="no", disable_tqdm=True)
        trainer = GRPOTrainer(tiny.model(), reward_funcs=function, args=config, train_dataset=tiny.prompts(),
                              processing_class=tiny.tokenizer(), callbacks=[function.callback()])
        trainer.train()
    return [line["reward"] for line in trainer.state.log_history if "reward" in line]


if __name__ == "__main__":
    rewards = main(*map(int, sys.argv[1:]))
    print(f"mean reward of the first step {rewards[0]:.2f}, of the last {rewards[-1]:.2f}")
