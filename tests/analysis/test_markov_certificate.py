"""Which orders of policies a Markov reward can give: by hand, by search, and by checking the proof that comes with a no."""

import json
import random

import pytest
import torch

from rewardlang import analysis
from rewardlang.__main__ import main

# Two states in a row with two actions each, and an end that is never left.
TWO_STEPS = [[[0, 1, 0], [0, 1, 0]], [[0, 0, 1], [0, 0, 1]], [[0, 0, 1], [0, 0, 1]]]
START = [1, 0, 0]
#: What each policy does in the two states, for policies in lexicographic order over three states.
DOES = [(a, b) for a in (0, 1) for b in (0, 1) for _ in (0, 1)]


def visits(policy, transition, gamma, start):
    """The occupancy [s, a] of a policy [s, a], by adding up many steps."""
    policy, transition = torch.tensor(policy, dtype=torch.float64), torch.tensor(transition, dtype=torch.float64)
    at, total = torch.tensor(start, dtype=torch.float64), torch.zeros_like(policy)
    for step in range(400):
        total += gamma**step * at[:, None] * policy
        at = torch.einsum("s,sa,sat->t", at, policy, transition)
    return total


def deterministic(states, actions):
    found = [[]]
    for _ in range(states):
        found = [[*policy, [float(a == chosen) for a in range(actions)]] for policy in found for chosen in range(actions)]
    return found


def test_a_reward_for_different_actions_is_no_markov_reward():
    values = [float(a != b) for a, b in DOES]
    found = analysis.markov_certificate(values, TWO_STEPS, 0.9, START)
    assert found["realizable"] is False and found["reward"] is None
    assert {(values[i], values[j]) for i, j, _ in found["better"]} == {(1.0, 0.0)}


def test_a_reward_for_both_actions_is_a_markov_reward_on_deterministic_policies_if_ties_may_break():
    """`and` ties three of four corners, which no sum does; the order 3 > 2 > 1 > 0 of `a + 2 b` is one."""
    tied = analysis.markov_certificate([float(a and b) for a, b in DOES], TWO_STEPS, 0.9, START)
    assert tied["realizable"] is False
    graded = analysis.markov_certificate([a + 2.0 * b for a, b in DOES], TWO_STEPS, 0.9, START)
    assert graded["realizable"] is True


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_a_markov_reward_is_found_to_be_one(seed):
    draw = random.Random(seed)
    states, actions, gamma = 2 + seed % 2, 2, draw.choice([0.0, 0.5, 0.9])
    transition = [[_law(draw, states) for _ in range(actions)] for _ in range(states)]
    start = _law(draw, states)
    policies = [[_law(draw, actions) for _ in range(states)] for _ in range(6)] if seed % 3 else \
        deterministic(states, actions)
    reward = torch.tensor([[draw.uniform(-1, 1) for _ in range(actions)] for _ in range(states)], dtype=torch.float64)
    occupancies = [visits(policy, transition, gamma, start) for policy in policies]
    values = [float((occupancy * reward).sum()) for occupancy in occupancies]
    found = analysis.markov_certificate(values, transition, gamma, start, policies)
    assert found["realizable"] is True
    own = [float((occupancy * torch.tensor(found["reward"])).sum()) for occupancy in occupancies]
    for i in range(len(values)):
        for j in range(len(values)):
            if values[i] > values[j] + 1e-9:
                assert own[i] > own[j]


@pytest.mark.parametrize("seed", range(12))
def test_a_no_comes_with_weights_that_cancel(seed):
    """Random orders of many policies: whatever the answer, its proof is checked by numbers found another way."""
    draw = random.Random(seed)
    transition, start, gamma = [[_law(draw, 2) for _ in range(2)] for _ in range(2)], _law(draw, 2), 0.8
    policies = [[_law(draw, 2) for _ in range(2)] for _ in range(3 + seed % 3)]
    values = [float(draw.randrange(4)) for _ in policies]
    found = analysis.markov_certificate(values, transition, gamma, start, policies)
    occupancies = [visits(policy, transition, gamma, start) for policy in policies]
    if found["realizable"]:
        own = [float((occupancy * torch.tensor(found["reward"])).sum()) for occupancy in occupancies]
        for i in range(len(own)):
            for j in range(len(own)):
                expected = (values[i] > values[j]) - (values[i] < values[j])
                assert (own[i] - own[j] > 0.5) - (own[i] - own[j] < -0.5) == expected
    else:
        whole = sum(weight * (occupancies[i] - occupancies[j]) for i, j, weight in [*found["better"], *found["ties"]])
        assert whole.abs().max() < 1e-9
        assert sum(weight for _, _, weight in found["better"]) == pytest.approx(1)
        assert all(weight > 0 and values[i] > values[j] for i, j, weight in found["better"])
        assert all(values[i] == values[j] for i, j, _ in found["ties"])


def test_both_answers_occur_among_random_orders():
    answers = set()
    for seed in range(12):
        draw = random.Random(seed)
        transition, start = [[_law(draw, 2) for _ in range(2)] for _ in range(2)], _law(draw, 2)
        policies = [[_law(draw, 2) for _ in range(2)] for _ in range(3 + seed % 3)]
        values = [float(draw.randrange(4)) for _ in policies]
        answers.add(analysis.markov_certificate(values, transition, 0.8, start, policies)["realizable"])
    assert answers == {True, False}


def _law(draw, size):
    parts = [draw.randrange(1, 8) for _ in range(size)]
    return [part / sum(parts) for part in parts]


@pytest.mark.parametrize(("change", "said"), [
    ({"values": [1.0]}, "policies"), ({"initial": [1.0, 0.0]}, "initial"), ({"gamma": 1.0}, "gamma"),
    ({"policies": [[[1.0, 0.0]]]}, "policies"), ({"transition": [[[0.5, 0.4]]]}, "transition"),
    ({"policies": [[[1.0, 0.0]] * 3] * 300}, "256"),
])
def test_what_makes_no_sense_is_refused(change, said):
    given = {"values": [0.0] * 8, "transition": TWO_STEPS, "gamma": 0.9, "initial": START} | change
    with pytest.raises(ValueError, match=said):
        analysis.markov_certificate(**given)


def test_it_can_be_called_from_the_command_line(tmp_path, capsys):
    path = tmp_path / "xor.json"
    values = [float(a != b) for a, b in DOES]
    path.write_text(json.dumps({"values": values, "transition": TWO_STEPS, "gamma": 0.9, "initial": START}))
    assert main(["analyse", "markov_certificate", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["realizable"] is False
