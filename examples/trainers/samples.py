"""The functions that the configurations of verl, OpenRLHF, NeMo Gym, slime and AReaL name, asked by hand."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import rewardlang as rl
from rewardlang.trainers import areal, nemo_gym, openrlhf, slime, verl

REWARD = rl.compile(Path(__file__).with_name("words.rwd"))

compute_score = verl.compute_score(REWARD)                   # verl: reward.custom_reward_function.name
reward_func = openrlhf.reward_func(REWARD, strip=["</s>"])   # OpenRLHF: --reward.remote_url samples.py
verify = nemo_gym.verify(REWARD)                             # NeMo Gym: in a resources server's `verify`
custom_rm = slime.custom_rm(REWARD)                          # slime: --custom-rm-path, --reward-key score
reward_fn = areal.reward_fn(REWARD)                          # AReaL: of a workflow


def main(text: str = "yes yes stop") -> dict[str, float]:
    """What each of them is told about one text."""
    sample = SimpleNamespace(prompt="ask ", response=text, label=None, metadata={})
    return {
        "verl": compute_score(data_source="toy", solution_str=text, ground_truth=None)["score"],
        "OpenRLHF": reward_func(queries=[f"ask {text}</s>"], prompts=["ask "], labels=[""])["rewards"].item(),
        "NeMo Gym": sum(verify(completion=text)["reward_components"].values()),
        "slime": asyncio.run(custom_rm(None, sample))["score"],
        "AReaL": reward_fn("ask ", text),
    }


if __name__ == "__main__":
    print(main())
