"""Two models, and two contexts of one model: the functions of std.models beside their definitions."""

import math

import pytest

import rewardlang as rl

SPEC = """
use std.models: log_ratio, perplexity, information_gain, implicit_reward
input prompt : text
input answer : text
input own : float[token] in [-10, 0] from policy "logps"
input ref : float[token] in [-10, 0] from reference "ref_logps"
model policy(prompt: text, completion: text) -> float[token] in [-10, 0]
model reference(prompt: text, completion: text) -> float[token] in [-10, 0]
let told = policy(prompt, answer)
let alone = policy("", answer)
let old = reference(prompt, answer)
output surprise = perplexity(told)
output gain = information_gain(sum(told over token), sum(alone over token))
output ratio = log_ratio(sum(told over token), sum(old over token))
output by_token = log_ratio(own, ref)
reward = implicit_reward(sum(told over token), sum(old over token), beta = 0.2)
"""


def policy(prompts, completions):
    """Half as likely for each word as before, and less without a prompt."""
    return [[-0.5 * (n + 1) - (0 if prompt else 1) for n, _ in enumerate(completion.split())]
            for prompt, completion in zip(prompts, completions, strict=True)]


def test_what_two_models_and_two_contexts_say():
    def reference(prompts, completions):
        return [[-1.0] * (2 * len(completion.split())) for completion in completions]    # tokens of its own

    reward = rl.compile(text=SPEC, bind={"policy": policy, "reference": reference})
    out = reward({"prompt": ["why?", "how?"], "answer": ["a b c", "a"], "logps": [[-1, -2], [-3]], "ref_logps": [[-2, -2], [-1]]})
    assert out.to_lists("surprise") == pytest.approx([math.exp(1), math.exp(0.5)])
    assert out.to_lists("gain") == pytest.approx([3, 1])
    assert out.to_lists("ratio") == pytest.approx([-3 + 6, -0.5 + 2])
    assert out.to_lists("reward") == pytest.approx([0.6, 0.3])
    assert out.to_lists("by_token") == [[1, 0], [-2]]
    assert out.counts["policy"].evaluated == 4 and out.counts["policy"].demanded == 4
