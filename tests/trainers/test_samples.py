"""Trainers that ask about finished samples, by their contracts: what goes in and comes out, and that failures stay alone."""

import asyncio
import json
import pickle
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from failing import FAILED, GROUPED, SPEC, TEXTS, WANTED, right, style

import rewardlang as rl
from rewardlang.trainers import areal, nemo_gym, openrlhf, slime, verl
from rewardlang.trainers.refuse import TrainerError


def reward():
    return rl.compile(text=SPEC, bind={"right": right, "style": style})


def test_verl_has_the_same_keys_for_every_sample_and_one_call_for_a_batch():
    score = verl.compute_score(reward())
    alone = [score(data_source="math", solution_str=text, ground_truth="4", extra_info={"num_turns": 1}) for text in TEXTS]
    assert [each["score"] for each in alone] == WANTED
    assert {tuple(each) for each in alone} == {tuple(alone[0])} and all(type(x) is float for each in alone for x in each.values())
    assert [each["invalid/samples"] == 1 for each in alone] == FAILED and score.failures == 4
    together = score(data_sources=["math"] * 7, solution_strs=TEXTS, ground_truths=["4"] * 7, extra_infos=[None] * 7)
    assert together == alone
    assert verl.compute_score(reward(), invalid=0.5)("math", "boom", "4")["score"] == 0.5


def test_verl_compares_samples_only_where_it_hands_over_batches():
    with pytest.raises(TrainerError, match="known at `group`.*takes it at `episode`"):
        verl.compute_score(rl.compile(text=GROUPED))
    score = verl.compute_score(rl.compile(text=GROUPED), batch=True, invalid=0)
    infos = [{"group_id": "a"}, {"group_id": "a"}]
    found = score(data_sources=[""] * 2, solution_strs=["4", "5"], ground_truths=["4"] * 2, extra_infos=infos)
    assert [each["score"] for each in found] == [0.5, -0.5]


class Letters:
    """A tokenizer of digits: token n is the digit n, 0 is padding."""

    def decode(self, ids, skip_special_tokens=True):
        return "".join(str(int(number)) for number in ids)


def test_the_manager_of_verl_puts_scores_on_last_tokens():
    data = SimpleNamespace(
        batch={"responses": torch.tensor([[4, 0, 0], [5, 5, 0]]), "attention_mask": torch.tensor([[1, 1, 0, 0], [0, 1, 1, 0]])},
        non_tensor_batch={"reward_model": np.array([{"ground_truth": "4"}] * 2, dtype=object), "uid": np.array(["a", "a"])})
    found = verl.RewardManager(Letters(), rl.compile(text=GROUPED), invalid=0)(data, return_dict=True)
    assert found["reward_tensor"].tolist() == [[0.5, 0, 0], [0, -0.5, 0]]
    assert found["reward_extra_info"]["invalid/samples"] == [0, 0]


def test_openrlhf_gets_tensors_and_never_an_exception():
    function = openrlhf.reward_func(reward(), strip=["</s>"])
    found = function(queries=[f"2+2={text}</s>" for text in TEXTS], prompts=["2+2="] * 7, labels=["4"] * 7)
    assert found["rewards"].tolist() == WANTED
    assert found["scores"].tolist() == pytest.approx([(value + 1) / 2.5 for value in WANTED])
    assert found["extra_logs"]["invalid/samples"].tolist() == [float(failed) for failed in FAILED]
    broken = openrlhf.reward_func(reward(), columns={"answer": "nowhere"})
    assert broken(["a"], ["b"], ["c"])["rewards"].tolist() == [-1] and broken.failures == 1


def test_openrlhf_asks_over_http():
    server = openrlhf.serve(openrlhf.reward_func(reward()), port=0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def post(body):
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}", json.dumps(body).encode())
        return json.load(urllib.request.urlopen(request, timeout=10))

    try:
        found = post({"query": ["2+2=4", "2+2=boom"], "prompts": ["2+2="] * 2, "labels": ["4"] * 2})
        assert found["rewards"] == [1.25, -1] and found["extra_logs"]["invalid/samples"] == [0, 1]
        with pytest.raises(urllib.error.HTTPError) as refused:
            post({"prompts": []})
        assert refused.value.code == 400
    finally:
        server.shutdown()
        server.server_close()


def test_components_of_nemo_gym_add_up_to_the_reward():
    verify = nemo_gym.verify(reward())
    for text, wanted in zip(TEXTS, WANTED, strict=True):
        found = verify(completion=text, answer="4")
        assert found["reward"] == wanted == pytest.approx(sum(found["reward_components"].values()), rel=1e-5)
        assert set(found["reward_components"]) == {"correctness", "style", "else", "rest"}
    body = {"response": {"output": [{"type": "reasoning"}, {"type": "message", "content": [{"type": "output_text", "text": "4"}]}]},
            "verifier_metadata": {"answer": "4"}}
    assert asyncio.run(verify.verify(body))["reward"] == 1.25


def test_slime_takes_a_sample_or_a_batch():
    made = slime.custom_rm(reward())
    samples = [SimpleNamespace(prompt="2+2=", response=text, label="4", metadata={}) for text in TEXTS]
    assert asyncio.run(made(None, samples[0]))["score"] == 1.25
    assert [each["score"] for each in asyncio.run(made(None, samples))] == WANTED
    grouped = slime.custom_rm(rl.compile(text=GROUPED), invalid=0)
    pair = [SimpleNamespace(prompt="", response=text, label="4", group_index=3) for text in ("4", "5")]
    assert [each["score"] for each in asyncio.run(grouped(None, pair))] == [0.5, -0.5]


def test_threads_do_not_disturb_each_other():
    score = verl.compute_score(reward())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: score("math", text, "4")["score"], TEXTS * 30))
    assert found == WANTED * 30 and score.failures == 4 * 30


def test_areal_gets_a_float_from_what_pickles():
    made = pickle.loads(pickle.dumps(areal.reward_fn(reward())))
    found = [made("2+2=", text, prompt_ids=[1], completion_ids=[2], answer="4") for text in TEXTS]
    assert found == WANTED and {type(value) for value in found} == {float}


def test_a_reward_without_a_least_value_needs_a_word():
    unbounded = rl.compile(text="input completion : text\ninput quality : float\nreward = quality")
    with pytest.raises(TrainerError, match="has no least one: say what a sample without a reward gets"):
        areal.reward_fn(unbounded)
    assert areal.reward_fn(unbounded, invalid=-3)("", "", quality=None) == -3


def test_threads_lose_nothing_of_the_run():
    """verl asks in a pool of threads."""
    spec = "input completion : text\ninput data_source : text\nreward = 0.001 * count(over run by data_source)"
    score = verl.compute_score(rl.compile(text=spec), batch=True, invalid=0)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: score(f"task {place % 3}", "yes", "")["score"], range(150)))
    for task in range(3):
        assert sorted(found[task::3]) == pytest.approx([0.001 * (place + 1) for place in range(50)])


class Texts(torch.utils.data.Dataset):
    """Scores each text as it is read."""

    def __init__(self, function):
        self.function = function

    def __len__(self):
        return len(TEXTS)

    def __getitem__(self, place):
        return self.function("2+2=", TEXTS[place], answer="4")


def test_workers_of_a_data_loader_have_the_reward():
    loader = torch.utils.data.DataLoader(Texts(areal.reward_fn(reward())), batch_size=None, num_workers=2, multiprocessing_context="spawn")
    assert list(loader) == WANTED
