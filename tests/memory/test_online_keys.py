"""Scans with `by` one step at a time: what is held for each key, how long, and what an unknown key makes of it."""

import pickle
from collections import Counter
from random import Random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.host import digest

NOVEL = "setting episodic\ninput said : text[step]\nreward = 1 / cumcount(over step by said)"


def test_a_message_is_worth_less_each_time_and_a_new_episode_has_heard_none():
    reward, rng = rl.compile(text=NOVEL), Random(4)
    state, heard = reward.start(3), [Counter() for _ in range(3)]
    for _ in range(60):
        reset = [rng.random() < 0.1 for _ in range(3)]
        said = [rng.choice("abcdefgh") * rng.randint(1, 4) for _ in range(3)]
        for row, (anew, message) in enumerate(zip(reset, said, strict=True)):
            heard[row] = Counter() if anew else heard[row]
            heard[row][message] += 1
        step, state = reward.step({"said": said}, state, reset=reset)
        state = pickle.loads(pickle.dumps(state))
        assert step.reward.tolist() == pytest.approx([1 / heard[row][message] for row, message in enumerate(said)])


def test_there_are_as_many_slots_as_keys_and_they_go_with_the_episodes():
    reward = rl.compile(text="setting episodic\ninput place : int[step]\nreward = cumcount(over step by place)")
    state = reward.start(2)
    for place in range(40):
        _, state = reward.step({"place": [place, 0]}, state)
    sizes = {x.shape[-1] for x in state.memory.values() if x.dim() > 1}
    assert sizes == {64}
    step, after = reward.step({"place": [5, 0]}, state, reset=[True, False])
    assert step.reward.tolist() == [1, 41]
    assert {x.shape[-1] for x in after.memory.values() if x.dim() > 1} == {2}
    again, _ = reward.step({"place": [39, 0]}, state)       # the state that went in is as it was
    assert again.reward.tolist() == [2, 41]


def test_equal_numbers_are_one_key_in_every_dtype():
    reward = rl.compile(text="setting episodic\ninput at : int[step, joint]\naxis joint = 2\noutput n = cumcount(over step by at)")
    for dtype in (torch.float32, torch.float64, torch.int32):
        state = reward.start(1)
        for at in ([0, -7], [0, -7], [4, 3]):
            step, state = reward.step({"at": torch.tensor([at], dtype=dtype)}, state)
        assert step.outputs["n"].tolist() == [[1, 1]]
        assert reward.step({"at": torch.tensor([[0, -7]], dtype=dtype)}, state)[0].outputs["n"].tolist() == [[3, 3]]
        assert reward.step({"at": torch.tensor([[-7, 0]])}, state)[0].outputs["n"].tolist() == [[1, 1]]


def test_after_an_unknown_key_nothing_is_known_and_before_it_all():
    text = """
    setting episodic
    input tag : id[step]?
    input x : float[step]?
    output n = cumcount(over step by tag)
    output last = prev(x over step by tag, 9)
    """
    reward = rl.compile(text=text)
    columns = {"tag": [["a", "b", "a", None, "a"], ["a", "b", "a", "b", "a"]], "x": [[1, 2, 3, 4, 5], [None, 2, 3, 4, 5]]}
    batch = reward(columns)
    assert batch.to_lists("n") == [[1, 1, 2, None, None], [1, 1, 2, 2, 3]]
    assert batch.to_lists("last") == [[9, 9, 1, None, None], [9, 9, None, 2, 3]]
    state = reward.start(2)
    for t in range(5):
        step, state = reward.step({name: [row[t] for row in rows] for name, rows in columns.items()}, state)
        for name in ("n", "last"):
            found = [x if known else None for x, known in zip(step.outputs[name].tolist(), step.mask(name).tolist(), strict=True)]
            assert found == [row[t] for row in batch.to_lists(name)], (name, t)


def test_a_state_is_not_counted_by_key_within_its_own_update():
    text = """
    input k : int[step]
    let n : int[step] in [0, 9] = clamp(cumcount(over step where prev(n, 0) < 3 by k), 0, 9)
    reward = n
    """
    assert [(found.code, "by key" in found.message) for found in rl.check(text=text)] == [("RW342", True)]


def test_digests_are_those_of_every_process_and_of_equal_ids():
    assert digest("a") == -6952690916608902167
    assert digest(1) == digest(1.0) == digest(True) != digest("1")
    assert len({digest(f"m{n}") for n in range(20_000)}) == 20_000
