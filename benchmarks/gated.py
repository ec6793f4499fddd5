"""Five text verifiers and a learned model behind a gate: what composing them costs, and what the gate saves."""

import random
from collections.abc import Iterator

import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best
from rewardlang.verifiers import tags
from rewardlang.verifiers import text as checks

ROWS, PASS = 4096, 0.3
VERIFIERS = '''
use std.text: tagged, between, contains, repetition, word_count, ends_with
setting single_turn
input completion : text
let formatted = tagged(completion, ["think", "answer"])
let cheap = {
    format: 0.2 * formatted
    stop:   0.1 * ends_with(completion, "</answer>")
    boxed:  0.1 * contains(completion, "so")
    fresh:  0.2 * (1 - repetition(completion, 3))
    words:  0.0001 * word_count(completion)
}
'''
UNGATED = VERIFIERS + "reward = cheap\n"
GATED = VERIFIERS + '''
model quality(completion: text) -> float in [-1, 1]
reward = gate formatted { cheap: cheap, quality: quality(completion) ?? 0 } else -1
'''


def completions(share: float = PASS) -> list[str]:
    """Texts of about 140 words, of which a share has the wanted form."""
    source = random.Random(11)
    words = ["alpha", "beta", "so", "then", "we", "have", "twelve", "apples", "and", "pears", "is", "equal"]
    found = []
    for _ in range(ROWS):
        body = " ".join(source.choice(words) for _ in range(source.randint(60, 220)))
        formatted = source.random() < share
        found.append(f"<think>{body}</think><answer>{source.randint(0, 99)}</answer>" if formatted else body)
    return found


def raw_loop(texts: list[str]) -> torch.Tensor:
    """The same five verifiers, called one after the other and added up."""
    found = []
    for text in texts:
        found.append(0.2 * tags.tagged(text, ["think", "answer"]) + 0.1 * checks.ends_with(text, "</answer>")
                     + 0.1 * checks.contains(text, "so") + 0.2 * (1 - checks.repetition(text, 3))
                     + 0.0001 * checks.word_count(text))
    return torch.tensor(found, dtype=torch.float64)


class Scorer:
    """Stands for a learned model: counts the rows that it is given."""

    def __init__(self):
        self.rows = 0

    def __call__(self, texts: list[str]) -> torch.Tensor:
        self.rows += len(texts)
        return torch.tensor([len(text) % 7 / 7 for text in texts])


def figures() -> Iterator[Figure]:
    """Composition overhead, and rows evaluated over rows demanded."""
    texts = completions()
    reward = rl.compile(text=UNGATED)
    torch.testing.assert_close(reward({"completion": texts}).reward, raw_loop(texts))
    seconds = best({"ours": lambda: reward({"completion": texts}).reward, "raw": lambda: raw_loop(texts)}, 9)
    yield Figure(f"five text verifiers on {ROWS:,} completions / raw Python loop", seconds["ours"] / seconds["raw"], 1.2)
    scorer = Scorer()
    gated = rl.compile(text=GATED, bind={"quality": scorer})
    gated({"completion": texts})
    demanded = len({text for text in texts if tags.tagged(text, ["think", "answer"])})
    yield Figure("model rows evaluated / rows demanded", scorer.rows / demanded, 1)
