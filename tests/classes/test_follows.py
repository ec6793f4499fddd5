"""What `inspect` says of training: potentials that can go, and advantages and filters that ascend something else."""

import pytest

from rewardlang.classes.follows import ascended
from rewardlang.program import load

HEAD = "setting episodic horizon 50 discount 0.99\ninput x : float[step] in [0, 1]\n"
GROUP = "input who : id\ngroup by who size [2, 8]\ninput right : bool\ninput score : float in [0, 1]\n"


@pytest.mark.parametrize(("term", "found"), [
    ("0.99 * ahead(x, 0) - x", ("shaping",)), ("3 * (0.99 * ahead(x, 0) - x)", ("shaping",)),
    ("0.9 * ahead(x, 0) - x", ()), ("x - 0.5", ()), ("ahead(x, 0) - x", ()),
])
def test_a_term_that_is_a_potential_can_go(term, found):
    program = load(text=HEAD + f"reward = {{\n  task: x > 0.5\n  shaping: {term}\n}}")
    assert program.facts.droppable == found


def test_no_term_can_go_where_more_than_the_mean_counts():
    program = load(text=HEAD + "reward = {\n  task: x > 0.5\n  shaping: 0.99 * ahead(x, 0) - x\n}\n"
                               "objective maximize CVaR(return, 0.1)")
    assert program.facts.droppable == ()


@pytest.mark.parametrize(("text", "said"), [
    ("reward = score\nadvantage = (score - mean(score over group)) / (std(score over group, ddof = 0) + 1e-4)", "no objective"),
    ("reward = right\nadvantage = (right - mean(right over group)) / (std(right over group, ddof = 0) + 1e-4)", "FOMR"),
    ("reward = score\nadvantage = score - mean(score over group)", None),
    ("reward = right\nkeep = any(right over group) and not all(right over group)", "`keep` rests on other rollouts"),
    ("reward = score\nweight = 0.5 + score", None),
])
def test_what_an_advantage_or_a_filter_ascends(text, said):
    program = load(text=GROUP + text)
    found = ascended(program.spec, lambda name: program.outputs[name].expressivity)
    assert (found == ()) if said is None else (len(found) == 1 and said in found[0])
