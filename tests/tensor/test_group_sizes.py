"""Groups are of the size that `group by` declares: their rows are wrong where they are not."""

import pytest
import torch

import rewardlang as rl
from rewardlang.cli.expectations import run_example

HEAD = "input g : {kind}\ngroup by g size [2, 3]\ninput x : float in [0, 10]\n"
SPREAD = HEAD.replace("{kind}", "id") + """
output high = max(x, over group)
output all_rows = mean(x, over batch)
reward = max(x, over group) - x
"""


def test_rows_of_a_group_of_another_size_are_wrong():
    out = rl.compile(text=SPREAD)({"g": ["a", "b", "c", "b", "c", "c", "c"], "x": [1, 2, 3, 4, 5, 6, 7]})
    assert out.to_lists("reward") == [None, 2, None, 0, None, None, None]
    one, four = "the group `g` = 'a' has 1 row, declared are 2 to 3", "the group `g` = 'c' has 4 rows, declared are 2 to 3"
    assert out.invalid == [one, None, four, None, four, four, four]
    assert out.misread == out.invalid
    assert out.to_lists("all_rows") == [4] * 7, "an output that does not look at groups has its value"


@pytest.mark.parametrize(("kind", "keys", "said"), [
    ("int", [4, 5, 5], "4"), ("int", torch.tensor([4, 5, 5]), "4"), ("text", ["p", "q", "q"], "'p'"),
    ("enum{p, q}", ["p", "q", "q"], "'p'"), ("id", ["1", 1, 1], "'1'"),
])
def test_keys_of_every_kind(kind, keys, said):
    text = HEAD.replace("{kind}", kind) + "reward = max(x, over group)"
    out = rl.compile(text=text)({"g": keys, "x": [1.0, 2.0, 3.0]})
    assert out.valid.tolist() == [False, True, True]
    assert out.invalid[0] == f"the group `g` = {said} has 1 row, declared are 2 to 3"


def test_a_row_without_a_key_is_in_no_group():
    text = HEAD.replace("{kind}", "id?") + "reward = max(x, over group)"
    out = rl.compile(text=text)({"g": ["a", None, "a", "b", None], "x": [1, 2, 3, 4, 5]})
    assert out.to_lists("reward") == [3, None, 3, None, None]
    assert out.misread == [None, None, None, "the group `g` = 'b' has 1 row, declared are 2 to 3", None]


def test_wrong_groups_are_left_out_of_other_windows():
    text = HEAD.replace("{kind}", "id") + "reward = x\noutput middle = mean(max(x, over group), over batch)"
    out = rl.compile(text=text)({"g": ["a", "a", "b"], "x": [1, 3, 9]})
    assert out.to_lists("middle") == [3, 3, None]


def test_sizes_are_not_asked_where_nothing_looks_at_groups():
    text = HEAD.replace("{kind}", "id") + "reward = x"
    assert rl.compile(text=text)({"g": ["a"], "x": [1]}).reward.tolist() == [1]


def test_declared_sizes_that_hold_change_nothing():
    out = rl.compile(text=SPREAD)({"g": ["a", "b", "a", "b", "b"], "x": [1, 2, 3, 4, 5]})
    assert out.to_lists("reward") == [2, 3, 0, 1, 0] and out.misread == [None] * 5


def test_an_example_with_the_wrong_number_of_samples_fails_with_the_reason():
    program = rl.load(text=SPREAD + 'example "one" {\n    g = "a"\n    x = 1\n    expect all_rows == 1\n    expect reward == 0\n}\n')
    batch, reward = run_example(program, program.spec.examples[0], {}, ())
    assert batch.passed
    assert not reward.passed and reward.problem == "the group `g` = 'a' has 1 row, declared are 2 to 3"
