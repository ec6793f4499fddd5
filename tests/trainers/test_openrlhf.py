"""OpenRLHF's own executor with an engine that says what it is told: rewards, scores and logs of a reward function's file."""

import asyncio
from types import SimpleNamespace

import pytest
from failing import FAILED, TEXTS, WANTED

agent = pytest.importorskip("openrlhf.utils.agent", reason="OpenRLHF is not installed here: `make contracts` does it",
                            exc_type=ImportError)

FILE = """
import rewardlang as rl
from rewardlang.trainers import openrlhf
from failing import SPEC, right, style

reward_func = openrlhf.reward_func(rl.compile(text=SPEC, bind={"right": right, "style": style}), strip=["</s>"])
"""


class Tokenizer:
    """Letters as tokens, and one for the end."""

    def __call__(self, text, **_):
        import torch
        return {"input_ids": torch.tensor([[ord(letter) for letter in text]])}

    def decode(self, ids, skip_special_tokens=False):
        return "".join("</s>" if number == 0 else chr(number) for number in ids)


class Engine:
    """Answers the text that it was made with."""

    def __init__(self, text):
        self.tokens = [*map(ord, text), 0]

    async def generate(self, prompt, params, multi_modal_data=None):
        return SimpleNamespace(outputs=[SimpleNamespace(token_ids=self.tokens, finish_reason="stop", logprobs=None)])


def test_the_executor_gets_a_number_for_each_text(tmp_path):
    file = tmp_path / "reward.py"
    file.write_text(FILE)
    executor = agent.SingleTurnAgentExecutor(str(file))
    params = SimpleNamespace(max_tokens=20, logprobs=None)
    found = [asyncio.run(executor.execute("2+2=", "4", params, 64, Tokenizer(), Engine(text))) for text in TEXTS]
    assert [float(each["reward"]) for each in found] == WANTED
    assert [float(each["scores"]) for each in found] == pytest.approx([(value + 1) / 2.5 for value in WANTED])
    assert [float(each["extra_logs"]["invalid/samples"]) == 1 for each in found] == FAILED
