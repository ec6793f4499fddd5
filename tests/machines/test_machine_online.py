"""Machines one step at a time: as in the batch, reset for each environment, and on while a gate is closed."""

import json

import pytest
import torch
from published import atoms, groups, program

import rewardlang as rl
from rewardlang.analysis.machines import Tracker

GROUPS = list(groups())[::8]
GATED = """setting episodic horizon 10 discount 0.9
input p : bool[step]
input open : bool[step]
machine walk {
    start here
    here  -> there when p : 1
    there -> done  when p : 5
    otherwise stay
    final done
}
reward = gate open { walk.reward } else -1
done = walk.done
"""


@pytest.mark.skipif(not GROUPS, reason="the conformance data lie beside the project")
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0]["id"])
def test_a_published_machine_gives_step_by_step_what_it_gives_at_once(group):
    propositions = atoms(group[0])
    reward = rl.compile(text=program(group[0], propositions))
    for row in group:
        columns = {name: [[name in letter for letter in row["trace"]]] for name in propositions}
        wanted = reward(columns).to_lists("reward")[0]
        state, found = reward.start(1), []
        for letter in row["trace"]:
            step, state = reward.step({name: [name in letter] for name in propositions}, state)
            found.append(float(step.reward[0]))
        assert found == pytest.approx(wanted, abs=1e-6)


def test_a_machine_behind_a_closed_gate_moves_on_and_is_reset_alone():
    reward = rl.compile(text=GATED)
    state = reward.start(2)
    seen = []
    for opened, reset in ((False, None), (True, torch.tensor([False, True])), (True, None)):
        step, state = reward.step({"p": [True, True], "open": [opened, opened]}, state, reset=reset)
        seen.append(step.reward.tolist())
    assert seen == [[-1, -1], [5, 1], [0, 5]]


COUNTED = """setting episodic horizon 50
input p : bool[step]
input q : bool[step]
machine task {
    start idle
    counter n in [0, 3]
    idle -> busy when p do n += 1 : +0.5
    busy -> idle when q and n < 3
    busy -> done when q and n >= 3 : +1
    otherwise stay : -0.01
    final done
}
machine first {
    start waiting
    waiting -> seen when p : 1
    otherwise stay
    final seen
}
machine second {
    start waiting
    waiting -> seen when q : 1
    otherwise stay
    final seen
}
reward = task.reward + first.reward + second.reward
"""


def test_the_state_of_a_step_is_that_of_a_tracker_and_no_more():
    machines, reward = rl.load(text=COUNTED).machines, rl.compile(text=COUNTED)
    trackers = {name: Tracker(machine) for name, machine in machines.items()}
    states, held = {name: [tracker.start] * 16 for name, tracker in trackers.items()}, reward.start(16)
    generator, seen = torch.Generator().manual_seed(0), set()
    for _ in range(40):
        labels = {name: torch.rand(16, generator=generator) < 0.4 for name in ("p", "q")}
        step, held = reward.step(labels, held)
        states = {name: tracker.step(states[name], {key: labels[key].numpy() for key in tracker.propositions}).state
                  for name, tracker in trackers.items()}
        assert {name: values.tolist() for name, values in step.state.items()} == {name: values.tolist() for name, values in states.items()}
        seen.update(states["task"].tolist())
    assert len(seen) > 4


def test_states_of_another_machine_are_refused_with_a_cure():
    machines = rl.load(text=COUNTED).machines
    task, first, second = (Tracker(machines[name]) for name in ("task", "first", "second"))
    saved = json.loads(json.dumps(task.save([0, 2, 1])))
    assert task.restore(saved).tolist() == [0, 2, 1] and Tracker(machines["task"]).restore(saved).tolist() == [0, 2, 1]
    for other in (first, second):
        with pytest.raises(ValueError, match="saved by another machine.*begin anew"):
            other.restore(saved)
    for wrong in ([-1], [2], [[0, 7]]):
        with pytest.raises(ValueError, match="is no state of this machine, which has 2: 0 to 1"):
            first.step(wrong, {"p": [True]})
    with pytest.raises(ValueError, match="99 is no state"):
        task.save([99])


def test_a_held_state_of_another_machine_is_refused_with_a_cure():
    one, other = rl.compile(text=GATED), rl.compile(text=GATED.replace("p : 5", "p : 6"))
    _, state = one.step({"p": [True], "open": [True]}, one.start(1))
    with pytest.raises(ValueError, match="belongs to another spec, or to other params: begin with `reward.start`"):
        other.step({"p": [True], "open": [True]}, state)


def test_lengths_that_shrink_are_refused_with_a_cure():
    text = """setting episodic
axis k
input y : float[step, k] in [0, 1]
let s : float[step, k] in [0, 9] = min(9, prev(s, 0) + y)
reward = sum(s over k)
"""
    reward = rl.compile(text=text)
    _, state = reward.step({"y": [[0.1, 0.2, 0.3]]}, reward.start(1))
    for shorter in ([[0.1, 0.2]], [[0.1] * 4]):
        with pytest.raises(ValueError, match=f"there are {len(shorter[0])} along `k` at this step, and 3 were held.*begin anew"):
            reward.step({"y": shorter}, state)
    uneven = rl.compile(text=GATED)({"p": [[True, False], [True]], "open": [[True], [True]]})
    assert uneven.valid.tolist() == [False, True] and "2 along `step`" in uneven.invalid[0] and "they must agree" in uneven.invalid[0]
