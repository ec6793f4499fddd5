"""What is given wrong in one step: each is refused with its cure, or makes its own environment invalid; the state stays as it was."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import MissingError, RewardError

SPEC = """
setting episodic horizon 100
axis joint = {a, b}
input off : bool[step]
input speed : float[step] in [0, 1]
input load : float[step, joint] in [0, 1]
input said : text[step]
input goal : float in [0, 9] = 1
let far : int[step] in [0, 3] = clamp(prev(far, 0) + (gate off { 1 } else -1), 0, 3)
reward = far * goal + cumsum(speed over step) + cumcount(over step by said) + sum(load over joint)
output held = historically off
output told = verdict(always off)
output quick = cummax(speed over step)
"""
GOOD = {"off": [True, False], "speed": [0.5, 0.25], "load": [[0.1, 0.2], [0.3, 0.4]], "said": ["x", "y"], "goal": [1, 2]}


@cache
def after_one_step():
    """A reward and its state."""
    reward = rl.compile(text=SPEC)
    return reward, reward.step(GOOD, reward.start(2))[1]


@pytest.mark.parametrize("changed, message", [
    ({"speed": 0.5}, "column `speed` must be a list, an array or a tensor with an entry for each row, and is 0.5"),
    ({"speed": torch.tensor(0.5)}, "column `speed` must be a list"),
    ({"speed": "ab"}, "column `speed` must be a list"),
    ({"speed": torch.zeros(2, 5)}, "column `speed` must have 1 dimensions"),
    ({"load": torch.zeros(2, 3)}, "`load`: has 3 along `joint`, which has 2"),
    ({"off": [True]}, "columns differ in length"),
    ({name: [*values, values[0]] for name, values in GOOD.items()}, "the state holds 2 environments, and 3 came"),
    ({"reset": [True]}, "`reset` must have one true or false for each of the 2 environments"),
    ({"reset": True}, "`reset` must have one"), ({"reset": "yes"}, "`reset` must have one"),
    ({"reset": [[True, False], [True, False]]}, "`reset` must have one"), ({"reset": [0.5, 0]}, "`reset` must have one"),
    ({"reset": [None, True]}, "`reset` must have one"), ({"ending": [True]}, "`ending` must have one"),
    ({"lengths": {"foo": [1, 1]}}, "foo"),
])
def test_what_does_not_fit_is_refused_and_changes_nothing(changed, message):
    reward, state = after_one_step()
    before = {name: x.clone() for name, x in state.memory.items()}
    options = {name: changed[name] for name in ("reset", "ending", "lengths") if name in changed}
    columns = GOOD | {name: x for name, x in changed.items() if name not in options}
    with pytest.raises(RewardError, match=message):
        reward.step(columns, state, **options)
    assert all(torch.equal(before[name], x) for name, x in state.memory.items())
    again, _ = reward.step(GOOD, state)
    assert again.outputs["quick"].tolist() == [0.5, 0.25] and again.reward.tolist() == pytest.approx([5.3, 3.2])


@pytest.mark.parametrize("given", [{"speed": ["a", 0.5]}, {"speed": [7, 0.5]}, {"speed": [[0.1, 0.2], 0.5]},
                                   {"load": [0.1, [0.3, 0.4]]}, {"speed": np.array([np.nan, 0.5])}])
def test_what_is_wrong_in_one_environment_is_invalid_there_until_its_reset(given):
    reward, state = after_one_step()
    step, state = reward.step(GOOD | given, state)
    assert step.valid.tolist() == [False, True] and next(iter(given)) in step.invalid[0] and step.invalid[1] is None
    step, state = reward.step(GOOD, state)
    late = "speed" in given     # the load is not remembered
    assert step.valid.tolist() == [not late, True]
    assert not late or "an earlier step of the episode that is invalid" in step.invalid[0], step.invalid
    assert reward.step(GOOD, state, reset=[True, False])[0].valid.tolist() == [True, True]


def test_a_missing_column_leaves_out_what_needs_it_and_is_not_made_up_later():
    reward, state = after_one_step()
    step, later = reward.step({name: x for name, x in GOOD.items() if name != "speed"}, state)
    assert step.outputs["held"].tolist() == [True, False]
    with pytest.raises(MissingError, match="`reward` was not computed: it needs `speed`"):
        step.output("reward")
    step, later = reward.step(GOOD, later)
    assert step.valid.tolist() == [False, False] and not step.mask("quick").any() and step.mask("held").all()
    assert "whose columns were missing" in step.invalid[0]
    assert reward.step(GOOD, later, reset=[True, True])[0].reward.tolist() == pytest.approx([2.8, 1.95])
    with pytest.raises(MissingError, match="no output can be computed"):
        reward.step({}, state)
    with pytest.raises(RewardError, match="columns are given by name"):
        reward.step([1, 2], state)


def test_a_damaged_state_is_refused():
    reward, state = after_one_step()
    for damaged in (replace(state, memory={}), replace(state, size=3), replace(state, valid={"speed": torch.ones(2)}),
                    replace(state, memory={name: x[:1] for name, x in state.memory.items()}),
                    replace(state, memory={name: x.unsqueeze(-1) for name, x in state.memory.items()})):
        with pytest.raises(RewardError, match="this state is damaged"):
            reward.step(GOOD, damaged)
    for none in (None, {}, 3):
        with pytest.raises(RewardError, match="belongs to another spec"):
            reward.step(GOOD, none)


@pytest.mark.parametrize("size", [-1, 2.5, "x", None, True])
def test_a_number_of_environments_is_a_whole_number(size):
    with pytest.raises(RewardError, match="must be a whole number from 0 on"):
        after_one_step()[0].start(size)


def test_a_batch_refuses_a_column_that_is_one_value():
    reward, _ = after_one_step()
    for given in (0.5, torch.tensor(0.5), "ab"):
        with pytest.raises(RewardError, match="column `speed` must be a list"):
            reward({"speed": given})


def test_of_no_environments_there_are_steps_too():
    reward, _ = after_one_step()
    step, state = reward.step({name: [] for name in GOOD}, reward.start(0))
    assert step.reward.shape == (0,) and state.size == 0
