"""Machines one step at a time: as in the batch, reset for each environment, and on while a gate is closed."""

import pytest
import torch
from published import atoms, groups, program

import rewardlang as rl

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
