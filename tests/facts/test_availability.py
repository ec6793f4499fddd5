"""When a value is there: each operator at its level, and the latest of all for what is made of them."""

import pytest
from programs import facts_of

HEAD = """
    setting {setting}
    input goal : float in [0, 1]
    input speed : float[step] in [0, 1]
    input id : id
    group by id
"""

LEVELS = {
    "goal": "step",
    "speed": "step",
    "speed - prev(speed, 0)": "step",
    "delta(speed, 0)": "step",
    "cumsum(speed over step)": "step",
    "index(step)": "step",
    "ahead(speed, 0) - speed": "next_step",
    "sum(speed over step)": "episode",
    "length(step)": "episode",
    "at_last(goal, step)": "episode",
    "softmax(speed over step)": "episode",
    "max(goal over group)": "group",
    "sum(speed over step) - mean(goal over batch)": "batch",
    "ahead(speed, 0) + max(goal over group)": "group",
}


@pytest.mark.parametrize("expression", LEVELS)
def test_level(expression):
    facts = facts_of(HEAD.format(setting="episodic horizon 10") + f"    output it = {expression}\n")
    assert facts.output("it").availability == LEVELS[expression]


def test_the_data_of_a_single_turn_is_there_when_the_turn_is_over():
    facts = facts_of(HEAD.format(setting="single_turn") + "    reward = goal\n    output pace = speed\n")
    assert facts.output("reward").availability == "episode"
    assert facts.output("pace").availability == "step"
