"""The reward function for TRL by its contract alone: what goes in, what comes out, what is logged."""

import asyncio
import inspect
import math
import pickle
from types import SimpleNamespace

import pytest
import torch

import rewardlang as rl
from rewardlang.trainers import trl
from rewardlang.trainers.refuse import TrainerError

SPEC = """
input completion : text
input answer : text
input tokens : int in [0, 4096]
input progress : float in [0, 1] from trainer = 0
verifier right(got: text, want: text) -> bool
reward = gate tokens > 0 {
    correctness: right(completion, answer)
    brevity: -0.5 * progress * tokens / 4
} else -1
"""


def right(got, want):
    """One bad text, one bad answer, or the truth."""
    if got == "boom":
        raise RuntimeError("nothing works")
    return None if got == "none" else got == want


def function(**options):
    return trl.reward_function(rl.compile(text=SPEC, bind={"right": right}), **options)


def call(made, completions, answers, **more):
    logged = {}
    ids = [[0] * len(each) if isinstance(each, str) else [0] for each in completions]
    found = made(prompts=["p"] * len(completions), completions=completions, completion_ids=ids, answer=answers,
                 log_metric=logged.__setitem__, log_extra=lambda name, values: logged.__setitem__(name, values), **more)
    return found, logged


def test_plain_texts_and_conversations_give_the_same():
    made = function()
    plain, _ = call(made, ["4", "5", ""], ["4", "4", "4"])
    assert plain == [1, 0, -1]
    chat = [[{"role": "assistant", "content": text}] for text in ("4", "5")]
    assert call(made, chat, ["4", "4"])[0] == [1, 0]
    parts = [[{"role": "assistant", "content": [{"type": "text", "text": "4"}]}]]
    assert call(made, parts, ["4"])[0] == [1]


def test_a_failure_is_its_own_and_is_counted():
    whole, _ = call(function(), ["4", "5"], ["4", "4"])
    found, logged = call(function(), ["4", "boom", "none", "5"], ["4"] * 4)
    assert found == [1, None, None, 0]
    assert [found[0], found[3]] == whole
    assert logged["invalid/samples"] == 2 and logged["invalid/right"] == 2
    assert logged["invalid"] == ["", "right: RuntimeError: nothing works", "right: gave no value", ""]
    assert call(function(invalid=-2.0), ["boom"], ["4"])[0] == [-2]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300])
def test_numbers_that_a_trainer_could_not_hold_reach_no_one(value):
    spec = "input completion : text\nmodel quality(text: text) -> float\nreward = quality(completion)"
    bind = {"quality": lambda texts: [value if text == "x" else 1.0 for text in texts]}
    made = trl.reward_function(rl.compile(text=spec, bind=bind))
    found, logged = call(made, ["a", "x", "b"], ["", "", ""])
    assert found == [1, None, 1] and logged["invalid/samples"] == 1
    assert all(math.isfinite(number) for number in logged.values() if isinstance(number, float))


def test_figures_have_the_names_that_dashboards_know():
    _, logged = call(function(generations=2), ["4", "5", "4", "4"], ["4"] * 4)
    assert logged["rewards/correctness/mean"] == 0.75
    assert logged["rewards/correctness/std"] == pytest.approx(torch.tensor([1.0, 0, 1, 1]).std().item())
    assert logged["rewards/correctness/zero_spread"] == 0.5
    assert logged["gates/tokens > 0"] == 1


def test_numbers_of_the_training_come_from_its_state():
    state = SimpleNamespace(global_step=5, max_steps=10, epoch=0.5)
    assert call(function(), ["4444"], ["4444"], trainer_state=state)[0] == [0.75]
    assert call(function(state={"progress": "epoch"}), ["4444"], ["4444"], trainer_state=state)[0] == [0.75]
    assert call(function(state={"progress": lambda found: 1.0}), ["4444"], ["4444"], trainer_state=state)[0] == [0.5]
    with pytest.raises(TrainerError, match="`weight` is no input"):
        function(state={"weight": "epoch"})


def test_columns_are_found_by_name_or_as_declared():
    made = function(columns={"answer": "solution", "tokens": lambda row: len(row["completion"])})
    found = made(prompts=["p"], completions=["44"], solution=["44"])
    assert found == [1]
    with pytest.raises(TrainerError, match="no column `solution` for `answer`"):
        made(prompts=["p"], completions=["44"], other=["44"])
    with pytest.raises(TrainerError, match="`anser` is no input"):
        function(columns={"anser": "solution"})


def test_groups_are_prompts_that_stand_together():
    spec = "input tokens : int\ninput prompt_id : id\ngroup by prompt_id\nreward = tokens - mean(tokens over group)"
    made = trl.reward_function(rl.compile(text=spec))
    ids = [[0], [0] * 3, [0] * 2, [0] * 2]
    assert made(prompts=["a", "a", "b", "b"], completions=["", "", "", ""], completion_ids=ids) == [-1, 1, 0, 0]
    whole = trl.reward_function(rl.compile(text=spec), generations=2)
    assert whole(prompts=["a"] * 4, completions=[""] * 4, completion_ids=ids) == [-1, 1, 0, 0]
    with pytest.raises(TrainerError, match="no whole groups of 2"):
        whole(prompts=["a"] * 3, completions=[""] * 3, completion_ids=ids[:3])


def test_messages_are_a_list_where_the_spec_wants_one():
    spec = 'input said : text[turn] from "completion.content"\nreward = sum(said == "go" over turn)'
    turns = [[{"role": role, "content": said} for role, said in (("assistant", "go"), ("tool", "x"), ("assistant", "go"))]]
    assert trl.reward_function(rl.compile(text=spec))(prompts=["p"], completions=turns) == [2]


def test_samples_that_are_not_kept_are_left_out():
    spec = "input tokens : int\nreward = tokens\nkeep = tokens < 3"
    made = trl.reward_function(rl.compile(text=spec))
    assert made(prompts=["p"] * 2, completions=["", ""], completion_ids=[[0], [0] * 5]) == [1, None]


def test_async_judges_answer_together_and_fail_alone():
    running, most = 0, 0

    async def judge(got, want):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05 if got != "slow" else 30)
        running -= 1
        if got == "boom":
            raise RuntimeError("nothing works")
        return got == want

    spec = SPEC.replace("-> bool", "-> bool timeout 1 s")
    made = trl.reward_function(rl.compile(text=spec, bind={"right": judge}))
    assert inspect.iscoroutinefunction(type(made).__call__)
    logged = {}
    texts = ["4", "boom", "slow", "5"]
    found = asyncio.run(made(prompts=["p"] * 4, completions=texts, completion_ids=[[0]] * 4, answer=["4"] * 4,
                             log_metric=logged.__setitem__))
    assert found == [1, None, None, 0] and most == 4 and logged["invalid/right"] == 2


def test_names_are_the_files_and_never_shared():
    first, same, other = function(), function(), trl.reward_function(rl.compile(text="input tokens : int\nreward = tokens"))
    assert first.__name__ == same.__name__ == "reward"
    assert other.__name__ == f"reward_{other.fingerprint[:6]}"
    assert function(name="mine").__name__ == "mine"


def test_it_is_no_module_and_pickles_with_its_run():
    spec = "input tokens : int\nreward = tokens - mean(tokens over run)"
    made = trl.reward_function(rl.compile(text=spec))
    assert not isinstance(made, torch.nn.Module)
    assert made(prompts=["p"], completions=["x"], completion_ids=[[0] * 2]) == [0]
    copy = pickle.loads(pickle.dumps(made))
    assert copy(prompts=["p"], completions=["x"], completion_ids=[[0] * 4]) == [1]


def test_what_trl_cannot_serve_is_refused_with_a_cure():
    with pytest.raises(TrainerError, match=r"no use for the advantage `advantage`; leave it out"):
        trl.reward_function(rl.compile(text="input tokens : int\nreward = tokens\nadvantage = tokens"))
    with pytest.raises(TrainerError, match="TRL wants a `reward`"):
        trl.reward_function(rl.compile(text="input tokens : int\noutput x = tokens"))
