"""verl's own managers with our scores: `naive` a sample at a time, `batch` all at once, and ours beside them."""

import asyncio

import numpy as np
import pytest
import torch
from failing import FAILED, GROUPED, SPEC, TEXTS, WANTED, right, style

import rewardlang as rl
from rewardlang.trainers import verl as ours

verl = pytest.importorskip("verl", reason="verl is not installed here: `make contracts` does it")


class Words:
    """A tokenizer of whole texts: token n + 1 is text n, 0 is padding."""

    def decode(self, ids, skip_special_tokens=True):
        return " ".join(TEXTS[number - 1] for number in ids.tolist() if number)


def batch(rows):
    count = len(rows)
    responses = torch.tensor([[row + 1, 0] for row in rows])
    mask = torch.tensor([[1, 1, 0]] * count)
    columns = {"reward_model": [{"ground_truth": "4"}] * count, "data_source": ["math"] * count, "uid": ["a"] * count,
               "extra_info": [{"group_id": "a"} for _ in rows]}
    return verl.DataProto.from_dict(
        tensors={"prompts": torch.ones(count, 1, dtype=torch.long), "responses": responses, "attention_mask": mask},
        non_tensors={name: np.array(column, dtype=object) for name, column in columns.items()})


def compiled():
    return rl.compile(text=SPEC, bind={"right": right, "style": style})


def test_its_manager_of_single_samples():
    from verl.experimental.reward_loop.reward_manager import get_reward_manager_cls

    async def scored():
        manager = get_reward_manager_cls("naive")({}, Words(), ours.compute_score(compiled()))
        return [await manager.run_single(batch([row])) for row in range(len(TEXTS))]

    found = asyncio.run(scored())
    assert [each["reward_score"] for each in found] == WANTED
    assert len({tuple(each["reward_extra_info"]) for each in found}) == 1
    assert [each["reward_extra_info"]["invalid/samples"] == 1 for each in found] == FAILED


@pytest.mark.parametrize("manager", ["batch", "naive", "ours"])
def test_its_managers_of_batches(manager):
    from verl.workers.reward_manager import BatchRewardManager, NaiveRewardManager
    if manager == "ours":
        made = ours.RewardManager(Words(), compiled())
    else:
        kind = BatchRewardManager if manager == "batch" else NaiveRewardManager
        made = kind(Words(), 0, ours.compute_score(compiled(), batch=manager == "batch"))
    found = made(batch(range(len(TEXTS))), return_dict=True)
    assert found["reward_tensor"][:, 0].tolist() == WANTED and found["reward_tensor"][:, 1].tolist() == [0] * len(TEXTS)
    assert [failed == 1 for failed in found["reward_extra_info"]["invalid/samples"]] == FAILED


def test_groups_in_its_manager_of_batches():
    from verl.workers.reward_manager import BatchRewardManager
    made = BatchRewardManager(Words(), 0, ours.compute_score(rl.compile(text=GROUPED), batch=True, invalid=0))
    assert made(batch([0, 1]))[:, 0].tolist() == [0.5, -0.5]
