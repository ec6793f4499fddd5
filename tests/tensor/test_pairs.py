"""Preference pairs, against every two rollouts of a group compared by hand."""

from random import Random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SPEC = """
input prompt_id : id
group by prompt_id
axis rival like group
input score : float?
input sure : float in [0, 1] = 1
preference = score - score[group -> rival]
weight trust = sure * sure[group -> rival]
preference clear = (score - score[group -> rival] > 1) ?? false
output other = score
"""


def _pairs(found) -> set[tuple]:
    return set(zip(found.chosen.tolist(), found.rejected.tolist(),
                   [round(x, 6) for x in found.margin.tolist()], [round(x, 6) for x in found.weight.tolist()]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keys", ["abc", (1, 2, 3)])
def test_pairs_are_those_that_differ(seed, keys):
    draw = Random(seed)
    prompts = [draw.choice(keys) for _ in range(14)]
    score = [draw.choice([None, 0.0, 1.0, 2.5]) for _ in prompts]
    sure = [draw.random() for _ in prompts]
    out = rl.compile(text=SPEC)({"prompt_id": prompts, "score": score, "sure": sure})
    both = [(i, j) for i in range(14) for j in range(14)
            if prompts[i] == prompts[j] and score[i] is not None and score[j] is not None]
    wanted = {(i, j, round(score[i] - score[j], 6), round(sure[i] * sure[j], 6)) for i, j in both if score[i] > score[j]}
    assert _pairs(out.pairs()) == wanted
    clear = out.pairs("clear")
    assert set(zip(clear.chosen.tolist(), clear.rejected.tolist())) == {(i, j) for i, j in both if score[i] - score[j] > 1}
    assert set(clear.margin.tolist()) <= {1.0}


def test_pairs_of_a_whole_batch_and_without_weights():
    text = "axis rival like batch\ninput score : float\npreference = score - score[batch -> rival]"
    found = rl.compile(text=text)({"score": torch.tensor([1.0, 3.0, 1.0])}).pairs()
    assert _pairs(found) == {(1, 0, 2, 1), (1, 2, 2, 1)}
    assert found.chosen.dtype is torch.int64 and len(found) == 2
    assert len(rl.compile(text=text)({"score": []}).pairs()) == 0


def test_what_makes_no_pairs_says_so():
    out = rl.compile(text=SPEC)({"prompt_id": [1], "score": [1.0]})
    with pytest.raises(RewardError, match="no output `other` of role `preference`"):
        out.pairs("other")
    rows = rl.compile(text="input margin : float\npreference = margin")({"margin": [1.0]})
    with pytest.raises(RewardError, match="each row is a pair by itself"):
        rows.pairs()
