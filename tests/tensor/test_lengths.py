"""Padded tensors: `lengths` must fit them, and what comes back along their axes is as wide as they are."""

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SUMS = """
input x : float[step]
input y : float[step]
reward = sum(x, over step) + sum(y, over step)
output both = x + y
"""
STEPS = "input x : float[step]\nreward = 2 * x\noutput long = x > 1\noutput total = sum(x, over step)"
TOKENS = """
input p : float[turn, token]
reward = sum(sum(p, over token), over turn)
output each = p + 1
"""


def tensors(*widths):
    return dict(zip("xy", (torch.ones(3, width) for width in widths), strict=False))


@pytest.mark.parametrize(("lengths", "says"), [
    ({"stpe": [1, 2, 3]}, "there is no ragged axis `stpe`; there is `step`"),
    ({"step": [1, 2, 9]}, "the lengths of `step` are 9 in row 2, column `x` is only 4 wide"),
    ({"step": [1, -2, 3]}, "the lengths of `step` are negative in row 1: -2"),
    ({"step": [1, 2]}, "the lengths of `step` have 2 rows, the columns have 3"),
    ({"step": 3}, "the lengths of `step` are one number, the columns have 3"),
    ({"step": [1.0, 2.0, 3.0]}, "the lengths of `step` must be whole numbers and are float32"),
    ({"step": torch.ones(3)}, "the lengths of `step` must be whole numbers and are float32"),
    ({"step": [True, False, True]}, "the lengths of `step` must be whole numbers and are bool"),
    ({"step": [[1], [2], [3]]}, "the lengths of `step` must have 1 dimensions (rollouts) and have 2"),
    ({"step": ["a", "b", "c"]}, "the lengths of `step` cannot be read as a tensor"),
])
def test_lengths_that_do_not_fit_are_refused(lengths, says):
    with pytest.raises(RewardError) as caught:
        rl.compile(text=SUMS)(tensors(4, 4), lengths=lengths)
    assert says in str(caught.value)


def test_an_axis_of_fixed_size_has_no_lengths():
    reward = rl.compile(text="axis joint = 2\ninput q : float[joint]\nreward = sum(q, over joint)")
    with pytest.raises(RewardError, match="there is no ragged axis `joint`"):
        reward({"q": torch.ones(3, 2)}, lengths={"joint": [1, 2, 2]})


def test_tensors_of_different_width_share_lengths_that_fit_both():
    out = rl.compile(text=SUMS)(tensors(4, 6), lengths={"step": [1, 4, 0]})
    assert out.reward.tolist() == [2, 8, 0]
    assert out.outputs["both"].shape == (3, 6)
    assert out.to_lists("both") == [[2], [2, 2, 2, 2], []]
    with pytest.raises(RewardError, match="column `x` is only 4 wide"):
        rl.compile(text=SUMS)(tensors(4, 6), lengths={"step": [1, 6, 0]})


def test_what_comes_back_is_as_wide_as_the_tensor():
    x = torch.arange(10.0, dtype=torch.float64).view(2, 5).requires_grad_()
    out = rl.compile(text=STEPS)({"x": x}, lengths={"step": [2, 3]})
    assert out.reward.tolist() == [[0, 2, 0, 0, 0], [10, 12, 14, 0, 0]]
    assert out.mask.tolist() == [[True, True, False, False, False], [True, True, True, False, False]]
    assert out.outputs["long"].tolist() == [[False] * 5, [True, True, True, False, False]]
    assert out.outputs["total"].tolist() == [1, 18] and out.valid.tolist() == [True, True]
    assert out.to_lists("reward") == [[0, 2], [10, 12, 14]]
    out.reward.sum().backward()
    assert x.grad.tolist() == [[2, 2, 0, 0, 0], [2, 2, 2, 0, 0]]


def test_an_invalid_row_is_as_wide_too():
    x = torch.tensor([[1.0, float("nan"), 0, 0], [1, 1, float("nan"), 0]])
    out = rl.compile(text=STEPS)({"x": x}, lengths={"step": [2, 2]})
    assert out.valid.tolist() == [False, True]
    assert out.mask.tolist() == [[False] * 4, [True, True, False, False]]
    assert out.reward.shape == out.mask.shape


def test_lengths_of_lists_within_lists():
    p = torch.ones(2, 3, 4)
    lengths = {"turn": [2, 1], "token": [[4, 1, 9], [2, -1, 7]]}
    out = rl.compile(text=TOKENS)({"p": p}, lengths=lengths)
    assert out.reward.tolist() == [5, 2]
    assert out.outputs["each"].shape == (2, 3, 4)
    assert out.to_lists("each") == [[[2, 2, 2, 2], [2]], [[2, 2]]]
    with pytest.raises(RewardError, match="the lengths of `token` are 5 in row 1"):
        rl.compile(text=TOKENS)({"p": p}, lengths={"turn": [2, 1], "token": [[4, 1, 0], [5, 0, 0]]})
    with pytest.raises(RewardError, match="the lengths of `token` have 1 along `turn`, column `p` has 2"):
        rl.compile(text=TOKENS)({"p": p}, lengths={"turn": [2, 1], "token": [[4], [2]]})


def test_no_rollouts():
    out = rl.compile(text=STEPS)({"x": torch.ones(0, 4)}, lengths={"step": []})
    assert out.reward.shape == (0, 4) and out.mask.shape == (0, 4)
